"""Writes small DICOM files byte by byte, so that tests know every offset without our reader."""

from __future__ import annotations

import struct
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from yushan.base import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

EXPLICIT = "1.2.840.10008.1.2.1"
IMPLICIT = "1.2.840.10008.1.2"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
JPEG = "1.2.840.10008.1.2.4.50"

LONG = ("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV")


@contextmanager
def refused(code: str) -> Iterator[None]:
    """What happens inside is refused with exactly this code."""
    with pytest.raises(Rejected) as refusal:
        yield
    assert refusal.value.code == code


@dataclass(frozen=True)
class Written:
    """An element to write; ``items`` makes it a sequence, ``open_end`` of undefined length."""

    tag: int
    vr: str
    raw: bytes = b""
    items: tuple[tuple[Written, ...], ...] | None = None
    open_end: bool = False
    fragments: tuple[bytes, ...] | None = field(default=None)


def head(tag: int, vr: str, length: int, syntax: str) -> bytes:
    order = ">" if syntax == BIG_ENDIAN else "<"
    pair = struct.pack(order + "HH", tag >> 16, tag & 0xFFFF)
    if syntax == IMPLICIT:
        return pair + struct.pack("<I", length)
    if vr in LONG:
        return pair + vr.encode() + b"\0\0" + struct.pack(order + "I", length)
    return pair + vr.encode() + struct.pack(order + "H", length)


def mark(tag: int, length: int, syntax: str) -> bytes:
    order = ">" if syntax == BIG_ENDIAN else "<"
    return struct.pack(order + "HHI", tag >> 16, tag & 0xFFFF, length)


def element(one: Written, syntax: str) -> bytes:
    if one.fragments is not None:
        body = b"".join(mark(0xFFFEE000, len(piece), syntax) + piece for piece in one.fragments)
        return head(one.tag, one.vr, 0xFFFFFFFF, syntax) + body + mark(0xFFFEE0DD, 0, syntax)
    if one.items is None:
        raw = one.raw + b"\0" * (len(one.raw) % 2)
        return head(one.tag, one.vr, len(raw), syntax) + raw
    inside = IMPLICIT if one.vr == "UN" else syntax
    bodies = [dataset(item, inside) for item in one.items]
    if one.open_end:
        items = b"".join(
            mark(0xFFFEE000, 0xFFFFFFFF, inside) + body + mark(0xFFFEE00D, 0, inside)
            for body in bodies
        )
        return head(one.tag, one.vr, 0xFFFFFFFF, syntax) + items + mark(0xFFFEE0DD, 0, inside)
    items = b"".join(mark(0xFFFEE000, len(body), inside) + body for body in bodies)
    return head(one.tag, one.vr, len(items), syntax) + items


def dataset(elements: tuple[Written, ...], syntax: str) -> bytes:
    return b"".join(element(one, syntax) for one in elements)


def part10(elements: tuple[Written, ...], syntax: str = EXPLICIT) -> bytes:
    """A whole file; its meta information names the instance if that has a UID of ours."""
    named = [one.raw for one in elements if one.tag == 0x00080018 and len(one.raw) == 44]
    meta = dataset(
        (
            Written(0x00020001, "OB", b"\0\1"),
            Written(0x00020002, "UI", b"1.2.840.10008.5.1.4.1.1.2"),
            Written(0x00020003, "UI", (named or [b"1.2.3.4"])[0]),
            Written(0x00020010, "UI", syntax.encode()),
        ),
        EXPLICIT,
    )
    length = element(Written(0x00020000, "UL", struct.pack("<I", len(meta))), EXPLICIT)
    body = dataset(elements, EXPLICIT if syntax == DEFLATED else syntax)
    if syntax == DEFLATED:
        squeeze = zlib.compressobj(wbits=-15)
        body = squeeze.compress(body) + squeeze.flush()
    return b"\0" * 128 + b"DICM" + length + meta + body


def us(tag: int, *values: int, syntax: str = EXPLICIT) -> Written:
    order = ">" if syntax == BIG_ENDIAN else "<"
    return Written(tag, "US", struct.pack(f"{order}{len(values)}H", *values))


def image(
    *,
    syntax: str = EXPLICIT,
    frames: int | None = None,
    bits: int = 16,
    size: tuple[int, int] = (4, 6),
    pixels: bytes | None = None,
    pieces: tuple[bytes, ...] | None = None,
    more: tuple[Written, ...] = (),
    after: tuple[Written, ...] = (),
) -> bytes:
    """A CT image: ``pixels`` native or ``pieces`` encapsulated (first the offset table)."""
    rows, columns = size
    if pixels is None and pieces is None:
        pixels = bytes(i % 251 for i in range((rows * columns * bits * (frames or 1) + 7) // 8))
    data = (
        Written(0x7FE00010, "OB", fragments=pieces)
        if pieces is not None
        else Written(0x7FE00010, "OW", pixels or b"")
    )
    given = {one.tag: one for one in more}
    standard = (
        Written(0x00080016, "UI", b"1.2.840.10008.5.1.4.1.1.2"),
        Written(0x00080018, "UI", b"1.2.3.4"),
        Written(0x00080060, "CS", b"CT"),
        Written(0x00100020, "LO", b"P1"),
        Written(0x0020000D, "UI", b"1.2.3"),
        Written(0x0020000E, "UI", b"1.2.3.9"),
        Written(0x00200013, "IS", b"7"),
        us(0x00280002, 1, syntax=syntax),
        Written(0x00280004, "CS", b"MONOCHROME2"),
        *((Written(0x00280008, "IS", str(frames).encode()),) if frames else ()),
        us(0x00280010, rows, syntax=syntax),
        us(0x00280011, columns, syntax=syntax),
        us(0x00280100, bits, syntax=syntax),
        data,
    )
    merged = {one.tag: one for one in standard} | given | {one.tag: one for one in after}
    return part10(tuple(merged[tag] for tag in sorted(merged)), syntax)
