"""Tables of the room. Times are ISO 8601 UTC, ``…_s`` are seconds since 1970, sizes are bytes."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
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


def count(name: str) -> Column[int]:
    """A column that counts instances, from zero."""
    return Column(name, Integer, nullable=False, server_default="0")


#: What sites send: from the offer to the end. ``received`` are the bytes forced to disk.
#: ``receipt`` is there exactly if we answer for the pack.
INCOMING: Final = Table(
    "archive_incoming",
    METADATA,
    Column("site", String(64), primary_key=True),
    Column("pack", String(64), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("manifest", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("instances", Integer, nullable=False),
    Column("offered_at", String(40), nullable=False),
    Column("receipt", Text),
    Column("reasons", Text, nullable=False, server_default="[]"),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("due_s", BigInteger, nullable=False, server_default="0"),
    Column("result", String(64)),
    count("admitted"),
    count("duplicate"),
    count("quarantined"),
    count("opted_out"),
    Index("archive_incoming_due", "state", "due_s"),
    Index("archive_incoming_result", "result"),
)

#: Packs that can be read. A row without its file is impossible; a file without a row is swept.
PACK: Final = Table(
    "archive_pack",
    METADATA,
    Column("pack", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("site", String(64), nullable=False),
    Column("subject", String(16), nullable=False),
    Column("source", String(64), nullable=False),
    Column("policy", String(64), nullable=False),
    Column("policy_digest", String(64), nullable=False),
    Column("received_at", String(40), nullable=False),
    Column("instances", Integer, nullable=False),
    Index("archive_pack_subject", "subject"),
)

#: One row per series in a pack; its sidecar lies beside the pack under ``number``, and has the
#: SHA-256 ``digest``. ``version`` is the version of the series that this part makes.
PART: Final = Table(
    "archive_part",
    METADATA,
    Column("pack", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("series_instance_uid", String(64), nullable=False),
    Column("study_instance_uid", String(64), nullable=False),
    Column("received_at", String(40), nullable=False),
    Column("instances", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("digest", String(64), nullable=False, server_default=""),
    Index("archive_part_series", "series_instance_uid", "received_at", "pack"),
    Index("archive_part_study", "study_instance_uid"),
)

#: How much there is: one row for each sum (names of `ArchiveStats`).
TOTAL: Final = Table(
    "archive_total",
    METADATA,
    Column("name", String(16), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

#: Files that were put, or are to go, and have no row: written before the file, gone with the row.
INTENT: Final = Table(
    "archive_intent",
    METADATA,
    Column("pack", String(64), primary_key=True),
    Column("at_s", BigInteger, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("leaving", Boolean, nullable=False),
)

#: Instances that failed here; their bytes lie under ``quarantine/``.
QUARANTINE: Final = Table(
    "archive_quarantine",
    METADATA,
    Column("site", String(64), primary_key=True),
    Column("source", String(64), primary_key=True),
    Column("member", String(16), primary_key=True),
    Column("subject", String(16), nullable=False),
    Column("reasons", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("at", String(40), nullable=False),
    Index("archive_quarantine_subject", "subject"),
)

#: Files of forgotten persons that are still in the store; gone with the row.
LEAVING: Final = Table(
    "archive_leaving",
    METADATA,
    Column("key", String(255), primary_key=True),
)

#: What happened to series, without gaps. Of a forgotten series only ``deleted`` names it, and
#: that only for a while.
CHANGE: Final = Table(
    "archive_change",
    METADATA,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("series_instance_uid", String(64), nullable=False),
    Column("study_instance_uid", String(64), nullable=False),
    Column("pack", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", String(40), nullable=False),
    Index("archive_change_series", "series_instance_uid"),
    Index("archive_change_kind", "kind", "at"),
)

#: One row: the name of this feed and its last number. Its lock makes numbers follow commits.
FEED: Final = Table(
    "archive_feed",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String(32), nullable=False),
    Column("last", BigInteger, nullable=False),
)

#: Data keys of sealed files, wrapped under the key called ``wrapper``. No row: no way to read.
KEY: Final = Table(
    "archive_key",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("wrapper", String(16), nullable=False),
    Column("made_at", String(40), nullable=False),
    Index("archive_key_wrapper", "wrapper"),
)

#: When each pack was read and checked last, when it is due again, and what was wrong then (JSON).
SCRUB: Final = Table(
    "archive_scrub",
    METADATA,
    Column("pack", String(64), primary_key=True),
    Column("at_s", BigInteger, nullable=False),
    Column("due_s", BigInteger, nullable=False),
    Column("sound", Boolean, nullable=False),
    Column("faults", Text, nullable=False, server_default="[]"),
    Index("archive_scrub_due", "due_s", "pack"),
    Index("archive_scrub_sound", "sound", "pack"),
    Index("archive_scrub_at", "at_s"),
)

#: Packs of the store that have no row, and since when that is known.
ORPHAN: Final = Table(
    "archive_orphan",
    METADATA,
    Column("pack", String(64), primary_key=True),
    Column("seen_s", BigInteger, nullable=False),
)

#: How far each follower of the change feed within the room is.
CURSOR: Final = Table(
    "archive_cursor",
    METADATA,
    Column("name", String(32), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
)

#: Packs that another stands for and whose files wait for readers under way. If that one leaves,
#: they leave with it at once.
RETIRED: Final = Table(
    "archive_retired",
    METADATA,
    Column("pack", String(64), primary_key=True),
    Column("successor", String(64), nullable=False),
    Index("archive_retired_successor", "successor"),
)
