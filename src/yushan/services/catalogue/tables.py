"""Tables of the room: one row per series, study and subject, none per instance.

Dates are DICOM DA (shifted per person), ``received_at`` is ISO 8601 UTC, sizes are bytes.
``searched`` are texts folded for search. Lists are JSON.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

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
#: ``slice_um`` are micrometres, ``facts`` is the edition of the rules by which they were read.
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
    Column("sex", String(16), nullable=False, server_default=""),
    Column("age_years", Integer),
    Column("slice_um", Integer),
    Column("contrast", String(8), nullable=False, server_default=""),
    Column("facts", Integer, nullable=False, server_default="0"),
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


def summed(name: str, *more: Index) -> Table:
    """A table of counts by site, modality row, period and body part, ``*`` for all of them."""
    return Table(
        name,
        METADATA,
        Column("site", String(64), primary_key=True),
        Column("row", String(16), primary_key=True),
        Column("month", String(7), primary_key=True),
        Column("body_part", String(64), primary_key=True),
        Column("studies", BigInteger, nullable=False),
        Column("series", BigInteger, nullable=False),
        Column("instances", BigInteger, nullable=False),
        Column("bytes", BigInteger, nullable=False),
        Index(f"{name}_period", "month", "body_part", "row", "site"),
        Index(f"{name}_part", "site", "body_part", "row", "month"),
        *more,
    )


#: The cube added up over each of its edges, in the same transaction: ``*`` is all, a period is a
#: month, a year or ``*``; rows are never added up, a study counts in each of its rows.
SUM: Final = summed("catalogue_sum")

#: The same for everybody, from cells that were protected when `SHOWN_AT` says.
SHOWN: Final = summed("catalogue_shown")

#: One row: when `SHOWN` was made and of what; ``studies`` and ``instances`` are exact, for nobody.
SHOWN_AT: Final = Table(
    "catalogue_shown_at",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("studies", BigInteger, nullable=False),
    Column("instances", BigInteger, nullable=False),
    Column("subjects_shown", BigInteger, nullable=False),
    Column("studies_shown", BigInteger, nullable=False),
)

#: Values by which studies are found, once each, and how many studies have them; one that nobody
#: has any more goes. Kinds are those of ``traits.profile_of``.
WORD: Final = Table(
    "catalogue_word",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("value", Text, nullable=False),
    Column("uses", Integer, nullable=False),
    Index("catalogue_word_value", "kind", "value", unique=True),
    sqlite_autoincrement=True,
)

#: A study as the search index holds it: ``words`` are four bytes each, little-endian, ids of
#: `WORD`. Numbers are never used again; of a study that left only its number stays.
PROFILE: Final = Table(
    "catalogue_profile",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("study_instance_uid", String(64), unique=True),
    Column("changed", BigInteger, nullable=False),
    Column("study_date", String(8), nullable=False),
    Column("instances", Integer, nullable=False),
    Column("words", LargeBinary, nullable=False),
    Index("catalogue_profile_changed", "changed"),
    sqlite_autoincrement=True,
)

#: Counters: ``changed`` counts changes of profiles, ``epoch`` how often they were made anew. Their
#: lock makes numbers follow commits.
STATE: Final = Table(
    "catalogue_state",
    METADATA,
    Column("name", String(16), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

#: Searches that an account keeps; ``query`` is the address' query, ``seen`` the number of the
#: newest study when it was last looked at.
SAVED: Final = Table(
    "catalogue_saved",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("account", String(64), nullable=False),
    Column("name", String(100), nullable=False),
    Column("query", Text, nullable=False),
    Column("made_at", String(40), nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("seen_at", String(40), nullable=False),
    Index("catalogue_saved_account", "account"),
)
