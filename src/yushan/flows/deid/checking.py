"""A folder looked through by the verifier, side by side; against its originals if given."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.domain.dicom import walk
from yushan.domain.verifier import verify
from yushan.flows.cleaning import content, terms_of
from yushan.flows.deid.inputs import inputs
from yushan.flows.deid.key_folder import open_keys
from yushan.flows.deid.looking import texts
from yushan.flows.deid.originals import Originals
from yushan.flows.deid.pool import Pool, Stopped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from mmap import mmap

    from yushan.domain.deid import Policy
    from yushan.domain.verifier import Terms
    from yushan.flows.deid.desk import Progress
    from yushan.flows.deid.inputs import Found

CHUNK: Final = 32
MEMORY_MIB: Final = 4096
DEADLINE_S: Final = 300.0
#: A finding is shown for so many files; all are counted.
SHOWN: Final = 10_000


@dataclass(frozen=True, slots=True)
class Checked:
    """What the verifier says of one file: places and kinds, never values."""

    name: str
    sop_instance: str = ""
    findings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """One file, and the words that it must not hold."""

    found: Found
    words: frozenset[str] = field(repr=False)
    has_original: bool


@dataclass(slots=True)
class Verdict:
    """What was found in a folder.

    ``originals`` is the number of different SOP Instance UIDs in IN, ``None`` without IN and where
    archives in IN were not opened.
    """

    objects: int = 0
    clean: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    findings: list[dict[str, str]] = field(default_factory=list)
    instances: int = 0
    originals: int | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.kinds

    def note(self, file: str, place: str, kind: str) -> None:
        """Count a finding; keep it if there is room."""
        self.kinds[kind] += 1
        if len(self.findings) < SHOWN:
            self.findings.append({"file": file, "place": place, "kind": kind})


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One look: OUT, perhaps IN, under the terms of which policy, and how many processes.

    With ``keys``, those OUT was made with, each output is held against its own patient alone, and
    one without an original is a finding; else against all patients of IN, and then a word that
    names one may stand in another's object by chance.
    """

    out: Path
    policy: Policy
    against: Path | None = None
    keys: Path | None = None
    jobs: int = 0

    def workers(self) -> int:
        """The number of processes."""
        return self.jobs or len(os.sched_getaffinity(0))


def check(wish: Check, progress: Progress, stopped: Stopped | None = None) -> Verdict:
    """Look through a folder.

    Raises
    ------
    Rejected
        ``standalone.nothing-to-verify``; as ``load_secret`` for ``keys``.
    Unavailable
        ``standalone.interrupted``.
    """
    keys = None if wish.keys is None else open_keys(wish.keys, may_make=False)
    with Pool(
        wish.workers(), stopped or Stopped(), memory_mib=MEMORY_MIB, seconds=DEADLINE_S
    ) as pool:
        verdict, seen = Verdict(), set[str]()
        originals = Originals(keys)
        if wish.against is not None:
            originals.learn(pool, wish.against, wish.policy, progress)
            verdict.originals = None if originals.has_archives else len(originals.instances)
        of = sum(1 for _ in inputs(wish.out))
        asked = chunks(wish.out, originals, terms_of(wish.policy))
        for group in pool.each(check_all, asked, not_checked):
            for one in group:
                take(verdict, one, seen)
            progress("verify", verdict.objects, of)
    if not verdict.objects:
        raise Rejected("standalone.nothing-to-verify")
    verdict.instances = len(seen)
    if verdict.originals is not None and verdict.instances > verdict.originals:
        verdict.note("", "", "standalone.more-than-originals")
    verdict.findings.sort(key=lambda one: (one["file"], one["place"], one["kind"]))
    return verdict


def take(verdict: Verdict, one: Checked, seen: set[str]) -> None:
    """Take in what was found in one file."""
    verdict.objects += 1
    verdict.clean += not one.findings
    for place, kind in one.findings:
        verdict.note(one.name, place, kind)
    if one.sop_instance in seen:
        verdict.note(one.name, "", "standalone.instance-twice")
    elif one.sop_instance:
        seen.add(one.sop_instance)


def chunks(
    out: Path, originals: Originals, terms: Terms
) -> Iterator[tuple[tuple[Asked, ...], tuple[Terms]]]:
    """The files of OUT as a child takes them, each with the words of its patient."""
    chunk: list[Asked] = []
    for one in inputs(out):
        chunk.append(Asked(one, *originals.words(one.name)))
        if len(chunk) == CHUNK:
            yield tuple(chunk), (terms,)
            chunk = []
    if chunk:
        yield tuple(chunk), (terms,)


def check_all(chunk: tuple[Asked, ...], terms: Terms) -> tuple[Checked, ...]:
    """Look at some files, in a child."""
    return tuple(check_one(one, terms) for one in chunk)


def check_one(asked: Asked, terms: Terms) -> Checked:
    """Look at one file."""
    name = asked.found.name
    if asked.found.problem:
        return Checked(name, findings=(("", asked.found.problem),))
    try:
        with content(Path(asked.found.path)) as data:
            found = verify(data, harvested=asked.words, terms=terms)
            instance = instance_of(data)
    except OSError:
        return Checked(name, findings=(("", "standalone.unreadable"),))
    findings = tuple((each.place, each.kind) for each in found)
    if not asked.has_original:
        findings = (("", "standalone.no-original"), *findings)
    return Checked(name, instance, findings)


def instance_of(data: bytes | mmap) -> str:
    """The SOP Instance UID of a file; empty when it cannot be read."""
    try:
        return texts(walk(data))[1]
    except Rejected:
        return ""


def not_checked(asked: Asked, code: str) -> Checked:
    """A file at which no child could look."""
    return Checked(asked.found.name, findings=(("", code),))
