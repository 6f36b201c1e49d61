"""Pixel Data: exactly as long as its attributes say, no hidden bits, clean compressed frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.domain.verifier.claims import Top, value
from yushan.domain.verifier.parser import PIXEL_DATA, Bytes, Element
from yushan.domain.verifier.streams import clean_jpeg, clean_jpeg_2000, clean_rle

if TYPE_CHECKING:
    from collections.abc import Callable

    from yushan.domain.verifier.report import Report

NATIVE: Final = b"1.2.840.10008.1.2.1"
RLE: Final = b"1.2.840.10008.1.2.5"
_JPEG: Final = (50, 51, 57, 70, 80, 81)
_JPEG_2000: Final = (90, 91, 201, 202, 203)
#: Encapsulated transfer syntaxes whose frames can be looked through, and how.
ENCAPSULATED: Final[dict[bytes, Callable[[bytes], bool]]] = {
    RLE: clean_rle,
    **{b"1.2.840.10008.1.2.4.%d" % last: clean_jpeg for last in _JPEG},
    **{b"1.2.840.10008.1.2.4.%d" % last: clean_jpeg_2000 for last in _JPEG_2000},
}
#: First bytes of a frame, so that a frame in several fragments is put together.
STARTS: Final = (b"\xff\xd8", b"\xff\x4f", b"\x00\x00\x00\x0c")
#: Float and double float pixels: bits of one sample.
FLOATS: Final = {0x7FE00008: 32, 0x7FE00009: 64}


def number(data: Bytes, top: Top, tag: int, default: int) -> int:
    """A US or IS attribute; the default when it is missing or not a number."""
    raw = value(data, top, tag)
    if tag == 0x00280008:
        return int(raw) if raw and len(raw) <= 12 and raw.strip().isdigit() else default
    element = top.get(tag)
    if element is None or element.end - element.start != 2:
        return default
    return int.from_bytes(data[element.start : element.end], "little")


def expected_length(data: Bytes, top: Top, bits: int) -> int:
    """Bytes of native pixels, padded to even (PS3.5 8.1.1 and 8.2)."""
    rows, columns = (number(data, top, tag, 0) for tag in (0x00280010, 0x00280011))
    samples = number(data, top, 0x00280002, 1)
    frames = number(data, top, 0x00280008, 1)
    if value(data, top, 0x00280004) == b"YBR_FULL_422" and samples == 3:
        samples = 2
    total = (rows * columns * samples * frames * bits + 7) // 8
    return total + total % 2


def check_pixels(data: Bytes, top: Top, transfer_syntax: bytes, report: Report) -> None:
    """Check whichever kind of pixels the object has."""
    for tag, bits in FLOATS.items():
        element = top.get(tag)
        if element and element.end - element.start != expected_length(data, top, bits):
            report.at_tag("", tag, "verifier.pixel-length")
    element = top.get(PIXEL_DATA)
    if element is None:
        return
    clean = ENCAPSULATED.get(transfer_syntax)
    if clean is None or element.items is None:
        if clean is not None or element.items is not None:
            report.at_tag("", PIXEL_DATA, "verifier.pixel-stream")
            return
        check_native(data, top, element, report)
    else:
        check_frames(data, top, element, clean, report)


def check_native(data: Bytes, top: Top, element: Element, report: Report) -> None:
    """No byte more or less, padding zero, and nothing in the bits above Bits Stored."""
    bits = number(data, top, 0x00280100, 0)
    length = element.end - element.start
    if not length or length != expected_length(data, top, bits):
        report.at_tag("", PIXEL_DATA, "verifier.pixel-length")
    elif hidden_bits(data, top, element, bits):
        report.at_tag("", PIXEL_DATA, "verifier.pixel-bits")


def hidden_bits(data: Bytes, top: Top, element: Element, bits: int) -> bool:
    """Whether bits above Bits Stored carry anything but the sign."""
    stored = number(data, top, 0x00280101, bits)
    if bits not in {8, 16} or stored >= bits:
        return False
    if number(data, top, 0x00280102, 0) != stored - 1:
        return True  # left-justified pixels of old equipment: the low bits may hold a plane
    signed = number(data, top, 0x00280103, 0) == 1
    pixels = data[element.start : element.end]
    highest = pixels[bits // 8 - 1 :: bits // 8]
    used = max(stored - bits + 8, 0)  # bits of the highest byte that belong to the value
    allowed = bytes(range(1 << used))
    if signed:
        negative = (1 << used) // 2 or 1
        allowed += bytes(range(256 - negative, 256))
    return bool(highest.translate(None, allowed))


def check_frames(
    data: Bytes, top: Top, element: Element, clean: Callable[[bytes], bool], report: Report
) -> None:
    """Every frame is a clean stream, and there are as many as the object says."""
    table, *fragments = element.items or ((0, 0, ()),)
    streams: list[bytearray] = []
    for start, end, _ in fragments:
        part = data[start:end]
        if clean is clean_rle or not streams or part.startswith(STARTS):
            streams.append(bytearray(part))
        else:
            streams[-1] += part
    frames = number(data, top, 0x00280008, 1)
    if len(streams) != frames or (table[1] - table[0]) not in {0, 4 * frames}:
        report.at_tag("", PIXEL_DATA, "verifier.pixel-length")
    if not all(clean(bytes(stream)) for stream in streams):
        report.at_tag("", PIXEL_DATA, "verifier.pixel-stream")
