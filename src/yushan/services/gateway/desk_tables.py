"""Tables of the quarantine desk: what was found in pictures, what people decided, learned rules.

They stay in the hospital as the other tables do. What a reader read is nowhere here: a box has a
kind ("matches the patient's name"), never its text.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, String, Table, Text

from yushan.services.gateway.tables import ID, METADATA

#: What an object's picture is like: by this, others like it are found.
PICTURE: Final = Table(
    "gateway_picture",
    METADATA,
    Column("object", ID, primary_key=True, autoincrement=False),
    Column("modality", String(16), nullable=False, default=""),
    Column("maker", String(128), nullable=False, default=""),
    Column("model", String(128), nullable=False, default=""),
    Column("software", String(128), nullable=False, default=""),
    Column("rows", Integer, nullable=False),
    Column("columns", Integer, nullable=False),
    Column("frames", Integer, nullable=False),
    Index("gateway_picture_alike", "model", "rows", "columns"),
)

#: Boxes of the last reading of an object.
FINDING: Final = Table(
    "gateway_finding",
    METADATA,
    Column("id", ID, primary_key=True, autoincrement=True),
    Column("object", ID, nullable=False),
    Column("x", Integer, nullable=False, comment="pixels from the left"),
    Column("y", Integer, nullable=False, comment="pixels from the top"),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("frame", Integer, comment="from 0; empty for all frames"),
    Column("kind", String(24), nullable=False, comment="what it seems to be, never what it says"),
    Column("score", Double, comment="how sure the reader was, 0 to 1"),
    Column("redact", Boolean, nullable=False, comment="the machine would fill it; else in doubt"),
    Index("gateway_finding_object", "object"),
)

DECISION: Final = Table(
    "gateway_decision",
    METADATA,
    Column("id", ID, primary_key=True, autoincrement=True),
    Column("object", ID, nullable=False),
    Column("choice", String(16), nullable=False, comment="redact, clean, stay, digitise"),
    Column("boxes", Text, nullable=False, comment="JSON: x, y, width, height, frame"),
    Column("reasons", Text, nullable=False, comment="of the object before, blank between"),
    Column("who", String(64), nullable=False),
    Column("second", String(64)),
    Column("at", Double, nullable=False),
    Column("due", Double, nullable=False, comment="from here on it has its effect"),
    Column("applied_at", Double),
    Column("undone_at", Double),
    Column("undone_by", String(64)),
    Column("batch", String(32), comment="whose outputs were made with it"),
    Index("gateway_decision_object", "object"),
    Index("gateway_decision_due", "applied_at", "due"),
    Index("gateway_decision_batch", "batch"),
)

REGION_RULE: Final = Table(
    "gateway_region_rule",
    METADATA,
    Column("id", ID, primary_key=True, autoincrement=True),
    Column("modality", String(16), nullable=False),
    Column("maker", String(128), nullable=False),
    Column("model", String(128), nullable=False),
    Column("software", String(128), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("columns", Integer, nullable=False),
    Column("boxes", Text, nullable=False, comment="JSON: x, y, width, height, frame"),
    Column("patients", Integer, nullable=False, comment="over whom it was learned"),
    Column("objects", BigInteger, nullable=False, comment="decisions that it was learned from"),
    Column("proposed_by", String(64), nullable=False),
    Column("proposed_at", Double, nullable=False),
    Column("signed_by", String(64)),
    Column("signed_at", Double),
    Column("retired_by", String(64)),
    Column("retired_at", Double),
    Column("retired_why", Text),
)
