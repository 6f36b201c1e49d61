"""What each setting means, from one table: the reference and ``yushan config explain`` read it."""

from __future__ import annotations

import tomllib
import types
import typing
from importlib.resources import files
from typing import TYPE_CHECKING, Any, get_type_hints

import msgspec

from yushan.assembly.loading import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLES = ("gateway", "keyholder", "citizen", "commons")


class Meaning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of one setting: what it means, its unit, an example."""

    meaning: str
    unit: str = ""
    example: str = ""


class Setting(msgspec.Struct, frozen=True):
    """One setting of a role as its type says it; ``[]`` in the name stands for each of a list."""

    name: str
    kind: str
    default: str


def meanings() -> dict[str, Meaning]:
    """Every setting's meaning by its name."""
    text = (files("yushan.assembly") / "data" / "settings.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Meaning])


def settings_of(role: str) -> list[Setting]:
    """All settings of a role, nested ones with their path."""
    return list(fields(kind_of(role), ""))


def fields(kind: type[msgspec.Struct], prefix: str) -> Iterator[Setting]:
    """The settings of a struct."""
    hints = get_type_hints(kind)
    for field in msgspec.structs.fields(kind):
        name, hint = f"{prefix}{field.encode_name}", hints[field.name]
        if is_struct(hint):
            yield from fields(hint, f"{name}.")
        elif (inner := struct_in(hint)) is not None:
            yield from fields(inner, f"{name}[].")
        else:
            default = "required" if field.required else f"`{spelled(field.default)}`"
            yield Setting(name, kind_name(hint), default)


def is_struct(hint: Any) -> bool:  # noqa: ANN401 - a type
    """Whether a setting is a table."""
    return isinstance(hint, type) and issubclass(hint, msgspec.Struct)


def struct_in(hint: Any) -> type[msgspec.Struct] | None:  # noqa: ANN401 - a type
    """What a setting is a list of, if it is a list of tables alone."""
    inner = typing.get_args(hint)[:1]
    return (
        inner[0] if inner and is_struct(inner[0]) and isinstance(hint, types.GenericAlias) else None
    )


def spelled(value: Any) -> str:  # noqa: ANN401 - any plain value
    """A default as it would stand in TOML."""
    if value is None or value is msgspec.NODEFAULT:
        return "not set"
    return msgspec.json.encode(value).decode()


def kind_name(hint: Any) -> str:  # noqa: ANN401 - a type
    """A type's name for people."""
    if isinstance(hint, types.UnionType):
        kinds = [kind_name(one) for one in typing.get_args(hint) if one is not type(None)]
        return " or ".join(kinds)
    if typing.get_origin(hint) is typing.Literal:
        return " or ".join(f"`{one}`" for one in typing.get_args(hint))
    if isinstance(hint, types.GenericAlias):
        return f"list of {kind_name(typing.get_args(hint)[0])}"
    names = {"str": "text", "int": "whole number", "float": "number", "bool": "true or false"}
    return names.get(getattr(hint, "__name__", ""), getattr(hint, "__name__", str(hint)).lower())


def explain(role: str, name: str) -> dict[str, Any]:
    """Settings of a role (all whose name holds ``name``) with meaning, unit, default, example."""
    known = meanings()
    return {
        one.name: {
            "meaning": known[one.name].meaning,
            "kind": one.kind,
            "default": one.default.strip("`"),
            **({"unit": known[one.name].unit} if known[one.name].unit else {}),
            **({"example": known[one.name].example} if known[one.name].example else {}),
        }
        for one in settings_of(role)
        if name in one.name
    }
