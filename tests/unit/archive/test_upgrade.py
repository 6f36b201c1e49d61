"""A filled archive of before versions, feed, keys and scrubbing is brought up to today."""

import sqlalchemy as sa
from tests.databases import rooms
from tests.unit.archive.making import keep, make_house, series_of

from yushan.engines.database import migrate

NEW = (
    "archive_change", "archive_feed", "archive_key", "archive_scrub", "archive_orphan",
    "archive_cursor", "archive_retired", "archive_total",
)  # fmt: skip
LATER = "2026-12-02T00:00:00.000+00:00"


def undo(database):
    """Tables as they were at the second revision, rows and all."""
    with database.begin() as tx:
        for table in NEW:
            tx.exec_driver_sql(f"drop table {table}")
        for column in ("version", "digest"):
            tx.exec_driver_sql(f"alter table archive_part drop column {column}")
        old = "update alembic_version set version_num = 'archive_0002' where version_num like :room"
        tx.execute(sa.text(old), {"room": "archive_%"})


def test_a_filled_archive_is_upgraded_with_its_feed_begun(database, tmp_path):
    house = make_house(database, tmp_path)
    first = keep(house, "a")
    keep(house, "a", contents=(b"late",), received_at=LATER)
    keep(house, "b", contents=(b"b",))
    undo(database)
    migrate(database, rooms())
    told = [(one.sequence, one.kind.value, one.version) for one in house.archive.changes()]
    assert sorted(told) == told
    assert [kind for _, kind, _ in told].count("created") == 2
    assert house.archive.feed()[1] == 3
    assert [one.number for one in house.archive.versions(series_of(first))] == [1, 2]
    assert house.archive.check().holds
    assert house.archive.scrubbed().packs == house.archive.stats().packs == 3
    keep(house, "c", contents=(b"c",))
    assert house.archive.changes(3)[0].sequence == 4
    migrate(database, rooms())  # again changes nothing
    assert house.archive.feed()[1] == 4
