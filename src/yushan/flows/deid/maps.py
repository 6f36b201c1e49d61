"""The maps that lead back from outputs to people: for the hospital alone, by the keys."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

from yushan.domain.deid import replace_uid
from yushan.flows.deid.private import private_file
from yushan.flows.deid.report import shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from yushan.flows.deid.key_folder import Keys

KINDS: Final = {"study": "study", "series": "series", "instance": "sop_instance"}
PATIENTS: Final = """SELECT DISTINCT patient_id, issuer, pseudonym, offset_days FROM input
    JOIN alias ON alias.key = input.person JOIN subject ON subject.person = alias.person
    WHERE outcome = 'released' AND round = (SELECT max(round) FROM input) ORDER BY 1, 2, 3"""


def write_maps(keys: Path, own: Keys) -> None:
    """``patients.csv`` and ``uid.csv`` over all runs under the same keys; UTF-8 with a BOM."""
    journals = sorted(keys.glob("runs/*/journal.db"))
    people = sorted({row for path in journals for row in rows_of(path, PATIENTS)})
    with private_file(keys / "patients.csv", "utf-8-sig") as file:
        table = csv.writer(file)
        table.writerow(("patient_id", "issuer", "pseudonym", "date_offset_days"))
        table.writerows(people)
    with private_file(keys / "uid.csv", "utf-8-sig") as file:
        table = csv.writer(file)
        table.writerow(("kind", "original", "replacement"))
        for kind, column in KINDS.items():
            for path in journals:
                for (uid,) in rows_of(path, uids(column)):
                    table.writerow((kind, shown(uid), replaced(own, uid)))


def uids(column: str) -> str:
    """The question for all UIDs of one kind that were released."""
    return (
        f"SELECT DISTINCT {column} FROM input WHERE outcome = 'released' "  # noqa: S608 - ours
        f"AND round = (SELECT max(round) FROM input) ORDER BY 1"
    )


def rows_of(journal: Path, question: str) -> Iterator[tuple[str, ...]]:
    """The answers of a journal that may belong to another run."""
    with closing(sqlite3.connect(f"{journal.as_uri()}?mode=ro", uri=True)) as db:
        yield from db.execute(question)


def replaced(keys: Keys, uid: str) -> str:
    """The UID that stands for one after both stages."""
    return replace_uid(keys.project.uid, replace_uid(keys.site.uid, uid))
