"""Where everything lies: IN is never written, OUT holds outputs alone, all else is by the keys."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

UID: Final = r"2\.25\.[0-9]{39}"
#: The names of outputs, by which ours are told from others'.
OUTPUT: Final = re.compile(f"[A-Z2-7]{{16}}/{UID}/{UID}/{UID}[.]dcm")
DRAFT: Final = re.compile(r"\.draft-[0-9]+-[0-9]+")


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one run; ``run`` is what it owns below the keys."""

    source: Path
    out: Path
    keys: Path
    run: Path
    report: Path
    page: Path

    @property
    def journal(self) -> Path:
        """The journal's file."""
        return self.run / "journal.db"

    @property
    def drafts(self) -> Path:
        """Files in the making."""
        return self.run / "drafts"

    @property
    def unpacked(self) -> Path:
        """What archives hold, while the run lasts."""
        return self.run / "unpacked"


def places(source: Path, out: Path, keys: Path | None, report: Path | None) -> Places:
    """All places of a run, judged before anything is made.

    Raises
    ------
    Rejected
        ``standalone.in-missing``, ``standalone.out-no-folder``, ``standalone.keys-no-folder``,
        ``standalone.places-overlap``.
    """
    source, out = source.resolve(), out.resolve()
    keys = keys_of(out, keys)
    run = run_of(keys, out)
    told = (report or keys / "report.json").resolve()
    report, page = told.with_suffix(".json"), told.with_suffix(".html")
    if told.suffix not in {".json", ".html"}:
        report, page = told, told.with_name(f"{told.name}.html")
    if not os.access(source, os.F_OK):
        raise Rejected("standalone.in-missing")
    if out.exists() and not out.is_dir():
        raise Rejected("standalone.out-no-folder")
    if keys.exists() and not keys.is_dir():
        raise Rejected("standalone.keys-no-folder")
    for one, other in ((source, out), (source, keys), (out, keys)):
        if one.is_relative_to(other) or other.is_relative_to(one):
            raise Rejected("standalone.places-overlap")
    if any(file.is_relative_to(folder) for file in (report, page) for folder in (source, out)):
        raise Rejected("standalone.places-overlap")
    return Places(source, out, keys, run, report, page)


def keys_of(out: Path, keys: Path | None) -> Path:
    """The folder of the keys: as named, or beside OUT."""
    return Path(f"{out}.keys") if keys is None else keys.resolve()


def run_of(keys: Path, out: Path) -> Path:
    """What the run into an OUT owns below the keys."""
    return keys / "runs" / hashlib.sha256(os.fsencode(out)).hexdigest()[:16]


def lock(run: Path) -> int:
    """Hold a run for this process; the lock goes with it. ``Unavailable("standalone.busy")``."""
    run.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(run / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise Unavailable("standalone.busy") from error
    return descriptor


def outputs(out: Path) -> Iterator[str]:
    """The names of all files of OUT, relative, in no order."""
    for folder, _, names in os.walk(out):
        for name in names:
            yield os.path.relpath(os.path.join(folder, name), out)  # noqa: PTH118 - a hundred thousand


def is_ours(name: str) -> bool:
    """Whether a file of OUT has a name that only a run of ours gives."""
    return bool(OUTPUT.fullmatch(name) or DRAFT.fullmatch(Path(name).name))


def check_out(out: Path, *, is_known: bool) -> None:
    """Refuse an OUT that holds what is not ours: ``standalone.out-foreign``."""
    for name in outputs(out):
        if not (is_known and is_ours(name)):
            raise Rejected("standalone.out-foreign")


def make_room(place: Places) -> str:
    """Make the run's folders, empty of a former life's drafts; where drafts are to be written.

    Drafts lie by the keys if that is the same disk, else (empty text) beside their place in OUT.
    """
    try:
        for folder in (place.drafts, place.unpacked):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700, parents=True)
        place.out.mkdir(parents=True, exist_ok=True)
        return os.fspath(place.drafts) if can_move(place.drafts, place.out) else ""
    except OSError as error:
        raise Unavailable("standalone.no-room-made") from error


def can_move(drafts: Path, out: Path) -> bool:
    """Whether a file can go from one folder to the other without being copied."""
    trial = drafts / f".draft-{os.getpid()}-0"
    try:
        trial.touch(mode=0o600)
        trial.replace(out / trial.name)
    except OSError:
        return False
    finally:
        trial.unlink(missing_ok=True)
        (out / trial.name).unlink(missing_ok=True)
    return True
