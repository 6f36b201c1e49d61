"""Between the passes: what changed is forgotten, doubles are told apart, inputs are planned."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from yushan.flows.deid.journal import ROW, row_of
from yushan.flows.deid.making import Made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.flows.deid.journal import Journal, Row
    from yushan.flows.deid.people import Person

#: Reasons by which an input was not taken, rather than judged.
REFUSED: Final = (
    "standalone.unreadable",
    "standalone.not-a-file",
    "standalone.not-dicom",
    "standalone.link-again",
    "standalone.changed",
    "standalone.archive-unknown",
    "standalone.archive-broken",
    "standalone.archive-locked",
    "standalone.archive-too-deep",
    "standalone.archive-too-large",
    "standalone.archive-bomb",
)
#: An archive that was opened is no input; its members are.
OPENED: Final = "standalone.archive-opened"
TO_DIGITISE: Final = "standalone.to-digitise"


def outcome_of(stop: str) -> str:
    """The outcome of an input that went no further than the first pass."""
    if stop == TO_DIGITISE:
        return "to-digitise"
    return "refused" if stop in REFUSED else "quarantined"


def forget_changed(journal: Journal) -> None:
    """Forget inputs that are gone, and all that was learned from changed ones.

    Whoever a changed or missing input showed is looked at again as a whole, so that the result is
    that of a run which never saw it.
    """
    db = journal.db
    db.execute("BEGIN")
    db.execute(
        """CREATE TEMP TABLE stale AS SELECT DISTINCT person FROM alias WHERE key IN
        (SELECT person FROM input WHERE person IS NOT NULL AND (round < ? OR NOT looked))""",
        (journal.round,),
    )
    db.execute(
        """UPDATE input SET stop = CASE WHEN looked THEN '' ELSE stop END, looked = 0,
        person = NULL WHERE person IN
        (SELECT key FROM alias WHERE person IN (SELECT person FROM stale))"""
    )
    db.execute(
        """DELETE FROM token WHERE key IN
        (SELECT key FROM alias WHERE person IN (SELECT person FROM stale))"""
    )
    db.execute("DELETE FROM alias WHERE person IN (SELECT person FROM stale)")
    db.execute("DROP TABLE stale")
    db.execute("DELETE FROM input WHERE round < ?", (journal.round,))
    db.execute("COMMIT")


def find_leaders(journal: Journal) -> None:
    """Of several inputs with one SOP Instance UID the first by name goes on."""
    journal.db.executescript(
        f"""BEGIN; DROP TABLE IF EXISTS leader;
        CREATE TABLE leader (sop_instance TEXT PRIMARY KEY, name BLOB NOT NULL) WITHOUT ROWID;
        INSERT INTO leader SELECT sop_instance, min(name) FROM input
          WHERE stop = '' AND sop_instance <> '' AND round = {journal.round}
          GROUP BY sop_instance HAVING count(*) > 1; COMMIT;"""  # noqa: S608 - a number of ours
    )


def objects_of(journal: Journal, person: Person) -> Iterator[Row]:
    """The inputs of a person that go on, series by series; doubles of another are left out."""
    columns = ", ".join(f"input.{name}" for name in ROW.split(", "))
    return map(
        row_of,
        journal.reader.execute(
            f"""SELECT {columns} FROM alias JOIN input ON input.person = alias.key
            LEFT JOIN leader USING (sop_instance)
            WHERE alias.person = ? AND round = ? AND stop = ''
              AND (leader.name IS NULL OR leader.name = input.name)
            ORDER BY input.study, input.series, input.name""",  # noqa: S608 - our own column names
            (person.key, journal.round),
        ),
    )


def plan_of(rules: str, content: bytes) -> str:
    """The plan of an input, from all that its output depends on; equal plans, equal outputs."""
    return hashlib.sha256(f"{rules} {content.hex()}".encode()).hexdigest()[:32]


def settle_stopped(journal: Journal) -> Iterator[Made]:
    """The results of inputs that went no further than the first pass."""
    for row in journal.rows("stop <> '' AND stop <> ?", OPENED):
        yield Made(row.number, "", outcome_of(row.stop), (row.stop,), seconds=row.seconds)


def settle_doubles(journal: Journal) -> Iterator[Made]:
    """The results of inputs whose SOP Instance UID another input has, too.

    The same bytes again share what became of the first; other bytes stay where they are.
    """
    question = """SELECT two.number, two.sha256 = one.sha256, one.outcome, one.reasons, one.output,
        one.output_size, two.seconds, one.methods FROM leader
        JOIN input AS one ON one.name = leader.name
        JOIN input AS two ON two.sop_instance = leader.sop_instance AND two.name <> leader.name
        WHERE two.stop = '' AND two.round = ? ORDER BY two.name"""
    for found in journal.reader.execute(question, (journal.round,)):
        number, is_same, outcome, reasons, output, size, seconds, methods = found
        if not is_same:
            yield Made(number, "", "quarantined", ("standalone.conflict",), seconds=seconds)
            continue
        why = (*json.loads(reasons), "standalone.duplicate")
        yield Made(number, "", outcome, why, output, size, seconds, tuple(json.loads(methods)))
