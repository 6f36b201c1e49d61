"""Words of descriptors learned over patients: many people's word is nobody's name.

A site counts in how many patients each unknown word of its descriptors occurs (``Census``) and
writes down those of enough patients, none that is a name or number of any patient (``SiteWords``).
The centre joins the sites' counts (``joined``), a person reviews the result (``reviewed``), and a
policy takes it by digest. Rare words never leave the site that saw them.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from yushan.base import Rejected
from yushan.domain.deid.candidates import is_learnable, looks_like_name
from yushan.domain.deid.harvest import LONG

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yushan.domain.deid.candidates import Found

T = TypeVar("T")

FORMAT: Final = 1
#: The vocabulary is published with its policy, so it follows the rule of public counts: a cell of
#: fewer than ten people is not shown. Two sites, since one site's habit may be one person's name.
LEAST_PATIENTS: Final = 10
LEAST_SITES: Final = 2
#: Words of fewer patients are not written down at all.
FLOOR: Final = 5
#: Patients are told apart up to this number per word; more are simply many.
MOST_COUNTED: Final = 1000


class SiteWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a site hands over: words with the number of its patients, and words that are names."""

    format: int = FORMAT
    site: str
    patients: int
    words: dict[str, int]
    refused: tuple[str, ...] = ()


class LearnedWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A learned vocabulary: ``words`` may stay, ``doubtful`` ones wait for a person."""

    format: int = FORMAT
    least_patients: int
    least_sites: int
    sites: tuple[tuple[str, int], ...]
    words: tuple[str, ...]
    doubtful: tuple[str, ...] = ()


class Census:
    """Counts the patients of each word at one site; keeps names in memory only, to refuse them."""

    def __init__(self) -> None:
        self.seen: Final[dict[str, set[str]]] = {}
        self.names: Final[set[str]] = set()
        self.patients: Final[set[str]] = set()

    def add(self, patient: str, found: Found) -> None:
        """Count one object of a patient; any text that tells patients apart."""
        self.patients.add(patient)
        self.names.update(found.names)
        for word in found.words:
            people = self.seen.setdefault(word, set())
            if len(people) < MOST_COUNTED:
                people.add(patient)

    def site_words(self, site: str, *, floor: int = FLOOR) -> SiteWords:
        """The words of at least ``floor`` patients, names told apart from words."""
        counted = {word: len(people) for word, people in sorted(self.seen.items())}
        frequent = {word: number for word, number in counted.items() if number >= floor}
        inside = tuple(sorted(name for name in self.names if counts_inside(name)))
        refused = {word for word in frequent if is_name(word, self.names, inside)}
        return SiteWords(
            site=site,
            patients=len(self.patients),
            words={word: number for word, number in frequent.items() if word not in refused},
            refused=tuple(sorted(refused)),
        )


def counts_inside(name: str) -> bool:
    """Whether a name counts inside a longer word: a long one, or a Chinese one."""
    return len(name) >= LONG or (not name.isascii() and len(name) > 1)


def is_name(word: str, names: set[str], inside: tuple[str, ...]) -> bool:
    """Whether a word is, or holds, what identifies somebody."""
    return word in names or any(name in word for name in inside)


def joined(
    parts: Iterable[SiteWords],
    *,
    patients: int = LEAST_PATIENTS,
    sites: int = LEAST_SITES,
) -> LearnedWords:
    """The words seen in enough patients and at enough sites, and refused by none.

    Raises
    ------
    Rejected
        ``deid.words-invalid``: a site twice, no site, or a bound below 1.
    """
    known = sorted(parts, key=lambda part: part.site)
    names = [part.site for part in known]
    if not known or len(set(names)) < len(names) or patients < 1 or sites < 1:
        raise Rejected("deid.words-invalid")
    refused = {word for part in known for word in part.refused}
    people: dict[str, int] = {}
    places: dict[str, int] = {}
    for part in known:
        for word, number in part.words.items():
            people[word] = people.get(word, 0) + number
            places[word] = places.get(word, 0) + 1
    safe = sorted(
        word
        for word, number in people.items()
        if number >= patients
        and places[word] >= sites
        and word not in refused
        and is_learnable(word)
    )
    return LearnedWords(
        least_patients=patients,
        least_sites=sites,
        sites=tuple((part.site, part.patients) for part in known),
        words=tuple(word for word in safe if not looks_like_name(word)),
        doubtful=tuple(word for word in safe if looks_like_name(word)),
    )


def reviewed(learned: LearnedWords, *, keep: Iterable[str], drop: Iterable[str]) -> LearnedWords:
    """After a person looked: doubtful words that may stay, and words that may not."""
    kept, dropped = frozenset(keep) & frozenset(learned.doubtful), frozenset(drop)
    return msgspec.structs.replace(
        learned,
        words=tuple(sorted((set(learned.words) | kept) - dropped)),
        doubtful=tuple(word for word in learned.doubtful if word not in kept | dropped),
    )


def words_file(table: SiteWords | LearnedWords) -> bytes:
    """The file of a table: JSON with sorted keys, so that equal tables have equal digests."""
    return msgspec.json.format(msgspec.json.encode(table, order="sorted"), indent=1) + b"\n"


def words_digest(content: bytes) -> str:
    """The digest by which a policy names a learned vocabulary."""
    return hashlib.sha256(content).hexdigest()


def read_site_words(content: bytes) -> SiteWords:
    """The counts of a site from their file; ``deid.words-invalid`` when they are none."""
    try:
        made = msgspec.json.decode(content, type=SiteWords)
    except msgspec.DecodeError:
        raise Rejected("deid.words-invalid") from None
    return valid(made, made.format)


def read_learned_words(content: bytes) -> LearnedWords:
    """A learned vocabulary from its file; ``deid.words-invalid`` when it is none."""
    try:
        made = msgspec.json.decode(content, type=LearnedWords)
    except msgspec.DecodeError:
        raise Rejected("deid.words-invalid") from None
    return valid(made, made.format if all(map(is_learnable, made.words)) else 0)


def valid(table: T, written: int) -> T:
    """The table if it is of this format."""
    if written != FORMAT:
        raise Rejected("deid.words-invalid")
    return table
