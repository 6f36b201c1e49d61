"""Sites send packs: resumable at any byte, whole or refused, invisible to other sites."""

import base64
import os
import threading
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.archive.making import NORTH, SOUTH, make_house, make_manifest, upload
from tests.unit.packs.packing import make_pack

from yushan.base import Absent, Conflict, Forbidden, PackId, Rejected, Unavailable
from yushan.domain.packs import IncomingState, receipt_message
from yushan.engines.keys import verify
from yushan.services.archive import files

SUMMARY, DATA = make_pack(b"one" * 100, b"two" * 50)
PACK = PackId(SUMMARY.pack)


def test_a_whole_pack_gets_a_receipt_that_the_site_can_verify(database, tmp_path):
    house = make_house(database, tmp_path)
    state = upload(house, DATA)
    assert (state.state, state.offset, state.reasons) == ("received", len(DATA), ())
    receipt = state.receipt
    assert (receipt.pack, receipt.site, receipt.size, receipt.instances) == (
        PACK,
        NORTH,
        len(DATA),
        2,
    )
    signature = base64.b64decode(receipt.signature)
    assert verify(house.uploads.signer.public, receipt_message(receipt), signature)
    [entry] = house.ledger.entries(kind="archive.received")
    assert entry.facts == {"site": "north", "pack": PACK, "instances": 2, "bytes": len(DATA)}


def test_everything_again_changes_nothing(database, tmp_path):
    house = make_house(database, tmp_path)
    state = upload(house, DATA)
    house.clock.advance(60)
    assert upload(house, DATA) == state
    assert house.uploads.write(NORTH, PACK, 0, b"late piece") == state
    assert house.ledger.size() == 1
    assert house.admissions.incoming(NORTH, PACK).path.read_bytes() == DATA


@settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(cuts=st.lists(st.integers(0, len(DATA)), max_size=6), again=st.integers(0, len(DATA)))
def test_an_upload_resumes_at_any_offset(tmp_path_factory, database, cuts, again):
    house = make_house(database, tmp_path_factory.mktemp("house"))
    with database.begin() as tx:
        tx.exec_driver_sql("delete from archive_incoming")
    house.uploads.offer(NORTH, make_manifest(DATA))
    places = [0, *sorted(cuts), len(DATA)]
    for start, end in pairwise(places):
        assert house.uploads.write(NORTH, PACK, start, DATA[start:end]).offset == end
        if again != end and end != len(DATA):
            with pytest.raises(Conflict) as caught:
                house.uploads.write(NORTH, PACK, again, b"x")
            assert caught.value.facts["offset"] == end
    assert house.uploads.seal(NORTH, PACK).state == "received"


def test_what_a_crash_left_unfinished_is_written_over(database, tmp_path):
    house = make_house(database, tmp_path)
    house.uploads.offer(NORTH, make_manifest(DATA))
    house.uploads.write(NORTH, PACK, 0, DATA[:100])
    part = house.admissions.incoming(NORTH, PACK).path
    with part.open("ab") as out:  # the process died between the file and the row
        out.write(b"garbage that was never counted" * 100)
    house = make_house(database, tmp_path)
    assert house.uploads.state(NORTH, PACK).offset == 100
    house.uploads.write(NORTH, PACK, 100, DATA[100:])
    assert house.uploads.seal(NORTH, PACK).state == "received"


def test_a_pack_is_not_sealed_before_it_is_whole(database, tmp_path):
    house = make_house(database, tmp_path)
    house.uploads.offer(NORTH, make_manifest(DATA))
    house.uploads.write(NORTH, PACK, 0, DATA[:-1])
    with pytest.raises(Conflict, match=r"archive\.incomplete") as caught:
        house.uploads.seal(NORTH, PACK)
    assert caught.value.facts["offset"] == len(DATA) - 1


def test_other_bytes_are_refused_and_may_come_again(database, tmp_path):
    house = make_house(database, tmp_path)
    house.uploads.offer(NORTH, make_manifest(DATA))
    house.uploads.write(NORTH, PACK, 0, DATA[:-1] + b"?")
    state = house.uploads.seal(NORTH, PACK)
    assert (state.state, state.reasons, state.receipt) == (
        IncomingState.REFUSED,
        ("archive.wrong-hash",),
        None,
    )
    assert not house.admissions.incoming(NORTH, PACK).path.exists()
    assert house.uploads.write(NORTH, PACK, 0, DATA).state == "refused"
    assert house.uploads.seal(NORTH, PACK).state == "refused"
    assert upload(house, DATA).state == "received"


@pytest.mark.parametrize(
    ("data", "instances", "reason"),
    [
        (DATA, 3, "archive.wrong-count"),
        (b"no pack at all", 2, "packs.truncated"),
        (b"x" + DATA, 2, "packs.malformed"),
    ],
)
def test_a_pack_that_is_not_what_was_announced_is_refused(
    database, tmp_path, data, instances, reason
):
    house = make_house(database, tmp_path)
    assert upload(house, data, instances=instances).reasons == (reason,)
    assert house.ledger.size() == 0


def test_a_file_that_shrank_is_refused(database, tmp_path):
    house = make_house(database, tmp_path)
    house.uploads.offer(NORTH, make_manifest(DATA))
    house.uploads.write(NORTH, PACK, 0, DATA)
    os.truncate(house.admissions.incoming(NORTH, PACK).path, 10)
    assert house.uploads.seal(NORTH, PACK).reasons == ("archive.wrong-size",)


def test_more_bytes_than_announced_are_not_taken(database, tmp_path):
    house = make_house(database, tmp_path)
    house.uploads.offer(NORTH, make_manifest(DATA))
    with pytest.raises(Rejected, match=r"archive\.too-many-bytes"):
        house.uploads.write(NORTH, PACK, 0, DATA + b"x")
    assert house.uploads.state(NORTH, PACK).offset == 0


def test_another_sites_pack_looks_like_none(database, tmp_path):
    house = make_house(database, tmp_path)
    house.uploads.offer(NORTH, make_manifest(DATA))
    for call in (
        lambda: house.uploads.state(SOUTH, PACK),
        lambda: house.uploads.write(SOUTH, PACK, 0, b"x"),
        lambda: house.uploads.seal(SOUTH, PACK),
    ):
        with pytest.raises(Absent, match=r"archive\.pack-unknown"):
            call()
    with pytest.raises(Forbidden, match=r"archive\.other-site"):
        house.uploads.offer(SOUTH, make_manifest(DATA))


def test_two_sites_may_send_the_same_bytes_apart(database, tmp_path):
    house = make_house(database, tmp_path)
    house.uploads.offer(NORTH, make_manifest(DATA))
    house.uploads.offer(SOUTH, make_manifest(DATA, SOUTH))
    house.uploads.write(NORTH, PACK, 0, DATA)
    assert house.uploads.state(SOUTH, PACK).offset == 0
    assert house.uploads.seal(NORTH, PACK).state == "received"


def test_two_uploads_of_one_pack_at_once_make_one_pack(database, tmp_path):
    house = make_house(database, tmp_path)
    house.uploads.offer(NORTH, make_manifest(DATA))
    results = []

    def send():
        offset = 0
        while offset < len(DATA):
            try:
                offset = house.uploads.write(NORTH, PACK, offset, DATA[offset : offset + 7]).offset
            except Conflict as error:
                offset = error.facts["offset"]
        results.append(house.uploads.seal(NORTH, PACK))

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 3
    assert {state.state for state in results} == {"received"}
    assert len({state.receipt.signature for state in results}) == 1
    assert house.ledger.size() == 1


def test_bounds_are_held(database, tmp_path):
    house = make_house(database, tmp_path, pack_bytes=100, open_packs=1)
    with pytest.raises(Rejected, match=r"archive\.over-bounds"):
        house.uploads.offer(NORTH, make_manifest(DATA))
    house.uploads.offer(NORTH, make_manifest(b"a"))
    house.uploads.offer(NORTH, make_manifest(b"a"))
    with pytest.raises(Unavailable, match=r"archive\.too-many-open"):
        house.uploads.offer(NORTH, make_manifest(b"b"))
    house.uploads.offer(SOUTH, make_manifest(b"b", SOUTH))
    full = make_house(database, tmp_path / "full", reserve_bytes=1 << 60)
    with pytest.raises(Unavailable, match=r"store\.full"):
        full.uploads.offer(NORTH, make_manifest(b"c"))


def test_an_offer_may_bring_a_new_envelope_until_the_pack_is_whole(database, tmp_path):
    house = make_house(database, tmp_path)
    house.uploads.offer(NORTH, make_manifest(DATA, envelope="AAAA"))
    house.uploads.write(NORTH, PACK, 0, DATA[:9])
    assert house.uploads.offer(NORTH, make_manifest(DATA, envelope="BBBB")).offset == 9
    assert house.admissions.incoming(NORTH, PACK).manifest.envelope == "BBBB"
    house.uploads.write(NORTH, PACK, 9, DATA[9:])
    house.uploads.seal(NORTH, PACK)
    house.uploads.offer(NORTH, make_manifest(DATA, envelope="CCCC"))
    assert house.admissions.incoming(NORTH, PACK).manifest.envelope == "BBBB"


@pytest.mark.parametrize(("error", "code"), [(28, "store.full"), (5, "archive.disk-failed")])
def test_a_failing_disk_never_counts_what_it_did_not_keep(
    database, tmp_path, monkeypatch, error, code
):
    house = make_house(database, tmp_path)
    house.uploads.offer(NORTH, make_manifest(DATA))
    house.uploads.write(NORTH, PACK, 0, DATA[:50])

    def fail(handle):
        raise OSError(error, "planted")

    with monkeypatch.context() as broken:
        broken.setattr(files.os, "fdatasync", fail)
        with pytest.raises(Unavailable) as caught:
            house.uploads.write(NORTH, PACK, 50, DATA[50:100])
    assert caught.value.code == code
    offset = house.uploads.state(NORTH, PACK).offset
    assert offset == (50 if error == 28 else 0)
    house.uploads.write(NORTH, PACK, offset, DATA[offset:])
    assert house.uploads.seal(NORTH, PACK).state == "received"
