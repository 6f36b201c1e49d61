"""The face of stage 1: buffers of every kind, equal bytes for equal input, faults of the caller."""

from __future__ import annotations

import io
import mmap
from typing import TYPE_CHECKING

import pydicom
import pytest
from tests.spec.deid.objects import (
    BIG_ENDIAN,
    IMPLICIT,
    KEYS,
    SUBJECT,
    ct,
    output,
    part10,
    read,
    us,
)

from yushan.base import Pseudonym
from yushan.domain.deid import (
    Harvest,
    Released,
    SiteKeys,
    deidentify,
    harvest,
    load_policy,
    read_policy,
)
from yushan.domain.deid.plan import root_plan
from yushan.domain.deid.task import MOST_MEMORIES, Outcome, task_for

if TYPE_CHECKING:
    from pathlib import Path

SHIFTING = read_policy(
    b'name = "s"\nedition = "1"\ntitle_en = "x"\ntitle_zh = "x"\nbirth_date = "shift"\n'
    b'options = ["retain_longitudinal_modified_dates", "retain_patient_characteristics"]\n'
)


def test_every_kind_of_buffer_gives_the_same_bytes(tmp_path: Path) -> None:
    data = part10(ct())
    path = tmp_path / "a.dcm"
    path.write_bytes(data)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        made = output(mapped)  # type: ignore[arg-type]
    assert made == output(data) == output(bytearray(data)) == output(memoryview(data))  # type: ignore[arg-type]


def test_other_keys_share_no_identifier() -> None:
    others = SiteKeys(b"1" * 32, b"2" * 32, b"3" * 32)
    made = deidentify(
        part10(ct()), policy=load_policy("tw-hospital"), keys=others, subject=Pseudonym("B" * 16),
        offset_days=5, harvested=Harvest(),
    )  # fmt: skip
    assert isinstance(made, Released)
    ours, theirs = read(output(part10(ct()))), read(b"".join(made.chunks))
    for keyword in (
        "StudyInstanceUID",
        "SeriesInstanceUID",
        "SOPInstanceUID",
        "PatientID",
        "StudyDate",
    ):
        assert ours[keyword].value != theirs[keyword].value


@pytest.mark.parametrize("subject", ["", "SHORT", "a" * 16, "A" * 17])
def test_a_subject_that_is_no_pseudonym_is_a_fault_of_the_caller(subject: str) -> None:
    with pytest.raises(ValueError, match="base 32"):
        deidentify(
            part10(ct()), policy=load_policy("basic"), keys=KEYS, subject=Pseudonym(subject),
            offset_days=1, harvested=Harvest(),
        )  # fmt: skip


def test_a_policy_may_shift_the_birth_date() -> None:
    def birth(**changes: tuple[str, str]) -> str:
        made = deidentify(
            part10(ct(**changes)), policy=SHIFTING, keys=KEYS, subject=SUBJECT, offset_days=10,
            harvested=Harvest(),
        )  # fmt: skip
        assert isinstance(made, Released)
        return str(read(b"".join(made.chunks)).PatientBirthDate)

    assert birth() == "19560322"
    assert birth(PatientAge=("AS", "095Y")) == ""
    assert birth(PatientBirthDate=("DA", "00000000")) == ""


def test_names_of_the_whole_series_are_searched_in_each_object() -> None:
    other = harvest(part10(ct(PatientName=("PN", "Sharp^Long"))))
    text = ct(PatientName=("PN", ""), StudyDescription=("LO", "chest long sharp"))
    assert read(output(part10(text))).StudyDescription == "chest long sharp"
    assert "StudyDescription" not in read(output(part10(text), harvested=other))


def test_nothing_is_remembered_from_one_byte_order_for_the_other() -> None:
    """The same two bytes are 1 in one file of a patient and 256 in another."""
    element = "LargestImagePixelValue"
    little, big = part10(ct(**{element: ("US", us(1))}), syntax=IMPLICIT), io.BytesIO()
    turned = read(part10(ct(**{element: ("US", us(256))})))
    turned.file_meta.TransferSyntaxUID, turned.PixelData = BIG_ENDIAN, bytes(32)
    pydicom.dcmwrite(big, turned)
    assert read(output(little))[element].value == 1
    assert read(output(big.getvalue()))[element].value == 256


def test_memories_are_bounded() -> None:
    policy = load_policy("basic")
    task = task_for(policy, KEYS, SUBJECT, 1, frozenset())
    plan = root_plan(policy, "ct-image")
    task.memory(plan, "how")["key"] = Outcome(None)
    task.size = MOST_MEMORIES + 1
    assert task.memory(plan, "how") == {}
    assert task.size == 0
