"""Exported logs: files are enough to verify, and whatever was planted in them is named."""

import base64

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.databases import make_database
from tests.unit.ledger.test_ledger import make_ledger, named

from yushan.base import Rejected
from yushan.engines.keys import Signer
from yushan.services.ledger import Draft, leaf_hash, read_key, verify_export
from yushan.services.ledger.tiles import bundle, layout, path_of, read_path, unbundle

SECOND = Signer(b"\11" * 32)


def full_ledger(database, count=600):
    """Some heads in both logs, personal fields, a key that changed."""
    ledger = make_ledger(database)
    for first in range(0, count, 100):
        with database.begin() as tx:
            drafts = [
                Draft("image.read", {"account": "a1", "instances": n}, {"subject": f"S{n}"})
                for n in range(first, first + 100)
            ]
            ledger.extend(tx, drafts)
            ledger.publish(tx, "record.counted", {"to": first + 99, "packs": first})
        ledger.seal()
        if first == 300:
            ledger.rotate(SECOND)
    return ledger


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ledger")
    database = make_database(folder / "role.db", "services.ledger")
    ledger = full_ledger(database)
    ledger.export(folder / "out")
    database.dispose()
    return folder / "out", ledger


@pytest.fixture
def planted(exported):
    """The export's files as they are, put back after the test."""
    folder, _ = exported
    kept = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    yield folder
    for path in folder.rglob("*"):
        if path.is_file() and path not in kept:
            path.unlink()
    for path, data in kept.items():
        path.write_bytes(data)


def test_files_are_enough_to_verify_whichever_key_of_the_chain_is_known(exported):
    folder, ledger = exported
    verdicts = verify_export(folder)
    assert verdicts.holds
    assert [(one.log, one.size, one.heads) for one in verdicts.logs] == [
        ("yushan/record/1", 7, 7),
        ("yushan/ledger/1", 601, 7),
    ]
    old = ledger.public.key(Signer(b"\7" * 32).public).line
    for line in (old, ledger.key, ledger.public_key, (folder / "key.txt").read_text().split()[0]):
        assert verify_export(folder, line).holds
    other = verify_export(folder, ledger.public.key(Signer(b"\10" * 32).public).line)
    assert {code for code, _ in named(other)} == {"bad-signature"}


def test_the_public_log_can_go_alone(database, tmp_path):
    ledger = full_ledger(database, 100)
    ledger.export(tmp_path / "out", restricted=False)
    assert not (tmp_path / "out" / "ledger").exists()
    [verdict] = verify_export(tmp_path / "out").logs
    assert (verdict.holds, verdict.size) == (True, 1)
    with pytest.raises(FileExistsError):
        ledger.export(tmp_path / "out")


def test_nothing_personal_is_in_the_files_and_hashes_cannot_be_tried(exported):
    folder, ledger = exported
    assert ledger.restricted.origin == "yushan/ledger/1"
    [bodies] = [unbundle((folder / "ledger/tile/entries/002.p/89").read_bytes())]
    entry = msgspec.json.decode(bodies[-1])
    assert set(entry) == {"number", "time", "kind", "facts", "commitments", "salt"}
    assert (len(entry["salt"]), set(entry["commitments"])) == (32, {"subject"})
    assert b'"S5"' not in b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())
    [public] = [unbundle((folder / "record/tile/entries/000.p/7").read_bytes())]
    assert "salt" not in msgspec.json.decode(public[0])


@settings(max_examples=60, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), data=st.data())
def test_no_bit_of_any_file_changes_unnoticed(exported, place, bit, data):
    folder, ledger = exported
    paths = sorted(p for p in folder.rglob("*") if p.is_file() and p.stat().st_size)
    path = data.draw(st.sampled_from(paths))
    kept = path.read_bytes()
    at = int(place * len(kept))
    path.write_bytes(kept[:at] + bytes([kept[at] ^ 1 << bit]) + kept[at + 1 :])
    try:
        assert judged(folder, ledger.key, path, kept)
        if "entries" in path.parts:
            assert first_row(verify_export(folder)) == row_of(folder, path, kept, at)
    finally:
        path.write_bytes(kept)


def judged(folder, key, path, kept):
    """Whether a change of a file was found, as far as it can matter to who knows the key."""
    if path.name == "key.txt":  # for people; who reads it alone trusts whoever gave the files
        return verify_export(folder, key).holds
    if path.name != "keys.json":
        return not verify_export(folder, key).holds
    try:
        verify_export(folder, key)
    except Rejected:
        return True
    return b"changes" in kept  # what still reads only leads to fewer keys


def first_row(verdicts):
    return min(fault.number for fault in verdicts.faults)


def row_of(folder, path, kept, at):
    """In which row a byte of a bundle lies."""
    log = folder / path.relative_to(folder).parts[0]
    _, index, _ = read_path(path.relative_to(log / "tile").as_posix())
    passed = 0
    for number, body in enumerate(unbundle(kept)):
        passed += 2 + len(body)
        if at < passed:
            return index * 256 + number
    raise AssertionError


def rewrite(folder, change, *, width=256, index=1):
    """Change the entries of a bundle of the restricted log."""
    path = folder / "ledger" / path_of(None, index, width)
    path.write_bytes(bundle(change(unbundle(path.read_bytes()))))


PLANTS = {
    "left out": (lambda rows: [*rows[:44], *rows[45:]], ("changed-entry", 300)),
    "put in": (lambda rows: [*rows[:44], rows[3], *rows[44:-1]], ("changed-entry", 300)),
    "exchanged": (lambda rows: [*rows[:44], *rows[45:43:-1], *rows[46:]], ("changed-entry", 300)),
    "emptied": (lambda rows: [*rows[:44], b"", *rows[45:]], ("missing-entry", 300)),
    "cut off": (lambda rows: rows[:44], ("missing-entry", 300)),
}  # fmt: skip


@pytest.mark.parametrize("plant", PLANTS)
def test_the_first_row_that_was_touched_is_named(planted, plant):
    change, expected = PLANTS[plant]
    rewrite(planted, change)
    faults = verify_export(planted).faults
    assert (faults[0].code, faults[0].number) == (f"ledger.{expected[0]}", expected[1])
    assert faults[0].place == "tile/entries/001"


def test_a_row_changed_with_its_hash_contradicts_the_tile_above_and_the_heads(planted):
    rewrite(planted, lambda rows: [*rows[:44], rows[44].replace(b"a1", b"a2"), *rows[45:]])
    row = unbundle((planted / "ledger/tile/entries/001").read_bytes())[44]
    tile = planted / "ledger" / "tile" / "0" / "001"
    data = tile.read_bytes()
    tile.write_bytes(data[: 44 * 32] + leaf_hash(row) + data[45 * 32 :])
    found = verify_export(planted).faults
    assert {(one.code, one.since) for one in found} >= {
        ("ledger.changed-node", 256),
        ("ledger.wrong-root", 300),
    }


@pytest.mark.parametrize("name", ["tile/0/001", "tile/entries/000", "heads/000000000000400"])
def test_a_file_that_is_gone_is_noticed_or_was_only_one_head_of_many(planted, name):
    (planted / "ledger" / name).unlink()
    holds = verify_export(planted).holds
    assert holds == name.startswith("heads")


def test_added_entries_are_not_under_a_head(planted):
    old = planted / "ledger" / path_of(None, 2, 89)
    rows = unbundle(old.read_bytes())
    old.unlink()
    (planted / "ledger" / path_of(None, 2, 90)).write_bytes(bundle([*rows, rows[-1]]))
    assert ("unsigned-entry", 601) in named(verify_export(planted))


def test_a_file_too_many_and_an_unknown_cosignature_are_named(planted):
    (planted / "record" / "tile" / "0" / "001.p").mkdir()
    (planted / "record" / "tile" / "0" / "001.p" / "3").write_bytes(bytes(96))
    for path in (planted / "record" / "checkpoint", planted / "record/heads/000000000000007"):
        line = f"\N{EM DASH} somebody {base64.b64encode(bytes(76)).decode()}\n"
        path.write_text(path.read_text() + line)
    assert named(verify_export(planted)) == {("stray-file", 256), ("bad-cosignature", 7)}


def test_what_is_no_export_and_what_is_no_key_is_refused(tmp_path, exported):
    with pytest.raises(Rejected, match=r"ledger\.no-export"):
        verify_export(tmp_path)
    for line in ("", "yushan/ledger/1+00+AAAA", "x+y+!", "a+b"):
        with pytest.raises(Rejected, match=r"ledger\.bad-key"):
            verify_export(exported[0], line)
    assert read_key(exported[1].key).line == exported[1].key


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 70000])
def test_a_tile_stands_where_its_path_says(size):
    tiles = list(layout(size))
    assert sum(width for level, _, width in tiles if level == 0) == size
    for level, index, width in tiles:
        path = path_of(level, index, width).removeprefix("tile/")
        assert read_path(path) == (level, index, width)


def test_paths_are_as_the_standard_writes_them():
    assert path_of(None, 1234067) == "tile/entries/x001/x234/067"
    assert path_of(2, 5, 7) == "tile/2/005.p/7"
    for path in (
        "0/5",
        "0/005.p/",
        "0/005.p/0",
        "0/1005",
        "x/005",
        "0/x01/005",
        "0/005.p/256",
        "0",
    ):
        assert read_path(path) is None, path
