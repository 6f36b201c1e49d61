"""Every message of the portal, from its templates and its code."""

from __future__ import annotations

import ast
from pathlib import Path

from jinja2 import Environment
from jinja2.ext import extract_from_ast

PORTAL = Path(__file__).parents[3] / "src" / "yushan" / "doors" / "portal"
#: Function -> how many of its first arguments are messages.
SAYERS = {"say": 1, "translate": 1, "mark": 1, "count": 2}


def template_messages():
    found = {}
    for page in sorted((PORTAL / "templates").glob("*.html")):
        tree = Environment(autoescape=True).parse(page.read_text("utf-8"))
        for line, name, message in extract_from_ast(tree, ("_", "n_"), babel_style=False):
            texts = message if isinstance(message, tuple) else (message,)
            for text in [one for one in texts if one is not None][: 2 if name == "n_" else 1]:
                found.setdefault(text, []).append(f"{page.name}:{line}")
    return found


def code_messages():
    found = {}
    for page in sorted(PORTAL.glob("*.py")):
        for node in ast.walk(ast.parse(page.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            for argument in node.args[: SAYERS.get(name, 0)]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    found.setdefault(argument.value, []).append(f"{page.name}:{node.lineno}")
    return found


def all_messages():
    found = template_messages()
    for text, places in code_messages().items():
        found.setdefault(text, []).extend(places)
    return found
