"""Migrated databases for tests, made once for a test process: files copied, a server's emptied."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from yushan.engines.database import Database, migrate

if TYPE_CHECKING:
    from tests.postgres import Postgres

SERVICES: Final = Path(__file__).parents[1] / "src" / "yushan" / "services"
TEMPLATE: Final = "template_yushan"
#: All that a test could leave in the shape of a database: columns, indexes, constraints, triggers.
SHAPE: Final = """
SELECT md5(string_agg(line, ';' ORDER BY line)) FROM (
  SELECT format('%s.%s %s %s %s %s', nspname, relname, relkind, attname, atttypid, attnotnull) line
    FROM pg_class AS one JOIN pg_namespace AS space ON space.oid = relnamespace
    LEFT JOIN pg_attribute ON attrelid = one.oid
    WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
  UNION ALL SELECT format('%s %s', conrelid, conname) FROM pg_constraint
  UNION ALL SELECT format('%s %s', tgrelid, tgname) FROM pg_trigger
) AS lines
"""
#: A large table is cut off, since what is deleted would still be walked over.
EMPTY: Final = """
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT oid, oid::regclass AS name FROM pg_class
      WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
    IF pg_relation_size(one.oid) > 200000 THEN EXECUTE format('TRUNCATE %s CASCADE', one.name);
    ELSE EXECUTE format('DELETE FROM %s', one.name); END IF;
  END LOOP;
  PERFORM setval(seqrelid::regclass, seqstart, false) FROM pg_sequence;
END $$
"""
OTHERS: Final = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def rooms() -> list[str]:
    """Every service that owns tables."""
    return [f"services.{found.parent.name}" for found in sorted(SERVICES.glob("*/migrations"))]


@cache
def migrated(*of: str) -> bytes:
    """A SQLite file with the tables of some rooms and nothing in them."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "role.db"
        database = Database(f"sqlite:///{path}")
        migrate(database, of)
        database.dispose()
        return path.read_bytes()


def make_database(path: Path, *of: str) -> Database:
    """A migrated database in a file, with the tables of some rooms (of all if none is named).

    It is empty when there was no file yet.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        for left in ("-wal", "-shm"):  # of a file that somebody removed: they would be played back
            path.with_name(path.name + left).unlink(missing_ok=True)
        path.write_bytes(migrated(*(of or rooms())))
    return Database(f"sqlite:///{path}")


class Lent:
    """One migrated database of a server: a test gets it empty and may do with it what it likes."""

    def __init__(self, server: Postgres) -> None:
        self.server, self.name = server, ""
        template = Database(server.create(TEMPLATE))
        migrate(template, rooms())
        template.dispose()
        self.again()

    def again(self) -> None:
        """A new copy, and what it is like before anybody had it."""
        self.name = f"lent{self.server.made}"
        self.url = self.server.create(self.name, template=TEMPLATE)
        self.line = self.server.connect(self.name)
        self.line.execute("SET session_replication_role = replica")  # no trigger, no order of keys
        tables = self.line.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        self.rows = {str(name): self.copied(str(name)) for (name,) in tables.fetchall()}
        self.shape = self.line.execute(SHAPE).fetchone()

    def copied(self, table: str) -> bytes:
        """All rows of a table as PostgreSQL copies them."""
        with self.line.cursor().copy(f'COPY "{table}" TO STDOUT') as out:  # type: ignore[arg-type]
            return b"".join(bytes(piece) for piece in out)

    def take_back(self) -> None:
        """Empty it for the next one; who changed its shape costs a new copy."""
        self.line.execute(OTHERS)
        if self.line.execute(SHAPE).fetchone() != self.shape:
            self.line.close()
            self.server.drop(self.name)
            self.again()
            return
        with self.line.transaction():
            self.line.execute(EMPTY)
            for table, rows in self.rows.items():
                if rows:
                    with self.line.cursor().copy(f'COPY "{table}" FROM STDIN') as into:  # type: ignore[arg-type]
                        into.write(rows)

    def end(self) -> None:
        """Let go of the server."""
        self.line.close()
