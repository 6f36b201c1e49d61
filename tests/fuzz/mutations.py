"""How a file is broken: flips, cuts, lying lengths, nests, inflating bombs, splices of files."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from typing import TYPE_CHECKING, Final

from tests.fuzz.seeds import seeds

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from tests.fuzz.seeds import Seed

OPEN: Final = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xE000, 0xE00D, 0xE0DD
LENGTHS: Final = (0, 1, 2, 3, 7, 8, 0xFF, 0xFFFE, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, OPEN - 1,
                  OPEN)  # fmt: skip
VRS: Final = (b"SQ", b"UN", b"OB", b"OW", b"LO", b"PN", b"UI", b"DS", b"US", b"UT", b"UC", b"DA",
              b"CS", b"XX", b"\0\0", b"AT", b"FD", b"OV")  # fmt: skip
SYNTAXES: Final = (b"1.2.840.10008.1.2\0", b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.2\0",
                   b"1.2.840.10008.1.2.5\0", b"1.2.840.10008.1.2.1.99",
                   b"1.2.840.10008.1.2.4.50", b"1.2.840.10008.1.2.4.90")  # fmt: skip
CHARSETS: Final = (b"ISO_IR 100", b"GB18030\0\0\0", b"ISO 2022 IR 58", b"\\ISO 2022 IR 149",
                   b"ISO_IR 192", b"BIG5", b"utf_7 ")  # fmt: skip


def flip(seed: Seed, rng: random.Random) -> bytes:
    """Single bits, mostly in the header."""
    data = bytearray(seed.data)
    reach = min(len(data), 6000) if rng.random() < 0.8 else len(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16, 64))):
        data[rng.randrange(reach)] ^= 1 << rng.randrange(8)
    return bytes(data)


def cut(seed: Seed, rng: random.Random) -> bytes:
    """The file ends early, or a piece in the middle is missing."""
    data = seed.data
    at = rng.choice(seed.starts) if rng.random() < 0.3 else rng.randrange(len(data))
    if rng.random() < 0.6:
        return data[:at]
    return data[:at] + data[at + rng.choice((1, 2, 8, 64, 1000)) :]


def lie(seed: Seed, rng: random.Random) -> bytes:
    """A length, a VR or a tag that is not so."""
    data = bytearray(seed.data)
    for _ in range(rng.choice((1, 1, 2, 5))):
        at = rng.choice(seed.starts)
        way = rng.randrange(4)
        if way == 0:
            data[at + 4 : at + 6] = rng.choice(VRS)
        elif way == 1:
            data[at + 6 : at + 8] = struct.pack("<H", rng.choice(LENGTHS) & 0xFFFF)
        elif way == 2:
            size = rng.choice((*LENGTHS, rng.randrange(len(data)), len(data) - at - 12))
            data[at + 8 : at + 12] = struct.pack("<I", size & OPEN)
        else:
            data[at : at + 4] = struct.pack("<HH", rng.choice((8, 16, 0x40, 0x7FE0)), rng.choice(
                (0x10, 0x20, 5, 0x16, rng.randrange(65536))))  # fmt: skip
    return bytes(data)


def head(tag: int, vr: bytes, length: int) -> bytes:
    """The head of an element with a long length."""
    return struct.pack("<HH2sHI", tag >> 16, tag & 0xFFFF, vr, 0, length)


def nest(seed: Seed, rng: random.Random) -> bytes:
    """Sequences in sequences, items without end, many empty items."""
    depth = rng.choice((5, 60, 200, 2000, 20000))
    tag = rng.choice((0x00400275, 0x00081140, 0x0040A730, 0x00091001, 0x00102299))
    vr = rng.choice((b"SQ", b"SQ", b"UN"))
    item = struct.pack("<HHI", 0xFFFE, ITEM, OPEN)
    way = rng.randrange(3)
    if way == 0:
        bomb = (head(tag, vr, OPEN) + item) * depth
        if rng.random() < 0.5:
            bomb += (struct.pack("<HHI", 0xFFFE, ITEM_END, 0)
                     + struct.pack("<HHI", 0xFFFE, SEQUENCE_END, 0)) * depth  # fmt: skip
    elif way == 1:
        bomb = head(tag, vr, OPEN) + struct.pack("<HHI", 0xFFFE, ITEM, 0) * (depth * 20)
        bomb += struct.pack("<HHI", 0xFFFE, SEQUENCE_END, 0)
    else:
        bomb = b""
        for _ in range(min(depth, 600)):
            bomb = (
                head(tag, vr, len(bomb) + 8) + struct.pack("<HHI", 0xFFFE, ITEM, len(bomb)) + bomb
            )
    at = rng.choice(seed.starts)
    return seed.data[:at] + bomb + seed.data[at:]


@cache
def zeros(power: int) -> bytes:
    """That many zeros, deflated; once per child."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(bytes(1 << power)) + packer.flush()


def inflate(seed: Seed, rng: random.Random) -> bytes:
    """A deflated data set: whole, cut, flipped, or far larger than it looks."""
    body = seed.data[seed.starts[0] :]
    way = rng.randrange(4)
    if way == 0:
        packed = bytearray(zeros(rng.choice((20, 22, 24, 26))))
    else:
        if way == 1:
            body = body[: seed.starts[-1] - seed.starts[0]] + bytes(1 << 20)
        packer = zlib.compressobj(1, zlib.DEFLATED, -15)
        packed = bytearray(packer.compress(body) + packer.flush())
    if way == 2 and packed:
        packed[rng.randrange(len(packed))] ^= 1 << rng.randrange(8)
    if way == 3:
        packed = packed[: rng.randrange(len(packed) + 1)]
    meta = b"\2\0\x10\0UI\x16\0" + b"1.2.840.10008.1.2.1.99"
    size = b"\2\0\0\0UL\4\0" + struct.pack("<I", len(meta))
    return bytes(128) + b"DICM" + size + meta + bytes(packed)


def splice(seed: Seed, rng: random.Random) -> bytes:
    """Elements of two files, doubled, moved, left out."""
    other = rng.choice(seeds())
    mine, theirs = rng.choice(seed.starts), rng.choice(other.starts)
    way = rng.randrange(4)
    if way == 0:
        return seed.data[:mine] + other.data[theirs:]
    if way == 1:
        end = min((one for one in other.starts if one > theirs), default=len(other.data))
        return seed.data[:mine] + other.data[theirs:end] + seed.data[mine:]
    end = min((one for one in seed.starts if one > mine), default=len(seed.data))
    if way == 2:
        return seed.data[:end] + seed.data[mine:end] + seed.data[end:]
    target = rng.choice(seed.starts)
    rest = seed.data[:mine] + seed.data[end:]
    return rest[:target] + seed.data[mine:end] + rest[target:]


def swap(seed: Seed, rng: random.Random) -> bytes:
    """Another transfer syntax or character set than the bytes have, of the same length."""
    data = bytearray(seed.data)
    old = seed.data.find(b"1.2.840.10008.1.2", 132, 500)
    new = rng.choice(SYNTAXES)
    if old > 0 and rng.random() < 0.6:
        length = struct.unpack_from("<H", data, old - 2)[0]
        data[old : old + length] = new[:length].ljust(length, b"\0")
    spot = seed.data.find(b"\x08\0\x05\0CS")
    if spot > 0:
        length = struct.unpack_from("<H", data, spot + 6)[0]
        data[spot + 8 : spot + 8 + length] = rng.choice(CHARSETS)[:length].ljust(length)
    return bytes(data)


def noise(seed: Seed, rng: random.Random) -> bytes:
    """Bytes that mean nothing behind an honest beginning."""
    keep = rng.choice((0, 128, 132, rng.choice(seed.starts)))
    return seed.data[:keep] + rng.randbytes(rng.choice((0, 1, 12, 300, 5000)))


MUTATIONS: Final[tuple[Callable[[Seed, random.Random], bytes], ...]] = (
    *[flip] * 9, *[cut] * 2, *[lie] * 9, *[splice] * 6, *[swap] * 3, nest, inflate, noise,
)  # fmt: skip
