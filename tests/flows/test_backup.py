"""Sets of backups: what is in them, what is refused, and that one database fits into the other."""

from __future__ import annotations

import os
import signal
import threading
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from tests.databases import make_database, rooms

from yushan.base import Absent, Conflict, ManualClock, Rejected, YushanError
from yushan.engines.database import Database
from yushan.engines.keys import Sealer
from yushan.engines.store import FolderStore, MemoryStore
from yushan.flows.backup import (
    Backup,
    Place,
    Secrets,
    Target,
    held_in,
    public_of,
    read_mark,
    restore,
    unsealed_keys,
)
from yushan.services.consent.tables import CHOICE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from yushan.flows.backup import Manifest

ROOMS = rooms()
SIGNING, OPENER = b"s" * 32, b"o" * 32
NOW = datetime(2026, 5, 1, tzinfo=UTC)
SECRETS = Secrets(settings={"site_key": b"k" * 32}, own={"linkage-rotations": b"r" * 32})


class Role:
    """A role's folder, store and database, with something in each."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.data, self.database, self.store = folder / "data", database, MemoryStore()
        (self.data / "spool" / "20260501" / "a").mkdir(parents=True)
        (self.data / "work").mkdir()
        (self.data / "spool" / "20260501" / "a" / "1.dcm").write_bytes(b"one" * 1000)
        (self.data / "work" / "draft").write_bytes(b"of no use")
        (self.data / "linkage-rotations").write_bytes(b"r" * 32)
        self.store.put("packs/aa/1.zip", b"pack" * 1000)
        self.clock = ManualClock(NOW)

    def backup(self, place: Place, recipient: bytes = b"", *, whole: bool = False) -> Manifest:
        self.clock.advance(1)
        trees = held_in(self.data, frozenset({"linkage-rotations"}), self.store)
        made = Backup(
            kind="commons", name="commons", program="test", database=self.database, trees=trees,
            secrets=SECRETS, signing=SIGNING, clock=self.clock, whole=whole,
        )  # fmt: skip
        return made.make(place, recipient)

    def add_choice(self, receipt: str) -> None:
        with self.database.begin() as tx:
            add_choice(tx, receipt)


def add_choice(tx: sa.Connection, receipt: str) -> None:
    """A choice as the office writes it."""
    row = {
        "receipt": receipt, "token": b"\x00\xff" * 16, "decision": "stop", "channel": "counter",
        "examined_from": date(2024, 2, 29), "effective_s": 1 << 33, "recorded_s": 1,
    }  # fmt: skip
    tx.execute(sa.insert(CHOICE).values(**row))


def choices(database: Database) -> list[tuple[int, str, date, bytes]]:
    wanted = sa.select(CHOICE.c.sequence, CHOICE.c.receipt, CHOICE.c.examined_from, CHOICE.c.token)
    with database.read() as tx:
        return [tuple(row) for row in tx.execute(wanted.order_by(CHOICE.c.sequence))]  # type: ignore[misc]


ONE = (1, "one", date(2024, 2, 29), b"\x00\xff" * 16)


@pytest.fixture
def role(tmp_path: Path, database: Database) -> Role:
    return Role(tmp_path, database)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(str(tmp_path / "backups"))


def target(folder: Path, url: str = "") -> Target:
    folder.mkdir(exist_ok=True)
    return Target(
        folder / "data", url or f"sqlite:///{folder}/data/role.db", ROOMS,
        FolderStore(folder / "store"),
    )  # fmt: skip


def test_everything_comes_back_on_the_other_kind_of_database_too(
    role: Role, place: Place, tmp_path: Path
) -> None:
    role.add_choice("one")
    manifest = role.backup(place)
    done = restore(place, manifest, target(tmp_path / "new"))
    back = Database(f"sqlite:///{tmp_path}/new/data/role.db")
    assert choices(back) == [ONE]
    data = tmp_path / "new" / "data"
    assert (data / "spool/20260501/a/1.dcm").read_bytes() == b"one" * 1000
    assert (tmp_path / "new/store/packs/aa/1.zip").read_bytes() == b"pack" * 1000
    assert not (data / "work").exists()
    assert not (data / "linkage-rotations").exists()
    assert (done.files, done.rows) == (2, sum(manifest.rows.values()))
    mark = read_mark(data)
    assert mark is not None
    assert mark.set == manifest.set
    back.dispose()


def test_a_small_house_moves_to_postgresql_and_its_numbers_go_on(
    tmp_path: Path, postgres, place: Place
) -> None:
    small = make_database(tmp_path / "small.db", *ROOMS)
    role = Role(tmp_path, small)
    role.add_choice("one")
    manifest = role.backup(place)
    url = postgres.create(f"moved{postgres.made}")
    restore(place, manifest, target(tmp_path / "big", url))
    big = Database(url)
    assert choices(big) == [ONE]
    Role(tmp_path / "more", big).add_choice("two")
    assert [row[:2] for row in choices(big)] == [(1, "one"), (2, "two")]
    big.dispose()
    small.dispose()


def test_the_second_backup_copies_only_what_is_new_and_pruning_keeps_what_is_used(
    role: Role, place: Place
) -> None:
    first = role.backup(place)
    role.store.put("packs/bb/2.zip", b"new!" * 10)
    second = role.backup(place)
    assert first.new_bytes > 7000
    assert second.new_bytes < 3000
    assert second.file_count == first.file_count + 1
    gone, _ = place.prune(keep=1)
    assert gone == [first.set]
    assert place.sets() == [second.set]
    _, size, faults = place.check()
    assert faults == []
    assert size >= second.file_bytes


def test_writers_wait_while_files_are_looked_at_and_come_after_the_set(
    role: Role, place: Place
) -> None:
    looks: list[threading.Thread] = []
    keys = role.store.keys

    def looked_at(prefix: str = "") -> Iterator[str]:
        looks.append(threading.Thread(target=role.add_choice, args=(f"late-{len(looks)}",)))
        if len(looks) == 2:  # the second look: writers wait
            looks[1].start()
            looks[1].join(0.3)
            assert looks[1].is_alive()
        return keys(prefix)

    role.add_choice("one")
    role.store.keys = looked_at  # type: ignore[method-assign]
    manifest = role.backup(place)
    looks[1].join(30)
    assert manifest.rows["consent_choice"] == 1
    assert [row[1] for row in choices(role.database)] == ["one", "late-1"]


def test_a_set_made_while_others_write_holds_whole_transactions(
    role: Role, place: Place, tmp_path: Path
) -> None:
    begun, ended = threading.Event(), threading.Event()

    def write() -> None:  # each transaction makes a pair
        for number in range(10_000):
            with role.database.begin() as tx:
                add_choice(tx, f"{number}a")
                add_choice(tx, f"{number}b")
            begun.set()
            if ended.wait(0.005):
                return

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(30)
        made = role.backup(place)
    finally:
        ended.set()
        writer.join()
    restore(place, made, target(tmp_path / "new"))
    back = Database(f"sqlite:///{tmp_path}/new/data/role.db")
    found = [receipt for _, receipt, *_ in choices(back)]
    assert 0 < len(found) == made.rows["consent_choice"]
    assert [one[:-1] for one in found[::2]] == [one[:-1] for one in found[1::2]]
    back.dispose()


def test_secrets_open_for_the_recipient_alone_and_in_their_set_alone(
    role: Role, place: Place
) -> None:
    manifest = role.backup(place, Sealer(OPENER).public)
    sealed = place.keys(manifest.set)
    assert unsealed_keys(sealed, OPENER, manifest.set) == SECRETS
    for opener, name in ((b"x" * 32, manifest.set), (OPENER, "20260501T000000Z-000000")):
        with pytest.raises(Rejected, match=r"keys\.seal-broken"):
            unsealed_keys(sealed, opener, name)
    assert b"k" * 32 not in b"".join(map(place.store.get, place.store.keys()))
    with pytest.raises(Absent, match=r"backup\.keys-left-out"):
        place.keys(role.backup(place).set)


def test_a_damaged_a_missing_and_a_forged_part_are_named(
    role: Role, place: Place, tmp_path: Path
) -> None:
    manifest = role.backup(place)
    by_name = {entry.name: entry.sha256 for entry in place.files(manifest)}
    root = tmp_path / "backups"
    pack = root / Place.key(by_name["packs/aa/1.zip"])
    pack.write_bytes(b"pucK" + pack.read_bytes()[4:])
    (root / Place.key(by_name["spool/20260501/a/1.dcm"])).unlink()
    _, _, faults = place.check()
    assert {(one.code, one.name) for one in faults} == {
        ("backup.object-damaged", by_name["packs/aa/1.zip"]),
        ("backup.object-missing", by_name["spool/20260501/a/1.dcm"]),
    }
    with pytest.raises(YushanError, match=r"backup\.object-"):
        restore(place, manifest, target(tmp_path / "new"))
    with pytest.raises(Rejected, match=r"backup\.restore-unfinished"):
        read_mark(tmp_path / "new" / "data")
    with pytest.raises(Rejected, match=r"backup\.manifest-forged"):
        place.manifest("", public_of(b"another secret of thirty-two byt"))
    path = root / "sets" / manifest.set / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"signature":"', b'"signature":"AAAA', 1))
    with pytest.raises(Rejected, match=r"backup\.manifest-"):
        place.manifest()


def test_nothing_is_restored_over_anything(role: Role, place: Place, tmp_path: Path) -> None:
    manifest = role.backup(place)
    (tmp_path / "new" / "data").mkdir(parents=True)
    (tmp_path / "new" / "data" / "something").touch()
    with pytest.raises(Conflict, match=r"backup\.target-not-empty"):
        restore(place, manifest, target(tmp_path / "new"))
    other = Target(tmp_path / "other", role.database.url, ROOMS, None)
    with pytest.raises(Conflict, match=r"backup\.target-not-empty"):
        restore(place, manifest, other)


def test_a_place_without_sets_has_none(place: Place) -> None:
    assert place.sets() == []
    with pytest.raises(Absent, match=r"backup\.no-set"):
        place.manifest()


@pytest.mark.parametrize("killed_at", range(1, 8))
def test_a_backup_killed_anywhere_leaves_no_set_and_the_next_one_is_whole(
    tmp_path: Path, place: Place, killed_at: int
) -> None:
    database = make_database(tmp_path / "role.db", *ROOMS)
    role = Role(tmp_path, database)
    database.dispose()
    child = os.fork()
    if child == 0:
        die_at(place, killed_at)
        role.backup(place, Sealer(OPENER).public)
        os._exit(0)  # it did not get so far as to be killed
    _, status = os.waitpid(child, 0)
    role.clock.advance(60)
    if os.WIFSIGNALED(status):
        assert place.sets() == []
    manifest = role.backup(place, Sealer(OPENER).public)
    assert place.sets()[-1] == manifest.set
    found, _, faults = place.check()
    assert (found.set, faults) == (manifest.set, [])
    assert restore(place, manifest, target(tmp_path / "new")).rows == sum(manifest.rows.values())
    database.dispose()


def die_at(place: Place, number: int) -> None:
    """Let the process be killed when the store is asked to keep its ``number``-th thing."""
    put, seen = place.store.put, [0]

    def counted(key: str, source: bytes | Path) -> None:
        seen[0] += 1
        if seen[0] == number:
            os.kill(os.getpid(), signal.SIGKILL)
        put(key, source)

    place.store.put = counted  # type: ignore[method-assign]
