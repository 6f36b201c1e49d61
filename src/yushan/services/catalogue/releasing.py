"""What anybody may know of a series: no identifier, few values, no date finer than a year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from yushan.services.catalogue.tables import SERIES
from yushan.services.catalogue.traits import age_band, maker, slice_band

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS: Final = (
    "modality", "body_part", "manufacturer", "model", "year", "hospital", "sex", "age",
    "slice_thickness", "contrast", "images",
)  # fmt: skip
#: Upper ends of the bands of images, and their names.
BANDS: Final = ((1, "1"), (10, "2-10"), (50, "11-50"), (200, "51-200"), (1000, "201-1000"))
MOST: Final = "1001+"
UNKNOWN: Final = "not stated"
READ: Final = (
    "modality", "body_part", "manufacturer", "model", "received_at", "site", "sex", "age_years",
    "slice_um", "contrast", "instances", "subject",
)  # fmt: skip


def image_band(images: int) -> str:
    """So many images, roughly."""
    return next((name for end, name in BANDS if images <= end), MOST)


def combinations(tx: sa.Connection) -> Iterator[tuple[tuple[str, ...], str]]:
    """Of each series the values of ``COLUMNS``, and whose it is (which is never written)."""
    found = tx.execution_options(yield_per=5_000).execute(
        sa.select(*(SERIES.c[name] for name in READ))
    )
    for modality, part, made_by, model, at, site, sex, age, slice_um, contrast, n, who in found:
        values = (
            modality, part, maker(made_by), model, at[:4], site, sex, age_band(age),
            slice_band(slice_um), contrast, image_band(n),
        )  # fmt: skip
        yield tuple(value or UNKNOWN for value in values), who
