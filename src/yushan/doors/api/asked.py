"""What the operations take in their addresses: the single source of parameters."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

Site = Annotated[str, msgspec.Meta(pattern=r"^([a-z0-9][a-z0-9-]{0,62}|\*)$")]
Period = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^([0-9]{4}(-(0[1-9]|1[0-2]))?|\*)$", description="YYYY, YYYY-MM, or * for all."
    ),
]
BodyPart = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[\x20-\x7e]+$")]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[\x20-\x7e]+$")]
Day = Annotated[
    str, msgspec.Meta(pattern=r"^[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])$",
                      description="YYYYMMDD."),
]  # fmt: skip
Uid = Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[0-9]+(\.[0-9]+)*$")]
Subject = Annotated[str, msgspec.Meta(pattern=r"^[A-Z2-7]{16}$", description="A pseudonym.")]
Text = Annotated[
    str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$",
                      description="Somewhere in the descriptions, in any case."),
]  # fmt: skip
Limit = Annotated[int, msgspec.Meta(ge=1, le=1000)]
Number = Annotated[int, msgspec.Meta(ge=0, le=(1 << 53) - 1)]
Cursor = Annotated[
    str,
    msgspec.Meta(pattern=r"^[0-9]{1,12}\.[0-9]{1,12}$", description="`next` of the page before."),
]
SeriesCursor = Annotated[
    str,
    msgspec.Meta(
        max_length=129, pattern=r"^[0-9]+(\.[0-9]+)*/[0-9]+(\.[0-9]+)*$",
        description="`next` of the page before.",
    ),
]  # fmt: skip
Kind = Literal[
    "modality",
    "body_part",
    "manufacturer",
    "model",
    "year",
    "site",
    "sex",
    "age",
    "slice",
    "contrast",
]


class Bare(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters."""


class SliceAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A slice of the statistics."""

    site: Site = "*"
    period: Period = "*"
    body_part: BodyPart = "*"


class CellsAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By which edge the statistics are cut."""

    by: Literal["site", "month", "year", "body_part"] = "site"


class SearchAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A search: all that is given must hold."""

    modality: Code | UnsetType = UNSET
    body_part: Code | UnsetType = UNSET
    site: Site | UnsetType = UNSET
    date_from: Day | UnsetType = UNSET
    date_to: Day | UnsetType = UNSET
    subject: Subject | UnsetType = UNSET
    text: Text | UnsetType = UNSET


class PageAsked(SearchAsked, frozen=True, forbid_unknown_fields=True):
    """A search and which page of it."""

    sort: Literal["-date", "date", "-received", "received", "-images"] = "-date"
    limit: Limit = 100
    cursor: Cursor | UnsetType = UNSET


class SeriesPageAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A search for series: all that is given must hold; `*` and `?` are patterns."""

    modality: Code | UnsetType = UNSET
    body_part: Code | UnsetType = UNSET
    manufacturer: Code | UnsetType = UNSET
    model: Code | UnsetType = UNSET
    site: Site | UnsetType = UNSET
    date_from: Day | UnsetType = UNSET
    date_to: Day | UnsetType = UNSET
    subject: Subject | UnsetType = UNSET
    limit: Limit = 100
    cursor: SeriesCursor | UnsetType = UNSET


class FacetsAsked(SearchAsked, frozen=True, forbid_unknown_fields=True):
    """A search and which facets of it; without `kind` all."""

    kind: Kind | UnsetType = UNSET


class StudyAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One study."""

    study: Uid


class SeriesAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One series of a study."""

    study: Uid
    series: Uid


class ChangesAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Changes after a number."""

    after: Number = 0
    limit: Limit = 100


class EntriesAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Entries of the public record from a number on."""

    start: Number = 0
    limit: Limit = 100


class EntryAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of the public record."""

    number: Number


class ConsistencyAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two sizes of the public record."""

    old: Number
    size: Number


class TokenAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of one's own tokens."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]
