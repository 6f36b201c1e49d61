"""What stage 1 lets stay, the verifier lets pass: two vocabularies, one language."""

from __future__ import annotations

import re

import pytest
from tests.spec.deid.objects import ct, output, part10, read

from yushan.domain.deid.vocabulary import vocabulary
from yushan.domain.verifier import verify
from yushan.domain.verifier.shapes import PARTS, han_words, is_known
from yushan.domain.verifier.tables import tables

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


def test_the_verifiers_own_words_cover_all_that_stage_1_keeps() -> None:
    """Two lists by two hands: what one knows and the other does not is told here, word by word."""
    ours, theirs = vocabulary(), tables()
    for kind, known in (("descriptor", theirs.words), ("device", theirs.names)):
        missing = {
            word
            for word in ours.words[kind]
            if len(word) > 1
            and (kind == "descriptor" or word.isalpha())
            and not all(is_known(part.upper(), known) for part in PARTS(word))
        }
        assert missing == set(), kind
    whole = re.compile(f"(?:{han_words(frozenset()).pattern})+")
    assert {word for word in ours.chinese if not whole.fullmatch(word)} == set()
