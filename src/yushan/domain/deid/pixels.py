"""Pixel Data on its way out: as long as the header says, nothing in the spare bits, clean streams.

Bytes that may stay are passed on as views of the input.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from yushan.base import Rejected
from yushan.domain.deid import encode
from yushan.domain.deid.streams import clean_frame
from yushan.domain.dicom import UNDEFINED, fragments

if TYPE_CHECKING:
    from yushan.domain.dicom import Buffer, Element, Part10

PIXEL_DATA: Final = 0x7FE00010
FLOAT_BITS: Final = {0x7FE00008: ("OF", 32), 0x7FE00009: ("OD", 64)}
SEQUENCE_END: Final = b"\xfe\xff\xdd\xe0\0\0\0\0"
#: First bytes of a frame, where a frame lies in several fragments.
STARTS: Final = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51")


class Shape(NamedTuple):
    """What the header says of the pixels."""

    rows: int = 0
    columns: int = 0
    samples: int = 1
    frames: int = 1
    allocated: int = 16
    stored: int = 16
    high_bit: int = 15
    is_signed: bool = False
    photometric: str = ""
    has_overlay_in_pixels: bool = False

    def length(self, bits: int) -> int:
        """Bytes of all native frames, without padding."""
        samples = 2 if self.photometric == "YBR_FULL_422" and self.samples == 3 else self.samples
        return (self.rows * self.columns * samples * self.frames * bits + 7) // 8


def pixel_chunks(part: Part10, element: Element, shape: Shape) -> tuple[Buffer, ...]:
    """The pixel element as chunks; pixel bytes are views of the input wherever they may stay.

    Raises
    ------
    Rejected
        ``deid.pixels-short``, ``deid.high-bits``, ``deid.overlay-in-pixels``,
        ``deid.frames-unclear``, and as ``streams.clean_frame``.
    """
    if element.length == UNDEFINED:
        return encapsulated(part, element, shape)
    if element.tag in FLOAT_BITS:
        vr, bits = FLOAT_BITS[element.tag]
    else:
        vr, bits = "OW" if shape.allocated > 8 or element.vr == "OW" else "OB", shape.allocated
    view = memoryview(part.buffer)[element.value : element.end]
    length = shape.length(bits)
    if not length or len(view) < length:
        raise Rejected("deid.pixels-short", needed=length, found=len(view))
    pixels: Buffer = view[:length]
    if part.big_endian and (bits > 8 or element.vr == "OW"):
        pixels = swapped(view[: length + length % 2], max(bits, 16))[:length]
    if element.tag == PIXEL_DATA:
        pixels = without_spare_bits(pixels, shape)
    head = encode.head(element.tag, vr, length + length % 2)
    return (head, pixels, b"\0") if length % 2 else (head, pixels)


def swapped(pixels: memoryview, bits: int) -> bytes:
    """Pixels with the byte order of their samples turned round."""
    return np.frombuffer(pixels, f">u{bits // 8}").astype(f"<u{bits // 8}").tobytes()


def without_spare_bits(pixels: Buffer, shape: Shape) -> Buffer:
    """The pixels if the bits above Bits Stored hold only the sign; a declared overlay is masked.

    An undeclared plane there may be a drawing that another program forgot, or a header that lies;
    neither can be told from here.
    """
    if shape.allocated not in (8, 16) or shape.stored >= shape.allocated:
        return pixels
    if not shape.stored or shape.high_bit != shape.stored - 1:
        raise Rejected("deid.high-bits")
    values = np.frombuffer(pixels, f"<u{shape.allocated // 8}")
    if is_clean(values, shape):
        return pixels
    if not shape.has_overlay_in_pixels:
        raise Rejected("deid.high-bits")
    kept = values & np.array((1 << shape.stored) - 1, values.dtype)
    if shape.is_signed:
        sign = np.array(1 << (shape.stored - 1), values.dtype)
        kept = (kept ^ sign) - sign
    return bytes(kept.tobytes())


def is_clean(values: np.ndarray[tuple[int], np.dtype[np.unsignedinteger]], shape: Shape) -> bool:
    """Whether the spare bits are zero, or copies of the sign where there is one."""
    if not shape.is_signed:
        return int(values.max(initial=0)) < 1 << shape.stored
    above = values >> (shape.stored - 1)
    ones = (1 << (shape.allocated - shape.stored + 1)) - 1
    return bool(((above == 0) | (above == ones)).all())


def encapsulated(part: Part10, element: Element, shape: Shape) -> tuple[Buffer, ...]:
    """Compressed frames, each looked through; the bytes of the input when nothing had to go."""
    if shape.has_overlay_in_pixels:
        raise Rejected("deid.overlay-in-pixels")
    view = memoryview(part.buffer)[element.value : element.end]
    table, *pieces = fragments(view) or (memoryview(b""),)
    frames = grouped(pieces, shape.frames)
    cleaned = [clean_frame(frame, part.transfer_syntax_uid) for frame in frames]
    head = encode.head(PIXEL_DATA, "OB", UNDEFINED)
    is_as_it_was = all(new is old for new, old in zip(cleaned, frames, strict=True))
    if is_as_it_was and is_true(table, pieces, shape.frames):
        return head, view
    items = [encode.item(frame + b"\0" * (len(frame) % 2)) for frame in cleaned]
    return head, encode.item(offsets(items)), *items, SEQUENCE_END


def is_true(table: memoryview, pieces: list[memoryview], frames: int) -> bool:
    """Whether a basic offset table is empty, or names the starts of fragments in order."""
    if not len(table):
        return True
    if len(table) != 4 * frames:
        return False
    starts = accumulate((8 + len(piece) for piece in pieces), initial=0)
    named = np.frombuffer(table, "<u4").tolist()
    return named[0] == 0 and named == sorted(set(named)) and set(named) <= set(starts)


def offsets(items: list[bytes]) -> bytes:
    """The basic offset table of frames in one fragment each; empty when 32 bits do not reach."""
    starts = list(accumulate(map(len, items), initial=0))[:-1]
    fits = len(items) > 1 and starts[-1] < 1 << 32
    return np.array(starts, "<u4").tobytes() if fits else b""


def grouped(pieces: list[memoryview], frames: int) -> list[bytes]:
    """Fragments put together to frames."""
    raw = [bytes(piece) for piece in pieces]
    if frames == 1:
        return [b"".join(raw)] if raw else []
    if len(raw) != frames:
        joined: list[bytes] = []
        for piece in raw:
            if piece.startswith(STARTS) or not joined:
                joined.append(piece)
            else:
                joined[-1] += piece
        raw = joined
    if len(raw) != frames:
        raise Rejected("deid.frames-unclear", frames=frames, fragments=len(pieces))
    return raw
