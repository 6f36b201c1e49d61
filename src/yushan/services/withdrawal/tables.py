"""Tables of the room. Times are ISO 8601 UTC."""

from typing import Final

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

METADATA: Final = MetaData()

#: Persons with images here who can be asked about at the consent office.
PERSON: Final = Table(
    "withdrawal_person",
    METADATA,
    Column("subject", String(16), primary_key=True),
    Column("token", LargeBinary(64), nullable=False, comment="the person at the consent office"),
    Column("offset_days", Integer, nullable=False, comment="added to their true dates"),
    Index("withdrawal_person_token", "token"),
)

#: One row per time that somebody, or some of their series, left.
CASE: Final = Table(
    "withdrawal_case",
    METADATA,
    Column("id", String(32), primary_key=True, comment="random"),
    Column("stage", String(16), nullable=False),
    Column("subject", String(16), comment="null once the case has ended"),
    Column("series", Text, comment="JSON list; null is everything, and null at the end"),
    Column("whole", Integer, nullable=False),
    Column("opened_at", String(40), nullable=False),
    Column("hidden_at", String(40)),
    Column("ended_at", String(40)),
    Column("rooms", Text, nullable=False, server_default="{}", comment="what each answered"),
    Column("reason", String(64), comment="why it waits"),
    Index("withdrawal_case_stage", "stage"),
    Index("withdrawal_case_subject", "subject"),
)
