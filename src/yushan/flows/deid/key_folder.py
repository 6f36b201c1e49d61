"""The folder of the keys: two secrets, journals, maps and reports; for its owner alone."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.domain.deid import SiteKeys
from yushan.engines.keys import derive, load_secret, make_secret

if TYPE_CHECKING:
    from pathlib import Path

SITE, PROJECT = "site.key", "project.key"
#: Bytes of a fingerprint; enough to tell two keys apart, of no use to anybody.
FINGERPRINT: Final = 8


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of both stages; neither alone links an output to a person."""

    site: SiteKeys = field(repr=False)
    project: SiteKeys = field(repr=False)
    #: For what is drawn by chance but must come out the same each time, 32 bytes.
    seed: bytes = field(repr=False)
    fingerprint: str
    is_new: bool = False


def open_keys(folder: Path, *, may_make: bool) -> Keys:
    """The keys of a folder; made when it has none and ``may_make``.

    Raises
    ------
    Rejected
        ``standalone.other-keys`` when there are none and none may be made; as ``load_secret``.
    """
    is_new = not any(os.path.lexists(folder / name) for name in (SITE, PROJECT))
    if is_new and not may_make:
        raise Rejected("standalone.other-keys")
    if is_new:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        site, project = make_secret(folder / SITE), make_secret(folder / PROJECT)
    else:
        site, project = load_secret(folder / SITE), load_secret(folder / PROJECT)
    return keys_of(site, project, is_new=is_new)


def keys_of(site: bytes, project: bytes, *, is_new: bool = False) -> Keys:
    """The keys of both stages from their secrets, at least 32 bytes each."""
    digest = hashlib.blake2b(site + project, digest_size=FINGERPRINT, person=b"fingerprint")
    seed = derive(project, "yushan/deid/seed/2")
    return Keys(stage(site, 1), stage(project, 2), seed, digest.hexdigest(), is_new)


def stage(secret: bytes, number: int) -> SiteKeys:
    """The keys of one stage from its secret."""
    return SiteKeys(
        uid=derive(secret, f"yushan/deid/uid/{number}"),
        pseudonym=derive(secret, f"yushan/deid/pseudonym/{number}"),
        date=derive(secret, f"yushan/deid/date/{number}"),
    )
