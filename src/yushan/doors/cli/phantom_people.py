"""``yushan phantom people``: invented people with their lives and claims as tables."""

from __future__ import annotations

import csv
import json
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol

import click

from yushan.base import Rejected, Unavailable
from yushan.doors.cli.parts import NEW_FOLDER, as_json
from yushan.doors.cli.say import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import TextIO

#: People between two looks at the progress.
STEP: Final = 500
ABOUT: Final = "about.json"
FORMATS: Final = ("csv", "parquet", "json")


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
@as_json
def people(
    count: int,
    first: int,
    seed: int,
    out: Path,
    kind: str,
    as_json: bool,  # noqa: FBT001 - a flag
) -> None:
    """Invent people of Taiwan: names, numbers, charts, contacts, claims, choices, truth.

    All of them are invented; their identity numbers have serials kept for this project.
    """
    from yushan.domain.population import capacity  # noqa: PLC0415 - fast start

    if first + count > capacity():
        raise Rejected("population.too-many", most=max(capacity() - first, 0))
    empty(out)
    try:
        counts = write(out, seed, range(first, first + count), kind)
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


def write(out: Path, seed: int, numbers: range, kind: str) -> dict[str, int]:
    """All tables, and what they are; how many rows each has."""
    from yushan.domain.population import VERSION, tables  # noqa: PLC0415 - fast start

    counts = dict.fromkeys(tables(), 0)
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(opened(out, name, is_json=kind == "json"))
            for name in tables()
        }
        for rows in progress(told(seed, numbers), len(numbers)):
            for name, mine in rows.items():
                writers[name].writerows(mine)
                counts[name] += len(mine)
    if kind == "parquet":
        turn_into_parquet(out)
    document(out)
    about = {
        "what": "Invented people; no one of them exists. Identity numbers are of reserved serials.",
        "version": VERSION,
        "seed": seed,
        "first": numbers.start,
        "people": len(numbers),
        "rows": counts,
    }
    (out / ABOUT).write_text(json.dumps(about, indent=2) + "\n", "utf-8")
    return counts


def told(seed: int, numbers: range) -> Iterator[Mapping[str, Sequence[tuple[object, ...]]]]:
    """The rows of each person."""
    from yushan.domain.population import life, person, rows_of  # noqa: PLC0415 - fast start

    for number in numbers:
        patient = person(number, seed)
        yield rows_of(patient, life(patient))


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


def turn_into_parquet(out: Path) -> None:
    """Each table from CSV to Parquet with typed columns."""
    from yushan.domain.population import tables  # noqa: PLC0415 - fast start
    from yushan.engines.analytics import to_parquet  # noqa: PLC0415 - fast start

    for name, columns in tables().items():
        to_parquet(out, name, {column.name: column.kind for column in columns})


def document(out: Path) -> None:
    """What every column means, beside the tables."""
    from yushan.domain.population import tables  # noqa: PLC0415 - fast start

    with (out / "fields.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("table", "column", "type", "unit", "resembles", "en", "zh"))
        for name, columns in tables().items():
            writer.writerows(
                (name, one.name, one.kind, one.unit, one.resembles, one.en, one.zh)
                for one in columns
            )
