"""The store kit: every implementation keeps the same promises."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from tests.databases import make_database
from tests.seaweed import BUCKET, Seaweed
from tests.unit.archive.making import keep, make_house, series_of

from yushan.base import Absent, Conflict, PackId, Rejected, SystemClock, Unavailable
from yushan.engines.keys import Wrapper
from yushan.engines.store import FolderStore, MemoryStore, Store, open_store
from yushan.engines.store.s3 import S3Store
from yushan.services.archive import Archive, Keyring, Scrubber, SealedStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def sealed_over(inner: Store, folder: Path) -> Store:
    """Everything sealed, keys in a database of its own."""
    database = make_database(folder / "keys.db", "services.archive")
    return SealedStore(inner, Keyring(database, SystemClock(), Wrapper([b"w" * 32])))


KINDS: dict[str, Callable[[Path], Store]] = {
    "folder": lambda path: FolderStore(path / "store"),
    "memory": lambda _path: MemoryStore(),
    "sealed": lambda path: sealed_over(FolderStore(path / "store"), path),
}


@pytest.fixture(scope="module")
def seaweed() -> Iterator[Seaweed]:
    """A real S3 server."""
    server = Seaweed.start()
    yield server
    server.stop()


@pytest.fixture(params=[*KINDS, "s3", "sealed-s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    if request.param in KINDS:
        return KINDS[request.param](tmp_path)
    server: Seaweed = request.getfixturevalue("seaweed")
    for name, value in server.environ().items():
        monkeypatch.setenv(name, value)
    found = open_store(server.url(uuid.uuid4().hex))
    return found if request.param == "s3" else sealed_over(found, tmp_path)


def test_what_was_put_is_read_back_whole_and_in_part(store: Store) -> None:
    store.put("packs/aa/one.zip", b"0123456789")
    assert store.get("packs/aa/one.zip") == b"0123456789"
    assert store.read("packs/aa/one.zip", 3, 4) == b"3456"
    assert store.read("packs/aa/one.zip", 8, 100) == b"89"
    assert store.size("packs/aa/one.zip") == 10


def test_what_need_not_be_waited_for_is_the_same(store: Store) -> None:
    store.put("a", b"0123456789")
    assert store.read("a", 2, 3) == b"234"
    assert store.read_now("a", 2, 3) in (None, b"234")
    assert store.read_now("a", 8, 100) in (None, b"89")
    assert store.read_now("absent", 0, 1) is None


def test_nothing_lies_after_the_end(store: Store) -> None:
    store.put("a", b"0123")
    assert store.read("a", 4, 10) == b""
    assert store.read("a", 99, 10) == b""
    assert store.read("a", 2, 0) == b""


def test_what_is_put_in_many_pieces_is_one(store: Store, tmp_path: Path) -> None:
    source = tmp_path / "large"
    source.write_bytes(bytes(range(256)) * (65 << 12))  # just above the size of a single put
    store.put("large", source)
    store.put("large", source)
    assert store.size("large") == source.stat().st_size
    assert store.read("large", (64 << 20) + 1, 3) == b"\x01\x02\x03"
    with pytest.raises(Conflict, match=r"store\.other-bytes"):
        store.put("large", b"small")


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


def test_a_server_that_is_gone_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Seaweed.start()
    for name, value in server.environ().items():
        monkeypatch.setenv(name, value)
    store = S3Store(BUCKET, "x", server.endpoint, "us-east-1")
    store.put("a", b"x")
    server.stop()
    for ask in (lambda: store.get("a"), lambda: store.put("b", b"x"), store.keys):
        with pytest.raises(Unavailable, match=r"store\.unreachable"):
            ask()


@pytest.mark.parametrize(
    ("mode", "text", "code"),
    [(0o640, "a\nb\n", "base.secret-exposed"), (0o600, "a\n", "store.key-file-malformed")],
)
def test_a_key_file_that_is_not_private_and_whole_is_refused(
    tmp_path: Path, mode: int, text: str, code: str
) -> None:
    file = tmp_path / "keys"
    file.write_text(text)
    file.chmod(mode)
    with pytest.raises(Rejected, match=code):
        open_store(f"s3://bucket/x?endpoint=http://127.0.0.1:1&key_file={file}")


def test_a_store_is_opened_by_its_address(tmp_path: Path) -> None:
    assert isinstance(open_store(f"file:{tmp_path}/s"), FolderStore)
    assert isinstance(open_store("memory:"), MemoryStore)
    with pytest.raises(ValueError, match="unknown"):
        open_store("ftp://x")


def test_an_archive_stands_on_any_store(store: Store, tmp_path: Path) -> None:
    database = make_database(tmp_path / "role.db", "services.archive", "services.ledger")
    house = make_house(database, tmp_path)
    house.archive = Archive(database, store, house.clock)
    house.store = store
    one, two = keep(house, "a", contents=(b"a" * 70_000, b"b")), keep(house, "b", contents=(b"c",))
    [found] = house.archive.series_sidecars(series_of(one))
    last = found.instances[1]
    assert house.archive.read(PackId(found.pack), last.start, last.length) == b"b"
    assert house.archive.check().holds
    assert {staged.pack for staged in house.archive.stored()} == {one.pack, two.pack}
    store.put("packs/0f/00/0f00.zip", b"who put me here")
    scrubber = Scrubber(house.archive)
    assert scrubber.walk("0f") == 0
    assert house.archive.scrubbed().orphans == 1
    house.clock.advance(31 * 86_400)
    assert scrubber.walk("0f") == 1
    store.delete(f"packs/{two.pack[:2]}/{two.pack[2:4]}/{two.pack}.zip")
    [fault] = house.archive.check().faults
    assert (fault.code, fault.pack) == ("archive.pack-missing", two.pack)
    database.dispose()
