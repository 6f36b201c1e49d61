"""The store kit: every implementation keeps the same promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from yushan.base import Absent, Conflict
from yushan.engines.store import FolderStore, MemoryStore, Store, open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KINDS: dict[str, Callable[[Path], Store]] = {
    "folder": lambda path: FolderStore(path / "store"),
    "memory": lambda _path: MemoryStore(),
}


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return KINDS[request.param](tmp_path)


def test_what_was_put_is_read_back_whole_and_in_part(store: Store) -> None:
    store.put("packs/aa/one.zip", b"0123456789")
    assert store.get("packs/aa/one.zip") == b"0123456789"
    assert store.read("packs/aa/one.zip", 3, 4) == b"3456"
    assert store.read("packs/aa/one.zip", 8, 100) == b"89"
    assert store.size("packs/aa/one.zip") == 10


def test_a_file_is_put_like_bytes(store: Store, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"from a file")
    store.put("a", source)
    assert store.get("a") == b"from a file"
    assert source.exists()


def test_the_same_bytes_twice_are_fine_and_other_bytes_are_refused(store: Store) -> None:
    store.put("a", b"first")
    store.put("a", b"first")
    with pytest.raises(Conflict, match=r"store\.other-bytes"):
        store.put("a", b"other")
    assert store.get("a") == b"first"


def test_what_is_not_there_is_absent(store: Store) -> None:
    assert not store.exists("a")
    for ask in (lambda: store.get("a"), lambda: store.size("a"), lambda: store.read("a", 0, 1)):
        with pytest.raises(Absent):
            ask()
    store.delete("a")


def test_keys_are_listed_by_prefix_in_order(store: Store) -> None:
    for key in ("b/2", "a/1", "b/1"):
        store.put(key, key.encode())
    assert list(store.keys()) == ["a/1", "b/1", "b/2"]
    assert list(store.keys("b/")) == ["b/1", "b/2"]
    store.delete("b/1")
    assert list(store.keys("b/")) == ["b/2"]


@pytest.mark.parametrize("key", ["../x", "/etc/passwd", "a//b", "", ".aside/x", "a/../b", "a\n"])
def test_a_key_never_leaves_its_store(store: Store, key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        store.put(key, b"x")


def test_a_write_that_breaks_off_leaves_no_name(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "store")
    with pytest.raises(FileNotFoundError):
        store.put("a", tmp_path / "missing")
    assert not store.exists("a")
    assert list((tmp_path / "store" / ".aside").iterdir()) == []


def test_a_store_is_opened_by_its_address(tmp_path: Path) -> None:
    assert isinstance(open_store(f"file:{tmp_path}/s"), FolderStore)
    assert isinstance(open_store("memory:"), MemoryStore)
    with pytest.raises(ValueError, match="unknown"):
        open_store("ftp://x")
