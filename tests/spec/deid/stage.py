"""Stage 1 as the measurements use it: the header rewritten as if a person had seen the pixels."""

from __future__ import annotations

from yushan.domain.deid import (
    CleanedPixels,
    Harvest,
    Released,
    SiteKeys,
    deidentify,
    load_policy,
    site_pseudonym,
)

KEYS = SiteKeys(uid=b"u" * 32, pseudonym=b"p" * 32, date=b"d" * 32)
#: Somebody looked at the pixels and found nothing: only the header is in question.
SEEN = CleanedPixels(done=frozenset({"clean_pixel_data", "clean_recognizable_visual_features"}))


def header_only(
    data: bytes, *, policy: str = "tw-hospital", found: Harvest | None = None
) -> bytes | None:
    """What comes out when pixels are no obstacle; ``None`` for what is held all the same."""
    made = deidentify(
        data, policy=load_policy(policy), keys=KEYS, subject=site_pseudonym(KEYS, "A123456789"),
        offset_days=-411, harvested=found or Harvest(), pixels=SEEN,
    )  # fmt: skip
    return b"".join(made.chunks) if isinstance(made, Released) else None
