"""Tables of the gateway. They hold identifiers of origin and never leave the hospital.

Times are seconds since 1970 UTC; ``day`` and ``hour`` are the hospital's local ones.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    Index,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

METADATA: Final = MetaData()
#: A row as a query gives it.
Found = Row[*tuple[Any, ...]]
ID: Final = BigInteger().with_variant(Integer, "sqlite")

ASSOCIATION: Final = Table(
    "gateway_association",
    METADATA,
    Column("id", String(32), primary_key=True, comment="name of the folder in the spool"),
    Column("day", String(8), nullable=False, comment="folder above it, yyyymmdd"),
    Column("kind", String(16), nullable=False, comment="dimse, import, unknown"),
    Column("calling_ae", String(64), nullable=False),
    Column("called_ae", String(64), nullable=False),
    Column("peer", String(64), nullable=False),
    Column("tls", Boolean, nullable=False),
    Column("opened", String(40), nullable=False, comment="ISO time, as the receiver wrote it"),
    Column("closed_at", Double, comment="when the receiver said that nothing follows"),
    Column("missing", Integer, nullable=False, default=0, comment="files that are gone"),
)

OBJECT: Final = Table(
    "gateway_object",
    METADATA,
    Column("id", ID, primary_key=True, autoincrement=True),
    Column("association", String(32), nullable=False),
    Column("file", String(64), nullable=False),
    Column("received_at", Double, nullable=False, comment="when the file was complete"),
    Column("journaled_at", Double, nullable=False, comment="quiet periods count from here"),
    Column("day", String(8), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False, comment="of the whole file"),
    Column("content_sha256", String(64), nullable=False, comment="of what follows the file meta"),
    Column("sop_instance_uid", String(64)),
    Column("series_instance_uid", String(64)),
    Column("study_instance_uid", String(64)),
    Column("sop_class_uid", String(64), nullable=False, default=""),
    Column("transfer_syntax_uid", String(64), nullable=False, default=""),
    Column("modality", String(16), nullable=False, default=""),
    Column("patient", Text, nullable=False, default="", comment="PatientID, or study:UID"),
    Column("ae", String(64), nullable=False),
    Column("station", String(64), nullable=False, default=""),
    Column("model", String(128), nullable=False, default=""),
    Column("first", Boolean, nullable=False, comment="holds its SOP Instance UID"),
    Column("state", String(24), nullable=False),
    Column("reason", String(64), comment="the first of reasons"),
    Column("reasons", Text, nullable=False, default="", comment="codes, blank between"),
    Column("batch", String(32)),
    Column("changed_at", Double, nullable=False),
    Column("purged_at", Double, comment="when the spool file was deleted"),
    UniqueConstraint("association", "file", name="gateway_object_file"),
    Index("gateway_object_state", "state", "series_instance_uid"),
    Index("gateway_object_sop", "sop_instance_uid"),
    Index("gateway_object_series", "series_instance_uid"),
    Index("gateway_object_study", "study_instance_uid", "modality"),
    Index("gateway_object_batch", "batch"),
    Index("gateway_object_day", "day", "state"),
    Index(
        "gateway_object_first",
        "sop_instance_uid",
        unique=True,
        sqlite_where=text("first"),
        postgresql_where=text("first"),
    ),
)

#: Counted when a file is journaled and never changed: what the sum of states must equal.
ARRIVAL: Final = Table(
    "gateway_arrival",
    METADATA,
    Column("association", String(32), primary_key=True),
    Column("hour", String(10), primary_key=True, comment="yyyymmddhh"),
    Column("count", Integer, nullable=False),
    Index("gateway_arrival_hour", "hour"),
)

#: Original names of imported files; they stay here.
ORIGIN: Final = Table(
    "gateway_origin",
    METADATA,
    Column("association", String(32), primary_key=True),
    Column("file", String(64), primary_key=True),
    Column("name", Text, nullable=False),
)

SERIES_END: Final = Table(
    "gateway_series_end",
    METADATA,
    Column("series_instance_uid", String(64), primary_key=True),
    Column("ended_at", Double, nullable=False),
)

BATCH: Final = Table(
    "gateway_batch",
    METADATA,
    Column("id", String(32), primary_key=True, comment="random: says nothing of its origin"),
    Column("series_instance_uid", String(64), nullable=False),
    Column("patient", Text, nullable=False, comment="PatientID, or study:UID"),
    Column("modality", String(16), nullable=False),
    Column("instances", Integer, nullable=False, comment="objects when it was frozen"),
    Column("stage", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("active_at", Double, comment="last sign of life of the running attempt"),
    Column("tries", Integer, nullable=False, comment="failures in a row"),
    Column("next_try", Double, nullable=False),
    Column("reason", String(64), comment="why it waits"),
    Column("subject", String(16)),
    Column("linked", Boolean, nullable=False, default=False),
    Column("envelope", Text, comment="base64, sealed to the commons"),
    Column("consent_token", String(128), comment="hex; the person at the consent office"),
    Column("examined_on", Date, comment="true date of the examination, if it has one"),
    Column("created_at", Double, nullable=False),
    Column("changed_at", Double, nullable=False),
    Index("gateway_batch_due", "stage", "next_try"),
    Index("gateway_batch_series", "series_instance_uid"),
    Index("gateway_batch_token", "consent_token"),
)

#: Results of stage 1 until the pack is sealed; the files lie in the work folder.
OUTPUT: Final = Table(
    "gateway_output",
    METADATA,
    Column("object", ID, primary_key=True, autoincrement=False),
    Column("batch", String(32), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("crc32", BigInteger, nullable=False),
    Column("number", Double, comment="InstanceNumber"),
    Column("position", Double, comment="mm along the slice normal"),
    Index("gateway_output_batch", "batch"),
)

PACK: Final = Table(
    "gateway_pack",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("batch", String(32), nullable=False, unique=True),
    Column("size", BigInteger, nullable=False),
    Column("instances", Integer, nullable=False),
    Column("manifest", Text, nullable=False),
    Column("offset", BigInteger, nullable=False, comment="bytes the commons has"),
    Column("created_at", Double, nullable=False),
    Column("receipt", Text),
    Column("receipt_at", Double),
    Column("remote_state", String(16), comment="as the commons last said"),
    Column("remote_reasons", Text, nullable=False, default=""),
    Column("searchable", Integer, nullable=False, default=0),
    Column("asked_at", Double, nullable=False, default=0.0),
    Column("asks", Integer, nullable=False, default=0),
    Index("gateway_pack_remote", "remote_state", "asked_at"),
)

#: The line to the commons as a whole: one probe at a time while it is down.
LINE: Final = Table(
    "gateway_line",
    METADATA,
    Column("name", String(16), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("next_try", Double, nullable=False),
    Column("reason", String(64)),
)

ACT: Final = Table(
    "gateway_act",
    METADATA,
    Column("id", ID, primary_key=True, autoincrement=True),
    Column("object", ID, nullable=False),
    Column("act", String(16), nullable=False, comment="retry, release, redact, …"),
    Column("before", String(24), nullable=False),
    Column("who", String(64), nullable=False),
    Column("second", String(64)),
    Column("reason", Text, nullable=False),
    Column("at", Double, nullable=False),
    Index("gateway_act_object", "object"),
)

ALARM: Final = Table(
    "gateway_alarm",
    METADATA,
    Column("code", String(64), primary_key=True),
    Column("association", String(32), primary_key=True),
    Column("file", String(64), primary_key=True),
    Column("raised_at", Double, nullable=False),
    Column("cleared_at", Double),
)
