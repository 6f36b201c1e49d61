"""Compressed frames without what rides along: comments, application data, bytes after the end.

JPEG and JPEG-LS (ITU T.81, T.87), JPEG 2000 and HTJ2K (T.800, T.814), RLE (PS3.5 annex G). The
coded picture itself is never touched.
"""

from __future__ import annotations

import re
import struct
from typing import Final

from yushan.base import Rejected

SOI, EOI, SOS, COM, APP0, APP14, APP15 = 0xD8, 0xD9, 0xDA, 0xFE, 0xE0, 0xEE, 0xEF
#: Frames, tables, scans and restarts of T.81, and of T.87 (F7, F8); nothing else draws.
DRAWING: Final = frozenset([*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD, 0xF7, 0xF8]) - {0xC8}
#: The next marker in entropy-coded data that is neither stuffing nor a restart.
NEXT_MARKER: Final = re.compile(rb"\xff[\xc0-\xcf\xd8-\xfe]")
JFIF: Final = re.compile(rb"JFIF\0.{7}\0\0", re.DOTALL)
ADOBE: Final = re.compile(rb"Adobe.{7}", re.DOTALL)
SOC, SOT, SOD, EOC, CME = 0xFF4F, 0xFF90, 0xFF93, 0xFFD9, 0xFF64
#: What encoders write about themselves into a JPEG 2000 comment; it says nothing about anybody.
ENCODER: Final = re.compile(
    rb"\0[\0\1](?:Kakadu-v?[0-9.]{1,8}|Created by (?:GDCM/)?OpenJPEG version [0-9.]{1,8}"
    rb"|OpenJPH Ver [0-9.]{1,8}\.?|Creator: JasPer Version [0-9.]{1,12})"
)

#: Last parts of the transfer syntaxes whose frames can be looked through.
JPEG: Final = frozenset({"50", "51", "57", "70", "80", "81"})
JPEG_2000: Final = frozenset({"90", "91", "201", "202", "203"})

Span = tuple[int, int]


def broken() -> Rejected:
    """The refusal of a frame that cannot be followed to its end."""
    return Rejected("deid.stream-broken")


def clean_frame(stream: bytes, transfer_syntax_uid: str) -> bytes:
    """The frame without riders; the same object when there were none.

    Raises
    ------
    Rejected
        ``deid.stream-broken``; ``deid.stream-unknown`` for codecs this room cannot look into.
    """
    number = transfer_syntax_uid.removeprefix("1.2.840.10008.1.2.")
    if number == "5":
        return clean_rle(stream)
    if not number.startswith("4."):
        raise Rejected("deid.stream-unknown")
    kind = number.removeprefix("4.")
    if kind in JPEG:
        spans = jpeg_spans(stream)
    elif kind in JPEG_2000:
        spans = codestream_spans(stream)
    else:
        raise Rejected("deid.stream-unknown")
    kept = b"".join(stream[start:end] for start, end in spans)
    return stream if kept == stream or kept + b"\0" == stream else kept


def clean_rle(stream: bytes) -> bytes:
    """An RLE frame whose header is true."""
    if len(stream) < 64:
        raise broken()
    count, *offsets = struct.unpack_from("<16L", stream)
    used = offsets[:count]
    in_order = used == sorted(set(used)) and used[:1] == [64] and used[-1] < len(stream)
    if not 1 <= count <= 15 or not in_order or any(offsets[count:]):
        raise broken()
    return stream


def jpeg_spans(stream: bytes) -> list[Span]:
    """The spans of a JPEG or JPEG-LS stream that draw the picture."""
    if stream[:2] != b"\xff\xd8":
        raise broken()
    spans, at = [(0, 2)], 2
    while at + 2 <= len(stream):
        if stream[at] != 0xFF:
            raise broken()
        marker = stream[at + 1]
        if marker == EOI:
            return [*spans, (at, at + 2)]
        if marker == 0xFF:
            at += 1
            continue
        end = jpeg_segment_end(stream, at, marker)
        if is_drawing(stream[at + 4 : end], marker):
            spans.append((at, end))
        at = end
    raise broken()


def jpeg_segment_end(stream: bytes, at: int, marker: int) -> int:
    """The offset behind a marker segment and the coded data that follows it."""
    if at + 4 > len(stream):
        raise broken()
    end = at + 2 + int.from_bytes(stream[at + 2 : at + 4], "big")
    if end > len(stream) or end < at + 4:
        raise broken()
    if marker != SOS:
        return end
    following = NEXT_MARKER.search(stream, end)
    if following is None:
        raise broken()
    return following.start()


def is_drawing(body: bytes, marker: int) -> bool:
    """Whether a segment is needed to draw; JFIF without thumbnail and Adobe's colours are."""
    if marker == APP0:
        return JFIF.fullmatch(body) is not None
    if marker == APP14:
        return ADOBE.fullmatch(body) is not None
    if marker == COM or APP0 < marker <= APP15:
        return False
    if marker not in DRAWING:
        raise broken()
    return True


def codestream_spans(stream: bytes) -> list[Span]:
    """The spans of a JPEG 2000 codestream that draw the picture."""
    if stream[:2] != b"\xff\x4f":
        raise broken()
    spans, at, tile_end = [(0, 2)], 2, 0
    while (segment := codestream_segment(stream, at)) is not None:
        marker, end = segment
        if marker == SOT:
            tile_end = tile_end_of(stream, at)
        elif marker == SOD:
            if not at < tile_end <= len(stream):
                raise broken()
            end, tile_end = tile_end, 0
        if marker != CME or is_encoder(stream[at + 4 : end], in_tile=tile_end > 0):
            spans.append((at, end))
        at = end
    if stream[at : at + 2] != b"\xff\xd9":
        raise broken()
    is_padded = not stream[at + 2 :].strip(b"\0")
    return [*spans, (at, len(stream) if is_padded else at + 2)]


def codestream_segment(stream: bytes, at: int) -> tuple[int, int] | None:
    """Marker and end of the segment at an offset; ``None`` at the end of the codestream."""
    if at + 4 > len(stream):
        return None
    marker, length = struct.unpack_from(">HH", stream, at)
    if marker >> 8 != 0xFF or marker == EOC or (length < 2 and marker != SOD):
        return None
    return marker, at + 2 + length


def is_encoder(comment: bytes, *, in_tile: bool) -> bool:
    """Whether a comment only names the encoder; in a tile it cannot be cut without recounting."""
    if ENCODER.fullmatch(comment):
        return True
    if in_tile:
        raise broken()
    return False


def tile_end_of(stream: bytes, at: int) -> int:
    """The offset behind the tile-part whose SOT stands at ``at``; length 0 means up to the end."""
    if at + 10 > len(stream):
        raise broken()
    length = int.from_bytes(stream[at + 6 : at + 10], "big")
    return at + length if length else stream.rindex(b"\xff\xd9")
