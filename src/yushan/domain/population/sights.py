"""Lesions whose truth is known by construction, as the statements of a report about them.

What a lesion is comes as plain words and numbers, so that no other room is needed: kind,
diameters and properties of a lesion of ``domain/bodies`` fit as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from yushan.domain.population.events import Statement
from yushan.domain.population.pages import NORMAL
from yushan.domain.population.tables import tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Value = float | str

LESIONS: Final[Sequence[Mapping[str, Any]]] = tree("report_lesions")["lesion"]


class Wish(NamedTuple):
    """A lesion that an image is to show, field by field as ``domain/bodies`` takes wishes.

    ``severity`` is a share (0 to 1), of a stenosis its percent of the diameter.
    """

    kind: str
    variant: str = ""
    place: str = ""
    size_mm: float | None = None
    severity: float | None = None


def wishes(statements: Iterable[Statement]) -> tuple[Wish, ...]:
    """The lesions of a trunk that would show what these statements say, as far as it has them.

    Sides and zones come through; the lobe of a nodule does not, since bodies place it by chance.
    """
    found = (wish(one) for one in statements if one.status == "present")
    return tuple(one for one in found if one is not None)


def wish(one: Statement) -> Wish | None:
    """The lesion of one statement, None where bodies have none."""
    size = sum(one.sizes_mm) / len(one.sizes_mm) if one.sizes_mm else None
    wanted = WANTED.get(one.concept)
    return wanted(one, size) if wanted else None


def nodule(one: Statement, size: float | None) -> Wish:
    """A nodule by type and side."""
    return Wish("nodule", "ground-glass" if one.kind == "non-solid" else one.kind, one.side, size)


def opacity(one: Statement, _: float | None) -> Wish:
    """An opacity by zone; the grade 1 to 3 says how dense."""
    variant = "consolidation" if one.grade == "3" else "ground-glass"
    zone = f"{one.side}-{one.place.removesuffix(' zone')}"
    return Wish("opacity", variant, zone, None, int(one.grade or 1) / 3)


#: Concept -> the lesion that shows it, of statement and mean diameter.
WANTED: Final[Mapping[str, Callable[[Statement, float | None], Wish]]] = {
    "nodule": nodule,
    "opacity": opacity,
    "effusion": lambda one, _: Wish("effusion", "", one.side),
    "pancreatic-mass": lambda one, size: Wish(
        "mass", "", one.place.removeprefix("pancreatic "), size
    ),
    "liver-metastasis": lambda _, size: Wish("metastasis", "", "", size),
    "mediastinal-node": lambda _, size: Wish("node", "", "", size),
    "coronary-stenosis": lambda one, _: Wish("stenosis", "", one.place, None, float(one.grade)),
}


def sight(
    kind: str, diameters_mm: Sequence[float], properties: Mapping[str, Value], name: str = ""
) -> tuple[Statement, ...]:
    """What a report says about one lesion, empty for kinds of which reports say nothing by itself.

    Parameters
    ----------
    kind
        ``nodule``, ``opacity``, ``effusion``, ``mass``, ``metastasis``, ``node``, ``tumour``,
        ``haemorrhage``, ``infarct``, ``stenosis``.
    diameters_mm
        Long and short axis first.
    properties
        Truth of the lesion: side, lobe, zone, density, degrees of contact …
    name
        The lesion's name over time.
    """
    row = next(
        (one for one in LESIONS if one["kind"] == kind and one.get("has", "") in {"", *properties}),
        None,
    )
    if row is None:
        return ()
    first = Statement(
        row["concept"],
        side=str(properties.get(row["side"], "")) if "side" in row else "",
        place=place_of(row, properties),
        sizes_mm=tuple(round(float(one), 1) for one in diameters_mm[: row.get("axes", 0)]),
        kind=looked_up(row.get("kinds", {}), properties),
        grade=grade_of(row, properties),
        lesion=name,
    )
    others = (further(one, properties) for one in row.get("also", ()))
    return (first, *(one for one in others if one is not None))


def place_of(row: Mapping[str, Any], properties: Mapping[str, Value]) -> str:
    """The place of a lesion."""
    if "from" not in row:
        return str(row.get("place", ""))
    said = str(properties.get(row["from"], ""))
    return next((place for word, place in row["places"].items() if word in said), "")


def looked_up(table: Mapping[str, Mapping[str, str]], properties: Mapping[str, Value]) -> str:
    """The word for a property's value."""
    return next((words.get(str(properties.get(name, "")), "") for name, words in table.items()), "")


def grade_of(row: Mapping[str, Any], properties: Mapping[str, Value]) -> str:
    """The grade of a lesion: a word, or a percentage in steps of five."""
    if "fives" in row:
        return str(5 * round(float(properties[row["fives"]]) / 5))
    return looked_up(row.get("grades", {}), properties)


def further(row: Mapping[str, Any], properties: Mapping[str, Value]) -> Statement | None:
    """A statement that follows from a property: there or not, with its number."""
    value = properties.get(row["property"])
    kind = row.get("as", "")
    if kind == "grade":
        return None if value is None else Statement(row["concept"], grade=str(value))
    number = 0.0 if value is None else float(value)
    if number <= row["above"]:
        return Statement(row["concept"], "absent")
    if kind == "size":
        return Statement(row["concept"], sizes_mm=(round(number, 1),))
    if kind == "tens":
        return Statement(row["concept"], grade=str(10 * round(number / 10)))
    return Statement(row["concept"])


def completed(statements: Iterable[Statement], procedure: str) -> tuple[Statement, ...]:
    """Statements and, of what is normal for the procedure, that the rest is not there.

    Things that several lesions deny are denied once, and not at all where one lesion has them.
    """
    said = list(statements)
    there = {one.concept for one in said if one.status != "absent"}
    kept: list[Statement] = []
    denied: set[str] = set()
    for one in (*said, *(Statement(name, "absent") for name in NORMAL.get(procedure, ()))):
        if one.status == "absent" and one.change != "resolved":
            if one.concept in there | denied:
                continue
            denied.add(one.concept)
        kept.append(one)
    return tuple(kept)
