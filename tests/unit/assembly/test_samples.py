"""The cache of samples: made once, whole or not at all, done without when it cannot be had."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import grimp
import pytest

from yushan.assembly import samples
from yushan.assembly.samples import KEPT, ROOMS, kept_files, of_version
from yushan.domain.phantoms import SampleFile

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = tuple(SampleFile(f"a/IM{number}.dcm", bytes([number]) * 999) for number in range(5))


class Maker:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> Iterator[SampleFile]:
        self.asked += 1
        yield from FILES


def test_what_was_made_once_is_read_again_in_order(tmp_path: Path) -> None:
    make = Maker()
    for _ in range(3):
        assert tuple(kept_files("x", make, tmp_path)) == FILES
    assert make.asked == 1


def test_a_damaged_file_costs_time_and_no_sample(tmp_path: Path) -> None:
    make = Maker()
    assert tuple(kept_files("x", make, tmp_path)) == FILES
    path = tmp_path / of_version() / "x.zip"
    whole = path.read_bytes()
    for damaged in (whole[:700], b"", whole.replace(b"\3\3\3", b"\3\7\3", 1)):
        path.write_bytes(damaged)
        before = make.asked
        assert tuple(kept_files("x", make, tmp_path)) == FILES
        assert make.asked == before + 1


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(samples.ZipFile, "writestr", full)
    make = Maker()
    assert tuple(kept_files("x", make, tmp_path)) == FILES
    assert not [one for one in tmp_path.rglob("*") if one.suffix in {".part", ".zip"}]


def test_a_folder_nobody_can_make_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert tuple(kept_files("x", Maker(), tmp_path / "file")) == FILES


def test_who_fails_to_make_them_keeps_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[SampleFile]:
        yield FILES[0]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tuple(kept_files("x", broken, tmp_path))
    assert not [one for one in tmp_path.rglob("*") if one.suffix in {".part", ".zip"}]


def test_only_the_newest_versions_stay(tmp_path: Path) -> None:
    for age in range(KEPT + 2):
        (tmp_path / str(age)).mkdir()
        os.utime(tmp_path / str(age), (9e8 - age, 9e8 - age))
    tuple(kept_files("x", Maker(), tmp_path))
    newest = {of_version(), *map(str, range(KEPT - 1))}
    assert {one.name for one in tmp_path.iterdir()} == newest


MAKE = """
import sys
from pathlib import Path
from yushan.assembly.samples import kept_files
from yushan.domain.phantoms import SampleFile

def make():
    with open(sys.argv[1] + "/asked", "a") as out:
        out.write("x")
    yield SampleFile("a", b"1" * 99)

print(len(list(kept_files("x", make, Path(sys.argv[1]) / "cache"))))
"""


def test_of_two_processes_one_makes_and_one_waits(tmp_path: Path) -> None:
    both = [
        subprocess.Popen([sys.executable, "-c", MAKE, str(tmp_path)], stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    assert [one.communicate()[0].strip() for one in both] == [b"1", b"1"]
    assert (tmp_path / "asked").read_text() == "x"


def test_the_version_is_the_cache_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert samples.users_cache() == Path("/somewhere/yushan-samples")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/chen")
    assert samples.users_cache() == Path("/home/chen/.cache/yushan-samples")


def test_every_room_that_makes_samples_is_in_the_version() -> None:
    graph = grimp.build_graph("yushan")
    graph.squash_module("yushan.domain.phantoms")
    upstream = graph.find_upstream_modules("yushan.domain.phantoms")
    rooms = {name.split(".")[2] for name in upstream if name.startswith("yushan.domain.")}
    assert rooms <= set(ROOMS)
