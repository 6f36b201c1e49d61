"""What the operations give: the single source of answers and of their description."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

Count = Annotated[int, msgspec.Meta(ge=0)]
Uid = Annotated[str, msgspec.Meta(max_length=64, description="A DICOM UID.")]
Moment = Annotated[str, msgspec.Meta(description="ISO 8601, UTC.")]
Sha256 = Annotated[
    str, msgspec.Meta(description="SHA-256 in hex, or the name that one's scope has for it.")
]
Base64 = Annotated[str, msgspec.Meta(description="Base64.")]
Cursor = Annotated[
    str, msgspec.Meta(description="Where the next page begins; give it back as `cursor`.")
]


class Amounts(msgspec.Struct, frozen=True):
    """How much there is. Studies are counted once per row of the modality table."""

    studies: Count
    series: Count
    instances: Count
    bytes: Count


class Row(msgspec.Struct, frozen=True):
    """A line of the modality table."""

    row: str
    label_en: str
    label_zh: str
    amounts: Amounts


class Statistics(msgspec.Struct, frozen=True):
    """The modality table of a slice; `exact` tells whether small groups were protected."""

    exact: bool
    #: When the figures were made; those that are not exact stay as they are for a while.
    at: Moment
    site: str
    period: str
    body_part: str
    rows: tuple[Row, ...]
    total: Amounts


class Cell(msgspec.Struct, frozen=True):
    """One cell of the statistics; `*` stands for all together."""

    site: str
    row: str
    period: str
    body_part: str
    amounts: Amounts


class Cells(msgspec.Struct, frozen=True):
    """Cells of the statistics by one edge."""

    exact: bool
    by: Literal["site", "month", "year", "body_part"]
    cells: tuple[Cell, ...]


class Study(msgspec.Struct, frozen=True):
    """A study, without anything that names the person: `subject` is a pseudonym."""

    study_instance_uid: Uid
    subject: str
    sites: tuple[str, ...]
    study_date: str
    study_time: str
    modalities: tuple[str, ...]
    body_part: str
    description: str
    series: Count
    instances: Count
    bytes: Count
    received_at: Moment


class Series(msgspec.Struct, frozen=True):
    """A series."""

    series_instance_uid: Uid
    study_instance_uid: Uid
    site: str
    modality: str
    body_part: str
    description: str
    manufacturer: str
    model: str
    series_number: int | None
    instances: Count
    bytes: Count
    sop_class_uid: Uid
    transfer_syntax_uid: Uid
    received_at: Moment


class Studies(msgspec.Struct, frozen=True):
    """A page of studies; `count` of all that match is given to who may see exact counts."""

    studies: tuple[Study, ...]
    count: Count | None
    next: Cursor | None


class SeriesList(msgspec.Struct, frozen=True):
    """A page of series, by study, number and UID."""

    series: tuple[Series, ...]
    next: Cursor | None


class StudyDetail(msgspec.Struct, frozen=True):
    """A study with its series."""

    study: Study
    series: tuple[Series, ...]


class FacetValue(msgspec.Struct, frozen=True):
    """A value, and how many studies have it, for who may see exact counts."""

    value: str
    count: Count | None


class Facet(msgspec.Struct, frozen=True):
    """The values of one kind among what was found, largest first."""

    kind: str
    values: tuple[FacetValue, ...]


class Facets(msgspec.Struct, frozen=True):
    """Facets of a search."""

    facets: tuple[Facet, ...]


class Version(msgspec.Struct, frozen=True):
    """A series as it stood once a part of it had come; `id` follows from its instances alone."""

    number: Count
    id: Sha256
    at: Moment
    pack: Sha256
    instances: Count
    added: Count
    replaced: Count


class Versions(msgspec.Struct, frozen=True):
    """The versions of a series, oldest first."""

    series_instance_uid: Uid
    versions: tuple[Version, ...]


class Origin(msgspec.Struct, frozen=True):
    """One part of a study: who sent it, under which policy it was de-identified, where it lies."""

    series_instance_uid: Uid
    site: str
    received_at: Moment
    policy: str
    policy_digest: str
    #: What the site sent, by its hash or number; the ledger names it as well.
    source: str
    pack: Sha256
    version: Count
    instances: Count


class Provenance(msgspec.Struct, frozen=True):
    """Where a study came from, part by part in order of receipt."""

    study_instance_uid: Uid
    parts: tuple[Origin, ...]


class SeriesChange(msgspec.Struct, frozen=True):
    """What happened to a series; `gone` stands where one was that is forgotten since."""

    sequence: Count
    kind: Literal["created", "replaced", "deleted", "gone"]
    series_instance_uid: str
    study_instance_uid: str
    pack: str
    version: Count
    at: Moment


class Changes(msgspec.Struct, frozen=True):
    """Changes in order, without gaps. Another name of the feed than before: begin anew at 0."""

    feed: str
    last: Count
    changes: tuple[SeriesChange, ...]


class SiteAccount(msgspec.Struct, frozen=True):
    """Where one site's instances are; `closes` tells whether every one has exactly one place."""

    site: str
    received: Count
    admitted: Count
    duplicate: Count
    quarantined: Count
    opted_out: Count
    in_work: Count
    announced: Count
    archived: Count
    packs: Count
    closes: bool


class Accounting(msgspec.Struct, frozen=True):
    """The accounts of all sites."""

    sites: tuple[SiteAccount, ...]
    closes: bool


class Head(msgspec.Struct, frozen=True):
    """The newest signed head of the public record (C2SP checkpoint), with cosignatures."""

    size: Count
    root: Base64
    note: str
    #: The verifier key of the record.
    key: str


class Entry(msgspec.Struct, frozen=True):
    """A fact of the public record; its canonical JSON is a leaf of the tree (RFC 9162)."""

    number: Count
    time: Moment
    kind: str
    facts: dict[str, Any]


class Entries(msgspec.Struct, frozen=True):
    """Entries in order, and the number to go on after."""

    entries: tuple[Entry, ...]
    next: Count | None


class Inclusion(msgspec.Struct, frozen=True):
    """That an entry is in the tree of a head: hashes from the leaf's neighbour up."""

    entry: Entry
    head: Head
    proof: tuple[Base64, ...]


class Consistency(msgspec.Struct, frozen=True):
    """That the tree of `size` entries begins with that of `old`."""

    old: Count
    size: Count
    proof: tuple[Base64, ...]
