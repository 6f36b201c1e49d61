"""Files a person can take in, functions that fit a screen."""

from __future__ import annotations

import ast
from pathlib import Path

SRC = Path(__file__).parents[2] / "src" / "yushan"

#: file or file::function -> why it may be larger. The list shrinks.
EXCEPTIONS: dict[str, str] = {}


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring and signature."""
    body = node.body
    if ast.get_docstring(node) is not None:
        body = body[1:]
    return 0 if not body else (node.end_lineno or 0) - body[0].lineno + 1


def test_files_and_functions_stay_small() -> None:
    large = []
    for path in sorted(SRC.rglob("*.py")):
        name = path.relative_to(SRC).as_posix()
        text = path.read_text()
        if len(text.splitlines()) > 300 and name not in EXCEPTIONS:
            large.append(f"{name}: {len(text.splitlines())} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                place = f"{name}::{node.name}"
                if body_lines(node) > 40 and place not in EXCEPTIONS:
                    large.append(f"{place}: {body_lines(node)} lines")
    assert large == []


def test_every_exception_still_exists() -> None:
    for place in EXCEPTIONS:
        assert (SRC / place.split("::")[0]).exists(), place


def test_every_module_says_what_it_is() -> None:
    silent = [
        path.relative_to(SRC).as_posix()
        for path in sorted(SRC.rglob("*.py"))
        if "migrations" not in path.parts and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []
