"""A person alone at a laptop decides about a picture; the same command takes it up."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pydicom
import pytest
from tests.flows.standing_alone import content_of, original, release, rows_of

from yushan.base import Rejected
from yushan.flows.deid import Decision, write_decisions

if TYPE_CHECKING:
    from pathlib import Path

MARKED = original(number=2, BurnedInAnnotation="YES")
DIGEST = hashlib.sha256(MARKED).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "plain").write_bytes(original(number=1))
    (tmp_path / "in" / "marked").write_bytes(MARKED)
    return tmp_path


def decide(folder: Path, choice: str, *boxes: tuple[int, int, int, int, int | None]) -> None:
    """Write the file of decisions where a run looks for it."""
    one = Decision(DIGEST, choice, "tech", "2026-11-26T08:00:00+00:00", boxes)  # type: ignore[arg-type]
    write_decisions(folder / "out.keys" / "decisions.json", {one.input: one})


def test_what_was_decided_is_done_by_the_same_command_and_said(folder: Path) -> None:
    run = (folder / "in", folder / "out")
    first = release(*run, ocr=False, jobs=1)
    assert rows_of(first)["marked"]["reasons"] == ["deid.burned-in"]
    before = content_of(folder / "out")
    decide(folder, "redact", (0, 0, 2, 1, None))
    second = release(*run, ocr=False, jobs=1)
    row = rows_of(second)["marked"]
    assert row["outcome"] == "released"
    assert row["decided"] == {"choice": "redact", "who": "tech", "at": "2026-11-26T08:00:00+00:00"}
    made = pydicom.dcmread(folder / "out" / row["output"])
    assert made.BurnedInAnnotation == "NO"
    old, new = pydicom.dcmread(folder / "in" / "marked").pixel_array, made.pixel_array
    assert new[0, :2].tolist() == [old.min()] * 2
    assert (new[1:] == old[1:]).all()
    assert before.items() <= content_of(folder / "out").items()
    decide(folder, "stay")
    assert rows_of(release(*run, ocr=False, jobs=1))["marked"]["outcome"] == "quarantined"
    assert content_of(folder / "out") == before


WITHOUT_BOX = b'{"input": "a", "choice": "redact", "who": "tech", "at": ""}'
WRONG = (b"", b"{}", b'{"form": "yushan-decisions/1", "decisions": [%b]}' % WITHOUT_BOX)


@pytest.mark.parametrize("content", WRONG)
def test_a_file_that_is_no_decision_is_refused(folder: Path, content: bytes) -> None:
    (folder / "wrong.json").write_bytes(content)
    with pytest.raises(Rejected) as refusal:
        release(folder / "in", folder / "out", decisions=folder / "wrong.json")
    assert refusal.value.code == "standalone.decisions-unreadable"
