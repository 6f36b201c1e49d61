"""The sample studies kept on disk, because they are dear to make and always the same.

A cache, nothing more: it is named by a hash of all that makes samples, written whole or not at
all, shared by processes that run at the same time, and done without where it cannot be had.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from hashlib import blake2b
from importlib.metadata import version
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile

from yushan.domain.phantoms import SampleFile, sample_studies

#: What makes samples: rooms whose sources, and libraries whose versions, are in the name.
ROOMS: Final = (
    "bodies", "dicom", "imaging", "measures", "packs", "phantoms", "population", "results",
    "scanners", "terms", "volumes",
)  # fmt: skip
LIBRARIES: Final = ("highdicom", "imagecodecs", "numpy", "pillow", "pydicom", "scipy")
#: Versions that stay, so that branches of the sources do not drive each other out.
KEPT: Final = 4
#: What a damaged file raises when it is read.
DAMAGE: Final = (OSError, BadZipFile, EOFError, ValueError, RuntimeError, KeyError)

Make = Callable[[], Iterable[SampleFile]]


def sample_files(site: str, folder: Path | None = None) -> Iterator[SampleFile]:
    """All sample files of one hospital, from the cache if they are there.

    Parameters
    ----------
    site
        ``hospital-a`` or ``hospital-b``.
    folder
        Where versions are kept; the user's cache if none is named.
    """
    return kept_files(site, partial(sample_studies, site), folder)


def kept_files(name: str, make: Make, folder: Path | None = None) -> Iterator[SampleFile]:
    """What ``make`` gives, made once for each version of what makes it; ``name`` is a file's name.

    ``make`` must give the same at every call. Nothing is raised because of the cache: without a
    place, on a full disk or with a damaged file the samples are made again.
    """
    place = folder or users_cache()
    given = 0
    if place is not None:
        with suppress(*DAMAGE):
            for one in read(kept(place / of_version() / f"{name}.zip", make)):
                yield one
                given += 1
            return
    yield from islice(make(), given, None)


def users_cache() -> Path | None:
    """The folder of the XDG base directories; None for a user without a home."""
    with suppress(RuntimeError):
        base = os.environ.get("XDG_CACHE_HOME", "")
        return (
            Path(base) if Path(base).is_absolute() else Path.home() / ".cache"
        ) / "yushan-samples"
    return None


@cache
def of_version() -> str:
    """A name for all that makes samples: sources and tables of the rooms, versions of libraries."""
    digest = blake2b(digest_size=10)
    for library in LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    home = Path(str(files("yushan.domain")))
    for room in ROOMS:
        for path in sorted((home / room).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{path.relative_to(home).as_posix()}\n".encode())
                digest.update(blake2b(path.read_bytes()).digest())
    return digest.hexdigest()


def kept(path: Path, make: Make) -> Path:
    """The whole file; made by one process while the others wait for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        with alone(path.with_suffix(".lock")):
            if not path.exists():
                write(path, make())
                tidy(path.parent)
    return path


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """One process at a time; the system lets go when a process dies."""
    with path.open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write(path: Path, samples: Iterable[SampleFile]) -> None:
    """All of it under its name, or nothing."""
    number, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(number, "wb") as out, ZipFile(out, "w") as target:
            for index, one in enumerate(samples):
                target.writestr(f"{index:06d}/{one.name}", one.data)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read(path: Path) -> Iterator[SampleFile]:
    """The samples of a file, each checked against its sum."""
    try:
        with ZipFile(path) as source:
            for entry in source.infolist():
                yield SampleFile(entry.filename.partition("/")[2], source.read(entry))
    except BadZipFile:
        path.unlink(missing_ok=True)
        raise


def tidy(newest: Path) -> None:
    """Let go of old versions and of what killed processes left."""
    others = [one for one in newest.parent.iterdir() if one.is_dir() and one != newest]
    others.sort(key=lambda one: one.stat().st_mtime, reverse=True)
    for one in others[KEPT - 1 :]:
        shutil.rmtree(one, ignore_errors=True)
