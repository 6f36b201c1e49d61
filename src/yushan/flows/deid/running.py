"""A run over a folder: places, keys, journal, children, and what is told at the end."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from yushan import __version__
from yushan.base import Rejected, SystemClock, Unavailable
from yushan.flows.deid.decisions import NAME, read_decisions
from yushan.flows.deid.desk import Desk
from yushan.flows.deid.journal import Journal
from yushan.flows.deid.key_folder import open_keys
from yushan.flows.deid.making import FAILED, FULL
from yushan.flows.deid.maps import write_maps
from yushan.flows.deid.places import check_out, lock, make_room, outputs, places
from yushan.flows.deid.pool import Pool, Stopped
from yushan.flows.deid.report import Report, Summary, summary, write_report
from yushan.flows.deid.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.flows.deid.desk import Progress
    from yushan.flows.deid.key_folder import Keys
    from yushan.flows.deid.places import Places
    from yushan.flows.deid.wish import Wish

MEMORY_MIB: Final = 4096
DEADLINE_S: Final = 120.0
#: The same for work on pixels: a volume of a head is held several times while its face is taken.
SLOW_MEMORY_MIB: Final = 16384
SLOW_DEADLINE_S: Final = 1800.0
#: Memory that one such child may well use, for how many run side by side.
SLOW_TAKES_MIB: Final = 3072


def most_at_once() -> int:
    """How many children may work on pixels side by side in this machine's memory."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    return max(1, memory // SLOW_TAKES_MIB)


def silent(stage: str, done: int, of: int) -> None:
    """Tell nobody."""


def run(wish: Wish, *, progress: Progress = silent, stopped: Stopped | None = None) -> Report:
    """De-identify a folder; give the same wish again to go on after whatever was raised.

    Raises
    ------
    Rejected
        ``standalone.…``: places, keys or an OUT that cannot be.
    Unavailable
        ``standalone.interrupted``, ``standalone.busy``, ``standalone.disk-full`` and the like.
    """
    place = places(wish.source, wish.out, wish.keys, wish.report)
    decisions = read_decisions(wish.decisions or place.keys / NAME)
    with journal_errors(), begun(place, wish) as (keys, journal):
        drafts = make_room(place)
        stopped = stopped or Stopped()

        def slow_pool() -> Pool:
            jobs = min(wish.workers(), most_at_once())
            return Pool(jobs, stopped, memory_mib=SLOW_MEMORY_MIB, seconds=SLOW_DEADLINE_S)

        with Pool(wish.workers(), stopped, memory_mib=MEMORY_MIB, seconds=DEADLINE_S) as pool:
            desk = Desk(
                wish=wish, places=place, keys=keys, journal=journal, decisions=decisions, pool=pool,
                slow_pool=slow_pool, drafts=drafts, progress=progress,
            )  # fmt: skip
            Story(desk).run()
        return told(desk)


@contextmanager
def journal_errors() -> Iterator[None]:
    """A full or failing disk under the journal, said as ``Unavailable``."""
    try:
        yield
    except sqlite3.OperationalError as error:
        is_full = error.sqlite_errorname == "SQLITE_FULL"
        raise Unavailable(FULL if is_full else FAILED) from error


def told(desk: Desk) -> Report:
    """Write maps and report."""
    place, keys = desk.places, desk.keys
    write_maps(place.keys, keys)
    found = summary(desk.journal)
    report = Report(found, place.report, place.page, place.keys, keys.is_new)
    write_report(desk.journal, place.report, head_of(desk.wish, keys, found), desk.decisions)
    return report


def head_of(wish: Wish, keys: Keys, found: Summary) -> dict[str, Any]:
    """What the report says before its rows."""
    policy = wish.policy
    return {
        "program": f"yushan {__version__}",
        "written": SystemClock().now().isoformat(timespec="seconds"),
        "policy": {
            "name": policy.name,
            "options": policy.options,
            "digest": policy.digest,
            "signed": wish.is_policy_signed,
        },
        "keys": keys.fingerprint,
        "inputs": found.inputs,
        "sums": found.sums,
        "closes": found.closes,
        "objects": found.objects,
        "persons": found.persons,
        "reasons": found.reasons,
        "methods": found.methods,
        "classes": found.classes,
    }


@contextmanager
def begun(place: Places, wish: Wish) -> Iterator[tuple[Keys, Journal]]:
    """Keys and journal of a run that may go on, held for this process alone."""
    is_known = place.journal.exists()
    if wish.beginning == "resume" and not is_known:
        raise Rejected("standalone.nothing-to-resume")
    try:
        check_out(place.out, is_known=is_known)
        has_outputs = next(outputs(place.out), None) is not None
        keys = open_keys(place.keys, may_make=not has_outputs)
        held = lock(place.run)
    except OSError as error:
        raise Unavailable("standalone.no-room-made") from error
    try:
        if wish.beginning == "fresh":
            begin_anew(place)
        journal = opened(place, keys, has_outputs=has_outputs)
        try:
            yield keys, journal
        finally:
            journal.close()
            shutil.rmtree(place.unpacked, ignore_errors=True)
            shutil.rmtree(place.drafts, ignore_errors=True)
    finally:
        os.close(held)


def opened(place: Places, keys: Keys, *, has_outputs: bool) -> Journal:
    """The journal of an OUT; one of another IN or other keys is begun anew if OUT is empty."""
    facts = {
        "keys": (keys.fingerprint, "standalone.other-keys"),
        "source": (os.fspath(place.source), "standalone.other-input"),
    }
    try:
        return Journal(place.journal, facts)
    except Rejected as error:
        if has_outputs or error.code == "standalone.journal-unreadable":
            raise
    begin_anew(place)
    return Journal(place.journal, facts)


def begin_anew(place: Places) -> None:
    """Take away the journal and the outputs of the last run."""
    for name in tuple(outputs(place.out)):
        (place.out / name).unlink()
    for path in place.run.glob("journal.db*"):
        path.unlink()
