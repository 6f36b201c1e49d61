"""The head of a file we write: preamble, prefix and file meta information (PS3.10 2026d §7.1)."""

from __future__ import annotations

import struct
from typing import Final

IMPLEMENTATION_CLASS_UID: Final = "2.25.91372554411004197507348350993109085128"
IMPLEMENTATION_VERSION_NAME: Final = "YUSHAN_2026"

LONG: Final = struct.Struct("<HH2s2xI")
SHORT: Final = struct.Struct("<HH2sH")


def short(element: int, vr: bytes, value: bytes) -> bytes:
    """An element of group 0002 with a 16-bit length, Explicit VR Little Endian."""
    return SHORT.pack(2, element, vr, len(value)) + value


def padded(text: str, pad: bytes) -> bytes:
    """ASCII of even length."""
    value = text.encode("ascii")
    return value + pad if len(value) % 2 else value


def head(sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str) -> bytes:
    """The head for an object as the sender named it.

    The texts must be ASCII of at most 64 characters.
    """
    uids = (
        (0x0002, sop_class_uid),
        (0x0003, sop_instance_uid),
        (0x0010, transfer_syntax_uid),
        (0x0012, IMPLEMENTATION_CLASS_UID),
    )
    group = b"".join(
        (
            LONG.pack(2, 0x0001, b"OB", 2),
            b"\0\1",
            *(short(element, b"UI", padded(uid, b"\0")) for element, uid in uids),
            short(0x0013, b"SH", padded(IMPLEMENTATION_VERSION_NAME, b" ")),
        )
    )
    length = short(0x0000, b"UL", len(group).to_bytes(4, "little"))
    return b"".join((bytes(128), b"DICM", length, group))
