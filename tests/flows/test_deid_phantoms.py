"""Every object of a synthetic patient comes to one end at both stages: clean, or held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from yushan.assembly.samples import kept_files
from yushan.base import Pseudonym
from yushan.domain.deid import (
    Quarantined,
    SiteKeys,
    deidentify,
    harvest,
    load_policy,
    reissue,
    site_pseudonym,
)
from yushan.domain.dicom import summarize
from yushan.domain.phantoms import Options, make
from yushan.domain.verifier import verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.domain.phantoms import SampleFile

KEYS = SiteKeys(uid=b"u" * 32, pseudonym=b"p" * 32, date=b"d" * 32)
SUBJECT = site_pseudonym(KEYS, "somebody")
LATER = Pseudonym("B" * 16)
#: One small object of every class this generator knows.
RECIPE, SEED = "everything", 3
#: Classes that leave by their headers alone; the pixels of others are read first, or by a person.
BY_HEADER = {"CT", "MR", "PT", "SEG", "RTSTRUCT", "RTPLAN", "RTDOSE"}


def objects() -> Iterator[SampleFile]:
    options = Options(size="small", truths=("seg", "sr", "rtstruct"))
    files = kept_files(f"{RECIPE}-{SEED}", lambda: make(RECIPE, SEED, options))
    return (one for one in files if one.name.endswith(".dcm"))


@pytest.mark.parametrize("policy", ["tw-hospital"])
def test_every_class_is_released_clean_at_both_stages_or_held(policy: str) -> None:
    ends: dict[str, set[str]] = {}
    for file in objects():
        modality = file.name.split("/")[1].split("-")[-1]
        tokens = harvest(file.data)
        answer = deidentify(
            file.data, policy=load_policy(policy), keys=KEYS, subject=SUBJECT, offset_days=-400,
            harvested=tokens,
        )  # fmt: skip
        ends.setdefault(modality, set()).add(type(answer).__name__)
        if isinstance(answer, Quarantined):
            continue
        first = b"".join(answer.chunks)
        assert verify(first, harvested=tokens.tokens, subject=SUBJECT) == (), file.name
        second = reissue(first, uid_key=b"c" * 32, subject=LATER, shift_days=100)
        assert verify(second, harvested=tokens.tokens, subject=LATER) == (), file.name
        known, old = summarize(second), summarize(file.data)
        assert known.sop_class_uid == old.sop_class_uid
        assert known.sop_instance_uid != old.sop_instance_uid
    assert {one: ends[one] for one in BY_HEADER} == {one: {"Released"} for one in BY_HEADER}
    assert len(ends) > 15
