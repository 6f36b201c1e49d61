"""Tables of the room: one row per series, study and subject, none per instance.

Dates are DICOM DA (shifted per person), ``received_at`` is ISO 8601 UTC, sizes are bytes.
``searched`` are texts folded for search. Lists are JSON.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

METADATA: Final = MetaData()

SUBJECT: Final = Table(
    "catalogue_subject",
    METADATA,
    Column("subject", String(16), primary_key=True),
    Column("studies", Integer, nullable=False),
    Column("received_at", String(40), nullable=False),
)

#: Everything here follows from the study's rows in ``catalogue_series``.
STUDY: Final = Table(
    "catalogue_study",
    METADATA,
    Column("study_instance_uid", String(64), primary_key=True),
    Column("subject", String(16), nullable=False),
    Column("study_date", String(8), nullable=False),
    Column("study_time", String(16), nullable=False),
    Column("description", Text, nullable=False),
    Column("sites", Text, nullable=False),
    Column("modalities", Text, nullable=False),
    Column("body_part", Text, nullable=False),
    Column("series", Integer, nullable=False),
    Column("instances", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("received_at", String(40), nullable=False),
    Column("searched", Text, nullable=False),
    Index("catalogue_study_date", "study_date", "study_instance_uid"),
    Index("catalogue_study_subject", "subject"),
)

#: Facts are those of the part that was received first (``received_at``, ``first_pack``).
SERIES: Final = Table(
    "catalogue_series",
    METADATA,
    Column("series_instance_uid", String(64), primary_key=True),
    Column("study_instance_uid", String(64), nullable=False),
    Column("subject", String(16), nullable=False),
    Column("site", String(64), nullable=False),
    Column("modality", String(16), nullable=False),
    Column("body_part", String(64), nullable=False),
    Column("description", Text, nullable=False),
    Column("study_description", Text, nullable=False),
    Column("study_date", String(8), nullable=False),
    Column("study_time", String(16), nullable=False),
    Column("series_date", String(8), nullable=False),
    Column("series_number", Integer),
    Column("manufacturer", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("sop_class_uid", String(64), nullable=False),
    Column("transfer_syntax_uid", String(64), nullable=False),
    Column("instances", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("received_at", String(40), nullable=False),
    Column("first_pack", String(64), nullable=False),
    Column("packs", Text, nullable=False),
    Column("searched", Text, nullable=False),
    Index("catalogue_series_study", "study_instance_uid", "site", "modality", "body_part"),
    Index("catalogue_series_subject", "subject"),
)

#: The studies that have a value, in the order in which studies are shown; it only makes questions
#: fast, what is true stands in ``catalogue_series``. Kinds: site, modality, body_part.
FACET: Final = Table(
    "catalogue_facet",
    METADATA,
    Column("kind", String(16), primary_key=True),
    Column("value", String(64), primary_key=True),
    Column("study_date", String(8), primary_key=True),
    Column("study_instance_uid", String(64), primary_key=True),
    Index("catalogue_facet_study", "study_instance_uid"),
)

#: Counts per site, modality row, month received (YYYY-MM) and body part, kept in the same
#: transaction as the rows they count. A study counts once per modality row.
CUBE: Final = Table(
    "catalogue_cube",
    METADATA,
    Column("site", String(64), primary_key=True),
    Column("row", String(16), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("body_part", String(64), primary_key=True),
    Column("studies", BigInteger, nullable=False),
    Column("series", BigInteger, nullable=False),
    Column("instances", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
)
