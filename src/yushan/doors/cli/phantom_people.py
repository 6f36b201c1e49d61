"""``yushan phantom people``: invented people with their lives and claims as tables."""

from __future__ import annotations

import csv
import json
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import click

from yushan.base import Rejected, Unavailable
from yushan.doors.cli.parts import NEW_FOLDER, as_json
from yushan.doors.cli.say import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import TextIO

    from yushan.domain.population import Wording

#: People between two looks at the progress.
STEP: Final = 500
ABOUT: Final = "about.json"
WHAT: Final = "Invented people; no one of them exists. Identity numbers are of reserved serials."
FORMATS: Final = ("csv", "parquet", "json")


@dataclass(frozen=True, slots=True)
class Wish:
    """Which people, and how they are written."""

    seed: int
    numbers: range
    kind: str
    is_told: bool
    is_thinned: bool = True
    wording: Wording = "usual"
    typos: float = 0.0

    def tables(self) -> tuple[str, ...]:
        """The tables that are written."""
        from yushan.domain.population import SPOKEN, tables  # noqa: PLC0415 - fast start

        return tuple(name for name in tables() if self.is_told or name not in SPOKEN)

    def about(self) -> dict[str, object]:
        """What gives the same people again."""
        from yushan.domain.population import VERSION  # noqa: PLC0415 - fast start

        first, count = self.numbers.start, len(self.numbers)
        about: dict[str, object] = {
            "version": VERSION, "seed": self.seed, "first": first, "people": count,
        }  # fmt: skip
        return about | {"all_contacts": not self.is_thinned, "wording": self.wording,
                        "typos": self.typos}  # fmt: skip


class Writer(Protocol):
    """Writes rows of one table."""

    def writerows(self, rows: Iterable[Sequence[object]], /) -> None:
        """Append rows."""


@click.command("people")
@click.option("--count", type=click.IntRange(1), default=1000, show_default=True,
              help="How many people.")  # fmt: skip
@click.option("--first", type=click.IntRange(0), default=0, show_default=True,
              help="Number of the first person.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True,
              help="The same seed gives the same people.")  # fmt: skip
@click.option("--out", type=NEW_FOLDER, required=True, help="A new or empty folder.")
@click.option("--format", "kind", type=click.Choice(FORMATS), default="csv", show_default=True,
              help="json writes one object per line.")  # fmt: skip
@click.option("--reports", "is_told", is_flag=True,
              help="Also every report, with the truth of its sentences.")  # fmt: skip
@click.option("--all-contacts", "is_whole", is_flag=True,
              help="Tell every small contact too: about ten times as many rows.")  # fmt: skip
@click.option("--wording", type=click.Choice(("usual", "held-out")), default="usual",
              show_default=True, help="held-out: phrases no usual report has.")  # fmt: skip
@click.option("--typos", type=click.FloatRange(0, 1), default=0.0, show_default=True,
              help="Share of words that are typed wrongly in reports.")  # fmt: skip
@as_json
def people(  # noqa: PLR0913 - one argument per option
    *,
    count: int,
    first: int,
    seed: int,
    out: Path,
    kind: str,
    is_told: bool,
    is_whole: bool,
    wording: Wording,
    typos: float,
    as_json: bool,
) -> None:
    """Invent people of Taiwan: names, numbers, charts, contacts, claims, choices, truth.

    All of them are invented; their identity numbers have serials kept for this project.
    """
    from yushan.domain.population import capacity  # noqa: PLC0415 - fast start

    if first + count > capacity():
        raise Rejected("population.too-many", most=max(capacity() - first, 0))
    empty(out)
    numbers = range(first, first + count)
    wish = Wish(seed, numbers, kind, is_told, not is_whole, wording, typos)
    try:
        counts = write(out, wish)
    except OSError as error:
        raise Unavailable("population.unwritable") from error
    answer = {"people": count, "first": first, "seed": seed, "format": kind, "rows": counts}
    say({**answer, "out": str(out)}, as_json=as_json)


def empty(out: Path) -> None:
    """Make the folder, or see that it is empty."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise Rejected("population.folder-not-empty")
    except OSError as error:
        raise Unavailable("population.unwritable") from error


def write(out: Path, wish: Wish) -> dict[str, int]:
    """All tables, and what they are; how many rows each has."""
    counts = dict.fromkeys(wish.tables(), 0)
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(opened(out, name, is_json=wish.kind == "json"))
            for name in counts
        }
        for rows in progress(told(wish), len(wish.numbers)):
            for name, mine in rows.items():
                writers[name].writerows(mine)
                counts[name] += len(mine)
    if wish.kind == "parquet":
        turn_into_parquet(out, counts)
    document(out, counts)
    about = {"what": WHAT, **wish.about(), "rows": counts}
    (out / ABOUT).write_text(json.dumps(about, indent=2) + "\n", "utf-8")
    return counts


def told(wish: Wish) -> Iterator[Mapping[str, Sequence[tuple[object, ...]]]]:
    """The rows of each person."""
    from yushan.domain.population import (  # noqa: PLC0415 - fast start
        life,
        person,
        report_rows,
        rows_of,
    )

    for number in wish.numbers:
        patient = person(number, wish.seed)
        mine = life(patient, is_thinned=wish.is_thinned)
        reports = report_rows(patient, mine, wish.wording, wish.typos) if wish.is_told else {}
        yield rows_of(patient, mine) | reports


def progress(each: Iterator[Any], total: int) -> Iterator[Any]:
    """The same, with a count on a terminal."""
    is_seen = sys.stderr.isatty()
    for done, one in enumerate(each, 1):
        yield one
        if is_seen and (done % STEP == 0 or done == total):
            sys.stderr.write(f"\r{done:,} / {total:,}" + "\n" * (done == total))
            sys.stderr.flush()


@contextmanager
def opened(out: Path, name: str, *, is_json: bool) -> Iterator[Writer]:
    """One table as a file: CSV with a header, or an object per line."""
    from yushan.domain.population import tables  # noqa: PLC0415 - fast start

    columns = [column.name for column in tables()[name]]
    path = out / f"{name}.{'jsonl' if is_json else 'csv'}"
    with path.open("w", encoding="utf-8", newline="") as file:
        if is_json:
            yield Lines(file, columns)
        else:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            yield writer


class Lines:
    """Rows as JSON objects, one a line."""

    def __init__(self, file: TextIO, columns: Sequence[str]) -> None:
        self.file = file
        self.columns = columns

    def writerows(self, rows: Iterable[Sequence[object]], /) -> None:
        """Append rows."""
        for row in rows:
            told = dict(zip(self.columns, row, strict=True))
            self.file.write(json.dumps(told, ensure_ascii=False, default=str) + "\n")


def turn_into_parquet(out: Path, names: Iterable[str]) -> None:
    """Each table from CSV to Parquet with typed columns."""
    from yushan.domain.population import tables  # noqa: PLC0415 - fast start
    from yushan.engines.analytics import to_parquet  # noqa: PLC0415 - fast start

    for name in names:
        to_parquet(out, name, {column.name: column.kind for column in tables()[name]})


def document(out: Path, names: Iterable[str]) -> None:
    """What every column means, beside the tables."""
    from yushan.domain.population import tables  # noqa: PLC0415 - fast start

    with (out / "fields.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("table", "column", "type", "unit", "resembles", "en", "zh"))
        for name in names:
            writer.writerows(
                (name, one.name, one.kind, one.unit, one.resembles, one.en, one.zh)
                for one in tables()[name]
            )
