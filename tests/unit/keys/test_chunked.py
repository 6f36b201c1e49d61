"""Chunks: any range opens alone; no change, cut, move or other name opens at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yushan.base import Rejected
from yushan.engines.keys import ChunkSealer, Wrapper, plain_size
from yushan.engines.keys.chunked import CHUNK, TAG, sealed_size

KEY = b"k" * 32
PLAIN = bytes(range(251)) * 800  # 200,800 bytes: four chunks, the last one short


def sealed_file(plain=PLAIN, name="a", key=KEY):
    sealer = ChunkSealer.fresh(key, name, len(plain))
    pieces = [plain[at : at + 70_001] for at in range(0, len(plain), 70_001)]
    return b"".join(sealer.sealed(pieces))


def opened(file, start, length, name="a", key=KEY):
    sealer = ChunkSealer(key, name, file[: ChunkSealer.HEADER_SIZE])
    span = sealer.span(start, length)
    return sealer.read(span, file[span.start : span.start + span.length], start, length)


FILE = sealed_file()


@given(st.integers(0, len(PLAIN) + 10), st.integers(0, len(PLAIN) + 10))
def test_any_range_is_what_it_was(start, length):
    assert opened(FILE, start, length) == PLAIN[start : start + length]


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_sizes_are_known_both_ways(length):
    file = sealed_file(bytes(length))
    assert len(file) == sealed_size(length)
    assert plain_size(len(file)) == length
    assert opened(file, 0, length + 1) == bytes(length)


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
def test_a_changed_byte_is_never_opened(at, change):
    file = bytearray(FILE)
    file[at] ^= change
    with pytest.raises(Rejected, match=r"keys\.(chunk|header)-broken"):
        opened(bytes(file), 0, len(PLAIN))


def moved(file):
    first, second = (slice(64 + n * (CHUNK + TAG), 64 + (n + 1) * (CHUNK + TAG)) for n in (0, 1))
    return file[:64] + file[second] + file[first] + file[second.stop :]


def shorter(file):
    """The header says one chunk less, and there is one less."""
    length = 3 * CHUNK
    header = file[:48] + length.to_bytes(8, "little") + file[56:64]
    return header + file[64 : 64 + 3 * (CHUNK + TAG)]


@pytest.mark.parametrize(
    "harm", [moved, shorter, lambda f: f[:-1], lambda f: f[:200], bytes.swapcase]
)
def test_chunks_cannot_be_moved_cut_or_exchanged(harm):
    with pytest.raises(Rejected, match=r"keys\."):
        opened(harm(FILE), 0, len(PLAIN))


def test_a_file_opens_only_with_its_key_and_under_its_name():
    for name, key in (("b", KEY), ("a", b"x" * 32)):
        with pytest.raises(Rejected, match=r"keys\.chunk-broken"):
            opened(FILE, 0, 1, name, key)
    assert sealed_file() != sealed_file()  # a salt of its own each time


def test_what_is_not_as_long_as_promised_is_a_fault_of_ours():
    with pytest.raises(ValueError, match="long"):
        list(ChunkSealer.fresh(KEY, "a", 5).sealed([b"four"]))


def test_keys_are_wrapped_for_one_purpose_and_wrapped_again():
    old, new = Wrapper([b"o" * 32]), Wrapper([b"n" * 32, b"o" * 32])
    wrapped = old.wrap(KEY, "one")
    assert KEY not in wrapped
    assert new.unwrap(wrapped, old.name, "one") == KEY
    assert new.name != old.name
    assert new.names == (new.name, old.name)
    with pytest.raises(Rejected, match=r"keys\.wrap-broken"):
        new.unwrap(wrapped, old.name, "another")
    with pytest.raises(Rejected, match=r"keys\.wrap-unknown"):
        old.unwrap(new.wrap(KEY, "one"), new.name, "one")
    with pytest.raises(ValueError, match="one secret"):
        Wrapper([])
