"""How a commons keeps its packs: the table ``[archive]`` of its settings."""

from __future__ import annotations

import msgspec


class Keeping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Encryption at rest, reading again, joining, recompressing.

    ``keys`` are files of key-encryption keys: with one or more, whatever is put is sealed; the
    first wraps, the others still open what was wrapped before. Every pack is read again within
    ``scrub_days``, at most ``scrub_mib_s`` MiB a second. Small packs of one study become one pack
    ``join_after_s`` seconds after the last of it came (0: never). ``recompress`` makes pixels
    that come uncompressed HTJ2K lossless where that is smaller.
    """

    keys: tuple[str, ...] = ()
    scrub_days: float = 90.0
    scrub_mib_s: float = 16.0
    join_after_s: float = 3600.0
    recompress: bool = False
