"""Where things lie in the store."""

from __future__ import annotations

import hashlib
from typing import Final

PACKS: Final = "packs/"
PACK_END: Final = ".zip"


def pack_key(pack: str) -> str:
    """Key of a pack."""
    return f"{PACKS}{pack[:2]}/{pack[2:4]}/{pack}{PACK_END}"


def sidecar_key(pack: str, number: int) -> str:
    """Key of the sidecar of the ``number``-th series of a pack."""
    return f"{PACKS}{pack[:2]}/{pack[2:4]}/{pack}.{number:04d}.json.zst"


def quarantine_key(site: str, source: str, member: str) -> str:
    """Key of an instance that is not admitted."""
    return f"quarantine/{site}/{source}/{member}"


def pack_of(key: str) -> str:
    """The pack to which a key below ``packs/`` belongs."""
    return key.rsplit("/", 1)[-1].split(".", 1)[0]


def quarantine_name(site: str, source: str) -> str:
    """By what the data key of a site's quarantined instances of one pack is called."""
    return key_name(quarantine_key(site, source, ""))


def key_name(key: str) -> str:
    """By what the data key of a file of the store is called: a pack's id, else by its folder."""
    if key.startswith(PACKS):
        return pack_of(key)
    return hashlib.sha256(key.rpartition("/")[0].encode()).hexdigest()
