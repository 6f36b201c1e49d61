"""What a run says of itself: sums that close, and a row per input."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from yushan.flows.deid.planning import OPENED
from yushan.flows.deid.private import private_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from yushan.flows.deid.decisions import Decision
    from yushan.flows.deid.journal import Journal, Row

FORM: Final = "yushan-deid-report/1"
OUTCOMES: Final = ("released", "quarantined", "refused", "to-digitise")
#: Rows of archives that were opened, and of rounds past, are none.
COUNTED: Final = f"stop <> '{OPENED}'"


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in numbers; nothing in it tells of a person or names an input.

    ``objects`` are different files in OUT: inputs of equal bytes share one.
    """

    inputs: int
    sums: dict[str, int]
    objects: int
    persons: int
    reasons: dict[str, int]
    methods: dict[str, int]
    classes: dict[str, dict[str, int]]

    @property
    def closes(self) -> bool:
        """Whether every input has one outcome."""
        return self.inputs == sum(self.sums.values())


@dataclass(frozen=True, slots=True)
class Report:
    """What a run gives back: its numbers, and where report, page and keys lie."""

    summary: Summary
    report: Path
    page: Path
    keys: Path
    keys_are_new: bool


def shown(name: str) -> str:
    """A name as text, whatever bytes it is made of."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def summary(journal: Journal) -> Summary:
    """The numbers of this round."""
    sums, reasons, methods = Counter[str](), Counter[str](), Counter[str]()
    classes: dict[str, Counter[str]] = {}
    for row in journal.rows(COUNTED):
        outcome = row.outcome or "unfinished"
        sums[outcome] += 1
        reasons.update(row.reasons)
        methods.update(row.methods)
        classes.setdefault(row.sop_class, Counter())[outcome] += 1
    objects, persons = journal.objects_and_persons()
    return Summary(
        inputs=journal.count(COUNTED),
        sums={outcome: sums[outcome] for outcome in OUTCOMES},
        objects=objects,
        persons=persons,
        reasons=dict(sorted(reasons.items())),
        methods=dict(sorted(methods.items())),
        classes={name: dict(found) for name, found in sorted(classes.items())},
    )


def line(row: Row, decision: Decision | None = None) -> dict[str, Any]:
    """The row of one input, and who decided about its picture."""
    said: dict[str, Any] = {
        "input": shown(row.name),
        "output": row.output,
        "outcome": row.outcome,
        "reasons": row.reasons,
        "sop_class": row.sop_class or None,
        "seconds": round(row.seconds, 4),
    }
    if row.findings:
        said["boxes"] = row.findings
    if decision is not None:
        said["decided"] = {"choice": decision.choice, "who": decision.who, "at": decision.at}
    return said


def write_report(
    journal: Journal, path: Path, head: dict[str, Any], decisions: Mapping[str, Decision]
) -> None:
    """The report as one JSON document; as many rows as there are inputs, none kept in memory."""
    with private_file(path) as file:
        start = json.dumps({"format": FORM, **head}, ensure_ascii=False, indent=1)
        file.write(start[:-2] + ',\n "rows": [')
        for number, row in enumerate(journal.rows(COUNTED)):
            told = line(row, decisions.get(row.sha256.hex()) if row.sha256 else None)
            file.write((",\n  " if number else "\n  ") + json.dumps(told, ensure_ascii=False))
        file.write("\n ]\n}\n")
