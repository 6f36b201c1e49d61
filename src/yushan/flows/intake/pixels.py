"""Between what redaction says of pictures and what the gateway keeps of them."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from yushan.domain.redaction import Box, Device, Learned
from yushan.flows.cleaning import PixelWork
from yushan.services.gateway import Finding, Region

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yushan.domain.deid import SiteKeys
    from yushan.domain.redaction import Finding as Found
    from yushan.flows.intake.desk import Desk
    from yushan.services.gateway import RegionRule


def pixels_for(desk: Desk, rules: Iterable[RegionRule]) -> PixelWork:
    """What is known of pictures before they are read: the hospital's signed rules."""
    return PixelWork(learned=tuple(map(learned_of, rules)), seed=face_seed(desk.keys))


def finding_of(one: Found) -> Finding:
    """A box of a reader as the gateway keeps it."""
    return Finding(Region(*one.box), one.kind, one.score, one.redact)


def learned_of(rule: RegionRule) -> Learned:
    """A signed rule of the hospital as redaction takes it."""
    one = rule.picture
    device = Device(one.modality, one.maker, one.model, one.software, one.rows, one.columns)
    return Learned(device, tuple(Box(*region) for region in rule.boxes))


def face_seed(keys: SiteKeys) -> bytes:
    """32 bytes for what is put in the place of a face: same keys, same bytes."""
    return hmac.digest(keys.uid, b"yushan face 1", "sha256")
