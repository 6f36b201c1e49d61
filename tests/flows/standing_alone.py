"""A folder of originals with planted words, and runs over it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from tests.flows.admitting import make_file, make_mr
from tests.spec.deid.cases.search import leaks

from yushan.flows.deid import Wish, policy_for, run

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.flows.deid import Report

ANNA, BEN = "A123456789", "A223456781"
#: Words that no output, report, page or message may hold.
PLANTED = ("Zhuangjiajun", "莊佳君", "QX7781245", ANNA, BEN, "Bailongcun")


def original(patient: str = "QX7781245", number: int = 1, **changes: Any) -> bytes:
    """A slice of a person who has a name, a number, a chart and an address."""
    said = {
        "SpecificCharacterSet": "ISO_IR 192", "PatientName": "Zhuangjiajun^A=莊佳君",
        "OtherPatientIDs": ANNA, "PatientAddress": "Bailongcun 7",
        "series": f"1.2.3.{patient[-3:]}.1", "study": f"1.2.3.{patient[-3:]}",
        "StudyDescription": "Zhuangjiajun chest", "ImageComments": f"see {ANNA}",
    }  # fmt: skip
    return make_file(patient=patient, number=number, **(said | changes))


def lay_out(folder: Path, slices: int = 4) -> Path:
    """A tree with two people, one of them in two charts, and a second study of another kind."""
    for name, data in files(slices).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def files(slices: int) -> dict[str, bytes]:
    """The files of the tree by their names."""
    found = {f"莊佳君/ct/{number}.dcm": original(number=number) for number in range(slices)}
    found["莊佳君/other chart.dcm"] = original(patient="M500", number=9)
    found["ben/1.dcm"] = original(
        patient="B900", PatientName="Ouyangben", OtherPatientIDs=BEN, StudyDescription="CHEST"
    )
    found["ben/mr"] = make_mr(patient="B900", study="1.2.3.900", OtherPatientIDs=BEN)
    return found


def wish(source: Path, out: Path, **changes: Any) -> Wish:
    """A run under the default policy."""
    return Wish(**{"source": source, "out": out, "policy": policy_for("tw-hospital"), "jobs": 2}
                | changes)  # fmt: skip


def release(source: Path, out: Path, **changes: Any) -> Report:
    """Make a run."""
    return run(wish(source, out, **changes))


def content_of(out: Path) -> dict[str, str]:
    """Name → hash of every file of a folder."""
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def rows_of(report: Report) -> dict[str, dict[str, Any]]:
    """The report's rows by input."""
    return {row["input"]: row for row in json.loads(report.report.read_bytes())["rows"]}


def check_sums(report: Report) -> None:
    """Every input has one row and one outcome, and outputs are there."""
    told = json.loads(report.report.read_bytes())
    assert told["closes"]
    assert len(told["rows"]) == told["inputs"] == sum(told["sums"].values())
    for row in told["rows"]:
        assert (row["output"] is not None) == (row["outcome"] == "released"), row
        assert row["reasons"] or row["outcome"] == "released", row


def check_no_leak(out: Path, *texts: str, words: tuple[str, ...] = PLANTED) -> None:
    """No planted word stands in a name or a byte of OUT, or in what was said."""
    for path in out.rglob("*"):
        assert leaks(path.relative_to(out).as_posix(), words) == []
        if path.is_file():
            assert leaks(path.read_bytes(), words) == []
    for text in texts:
        assert leaks(text, words) == []
