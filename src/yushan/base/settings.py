"""Settings: defaults in code < one TOML file < ``YUSHAN_…`` variables; unknown keys are errors.

Secrets are paths of files, never values. Read once at start and passed down.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from yushan.base.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")

PREFIX = "YUSHAN_"


def read_settings(text: str, kind: type[T], environ: Mapping[str, str]) -> T:
    """The settings in ``text`` (TOML), overlaid by ``YUSHAN_A__B`` variables, as a ``kind``.

    Raises
    ------
    Rejected
        ``base.settings-unreadable`` (not TOML), ``base.settings-invalid`` (with where and what).
    """
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Rejected("base.settings-unreadable") from error
    for name, value in environ.items():
        if name.startswith(PREFIX) and "__" in name:
            overlay(tree, name.removeprefix(PREFIX).lower().split("__"), value)
    try:
        return msgspec.convert(tree, kind, strict=False)
    except msgspec.ValidationError as error:
        raise Rejected("base.settings-invalid", where=str(error)) from error


def overlay(tree: dict[str, Any], path: list[str], value: str) -> None:
    """Set one leaf of a tree of tables."""
    for part in path[:-1]:
        tree = tree.setdefault(part, {})
    tree[path[-1]] = value


def write_settings(settings: msgspec.Struct) -> str:
    """The settings as TOML that `read_settings` reads back to the same value."""
    return table(msgspec.to_builtins(settings), ())


def table(tree: dict[str, Any], path: tuple[str, ...]) -> str:
    """One TOML table and the tables in it."""
    plain = {k: v for k, v in tree.items() if v is not None and not nested(v)}
    lines = [f"{key} = {scalar(value)}" for key, value in plain.items()]
    text = "".join(line + "\n" for line in lines)
    for key, value in tree.items():
        inner = (*path, key)
        if isinstance(value, dict):
            text += f"\n[{'.'.join(inner)}]\n" + table(value, inner)
        elif nested(value):
            for row in value:
                text += f"\n[[{'.'.join(inner)}]]\n" + table(row, inner)
    return text


def nested(value: Any) -> bool:  # noqa: ANN401 - any TOML value
    """Whether a value needs a table of its own."""
    rows = isinstance(value, list | tuple) and bool(value) and isinstance(value[0], dict)
    return isinstance(value, dict) or rows


def scalar(value: Any) -> str:  # noqa: ANN401 - any TOML value
    """A plain value as TOML (JSON spells strings, numbers, booleans and lists the same way)."""
    return msgspec.json.encode(value).decode()
