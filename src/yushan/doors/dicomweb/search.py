"""The grammar of a QIDO-RS query (PS3.18 10.6): from the address to one value, nothing else inside.

Every parameter is known or refused; an attribute that is not indexed is refused too, because to
leave a condition out would answer another question than the one that was asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from yushan.base import Rejected, SeriesUID, StudyUID
from yushan.domain.dicom import tag_of
from yushan.services.catalogue import Query

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
    {"limit", "offset", "includefield", "fuzzymatching", "emptyvaluematching", "accept", "lang",
     "charset", "multiplevaluematching"}
)  # fmt: skip

Span = tuple[str, str]
#: A UID that nothing has: what a search holds that can find nothing.
NOWHERE: Final = "0"


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: the catalogue's part as ``query``, and what it has no index for.

    UIDs are alternatives, empty means any. ``subjects`` are patterns with ``*`` and ``?`` (exact
    pseudonyms stand in the query).
    """

    query: Query
    sop_instance_uids: tuple[str, ...] = ()
    instance_number: int | None = None
    subjects: tuple[str, ...] = ()

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
    """Which results, with which attributes; ``fuzzy`` was asked for and is not done."""

    limit: int
    offset: int
    include: frozenset[str]
    everything: bool
    fuzzy: bool


#: Attribute → (what it fills, how its value is read).
FIELDS: Final = {
    0x00080016: (("sop_classes",), "uids"),
    0x00080018: (("sop_instance_uids",), "uids"),
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
    0x00200013: (("instance_number",), "integer"),
}


def search_of(parameters: Iterable[tuple[str, str]]) -> Search:
    """The search that the query parameters ask for.

    Raises
    ------
    Rejected
        ``dicomweb.parameter-unknown``, ``dicomweb.attribute-not-indexed``,
        ``dicomweb.value-invalid``, ``dicomweb.query-too-long``.
    """
    found: dict[str, Any] = {}
    for count, (name, value) in enumerate(parameters):
        if count >= MAX_PARAMETERS or len(value) > MAX_VALUE:
            raise Rejected("dicomweb.query-too-long")
        if name.lower() in CONTROL:
            continue
        tag = tag_of(name)
        if tag is None:
            raise Rejected("dicomweb.parameter-unknown")
        if not value.strip("*"):
            continue
        if tag not in FIELDS:
            raise Rejected("dicomweb.attribute-not-indexed", tag=f"{tag:08X}")
        fields, kind = FIELDS[tag]
        found |= dict(zip(fields, READERS[kind](value, tag), strict=True))
    return assembled(found)


#: Fields of `Search` itself; all others are the query's.
BEYOND: Final = ("sop_instance_uids", "instance_number")


def assembled(found: dict[str, Any]) -> Search:
    """The search of what the parameters say, by field."""
    if found.pop("accession", ""):  # removed at the hospital: no study has one
        found["studies"] = (NOWHERE,)
    beyond: dict[str, Any] = {name: found.pop(name) for name in BEYOND if name in found}
    subjects = found.pop("subjects", ())
    if any(WILD.search(one) for one in subjects):
        beyond["subjects"] = subjects
    else:  # pseudonyms are upper case; people and programs write them as they like
        found["subjects"] = tuple(one.upper() for one in subjects)
    return Search(Query(**found), **beyond)


def invalid(tag: int) -> Rejected:
    """The refusal of a value."""
    return Rejected("dicomweb.value-invalid", tag=f"{tag:08X}")


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


def span(value: str, tag: int, form: re.Pattern[str]) -> Span:
    """One value, or two with a hyphen; one side of a hyphen may be empty."""
    first, hyphen, last = value.strip().partition("-")
    if not hyphen:
        last = first
    if not (first or last) or not all(form.fullmatch(one) for one in (first, last) if one):
        raise invalid(tag)
    return first, last


def dates(value: str, tag: int) -> Span:
    """A day or a span of days."""
    return span(value, tag, DATE)


def times(value: str, tag: int) -> Span:
    """A time of day or a span; a short time holds all that begins with it."""
    first, last = span(value, tag, TIME)
    return first, last and last + "235959.999999"[len(last) :]


READERS: Final = {
    "uids": uids, "texts": texts, "text": text, "integer": integer, "dates": dates, "times": times,
}  # fmt: skip


def page_of(parameters: list[tuple[str, str]]) -> Page:
    """Limit, offset and wanted attributes.

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
    names = {one.strip() for value in lists for one in value.split(",") if one.strip()}
    everything = "all" in names
    tags = {name: tag_of(name) for name in names - {"all"}}
    if None in tags.values():
        raise Rejected("dicomweb.parameter-unknown")
    include = frozenset(f"{tag:08X}" for tag in tags.values() if tag is not None)
    return Page(
        min(limit, MAX_LIMIT), offset, include, everything, said.get("fuzzymatching") == "true"
    )


def whole(value: str) -> int:
    """A number from zero."""
    if not re.fullmatch("[0-9]{1,9}", value):
        raise Rejected("dicomweb.page-invalid", limit=MAX_OFFSET)
    return int(value)
