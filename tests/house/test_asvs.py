"""The table of requirements names tests that exist, and is drawn as it stands."""

from __future__ import annotations

import ast

from tests.house.asvs import FILES, PAGE, ROOT, page, rows


def names(path: str) -> set[str]:
    """The tests of a file."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}


def test_every_test_that_the_table_names_exists() -> None:
    known = {f"{short}::{name}" for short, path in FILES.items() for name in names(path)}
    named = {one for row in rows() for one in row["tests"].split()}
    assert named - known == set()


def test_every_row_has_a_test_or_says_why_not() -> None:
    assert [row["number"] for row in rows() if not row["tests"] and not row["note"]] == []
    numbers = [row["number"] for row in rows()]
    assert len(set(numbers)) == len(numbers)


def test_the_drawn_table_is_the_table_of_now() -> None:
    assert PAGE.read_text("utf-8") == page(), "run python -m tests.house.asvs"
