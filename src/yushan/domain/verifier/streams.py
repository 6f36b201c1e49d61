"""Compressed frames: only what draws the picture, no comments, no metadata, nothing after the end.

JPEG and JPEG-LS (ITU T.81, T.87), JPEG 2000 and HTJ2K (ITU T.800, T.814), RLE (PS3.5 Annex G).
"""

from __future__ import annotations

import re
from struct import Struct
from typing import Final

SIZE: Final = Struct(">H").unpack_from
LONG: Final = Struct(">L").unpack_from
RLE_HEADER: Final = Struct("<16L").unpack_from

#: The next marker of entropy-coded data that is neither stuffing nor a restart.
MARKER: Final = re.compile(rb"\xff[\xc0-\xcf\xd8-\xfe]").search
STANDALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
EOI, SOS, COM, APP0, APP15 = 0xD9, 0xDA, 0xFE, 0xE0, 0xEF
#: Application data of fixed length: JFIF without thumbnail, SPIFF's header and its end (JPEG-LS
#: encoders write both), Adobe's colour transform.
HARMLESS: Final = {
    0xE0: re.compile(rb"JFIF\0[\x01\x02][\0-\x02][\0-\x02].{4}\0\0", re.DOTALL).fullmatch,
    0xE8: re.compile(
        rb"SPIFF\0[\0-\x02]{2}[\0-\x04][\0-\x04](?:\0\0..){2}"
        rb"[\0-\x0f][\x01-\x10][\0-\x06][\0-\x02](?:\0\0..){2}|\x00\x00\x00\x01\xff\xd8",
        re.DOTALL,
    ).fullmatch,
    0xEE: re.compile(rb"Adobe\0[\x64-\x66].{4}[\0-\x02]", re.DOTALL).fullmatch,
}
#: What encoders write about themselves in a JPEG 2000 comment.
ENCODER: Final = re.compile(
    rb"(?:\x00[\x00\x01])?(?:Kakadu-v?[0-9.]{1,8}|Created by (?:GDCM/)?OpenJPEG version [0-9.]{1,8}"
    rb"|OpenJPH Ver [0-9.]{1,8}\.?|Creator: JasPer Version [0-9.]{1,9})"
).fullmatch
BOXES: Final = frozenset({b"jP  ", b"ftyp", b"jp2h", b"jp2c"})


def clean_jpeg(stream: bytes) -> bool:
    """Whether a JPEG or JPEG-LS stream has no comment and no application data, and ends at EOI."""
    position, size = 2, len(stream)
    if stream[:2] != b"\xff\xd8":
        return False
    while position + 2 <= size:
        if stream[position] != 0xFF:
            return False
        marker = stream[position + 1]
        if marker == EOI:
            return not stream[position + 2 :].strip(b"\0") and size - position - 2 <= 1
        if marker == 0xFF or marker in STANDALONE:
            position += 1 if marker == 0xFF else 2
            continue
        after = jpeg_segment(stream, position, marker)
        if after is None:
            return False
        position = after
    return False


def jpeg_segment(stream: bytes, position: int, marker: int) -> int | None:
    """Offset after one marker segment and its entropy-coded data; None if it may not be there."""
    if position + 4 > len(stream):
        return None
    end: int = position + 2 + SIZE(stream, position + 2)[0]
    body = stream[position + 4 : end]
    if end > len(stream) or end < position + 4 or marker == COM:
        return None
    if APP0 <= marker <= APP15:
        harmless = HARMLESS.get(marker)
        return end if harmless and harmless(body) else None
    if marker != SOS:
        return end
    following = MARKER(stream, end)
    return following.start() if following else None


def clean_jpeg_2000(stream: bytes) -> bool:
    """Whether a codestream, bare or in JP2 boxes, has no comments but the encoder's name."""
    if stream[4:8] != b"jP  ":
        return clean_codestream(stream)
    position, size = 0, len(stream)
    while position + 8 <= size:
        length, kind = LONG(stream, position)[0], stream[position + 4 : position + 8]
        end = position + length if length else size
        if length == 1 or end <= position + 7 or end > size or kind not in BOXES:
            return False
        if kind == b"jp2c" and not clean_codestream(stream[position + 8 : end]):
            return False
        position = end
    return size - position <= 1 and not stream[position:].strip(b"\0")


def clean_codestream(stream: bytes) -> bool:
    """Walk the main header and all tile-part headers; the data of the tiles is skipped."""
    position, size = 2, len(stream)
    tile_end = 0
    if stream[:2] != b"\xff\x4f":
        return False
    while position + 4 <= size:
        marker, length = SIZE(stream, position)[0], SIZE(stream, position + 2)[0]
        if marker == 0xFF90 and position + 10 <= size:  # SOT: start of a tile-part
            (tile,) = LONG(stream, position + 6)
            tile_end = position + tile if tile else size - size_of_end(stream)
        elif marker == 0xFF93:  # SOD: data up to the end of the tile-part
            if not position < tile_end <= size:
                return False
            position = tile_end
            continue
        elif marker == 0xFF64 and not ENCODER(stream, position + 4, position + 2 + length):
            return False
        elif marker >> 8 != 0xFF or marker == 0xFFD9:
            break
        position += 2 + max(length, 2)
    return stream[position : position + 2] == b"\xff\xd9" and not stream[position + 2 :].strip(
        b"\0"
    )


def size_of_end(stream: bytes) -> int:
    """Bytes of the end marker and its padding."""
    return 3 if stream.endswith(b"\xff\xd9\0") else 2


def clean_rle(stream: bytes) -> bool:
    """Whether an RLE frame has a true header: segments in order, unused offsets zero."""
    if len(stream) < 64:
        return False
    count, *offsets = RLE_HEADER(stream)
    used = offsets[:count]
    return (
        1 <= count <= 15
        and used[0] == 64
        and used == sorted(set(used))
        and used[-1] <= len(stream)
        and not any(offsets[count:])
    )
