"""The public record: entries of the public log in words, its signed head, its witnesses."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from yushan.doors.portal.addresses import with_changes
from yushan.doors.portal.sheets import csv_answer, json_answer
from yushan.doors.portal.shell import language_of
from yushan.doors.portal.words import Words, seconds
from yushan.services.ledger import Cosigners

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from yushan.doors.portal.shell import Shell
    from yushan.services.ledger import Entry, Head, Ledger

PAGE: Final = 25
BLOCK: Final = 500


class Sentence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a kind of entry is told."""

    badge: Literal["done", "work", "wait", "stop", "away", "calm"] = msgspec.field(name="class")
    en: str
    zh: str
    text_en: str
    text_zh: str


def load() -> dict[str, Sentence]:
    """Kind of entry -> how it is told."""
    text = (files("yushan.doors.portal") / "data" / "record.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Sentence])


SENTENCES: Final = load()


class Total(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one of the record's totals counts."""

    en: str
    zh: str


def load_totals() -> dict[str, Total]:
    """Name of a total → its words, in the order in which they are shown."""
    text = (files("yushan.doors.portal") / "data" / "record_totals.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Total])


TOTALS: Final = load_totals()
#: Kind of the entries that tell totals.
COUNTED: Final = "record.counted"


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as the public reads it."""

    number: int
    time: datetime
    kind: str
    badge: str
    word: str
    text: str
    site: str


def line_of(entry: Entry, words: Words) -> Line:
    """An entry in words; of its facts only those that the sentence names, and the site."""
    told = SENTENCES.get(entry.kind)
    site = str(entry.facts.get("site", ""))
    time = datetime.fromisoformat(entry.time)
    if told is None:
        return Line(entry.number, time, entry.kind, "calm", entry.kind, "", site)
    word, text = (told.en, told.text_en) if words.english else (told.zh, told.text_zh)
    facts = entry.facts
    if entry.kind == COUNTED:
        facts = facts | {"said": counted(facts, words)}
    return Line(entry.number, time, entry.kind, told.badge, word, fill(text, facts, words), site)


def total_word(name: str, words: Words) -> str:
    """What a total counts."""
    told = TOTALS[name]
    return told.en if words.english else told.zh


def counted(facts: dict[str, Any], words: Words) -> str:
    """The totals of an entry as one sentence."""
    told = facts.get("totals", {})
    return words.joined(
        f"{total_word(name, words)} {words.number(told[name])}" for name in TOTALS if name in told
    )


def fill(text: str, facts: dict[str, Any], words: Words) -> str:
    """The sentence with its facts; empty if one is missing."""
    shown = {
        name: words.number(value) if isinstance(value, int) else str(value)
        for name, value in facts.items()
    }
    try:
        return text.format_map(shown)
    except KeyError:
        return ""


class Record:
    """`/record` as page, CSV and JSON; files of it: ``record_files.py``, ``record_verify.py``.

    Parameters
    ----------
    key
        The ledger's public key as its verifier line, shown beside the head.
    """

    def __init__(self, shell: Shell, ledger: Ledger, key: str = "") -> None:
        self.shell, self.ledger, self.key = shell, ledger, key or ledger.public_key
        self.log, self.cosigners = ledger.public, Cosigners(ledger)

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        return [
            self.shell.get("/record", self.show),
            self.shell.get("/record.csv", self.as_csv),
            self.shell.get("/record.json", self.as_json),
        ]

    def head(self) -> Head | None:
        """The newest signed head."""
        return self.log.head()

    def newest(self, words: Words, limit: int, before: int | None = None) -> list[Line]:
        """The newest entries below ``before``, newest first."""
        end = self.log.size() if before is None else min(before, self.log.size())
        start = max(0, end - limit)
        entries = self.log.entries(after=start - 1, limit=end - start) if end > start else []
        return [line_of(entry, words) for entry in reversed(entries)]

    def totals(self, words: Words) -> list[tuple[str, int]]:
        """What the record counts, with words: as the newest entry of its kind tells it."""
        newest = self.ledger.newest_public(COUNTED)
        told: dict[str, int] = newest.facts["totals"] if newest is not None else {}
        return [(total_word(name, words), count) for name, count in told.items() if name in TOTALS]

    def show(self, request: Request) -> Response:
        """Entries, newest first."""
        before, size = before_of(request), self.log.size()
        entries = self.newest(Words(language_of(request)), PAGE, before)
        older = newer = None
        if entries and entries[-1].number > 0:
            older = with_changes("/record", {}, {"before": entries[-1].number})
        if entries and entries[0].number < size - 1:
            above = entries[0].number + 1 + PAGE
            newer = with_changes("/record", {}, {"before": above if above < size else None})
        return self.shell.page(
            request, "record.html", here="record", entries=entries, head=self.head(), size=size,
            older=older, newer=newer, csv="/record.csv", witnesses=self.cosigners.standing(),
            totals=self.totals(Words(language_of(request))), moment_of=seconds,
        )  # fmt: skip

    def lines(self, words: Words) -> Iterator[Line]:
        """The whole record in order."""
        after = -1
        while entries := self.log.entries(after=after, limit=BLOCK):
            yield from (line_of(entry, words) for entry in entries)
            after = entries[-1].number

    def as_csv(self, request: Request) -> Response:
        """The whole record as a file."""
        rows = (
            (line.number, line.time.isoformat(), line.kind, line.word, line.text, line.site)
            for line in self.lines(Words(language_of(request)))
        )
        return csv_answer("record", ("number", "time", "kind", "event", "text", "site"), rows)

    def as_json(self, request: Request) -> Response:
        """The newest page for programs."""
        lines = self.newest(Words(language_of(request)), PAGE, before_of(request))
        return json_answer({"size": self.log.size(), "entries": lines})


def before_of(request: Request) -> int | None:
    """The number below which the page begins; None for the newest."""
    text = request.query_params.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
