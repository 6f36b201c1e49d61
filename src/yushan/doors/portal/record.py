"""The public record: entries of the ledger in words, its signed head, how to check it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
from starlette.responses import PlainTextResponse, Response

from yushan.base import Absent
from yushan.doors.portal.addresses import with_changes
from yushan.doors.portal.sheets import csv_answer, json_answer
from yushan.doors.portal.shell import HEADERS, language_of
from yushan.doors.portal.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
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
    return Line(
        entry.number, time, entry.kind, told.badge, word, fill(text, entry.facts, words), site
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
    """`/record`, `/record/verify`, `/record/head`.

    Parameters
    ----------
    key
        The ledger's public key as its verifier line, shown beside the head.
    """

    def __init__(self, shell: Shell, ledger: Ledger, key: str = "") -> None:
        self.shell, self.ledger, self.key = shell, ledger, key

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        return [
            self.shell.get("/record", self.show),
            self.shell.get("/record.csv", self.as_csv),
            self.shell.get("/record.json", self.as_json),
            self.shell.get("/record/verify", self.verify),
            self.shell.get("/record/head", self.head_file),
        ]

    def head(self) -> Head | None:
        """The newest signed head."""
        heads = self.ledger.heads()
        return heads[-1] if heads else None

    def newest(self, words: Words, limit: int, before: int | None = None) -> list[Line]:
        """The newest entries below ``before``, newest first."""
        end = self.ledger.size() if before is None else min(before, self.ledger.size())
        start = max(0, end - limit)
        entries = self.ledger.entries(after=start - 1, limit=end - start) if end > start else []
        return [line_of(entry, words) for entry in reversed(entries)]

    def show(self, request: Request) -> Response:
        """Entries, newest first."""
        before, size = before_of(request), self.ledger.size()
        entries = self.newest(Words(language_of(request)), PAGE, before)
        older = newer = None
        if entries and entries[-1].number > 0:
            older = with_changes("/record", {}, {"before": entries[-1].number})
        if entries and entries[0].number < size - 1:
            above = entries[0].number + 1 + PAGE
            newer = with_changes("/record", {}, {"before": above if above < size else None})
        return self.shell.page(
            request, "record.html", here="record", entries=entries, head=self.head(), size=size,
            older=older, newer=newer, csv="/record.csv",
        )  # fmt: skip

    def lines(self, words: Words) -> Iterator[Line]:
        """The whole record in order."""
        after = -1
        while entries := self.ledger.entries(after=after, limit=BLOCK):
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
        return json_answer({"size": self.ledger.size(), "entries": lines})

    def verify(self, request: Request) -> Response:
        """How to check the record oneself."""
        return self.shell.page(
            request, "verify.html", here="record", head=self.head(), key=self.key
        )

    def head_file(self, request: Request) -> Response:  # noqa: ARG002 - there is one head
        """The newest signed head as it was signed."""
        head = self.head()
        if head is None:
            raise Absent("portal.no-such-page")
        return PlainTextResponse(head.note, headers=HEADERS)


def before_of(request: Request) -> int | None:
    """The number below which the page begins; None for the newest."""
    text = request.query_params.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
