"""How an answer is printed."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yushan.base import Language


def language() -> Language:
    """The terminal's language: English unless the locale is Chinese."""
    said = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh-Hant" if said.startswith("zh") else "en"


def say(answer: dict[str, Any], *, as_json: bool) -> None:
    """Print an answer: one JSON document, or a line per fact."""
    if as_json:
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, default=str) + "\n")
        return
    for name, value in answer.items():
        sys.stdout.write(f"{name}: {spelled(value)}\n")


def spelled(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """A value for people."""
    if isinstance(value, dict):
        return "".join(f"\n  {name}: {spelled(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return "".join(f"\n  {spelled(inner)}" for inner in value) or "-"
    return str(value)
