"""Who looked at a study: the ledger's entries about it, summed up so that nobody is pointed at.

Whoever may audit sees the accounts; everybody else sees roles and days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from yushan.doors.portal.words import local, mark

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from yushan.services.ledger import Entry

#: What was done, in the words of the page.
ACTS: Final = {
    "image.read": mark("Images read"),
    "study.seen": mark("Page of the study seen"),
    "image.stored": mark("Images stored"),
    "image.exported": mark("Images exported"),
    "purpose.given": mark("Purpose of a look-up given"),
}


@dataclass(frozen=True, slots=True)
class Use:
    """What one role (and account, for those who may know) did on one day."""

    day: date
    kind: str
    role: str
    account: str
    via: tuple[str, ...]
    times: int
    images: int
    last: datetime
    number: int


def uses(entries: Iterable[Entry], *, named: bool) -> list[Use]:
    """Entries as days, newest first."""
    groups: dict[tuple[date, str, str, str], list[Entry]] = {}
    for entry in entries:
        if entry.kind not in ACTS:
            continue
        facts = entry.facts
        who = str(facts.get("account", "")) if named else ""
        day = local(datetime.fromisoformat(entry.time))
        key = (day, entry.kind, str(facts.get("role", "")), who)
        groups.setdefault(key, []).append(entry)
    found = [use(key, group) for key, group in groups.items()]
    return sorted(found, key=lambda one: one.last, reverse=True)


def use(key: tuple[date, str, str, str], group: list[Entry]) -> Use:
    """The entries of one day as one line."""
    newest = max(group, key=lambda entry: entry.number)
    via = sorted({str(entry.facts.get("via", "")) for entry in group} - {""})
    return Use(
        *key,
        via=tuple(via),
        times=len(group),
        images=sum(int(entry.facts.get("count", 0)) for entry in group),
        last=datetime.fromisoformat(newest.time),
        number=newest.number,
    )
