"""Words of descriptors that many patients share, counted at a site and joined over sites."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from yushan.base import Rejected
from yushan.domain.deid import Census, Found, words_of
from yushan.domain.dicom import walk
from yushan.flows.cleaning import content
from yushan.flows.deid.inputs import inputs
from yushan.flows.deid.kinds import HEAD, Kind, kind_of
from yushan.flows.deid.looking import folded, texts
from yushan.flows.deid.pool import Pool, Stopped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.domain.deid import SiteWords
    from yushan.flows.deid.desk import Progress
    from yushan.flows.deid.inputs import Found as Input

CHUNK: Final = 32
MEMORY_MIB: Final = 4096
DEADLINE_S: Final = 120.0
PATIENT: Final = 4

#: Patient and words; ``None`` for what is no DICOM, a code for what no child could read.
Words = tuple[str, Found] | str | None


def count_words(
    source: Path, site: str, jobs: int, progress: Progress, stopped: Stopped
) -> tuple[SiteWords, int]:
    """The words of descriptors below a folder with their patients, and files at which none looked.

    Names of patients are kept in memory only, to refuse words that are names.
    """
    census, done, failed = Census(), 0, 0
    jobs = jobs or len(os.sched_getaffinity(0))
    with Pool(jobs, stopped, memory_mib=MEMORY_MIB, seconds=DEADLINE_S) as pool:
        for group in pool.each(words_of_all, chunks(source), not_read):
            for one in group:
                if isinstance(one, str):
                    failed += 1
                elif one is not None:
                    census.add(*one)
            done += len(group)
            progress("look", done, 0)
    return census.site_words(site), failed


def chunks(source: Path) -> Iterator[tuple[tuple[Input, ...], tuple[Any, ...]]]:
    """The files of a folder as a child takes them."""
    chunk: list[Input] = []
    for one in inputs(source):
        chunk.append(one)
        if len(chunk) == CHUNK:
            yield tuple(chunk), ()
            chunk = []
    if chunk:
        yield tuple(chunk), ()


def words_of_all(chunk: tuple[Input, ...]) -> tuple[Words, ...]:
    """Patient and words of some files, in a child; ``None`` for what is no DICOM."""
    return tuple(words_of_one(one) for one in chunk)


def words_of_one(one: Input) -> Words:
    """Patient and words of one file."""
    try:
        with Path(one.path).open("rb") as file:
            if kind_of(file.read(HEAD), one.name) is not Kind.DICOM:
                return None
        with content(Path(one.path)) as data:
            return folded(texts(walk(data))[PATIENT]), words_of(data)
    except (OSError, Rejected):
        return None


def not_read(_: Input, code: str) -> Words:
    """A file at which no child could look."""
    return code
