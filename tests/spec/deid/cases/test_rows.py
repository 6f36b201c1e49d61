"""No case of the list is without a test: each is in a test's name, or the list says where it is."""

from __future__ import annotations

import ast
import csv
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TESTS = HERE.parents[2]
ROWS = list(csv.DictReader((HERE / "cases.csv").read_text("utf-8").splitlines()))
NUMBER = re.compile(r"(?<![a-z0-9])([a-f])(\d\d)(?![a-z0-9])")


def functions(path: Path) -> list[ast.FunctionDef]:
    """The tests of a file."""
    tree = ast.parse(path.read_text("utf-8"))
    return [one for one in ast.walk(tree)
            if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")]  # fmt: skip


def named() -> set[str]:
    """The numbers that stand in names of tests, ``test_a02_…`` or ``test_a31_and_a32_…``."""
    found = set()
    for path in [*TESTS.glob("spec/deid/**/test_*.py"), *TESTS.glob("flows/test_deid*.py"),
                 *TESTS.glob("unit/*/test_*.py"), *TESTS.glob("doors/**/test_*.py")]:  # fmt: skip
        for one in functions(path):
            head = "_".join(one.name.split("_")[1:6])
            found |= {f"{a.upper()}{n}" for a, n in NUMBER.findall(head.replace("_", " "))}
    return found


def test_the_list_is_whole() -> None:
    counts = {"A": 44, "B": 8, "C": 9, "D": 14, "E": 12, "F": 10}
    wanted = [f"{letter}{n:02d}" for letter, last in counts.items() for n in range(1, last + 1)]
    assert [row["case"] for row in ROWS] == wanted
    assert all(row["given"] and row["then"] for row in ROWS)


def test_every_case_has_a_test() -> None:
    here = named()
    missing = [r["case"] for r in ROWS if r["case"] not in here and not r["elsewhere"]]
    assert missing == [r["case"] for r in ROWS if r["later"]]


def test_nothing_is_left_for_later() -> None:
    assert [row["case"] for row in ROWS if row["later"]] == []


@pytest.mark.parametrize("row", [row for row in ROWS if row["elsewhere"]], ids=lambda r: r["case"])
def test_what_is_shown_elsewhere_is_there(row: dict[str, str]) -> None:
    for place in row["elsewhere"].split():
        path, _, name = place.partition("::")
        assert name in {one.name for one in functions(TESTS.parent / path)}, place
