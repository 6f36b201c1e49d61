"""A search for studies as the address says it: read, spelled back, turned into a query. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from yushan.base import Pseudonym, SiteName, StudyUID
from yushan.domain.terms import ROWS
from yushan.services.catalogue import StudyQuery

if TYPE_CHECKING:
    from collections.abc import Mapping

CODES: Final = {row.code: row.modalities for row in ROWS}
MODALITY: Final = re.compile(r"[A-Z]{2,16}")
BODY: Final = re.compile(r"[A-Z0-9 _]{1,16}")
SITE: Final = re.compile(r"[a-z0-9-]{1,64}")
PSEUDONYM: Final = re.compile(r"[A-Z2-7]{16}")
UID: Final = re.compile(r"[0-9.]{5,64}")
AFTER: Final = re.compile(r"([0-9]{0,8})~([0-9.]{1,64})")


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked for; an empty field asks for nothing. What makes no sense is left out."""

    modality: str = ""
    body: str = ""
    site: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""

    def query(self) -> StudyQuery:
        """The catalogue's question. A pseudonym or UID as text asks for exactly that one."""
        text = self.text
        is_uid, is_subject = UID.fullmatch(text), PSEUDONYM.fullmatch(text.upper())
        return StudyQuery(
            modalities=CODES.get(self.modality) or ((self.modality,) if self.modality else ()),
            body_parts=(self.body,) if self.body else (),
            site=SiteName(self.site) if self.site else None,
            date_from=f"{self.since:%Y%m%d}" if self.since else "",
            date_to=f"{self.until:%Y%m%d}" if self.until else "",
            studies=(StudyUID(text),) if is_uid else (),
            subjects=(Pseudonym(text.upper()),) if is_subject else (),
            text="" if is_uid or is_subject else text,
        )

    def spelled(self) -> dict[str, str]:
        """The search as the address' query."""
        values = {
            "modality": self.modality,
            "body": self.body,
            "site": self.site,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "q": self.text,
        }
        return {name: value for name, value in values.items() if value}

    def changed(self, name: str, value: str) -> Search:
        """The same search with one condition set, or taken off by an empty value."""
        return read_search({**self.spelled(), name: value})


def read_search(query: Mapping[str, str]) -> Search:
    """The search of an address."""
    return Search(
        modality=fitting(MODALITY, query.get("modality", "").upper()),
        body=fitting(BODY, query.get("body", "").upper()),
        site=fitting(SITE, query.get("site", "")),
        since=read_date(query.get("since", "")),
        until=read_date(query.get("until", "")),
        text=query.get("q", "").strip()[:64],
    )


def fitting(pattern: re.Pattern[str], text: str) -> str:
    """The text if it fits, else nothing."""
    return text if pattern.fullmatch(text) else ""


def read_date(text: str) -> date | None:
    """An ISO date, None if it is not one."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_after(text: str) -> tuple[str, str] | None:
    """The last study seen, (date, UID), by which the next page begins; None for the first page."""
    found = AFTER.fullmatch(text)
    return (found[1], found[2]) if found else None
