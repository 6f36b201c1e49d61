"""The grammar of a QIDO-RS query (PS3.18 10.6): from the address to one value, nothing else inside.

What the catalogue has an index for becomes its question; every other attribute becomes a condition
on the metadata. What is no attribute is refused, because to leave a condition out would answer
another question than the one that was asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from yushan.base import Rejected, SeriesUID, StudyUID
from yushan.doors.dicomweb.conditions import Condition, condition_of, invalid, path_of, span
from yushan.doors.dicomweb.paging import read_cursor
from yushan.services.catalogue import Query

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yushan.doors.dicomweb.paging import Place

#: Most results of one answer, and how far paging by number goes.
MAX_LIMIT: Final = 1000
MAX_OFFSET: Final = 10_000
MAX_PARAMETERS: Final = 100
MAX_VALUE: Final = 4096

UID: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*")
DATE: Final = re.compile(r"[0-9]{8}")
TIME: Final = re.compile(r"[0-9]{2}(?:[0-9]{2}(?:[0-9]{2}(?:\.[0-9]{1,6})?)?)?")
WILD: Final = re.compile(r"[*?]")
INTEGER: Final = re.compile(r"[+-]?[0-9]{1,10}")

#: Parameters that concern the answer and not the question; some are other layers'.
CONTROL: Final = frozenset(
    {"limit", "offset", "after", "includefield", "fuzzymatching", "emptyvaluematching", "accept",
     "lang", "charset", "multiplevaluematching"}
)  # fmt: skip

#: A UID that nothing has: what a search holds that can find nothing.
NOWHERE: Final = "0"


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: the catalogue's part as ``query``, and what it has no index for.

    UIDs are alternatives, empty means any. ``subjects`` are patterns with ``*`` and ``?`` in the
    asker's names (exact pseudonyms stand in the query); ``asked`` are the attributes that the
    query names, which an answer holds too.
    """

    query: Query
    conditions: tuple[Condition, ...] = ()
    subjects: tuple[str, ...] = ()
    asked: frozenset[str] = frozenset()

    @property
    def plain(self) -> bool:
        """Whether the catalogue alone can answer."""
        return not (self.conditions or self.subjects)

    def within(self, study: str = "", series: str = "") -> Search:
        """The same search inside one study or series of the address."""
        query = self.query
        if study:
            query = replace(query, studies=(StudyUID(only(query.studies, study)),))
        if series:
            query = replace(query, series=(SeriesUID(only(query.series, series)),))
        return replace(self, query=query)


def only(asked: Sequence[str], uid: str) -> str:
    """The UID of the address, unless the query asks for others."""
    return uid if not asked or uid in asked else NOWHERE


@dataclass(frozen=True, slots=True)
class Page:
    """Which results, with which attributes; ``fuzzy`` was asked for and is not done.

    ``after`` is the row that the page before ended with: see `paging`.
    """

    limit: int
    offset: int
    include: frozenset[str]
    everything: bool
    fuzzy: bool
    after: Place | None = None


#: Attribute → (what it fills, how its value is read).
FIELDS: Final = {
    0x00080016: (("sop_classes",), "uids"),
    0x00080020: (("date_from", "date_to"), "dates"),
    0x00080021: (("series_date_from", "series_date_to"), "dates"),
    0x00080030: (("time_from", "time_to"), "times"),
    0x00080050: (("accession",), "text"),
    0x00080060: (("modalities",), "texts"),
    0x00080061: (("modalities",), "texts"),
    0x00080070: (("manufacturer",), "text"),
    0x00081030: (("study_description",), "text"),
    0x0008103E: (("series_description",), "text"),
    0x00081090: (("model",), "text"),
    0x00100010: (("subjects",), "texts"),
    0x00100020: (("subjects",), "texts"),
    0x00180015: (("body_parts",), "texts"),
    0x0020000D: (("studies",), "uids"),
    0x0020000E: (("series",), "uids"),
    0x00200011: (("series_number",), "integer"),
}


class Own:
    """Names as they are; an asker with names of another scope has the same face."""

    def own_uid(self, uid: str) -> str:
        """Our name of a UID."""
        return uid

    def own_subject(self, subject: str) -> str:
        """Our name of a person."""
        return subject


def search_of(parameters: Iterable[tuple[str, str]], names: Any = None) -> Search:  # noqa: ANN401 - see `Own`
    """The search that the query parameters ask for, in our own names.

    Raises
    ------
    Rejected
        ``dicomweb.parameter-unknown``, ``dicomweb.value-invalid``, ``dicomweb.query-too-long``.
    """
    found: dict[str, Any] = {}
    conditions: list[Condition] = []
    asked: set[str] = set()
    for count, (name, value) in enumerate(parameters):
        if count >= MAX_PARAMETERS or len(value) > MAX_VALUE:
            raise Rejected("dicomweb.query-too-long")
        if name.lower() in CONTROL:
            continue
        path = path_of(name)
        if path is None:
            raise Rejected("dicomweb.parameter-unknown")
        asked.add(f"{path[0]:08X}")
        if not value.strip("*"):
            continue
        if path[0] in FIELDS and len(path) == 1:
            fields, kind = FIELDS[path[0]]
            found |= dict(zip(fields, READERS[kind](value, path[0]), strict=True))
        else:
            conditions.append(condition_of(path, value))
    return assembled(found, conditions, frozenset(asked), names or Own())


def assembled(
    found: dict[str, Any],
    conditions: Sequence[Condition],
    asked: frozenset[str],
    names: Any,  # noqa: ANN401 - see `Own`
) -> Search:
    """The search of what the parameters say, by field."""
    for field in ("studies", "series"):
        found[field] = tuple(names.own_uid(uid) for uid in found.get(field, ()))
    if found.pop("accession", ""):  # removed at the hospital: no study has one
        found["studies"] = (NOWHERE,)
    own = tuple(
        one._replace(values=tuple(map(names.own_uid, one.values))) if one.vr == "UI" else one
        for one in conditions
    )
    subjects = tuple(one.upper() for one in found.pop("subjects", ()))  # pseudonyms are upper case
    if any(WILD.search(one) for one in subjects):
        return Search(Query(**found), own, subjects, asked)
    found["subjects"] = tuple(names.own_subject(one) for one in subjects)
    return Search(Query(**found), own, (), asked)


def uids(value: str, tag: int) -> tuple[tuple[str, ...]]:
    """A list of UIDs, by comma or backslash."""
    found = tuple(one.strip() for one in re.split(r"[,\\]", value) if one.strip())
    if not found or any(len(one) > 64 or not UID.fullmatch(one) for one in found):
        raise invalid(tag)
    return (found,)


def texts(value: str, tag: int) -> tuple[tuple[str, ...]]:
    """A list of patterns; one that holds for everything asks for nothing."""
    found = tuple(one.strip() for one in re.split(r"[,\\]", value) if one.strip())
    if not found or "\0" in value:
        raise invalid(tag)
    return (() if any(not one.strip("*") for one in found) else found,)


def text(value: str, tag: int) -> tuple[str]:
    """One pattern."""
    if "\0" in value or not value.strip():
        raise invalid(tag)
    return (value.strip(),)


def integer(value: str, tag: int) -> tuple[int]:
    """A whole number of 32 bits."""
    if not INTEGER.fullmatch(value.strip()) or abs(int(value)) >= 1 << 31:
        raise invalid(tag)
    return (int(value),)


def dates(value: str, tag: int) -> tuple[str, str]:
    """A day or a span of days."""
    return span(value, tag, DATE)


def times(value: str, tag: int) -> tuple[str, str]:
    """A time of day or a span; a short time holds all that begins with it."""
    first, last = span(value, tag, TIME)
    return first, last and last + "235959.999999"[len(last) :]


READERS: Final = {
    "uids": uids, "texts": texts, "text": text, "integer": integer, "dates": dates, "times": times,
}  # fmt: skip


def page_of(parameters: list[tuple[str, str]], names: Any = None) -> Page:  # noqa: ANN401 - see `Own`
    """Limit, offset or cursor, and wanted attributes.

    Raises
    ------
    Rejected
        ``dicomweb.page-invalid``, ``dicomweb.parameter-unknown``.
    """
    said = {name.lower(): value for name, value in parameters if name.lower() in CONTROL}
    limit = whole(said.get("limit", str(MAX_LIMIT)))
    offset = whole(said.get("offset", "0"))
    if offset > MAX_OFFSET:
        raise Rejected("dicomweb.page-invalid", limit=MAX_OFFSET)
    lists = [value for name, value in parameters if name.lower() == "includefield"]
    fields = {one.strip() for value in lists for one in value.split(",") if one.strip()}
    everything = "all" in fields
    paths = [path_of(name) for name in fields - {"all"}]
    if None in paths:
        raise Rejected("dicomweb.parameter-unknown")
    include = frozenset(f"{path[0]:08X}" for path in paths if path)
    fuzzy = said.get("fuzzymatching") == "true"
    after = read_cursor(said["after"], names or Own()) if "after" in said else None
    return Page(min(limit, MAX_LIMIT), offset, include, everything, fuzzy, after)


def whole(value: str) -> int:
    """A number from zero."""
    if not re.fullmatch("[0-9]{1,9}", value):
        raise Rejected("dicomweb.page-invalid", limit=MAX_OFFSET)
    return int(value)
