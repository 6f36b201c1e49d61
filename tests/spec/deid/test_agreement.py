"""What stage 1 lets stay, the verifier lets pass: two vocabularies, one language."""

from __future__ import annotations

import pytest
from tests.spec.deid.objects import ct, output, part10, read

from yushan.domain.deid.vocabulary import vocabulary
from yushan.domain.verifier import verify

WORDS = sorted(word for word in vocabulary().words["descriptor"] if len(word) > 1)
CHINESE = sorted(vocabulary().chinese)
CODED = sorted(vocabulary().coded)


def passes(keyword: str, vr: str, words: list[str], between: str) -> None:
    """Objects that hold the words, some at a time, pass."""
    for start in range(0, len(words), 4):
        text = between.join(words[start : start + 4])
        out = output(part10(ct(**{keyword: (vr, text)})))
        assert keyword in read(out), text
        assert verify(out) == (), text


@pytest.mark.parametrize("start", range(0, len(WORDS), 300))
def test_every_word_of_the_vocabulary_passes(start: int) -> None:
    passes("StudyDescription", "LO", WORDS[start : start + 300], " ")


def test_every_chinese_word_of_the_vocabulary_passes() -> None:
    passes("StudyDescription", "LO", CHINESE, " ")


@pytest.mark.parametrize("start", range(0, len(CODED), 500))
def test_every_coded_string_passes(start: int) -> None:
    passes("ScanOptions", "CS", CODED[start : start + 500], "\\")
