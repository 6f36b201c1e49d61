"""Words learned over patients: many people's word stays, a name never does."""

from __future__ import annotations

import pytest
from tests.spec.deid.objects import SUBJECT, ct, output, part10, read

from yushan.base import Rejected
from yushan.domain.deid import (
    Census,
    Found,
    LearnedWords,
    SiteWords,
    joined,
    load_policy,
    read_learned_words,
    read_site_words,
    reviewed,
    with_words,
    words_digest,
    words_file,
    words_of,
)
from yushan.domain.deid.candidates import candidates, is_learnable, looks_like_name
from yushan.domain.deid.vocabulary import cleaned_code_string, cleaned_text

NOBODY: frozenset[str] = frozenset()


def site(name: str, people: int, *words: str, names: frozenset[str] = NOBODY) -> SiteWords:
    census = Census()
    for number in range(people):
        census.add(f"{name}-{number}", Found(frozenset(words), names))
    return census.site_words(name)


def test_words_of_descriptors_at_every_depth_are_found_and_comments_are_not() -> None:
    item = {0x00400007: ("LO", "Zwiebel fettgesättigt"), 0x00400009: ("SH", "SPS77")}
    made = words_of(
        part10(
            ct(
                SeriesDescription=("LO", "Chest quenza DaMing 20190725 膝蓋骨旁切面"),
                ImageComments=("LT", "kommentar"),
                RequestAttributesSequence=("SQ", [item]),
                ScanOptions=("CS", "HELICAL\\ZIGMODE"),
                TimezoneOffsetFromUTC=("SH", "+0800"),
            )
        )
    )
    assert {"quenza", "zwiebel", "zigmode", "膝蓋骨旁切面"} <= made.words
    assert not made.words & {"chest", "kommentar", "20190725", "helical", "sps77"}
    assert "daming" in made.names


def test_a_word_needs_enough_patients_and_enough_sites() -> None:
    parts = [site("a", 6, "quenza", "rara"), site("b", 5, "quenza")]
    assert joined(parts).words == ("quenza",)
    assert joined(parts, patients=12).words == ()
    assert joined(parts, sites=3).words == ()
    assert joined(parts, patients=5, sites=1).words == ("quenza", "rara")


def test_the_same_patient_counts_once_and_rare_words_stay_at_their_site() -> None:
    census = Census()
    for _ in range(20):
        census.add("one", Found(frozenset({"quenza"}), NOBODY))
    made = census.site_words("a")
    assert made.patients == 1
    assert made.words == {}


def test_a_name_of_any_patient_is_refused_for_all_sites() -> None:
    census = Census()
    census.add("x", Found(NOBODY, frozenset({"quenza", "王大明", "weststadt"})))
    for number in range(12):
        words = frozenset({"quenza", "王大明檢查", "xweststadtx", "field"})
        census.add(str(number), Found(words, NOBODY))
    made = census.site_words("a")
    assert made.words == {"field": 12}
    assert set(made.refused) == {"quenza", "xweststadtx", "王大明檢查"}
    both = joined([made, site("b", 30, "quenza", "field")])
    assert both.words == ("field",)


@pytest.mark.parametrize(
    "word", ["x", "1234", "a1234", "A123456789".lower(), "20190725", "王", "12", "1a23b4"]
)
def test_numbers_identifiers_and_single_characters_are_never_learned(word: str) -> None:
    assert not is_learnable(word)


@pytest.mark.parametrize(
    ("word", "doubtful"),
    [
        ("lin", True),
        ("wang2", True),
        ("王大明", True),
        ("高解析", True),
        ("旋轉", False),
        ("mb3", False),
    ],
)
def test_what_looks_like_a_name_waits_for_a_person(word: str, doubtful: bool) -> None:
    assert looks_like_name(word) is doubtful
    made = joined([site("a", 20, word), site("b", 20, word)])
    assert (word in made.doubtful) is doubtful
    assert (word in made.words) is not doubtful
    kept = reviewed(made, keep=[word], drop=[])
    assert kept.words == (word,)
    assert reviewed(kept, keep=[], drop=[word]).words == ()


def test_unknown_pieces_of_a_chinese_run_are_candidates() -> None:
    assert set(candidates("胸部旋轉斷層", "descriptor")) == {"胸部旋轉斷層", "旋轉"}


def test_files_are_the_same_for_the_same_counts_and_nothing_else_is_read() -> None:
    made = joined([site("b", 9, "quenza"), site("a", 9, "quenza")])
    content = words_file(made)
    assert content == words_file(joined([site("a", 9, "quenza"), site("b", 9, "quenza")]))
    assert read_learned_words(content) == made
    assert len(words_digest(content)) == 64
    assert read_site_words(words_file(site("a", 9, "quenza"))).words == {"quenza": 9}
    broken = LearnedWords(least_patients=1, least_sites=1, sites=(), words=("A123456789",))
    for content in (
        b"{}",
        b"\xff",
        words_file(broken),
        words_file(made).replace(b": 1,", b": 2,", 1),
    ):
        with pytest.raises(Rejected, match=r"deid\.words-invalid"):
            read_learned_words(content)
    with pytest.raises(Rejected, match=r"deid\.words-invalid"):
        read_site_words(b"[]")


@pytest.mark.parametrize("parts", [[], [site("a", 9, "x1"), site("a", 9, "x1")]])
def test_a_site_counts_once(parts: list[SiteWords]) -> None:
    with pytest.raises(Rejected, match=r"deid\.words-invalid"):
        joined(parts)


def test_learned_words_stay_in_descriptors_and_codes_unless_they_name_the_patient() -> None:
    words = frozenset({"quenza", "旋轉", "daming", "zigmode"})
    assert cleaned_text("Chest QUENZA 胸部旋轉", "descriptor") == "Chest"
    assert cleaned_text("Chest QUENZA 胸部旋轉", "descriptor", words) == "Chest QUENZA 胸部旋轉"
    assert cleaned_code_string("ZIGMODE", words) == "ZIGMODE"
    policy = with_words(load_policy("tw-hospital"), words, "0" * 64)
    assert policy.digest != load_policy("tw-hospital").digest
    changes = {
        "SeriesDescription": ("LO", "Chest quenza"),
        "StudyDescription": ("LO", "Chest DaMing"),
        "ScanOptions": ("CS", "ZIGMODE\\DAMING"),
    }
    made = read(output(part10(ct(**changes)), policy=policy))  # type: ignore[arg-type]
    assert made.SeriesDescription == "Chest quenza"
    assert "StudyDescription" not in made or "DaMing" not in made.StudyDescription
    assert made.ScanOptions == "ZIGMODE"
    assert made.PatientID == SUBJECT
