"""Sidecars: same in, same out; damage and bombs are refused."""

from contextlib import suppress

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from yushan.base import Rejected
from yushan.domain.packs import InstanceEntry, Sidecar


def make_sidecar(**changes):
    entry = InstanceEntry(
        sop_instance_uid="2.25." + "1" * 39,
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        instance_number=1,
        start=39,
        length=1000,
        frames=[(500, 500)],
        bulk=[("00091001", 300, 20)],
        spots=[(140, "uid"), (200, "pid"), (220, "date")],
        metadata={"00080060": {"vr": "CS", "Value": ["CT"]}},
    )
    values = {
        "pack": "ab" * 32,
        "site": "north",
        "subject": "A" * 16,
        "study_instance_uid": "2.25." + "2" * 39,
        "series_instance_uid": "2.25." + "3" * 39,
        "modality": "CT",
        "instances": [entry],
    }
    return Sidecar(**(values | changes))


def test_a_sidecar_survives_the_store():
    sidecar = make_sidecar()
    assert Sidecar.decode(sidecar.encode()) == sidecar
    assert sidecar.encode() == make_sidecar().encode()


@given(st.data())
def test_any_changed_byte_is_refused(data):
    encoded = bytearray(make_sidecar().encode())
    encoded[data.draw(st.integers(0, len(encoded) - 1))] ^= data.draw(st.integers(1, 255))
    with suppress(Rejected):
        assert Sidecar.decode(bytes(encoded)) == make_sidecar()


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = zstandard.ZstdCompressor().compress(bytes(1 << 29) + b"x")
    assert len(bomb) < 100_000
    with pytest.raises(Rejected, match=r"packs\.bad-sidecar"):
        Sidecar.decode(bomb)
    streamed = zstandard.ZstdCompressor(write_content_size=False).compress(b"{}")
    with pytest.raises(Rejected, match=r"packs\.bad-sidecar"):
        Sidecar.decode(streamed)


@pytest.mark.parametrize("text", [b"", b"[]", b'{"format":2}', b"\xff"])
def test_what_is_no_sidecar_is_refused(text):
    with pytest.raises(Rejected, match=r"packs\.bad-sidecar"):
        Sidecar.decode(zstandard.ZstdCompressor().compress(text))
