"""Packs: the written format in which instances travel and rest, and the words about it.

A pack is a stored ZIP of Part-10 files, reproducible to the byte, named by its SHA-256; beside it
lies a sidecar per series. Pure. The format is ``docs/reference/pack-format.md``.
Start at ``layout.py``, then ``writer.py`` and ``reader.py``.
"""

from yushan.domain.packs.layout import MemberRange, member_name
from yushan.domain.packs.locating import Damage, damages
from yushan.domain.packs.manifest import (
    IncomingState,
    Manifest,
    PackState,
    Receipt,
    envelope_aad,
    receipt_message,
)
from yushan.domain.packs.patching import Names, patch_range, patch_text, widened
from yushan.domain.packs.reader import (
    DEFAULT_BOUNDS,
    PackBounds,
    damaged_members,
    directory_reach,
    read_directory,
    read_members,
    salvage,
)
from yushan.domain.packs.sidecar import InstanceEntry, Sidecar
from yushan.domain.packs.writer import PackSummary, PackWriter
from yushan.domain.packs.zipping import ZipLines

__all__ = [
    "DEFAULT_BOUNDS",
    "Damage",
    "IncomingState",
    "InstanceEntry",
    "Manifest",
    "MemberRange",
    "Names",
    "PackBounds",
    "PackState",
    "PackSummary",
    "PackWriter",
    "Receipt",
    "Sidecar",
    "ZipLines",
    "damaged_members",
    "damages",
    "directory_reach",
    "envelope_aad",
    "member_name",
    "patch_range",
    "patch_text",
    "read_directory",
    "read_members",
    "receipt_message",
    "salvage",
    "widened",
]
