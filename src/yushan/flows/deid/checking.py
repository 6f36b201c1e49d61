"""A folder looked through by the verifier, side by side; against its originals if given."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from yushan.base import Rejected
from yushan.domain.deid import harvest
from yushan.domain.dicom import walk
from yushan.domain.verifier import verify
from yushan.flows.cleaning import content, terms_of
from yushan.flows.deid.inputs import inputs
from yushan.flows.deid.kinds import HEAD, Kind, kind_of
from yushan.flows.deid.looking import texts
from yushan.flows.deid.pool import Pool, Stopped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from mmap import mmap

    from yushan.domain.deid import Policy
    from yushan.domain.verifier import Terms
    from yushan.flows.deid.inputs import Found
    from yushan.flows.deid.story import Progress

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
class Original:
    """What one original tells."""

    sop_instance: str = ""
    tokens: frozenset[str] = frozenset()


@dataclass(slots=True)
class Verdict:
    """What was found in a folder.

    ``originals`` is the number of different SOP Instance UIDs in IN, ``None`` without IN.
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
    """One look: OUT, perhaps IN, under the terms of which policy, and how many processes."""

    out: Path
    policy: Policy
    against: Path | None = None
    jobs: int = 0

    def workers(self) -> int:
        """The number of processes."""
        return self.jobs or len(os.sched_getaffinity(0))


def check(wish: Check, progress: Progress, stopped: Stopped | None = None) -> Verdict:
    """Look through a folder.

    Raises
    ------
    Rejected
        ``standalone.nothing-to-verify``.
    Unavailable
        ``standalone.interrupted``.
    """
    with Pool(
        wish.workers(), stopped or Stopped(), memory_mib=MEMORY_MIB, seconds=DEADLINE_S
    ) as pool:
        verdict, tokens = Verdict(), frozenset[str]()
        if wish.against is not None:
            verdict.originals, tokens = learned(pool, wish, progress)
        seen: set[str] = set()
        terms = terms_of(wish.policy)
        of = sum(1 for _ in inputs(wish.out))
        for group in pool.each(check_all, chunks(wish.out, tokens, terms), not_checked):
            for one in group:
                take(verdict, one, seen)
            progress("verify", verdict.objects, of)
    if not verdict.objects:
        raise Rejected("standalone.nothing-to-verify")
    verdict.instances = len(seen)
    verdict.findings.sort(key=lambda one: (one["file"], one["place"], one["kind"]))
    if verdict.originals is not None and verdict.instances > verdict.originals:
        verdict.note("", "", "standalone.more-than-originals")
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


def learned(pool: Pool, wish: Check, progress: Progress) -> tuple[int, frozenset[str]]:
    """How many instances the originals are, and by which words their people are known."""
    tokens: set[str] = set()
    instances: set[str] = set()
    count = 0
    source = wish.against or wish.out
    for group in pool.each(learn_all, chunks(source, wish.policy), not_learned):
        for one in group:
            tokens |= one.tokens
            instances.add(one.sop_instance)
        count += len(group)
        progress("look", count, 0)
    return len(instances - {""}), frozenset(tokens)


def chunks(root: Path, *more: Any) -> Iterator[tuple[tuple[Found, ...], tuple[Any, ...]]]:  # noqa: ANN401 - passed on
    """The files of a folder as a child takes them."""
    chunk: list[Found] = []
    for one in inputs(root):
        chunk.append(one)
        if len(chunk) == CHUNK:
            yield tuple(chunk), more
            chunk = []
    if chunk:
        yield tuple(chunk), more


def check_all(
    chunk: tuple[Found, ...], tokens: frozenset[str], terms: Terms
) -> tuple[Checked, ...]:
    """Look at some files, in a child."""
    return tuple(check_one(one, tokens, terms) for one in chunk)


def check_one(one: Found, tokens: frozenset[str], terms: Terms) -> Checked:
    """Look at one file."""
    if one.problem:
        return Checked(one.name, findings=(("", one.problem),))
    try:
        with content(Path(one.path)) as data:
            found = verify(data, harvested=tokens, terms=terms)
            instance = instance_of(data)
    except OSError:
        return Checked(one.name, findings=(("", "standalone.unreadable"),))
    return Checked(one.name, instance, tuple((each.place, each.kind) for each in found))


def instance_of(data: bytes | mmap) -> str:
    """The SOP Instance UID of a file; empty when it cannot be read."""
    try:
        return texts(walk(data))[1]
    except Rejected:
        return ""


def learn_all(chunk: tuple[Found, ...], policy: Policy) -> tuple[Original, ...]:
    """Look at some originals, in a child."""
    return tuple(learn(one, policy) for one in chunk)


def learn(one: Found, policy: Policy) -> Original:
    """Look at one original; what is not DICOM tells nothing."""
    try:
        with Path(one.path).open("rb") as file:
            if kind_of(file.read(HEAD), one.name) is not Kind.DICOM:
                return Original()
        with content(Path(one.path)) as data:
            return Original(texts(walk(data))[1], harvest(data).under(policy).tokens)
    except (OSError, Rejected):
        return Original()


def not_checked(one: Found, code: str) -> Checked:
    """A file at which no child could look."""
    return Checked(one.name, findings=(("", code),))


def not_learned(one: Found, code: str) -> Original:  # noqa: ARG001 - one face for all
    """An original at which no child could look."""
    return Original()
