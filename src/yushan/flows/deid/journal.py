"""The journal of one OUT: every input, whom it shows, what became of it. A SQLite file, ours alone.

It holds what identifies people and stays beside the keys. Memory stays small however many inputs
there are; after a kill the same command reads where it stood.
"""

from __future__ import annotations

import json
import os
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from yushan.base import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from yushan.flows.deid.looking import Looked
    from yushan.flows.deid.making import Made

#: The form of the file; another form is not read.
FORM: Final = "1"
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS input (
  number INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, path BLOB NOT NULL, size INTEGER NOT NULL,
  stamp TEXT NOT NULL, round INTEGER NOT NULL, looked INTEGER NOT NULL DEFAULT 0,
  sha256 BLOB, person TEXT, patient_id TEXT, issuer TEXT, sop_class TEXT NOT NULL DEFAULT '',
  sop_instance TEXT, study TEXT, series TEXT, waits TEXT NOT NULL DEFAULT '',
  stop TEXT NOT NULL DEFAULT '', seconds REAL NOT NULL DEFAULT 0,
  plan TEXT NOT NULL DEFAULT '', outcome TEXT, reasons TEXT NOT NULL DEFAULT '[]', output TEXT,
  output_size INTEGER, methods TEXT NOT NULL DEFAULT '[]', findings TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX IF NOT EXISTS input_instance ON input (sop_instance, name);
CREATE INDEX IF NOT EXISTS input_output ON input (output);
CREATE INDEX IF NOT EXISTS input_person ON input (person, name);
CREATE TABLE IF NOT EXISTS alias (key TEXT PRIMARY KEY, person TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS alias_person ON alias (person);
CREATE TABLE IF NOT EXISTS token (
  key TEXT NOT NULL, token TEXT NOT NULL, PRIMARY KEY (key, token)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS subject (
  person TEXT PRIMARY KEY, pseudonym TEXT NOT NULL, offset_days INTEGER NOT NULL
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One input as the journal knows it."""

    number: int
    name: str
    path: str
    size: int
    sha256: bytes
    sop_class: str
    study: str
    series: str
    sop_instance: str
    waits: str
    plan: str
    outcome: str | None
    reasons: tuple[str, ...]
    output: str | None
    output_size: int | None
    seconds: float
    methods: tuple[str, ...]
    findings: tuple[dict[str, Any], ...]
    stop: str

    @property
    def uids(self) -> tuple[str, str, str]:
        """Study, Series and SOP Instance UID."""
        return self.study, self.series, self.sop_instance

    @property
    def failed(self) -> bool:
        """Whether a child failed on it, rather than judged it."""
        return any(reason.startswith("sandbox.") for reason in self.reasons)


ROW: Final = (
    "number, name, path, size, sha256, sop_class, study, series, sop_instance, waits, plan, "
    "outcome, reasons, output, output_size, seconds, methods, findings, stop"
)


def row_of(found: tuple[Any, ...]) -> Row:
    """A row of ``ROW``."""
    said = dict(zip(ROW.split(", "), found, strict=True))
    said |= {name: os.fsdecode(said[name]) for name in ("name", "path")}
    lists = ("reasons", "methods", "findings")
    return Row(**said | {name: tuple(json.loads(said[name])) for name in lists})


class Journal:
    """The open journal; one process at a time, one thread.

    Parameters
    ----------
    facts
        What must be the same each time the journal is opened: a difference is refused with the
        code that stands beside it.
    """

    def __init__(self, path: Path, facts: dict[str, tuple[str, str]]) -> None:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        os.close(descriptor)
        self.db = sqlite3.connect(path, isolation_level=None)
        #: Reads what was true when it began to read, whatever is written meanwhile.
        self.reader = sqlite3.connect(path, isolation_level=None)
        try:
            self.db.execute("PRAGMA journal_mode=WAL")
            self.db.execute("PRAGMA synchronous=FULL")
            self.db.executescript(SCHEMA)
            self.agree({"form": (FORM, "standalone.journal-unreadable"), **facts})
        except sqlite3.DatabaseError as error:
            self.close()
            raise Rejected("standalone.journal-unreadable") from error
        except Rejected:
            self.close()
            raise
        self.round = int(self.fact("round", "0")) + 1
        self.note("round", str(self.round))

    def agree(self, facts: dict[str, tuple[str, str]]) -> None:
        """Refuse a journal that was begun under other facts."""
        for name, (value, code) in facts.items():
            if self.fact(name, value) != value:
                raise Rejected(code)
            self.note(name, value)

    def fact(self, name: str, default: str) -> str:
        """A fact of the journal."""
        found = self.db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return default if found is None else str(found[0])

    def note(self, name: str, value: str) -> None:
        """Keep a fact."""
        self.db.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))

    def close(self) -> None:
        """Close the file."""
        self.reader.close()
        self.db.close()

    def rows(self, where: str, *values: Any) -> Iterator[Row]:  # noqa: ANN401 - SQL values
        """Inputs of this round in the order of their names; ``where`` is ours, never foreign."""
        cursor = self.reader.execute(
            f"SELECT {ROW} FROM input WHERE round = ? AND {where} ORDER BY name",  # noqa: S608 - ours
            (self.round, *values),
        )
        return map(row_of, cursor)

    def count(self, where: str = "1") -> int:
        """How many inputs of this round there are of a kind."""
        question = f"SELECT count(*) FROM input WHERE round = ? AND {where}"  # noqa: S608 - ours
        return int(self.db.execute(question, (self.round,)).fetchone()[0])

    def objects_and_persons(self) -> tuple[int, int]:
        """How many different outputs this round has, and how many people they show."""
        found = self.db.execute(
            """SELECT count(DISTINCT output), count(DISTINCT alias.person) FROM input
            LEFT JOIN alias ON alias.key = input.person
            WHERE outcome = 'released' AND round = ?""",
            (self.round,),
        )
        objects, persons = found.fetchone()
        return int(objects), int(persons)

    def has_output(self, name: str) -> bool:
        """Whether an input of this round stands behind an output."""
        question = "SELECT 1 FROM input WHERE output = ? AND round = ? LIMIT 1"
        return self.db.execute(question, (name, self.round)).fetchone() is not None

    def forget_all(self) -> None:
        """Forget what was learned under other rules; results stay until they are made anew."""
        self.db.executescript(
            """BEGIN; UPDATE input SET looked = 0, stop = '', person = NULL;
            DELETE FROM alias; DELETE FROM token; COMMIT;"""
        )

    def meet(self, found: Iterable[tuple[str, str, int, str, str]]) -> None:
        """Note inputs of this round: name, path, size, stamp, problem.

        What is known of an untouched input stays; a touched one is looked at again.
        """
        self.db.execute("BEGIN")
        for name, path, size, stamp, problem in found:
            self.db.execute(
                """INSERT INTO input (name, path, size, stamp, round, stop) VALUES (?,?,?,?,?,?)
                ON CONFLICT (name) DO UPDATE SET path = excluded.path, round = excluded.round,
                looked = looked AND stamp = excluded.stamp AND size = excluded.size
                  AND excluded.stop = '',
                stop = CASE WHEN looked AND stamp = excluded.stamp AND size = excluded.size
                  AND excluded.stop = '' THEN stop ELSE excluded.stop END,
                size = excluded.size, stamp = excluded.stamp""",
                (os.fsencode(name), os.fsencode(path), size, stamp, self.round, problem),
            )
        self.db.execute("COMMIT")

    def look(self, seen: Iterable[Looked]) -> None:
        """Note what was found by looking."""
        self.db.execute("BEGIN")
        for one in seen:
            first = one.keys[0] if one.keys else None
            self.db.execute(
                """UPDATE input SET looked = 1, sha256 = ?, person = ?, patient_id = ?, issuer = ?,
                sop_class = ?, sop_instance = ?, study = ?, series = ?, waits = ?, stop = ?,
                seconds = ? WHERE number = ?""",
                (one.sha256, first, one.patient_id, one.issuer, one.sop_class, one.sop_instance,
                 one.study, one.series, one.waits, one.stop, one.seconds, one.number),
            )  # fmt: skip
            self.join(one.keys)
            self.db.executemany(
                "INSERT OR IGNORE INTO token VALUES (?, ?)", ((first, word) for word in one.tokens)
            )
        self.db.execute("COMMIT")

    def join(self, keys: tuple[str, ...]) -> None:
        """All keys of one object are one person's."""
        persons = set(keys)
        for key in keys:
            found = self.db.execute("SELECT person FROM alias WHERE key = ?", (key,)).fetchone()
            persons |= set(found or ())
        if not persons:
            return
        least = min(persons)
        for person in persons - {least}:
            self.db.execute("UPDATE alias SET person = ? WHERE person = ?", (least, person))
        self.db.executemany(
            "INSERT OR REPLACE INTO alias VALUES (?, ?)", ((key, least) for key in keys)
        )

    def name_subjects(self, found: Iterable[tuple[str, str, int]]) -> None:
        """Keep pseudonym and date offset of persons, for the maps."""
        self.db.executemany("INSERT OR REPLACE INTO subject VALUES (?, ?, ?)", found)

    def finish(self, made: Iterable[Made], *, may_wait: bool = False) -> None:
        """Note what became of inputs; their outputs are on disk.

        With ``may_wait`` those whose pixels wait have no outcome yet.
        """
        self.db.execute("BEGIN")
        for one in made:
            waits = one.waits if may_wait else ""
            self.db.execute(
                """UPDATE input SET plan = ?, outcome = ?, reasons = ?, output = ?,
                output_size = ?, seconds = ?, methods = ?, findings = ?,
                waits = CASE WHEN ? <> '' THEN ? ELSE waits END WHERE number = ?""",
                (one.plan, None if waits else one.outcome, json.dumps(one.reasons), one.output,
                 one.size, one.seconds, json.dumps(one.methods), json.dumps(one.findings),
                 waits, waits, one.number),
            )  # fmt: skip
        self.db.execute("COMMIT")
