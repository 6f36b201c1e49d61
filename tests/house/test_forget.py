"""A room that keeps tables either forgets a person who leaves, or says why it has nobody in it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICES = ROOT / "src" / "yushan" / "services"

#: Rooms in which no patient is, with the reason. The list shrinks.
NOBODY = {
    "accounts": "people who work here, not patients",
    "linkage": "counts by site and day; elements are not kept",
    "consent": "the office: a person's choices stay until they say otherwise, under a token",
}


def forgetting(room: Path) -> set[str]:
    """Classes of a room with ``forget(self, tx, leaving) -> Forgotten``."""
    return {
        kind.name
        for path in room.glob("*.py")
        for kind in ast.walk(ast.parse(path.read_text()))
        if isinstance(kind, ast.ClassDef)
        for method in kind.body
        if isinstance(method, ast.FunctionDef)
        and method.name == "forget"
        and [argument.arg for argument in method.args.args[:3]] == ["self", "tx", "leaving"]
        and method.returns is not None
        and ast.unparse(method.returns) == "Forgotten"
    }


def rooms() -> dict[str, set[str]]:
    """Every service that keeps tables → its classes that forget."""
    return {path.parent.name: forgetting(path.parent) for path in SERVICES.glob("*/tables.py")}


def test_every_room_with_tables_forgets_or_says_why_not() -> None:
    assert {room for room, classes in rooms().items() if not classes} - NOBODY.keys() == set()
    assert NOBODY.keys() <= rooms().keys()


def test_every_class_that_forgets_is_held_by_the_kit_or_forgets_itself() -> None:
    kit = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_forgetting*.py"))
    asked = set(re.findall(r"\b[A-Z]\w+\(", kit))
    made = {f"{name}(" for classes in rooms().values() for name in classes}
    by_fixture = {"Archive(", "Admissions("}  # made by make_house
    assert made - asked - by_fixture - {"Cases("} == set()  # a case forgets when it ends


def test_the_flow_asks_every_room_of_the_commons() -> None:
    story = (SERVICES.parent / "flows" / "withdraw" / "story.py").read_text()
    for room in ("catalogue", "admissions", "register", "cases", "ledger", "archive"):
        assert f"desk.{room}.forget(" in story or f"self.{room}," in story, room
