"""ICC profiles made again from their numbers: colours stay right, nobody's words travel along.

Structure: ICC.1:2010 (ISO 15076-1) clause 7, types of clause 10; numbers are big endian.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

ICC_PROFILE: Final = 0x00282000
HEADER: Final = 128
#: Most bytes of a profile, and most tags.
LARGEST: Final = 4 << 20
MOST_TAGS: Final = 64
#: Types of tags that hold numbers alone.
NUMBERS: Final = frozenset(
    [b"XYZ ", b"curv", b"para", b"sf32", b"uf32", b"mft1", b"mft2", b"mAB ", b"mBA ", b"chrm"]
)
#: Header fields that say how to compute; device, maker, author, day and number of the profile go.
KEPT_FIELDS: Final = (slice(8, 24), slice(36, 40), slice(64, 80))
#: Signatures of header fields: classes of devices, spaces of colours.
CLASSES: Final = frozenset([b"scnr", b"mntr", b"prtr", b"spac"])
SPACES: Final = frozenset([b"RGB ", b"GRAY", b"XYZ ", b"Lab ", b"YCbr", b"CMYK"])
#: What every profile must say of itself (8.2), in the types of version 2 and of version 4.
TEXT: Final = b"REMOVED"
COPYRIGHT: Final = b"text" + bytes(4) + TEXT + b"\0"
OLD_TITLE: Final = b"desc" + bytes(4) + struct.pack(">I", len(TEXT) + 1) + TEXT + bytes(1 + 78)
NEW_TEXT: Final = (
    b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", 2 * len(TEXT), 28)
    + TEXT.decode().encode("utf-16-be")
)  # fmt: skip


class Tag(NamedTuple):
    """One entry of the tag table."""

    signature: bytes
    content: bytes


def without_words(profile: bytes) -> bytes | None:
    """The profile from its numeric tags alone; ``None`` when it is not one that can be read.

    An empty value stays empty. Titles and copyright become ``REMOVED``; names of makers, day and
    identifier become zero.
    """
    if not profile:
        return profile
    tags = read_tags(profile)
    if tags is None or profile[12:16] not in CLASSES:
        return None
    if profile[16:20] not in SPACES or profile[20:24] not in SPACES:
        return None
    is_new = profile[8] >= 4
    kept = [tag for tag in tags if tag.content[:4] in NUMBERS]
    kept.append(Tag(b"desc", NEW_TEXT if is_new else OLD_TITLE))
    kept.append(Tag(b"cprt", NEW_TEXT if is_new else COPYRIGHT))
    return written(profile, sorted(kept))


def read_tags(profile: bytes) -> list[Tag] | None:
    """The tags of a profile; ``None`` where its own lengths do not fit it."""
    if not HEADER + 4 <= len(profile) <= LARGEST or profile[36:40] != b"acsp":
        return None
    (count,) = struct.unpack_from(">I", profile, HEADER)
    if count > MOST_TAGS or HEADER + 4 + 12 * count > len(profile):
        return None
    tags = []
    for place in range(count):
        signature, start, size = struct.unpack_from(">4sII", profile, HEADER + 4 + 12 * place)
        if size < 8 or start + size > len(profile):
            return None
        tags.append(Tag(signature, profile[start : start + size]))
    return tags if len({tag.signature for tag in tags}) == count else None


def written(profile: bytes, tags: list[Tag]) -> bytes:
    """A profile with a new header; equal contents, such as three equal curves, are stored once."""
    at = HEADER + 4 + 12 * len(tags)
    table, content, places = [struct.pack(">I", len(tags))], [], dict[bytes, int]()
    for tag in tags:
        if tag.content not in places:
            padded = tag.content + bytes(-len(tag.content) % 4)
            places[tag.content] = at
            content.append(padded)
            at += len(padded)
        table.append(struct.pack(">4sII", tag.signature, places[tag.content], len(tag.content)))
    header = bytearray(HEADER)
    header[:4] = struct.pack(">I", at)
    for field in KEPT_FIELDS:
        header[field] = profile[field]
    return b"".join([header, *table, *content])
