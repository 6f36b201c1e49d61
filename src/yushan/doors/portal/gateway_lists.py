"""Lists of the journal's objects: by page for people, whole for files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.doors.portal.told import Told, tell_all
from yushan.doors.portal.words import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from yushan.base import Language
    from yushan.services.gateway import Entry, Journal, State

PAGE: Final = 25
BLOCK: Final = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One object as a page shows it. Names of imported files may hold a person's: not here."""

    id: int
    state: str
    told: tuple[Told, ...]
    received_at: datetime
    size: int
    association: str
    file: str
    ae: str
    station: str
    model: str
    modality: str
    sop_instance_uid: str | None


def row_of(entry: Entry, language: Language) -> Row:
    """An entry of the journal as a row."""
    return Row(
        entry.id, str(entry.state), tell_all(entry.reasons, language), seconds(entry.received_at),
        entry.size, entry.association, entry.file, entry.ae, entry.station, entry.model,
        entry.modality, entry.sop_instance_uid,
    )  # fmt: skip


class Only(NamedTuple):
    """Which objects of a state: with a reason, of a device (AE title, station, model); all."""

    reason: str = ""
    device: tuple[str, str, str] | None = None

    def holds(self, one: Entry) -> bool:
        """Whether an object is meant."""
        is_device = self.device is None or self.device == (one.ae, one.station, one.model)
        return is_device and (not self.reason or self.reason in one.reasons)


def all_entries(
    journal: Journal, state: State, only: Only, after: int = 0, block: int = BLOCK
) -> Iterator[Entry]:
    """Every object in a state that is meant, in the order of arrival."""
    while page := journal.page(state, after=after, limit=block):
        yield from filter(only.holds, page)
        after = page[-1].id


def listed(
    journal: Journal, state: State, only: Only, after: int
) -> tuple[tuple[Entry, ...], int | None]:
    """One page of a list, and after which number the next begins (None: there is none)."""
    found: list[Entry] = []
    for entry in all_entries(journal, state, only, after, BLOCK if any(only) else PAGE + 1):
        if len(found) == PAGE:
            return tuple(found), found[-1].id
        found.append(entry)
    return tuple(found), None


def listed_rows(journal: Journal, state: State, only: Only) -> Iterator[tuple[object, ...]]:
    """The whole list as rows of a file; ISO times."""
    for one in all_entries(journal, state, only):
        received = seconds(one.received_at).isoformat(timespec="seconds")
        reasons = " ".join(one.reasons)
        yield one.id, one.state, reasons, received, one.modality, one.ae, one.model, one.size
