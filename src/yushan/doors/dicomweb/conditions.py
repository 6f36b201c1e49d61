"""What a query asks of attributes that have no index: held against metadata (PS3.4 C.2.2.2). Pure.

An attribute may stand in sequences (``RequestAttributesSequence.ScheduledProcedureStepID``); one
item that fits is enough.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from yushan.base import Rejected
from yushan.domain.dicom import attribute_of, tag_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Metadata = dict[str, dict[str, Any]]

NUMBERS: Final = frozenset({"IS", "DS", "SL", "SS", "SV", "UL", "US", "UV", "FL", "FD"})
SPANS: Final = {"DA": re.compile("[0-9]{8}"),
                "TM": re.compile("[0-9]{2}(?:[0-9]{2}(?:[0-9]{2}(?:\\.[0-9]{1,6})?)?)?"),
                "DT": re.compile("[0-9]{4,14}(?:\\.[0-9]{1,6})?")}  # fmt: skip
#: A number of a query: whole or with a fraction.
NUMBER: Final = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?")
BINARY: Final = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN", "SQ"})


class Condition(NamedTuple):
    """One attribute (a path of tags in eight hex digits), and what its value must be."""

    path: tuple[str, ...]
    vr: str
    values: tuple[str, ...]

    def holds(self, metadata: Metadata) -> bool:
        """Whether one value at the path fits."""
        return any(self.fits(value) for value in values_at(metadata, self.path))

    def fits(self, value: Any) -> bool:  # noqa: ANN401 - a JSON value
        """Whether one value fits."""
        if self.vr in NUMBERS:
            return is_number(value) and any(float(value) == float(one) for one in self.values)
        if self.vr in SPANS:
            first, last = self.values
            return first <= str(value) and (not last or str(value)[: len(last)] <= last)
        if isinstance(value, dict):
            return any(self.fits(text) for text in value.values())
        if self.vr == "UI":
            return str(value) in self.values
        return any(form(one)(str(value)) for one in self.values)


def is_number(value: Any) -> bool:  # noqa: ANN401 - a JSON value
    """Whether a value of the metadata can be compared as a number."""
    return isinstance(value, int | float) or bool(NUMBER.fullmatch(str(value)))


def values_at(metadata: Metadata, path: tuple[str, ...]) -> Iterator[Any]:
    """All values at a path."""
    first, *rest = path
    values = metadata.get(first, {}).get("Value", ())
    for value in values:
        if not rest:
            if value is not None:
                yield value
        elif isinstance(value, dict):
            yield from values_at(value, tuple(rest))


def all_hold(conditions: Iterable[Condition], metadata: Metadata) -> bool:
    """Whether every condition holds for one instance."""
    return all(one.holds(metadata) for one in conditions)


def path_of(name: str) -> tuple[int, ...] | None:
    """The tags of an attribute's name, keyword or digits, with dots between sequences."""
    tags = [tag_of(one) for one in name.split(".")]
    if len(tags) > 8:
        return None
    found = tuple(tag for tag in tags if tag is not None)
    return found if len(found) == len(tags) else None


def condition_of(path: tuple[int, ...], value: str) -> Condition:
    """The condition that a value states.

    Raises
    ------
    Rejected
        ``dicomweb.value-invalid``: not of the attribute's form, or an attribute that is never
        compared.
    """
    tag = path[-1]
    row = attribute_of(tag)
    vr = (row.vr if row is not None else "LO").split(" ", 1)[0]
    hexed = tuple(f"{one:08X}" for one in path)
    if vr in BINARY or "\0" in value:
        raise invalid(tag)
    if vr in SPANS:
        return Condition(hexed, vr, span(value.strip(), tag, SPANS[vr]))
    parts = tuple(one.strip() for one in re.split(r"[,\\]", value) if one.strip())
    listed = vr in NUMBERS or vr in ("UI", "CS", "AE")
    held = parts if listed else (value.strip(),)
    if not held or (vr in NUMBERS and not all(NUMBER.fullmatch(one) for one in held)):
        raise invalid(tag)
    return Condition(hexed, vr, held)


def span(value: str, tag: int, pattern: re.Pattern[str]) -> tuple[str, str]:
    """One value, or two with a hyphen; a short one holds all that begins with it."""
    first, hyphen, last = value.partition("-")
    last = last if hyphen else first
    if not (first or last) or not all(pattern.fullmatch(one) for one in (first, last) if one):
        raise invalid(tag)
    return first, last


def invalid(tag: int) -> Rejected:
    """The refusal of a value."""
    return Rejected("dicomweb.value-invalid", tag=f"{tag:08X}")


@lru_cache(maxsize=256)
def form(pattern: str) -> Callable[[str], object]:
    """A pattern with ``*`` and ``?`` as a test that never goes back over a star."""
    first, *rest = (
        "".join("." if one == "?" else re.escape(one) for one in piece)
        for piece in re.split(r"\*+", pattern)
    )
    stars = [f"(?>.*?{piece})" for piece in rest[:-1]] + [f".*{piece}" for piece in rest[-1:]]
    return re.compile(first + "".join(stars), re.IGNORECASE | re.DOTALL).fullmatch
