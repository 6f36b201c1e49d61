"""A search for studies as the address says it: read, spelled back, turned into a question. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final, cast, get_args

from yushan.base import Pseudonym, StudyUID
from yushan.domain.terms import ROWS
from yushan.doors.portal.words import mark
from yushan.services.catalogue import Sort, Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Facets in their one order everywhere: name in the address → (kind in the catalogue, its values).
FACETS: Final[dict[str, tuple[str, re.Pattern[str]]]] = {
    "modality": ("row", re.compile(r"[A-Za-z]{2,16}")),
    "body": ("body_part", re.compile(r"[A-Z0-9 _,-]{1,64}")),
    "maker": ("manufacturer", re.compile(r".{1,64}")),
    "model": ("model", re.compile(r".{1,64}")),
    "year": ("year", re.compile(r"[0-9]{4}")),
    "site": ("site", re.compile(r"[a-z0-9-]{1,64}")),
    "sex": ("sex", re.compile(r"[MFO]")),
    "age": ("age", re.compile(r"[0-9]{1,2}(-[0-9]{1,2}|\+)")),
    "slice": ("slice", re.compile(r"[0-9]{1,2}(-[0-9]{1,2}|\+)")),
    "contrast": ("contrast", re.compile(r"yes")),
}
UPPER: Final = frozenset({"modality", "body", "sex"})
#: Words before a colon that people write, and the facet they mean.
ALIASES: Final = {
    "檢查別": "modality",
    "部位": "body",
    "廠牌": "maker",
    "機型": "model",
    "年": "year",
    "醫院": "site",
    "hospital": "site",
    "性別": "sex",
    "年齡": "age",
    "層厚": "slice",
    "顯影劑": "contrast",
}
FIELD_WORD: Final = re.compile(r'([^\s:"]+):("[^"]*"|\S+)')
WORD: Final = re.compile(r'"([^"]+)"|(\S+)')
PSEUDONYM: Final = re.compile(r"[A-Z2-7]{16}")
UID: Final = re.compile(r"[0-9.]{5,64}")
AFTER: Final = re.compile(r"([0-9]{1,10})~([0-9]{1,10})")
COUNTED: Final = re.compile(r"[A-Za-z]{1,16}~[a-z0-9*-]{1,64}~(\*|[0-9]{4}(-[0-9]{2})?)~[^~]{1,64}")
NO_DATE: Final = mark("This is no date: write it as 2026-11-22.")
BACKWARDS: Final = mark("The last day lies before the first.")
SORTS: Final = get_args(Sort)
#: Columns that can be chosen, in their order; the study itself always stands first.
COLUMNS: Final = (
    "subject",
    "month",
    "series",
    "images",
    "site",
    "maker",
    "size",
    "received",
)
SHOWN: Final = ("subject", "month", "series", "images", "site")


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked for; an empty field asks for nothing. What makes no sense is left out."""

    values: Mapping[str, str] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    text: str = ""
    counted: str = ""
    sort: Sort = "-date"
    thumbs: bool = False
    columns: tuple[str, ...] = SHOWN

    def wanted(self) -> Wanted:
        """The catalogue's question. A pseudonym or UID as text asks for exactly that one."""
        text = self.text
        is_uid, is_subject = UID.fullmatch(text), PSEUDONYM.fullmatch(text.upper())
        row, site, month, part = (self.counted or "~~~").split("~")
        return Wanted(
            has=tuple((FACETS[name][0], (value,)) for name, value in self.values.items()),
            texts=()
            if is_uid or is_subject
            else tuple(one or two for one, two in WORD.findall(text)),
            studies=(StudyUID(text),) if is_uid else (),
            subjects=(Pseudonym(text.upper()),) if is_subject else (),
            date_from=f"{self.since:%Y%m%d}" if self.since else "",
            date_to=f"{self.until:%Y%m%d}" if self.until else "",
            counted=(site, row, month, part) if self.counted else None,
            sort=self.sort,
        )

    def conditions(self) -> dict[str, str]:
        """The conditions as the address' query, in the order of the facets."""
        values = {
            **{name: self.values[name] for name in FACETS if name in self.values},
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "counted": self.counted,
            "q": self.text,
        }
        return {name: value for name, value in values.items() if value}

    def appearance(self) -> dict[str, str]:
        """Order, form and columns as the address' query."""
        values = {
            "sort": "" if self.sort == "-date" else self.sort,
            "view": "thumbs" if self.thumbs else "",
            "columns": "" if self.columns == SHOWN else ",".join(self.columns),
        }
        return {name: value for name, value in values.items() if value}

    def spelled(self) -> dict[str, str]:
        """The search as the address' query."""
        return self.conditions() | self.appearance()

    def changed(self, name: str, value: str) -> Search:
        """The same search with one thing set, or taken off by an empty value."""
        return read_search({**self.spelled(), name: value})


def read_search(query: Mapping[str, str]) -> Search:
    """The search of an address; ``field:value`` words of its text become conditions."""
    values = {name: cleaned(name, query.get(name, "")) for name in FACETS}
    text, said = words_of(query.get("q", "").strip()[:200])
    columns = tuple(one for one in COLUMNS if one in query.get("columns", "").split(","))
    counted, sort = query.get("counted", ""), query.get("sort", "")
    return Search(
        values={name: value for name, value in {**values, **said}.items() if value},
        since=read_date(query.get("since", "")),
        until=read_date(query.get("until", "")),
        text=text,
        counted=row_first(counted) if COUNTED.fullmatch(row_first(counted)) else "",
        sort=cast("Sort", sort) if sort in SORTS else "-date",
        thumbs=query.get("view") == "thumbs",
        columns=columns or SHOWN,
    )


def wrong_dates(query: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the dates of an address, by field, in words that are translated later."""
    said = {name: query.get(name, "").strip() for name in ("since", "until")}
    days = {name: read_date(text) for name, text in said.items()}
    found = {name: NO_DATE for name, text in said.items() if text and days[name] is None}
    first, last = days["since"], days["until"]
    if first and last and first > last:
        found["until"] = BACKWARDS
    return found


def row_first(counted: str) -> str:
    """A cell as the statistics name it; nothing else."""
    row, *rest = counted.split("~")
    return counted if len(rest) == 3 and any(one.code == row for one in ROWS) else ""


def words_of(text: str) -> tuple[str, dict[str, str]]:
    """The text without its ``field:value`` words, and what those say."""
    said = {}
    for word in FIELD_WORD.finditer(text):
        name = ALIASES.get(word[1].casefold(), word[1].casefold())
        if name in FACETS and (value := cleaned(name, word[2].strip('"'))):
            said[name] = value
            text = text.replace(word[0], " ")
    return " ".join(text.split()), said


def cleaned(name: str, text: str) -> str:
    """A value of a facet if it can be one, else nothing."""
    value = text.strip().upper() if name in UPPER and text != "other" else text.strip()
    if name == "modality" and value == "OTHER":
        value = "other"
    return value if FACETS[name][1].fullmatch(value) else ""


def read_date(text: str) -> date | None:
    """An ISO date, None if it is not one."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_after(text: str) -> tuple[int, int] | None:
    """Where a page begins, as the page before said; None for the first page."""
    found = AFTER.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else None
