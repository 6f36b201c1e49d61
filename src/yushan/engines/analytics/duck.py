"""DuckDB: a table as CSV and Parquet, and questions about it."""

from __future__ import annotations

import csv
import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

MEMORY: Final = "512MB"
PARTS: Final = "parts.csv"


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written; ``sha256`` as 64 hex digits."""

    name: str
    bytes: int
    sha256: str


@contextmanager
def opened(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB in memory, locked into one folder for good."""
    connection = duckdb.connect(":memory:", config={"threads": "1", "memory_limit": MEMORY})
    try:
        connection.execute(f"SET temp_directory = {quoted(str(folder))}")
        connection.execute(f"SET allowed_directories = [{quoted(str(folder))}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection
    finally:
        connection.close()


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def write_table(
    folder: Path,
    name: str,
    columns: Sequence[str],
    rows: Iterable[tuple[Sequence[str], int]],
    constants: Mapping[str, str],
) -> tuple[Written, ...]:
    """Write ``name.csv`` and ``name.parquet`` into an existing folder.

    Parameters
    ----------
    folder, name
        Where, and the files' name without its ending.
    columns
        Names of the columns.
    rows
        Values in the order of ``columns``, and how many lines of them there are.
    constants
        Further columns with one value each, put last.
    """
    parts = folder / PARTS
    with parts.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow([*columns, "lines"])
        out.writerows([*values, lines] for values, lines in rows)
    named = [f'parts."{column}"' for column in columns]
    named += [f'{quoted(value)} AS "{column}"' for column, value in constants.items()]
    wanted = (
        f"SELECT {', '.join(named)} FROM read_csv({quoted(str(parts))}, header=true, "  # noqa: S608 - names are ours, texts are quoted
        "all_varchar=true) AS parts, range(CAST(parts.lines AS BIGINT)) "
        f"ORDER BY {', '.join(str(place) for place in range(1, len(columns) + 1))}"
    )
    kinds = {"csv": "FORMAT csv, HEADER", "parquet": "FORMAT parquet, COMPRESSION zstd"}
    with opened(folder) as connection:
        for kind, how in kinds.items():
            target = quoted(str(folder / f"{name}.{kind}"))
            connection.execute(f"COPY ({wanted}) TO {target} ({how})")
    parts.unlink()
    return tuple(written(folder / f"{name}.{kind}") for kind in kinds)


def to_parquet(folder: Path, name: str, columns: Mapping[str, str]) -> Written:
    """Turn ``name.csv`` of the folder into ``name.parquet`` and remove it.

    Parameters
    ----------
    folder, name
        Where, and the files' name without its ending.
    columns
        Names of all columns in order, and their types as SQL has them. An empty field is NULL.
    """
    kinds = ", ".join(f"{quoted(column)}: {quoted(kind)}" for column, kind in columns.items())
    source, target = folder / f"{name}.csv", folder / f"{name}.parquet"
    wanted = (
        f"COPY (SELECT * FROM read_csv({quoted(str(source))}, header=true, columns={{{kinds}}})) "  # noqa: S608 - names are ours, texts are quoted
        f"TO {quoted(str(target))} (FORMAT parquet, COMPRESSION zstd)"
    )
    with opened(folder) as connection:
        connection.execute(wanted)
    source.unlink()
    return written(target)


def written(path: Path) -> Written:
    """What a file is."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Written(path.name, path.stat().st_size, digest)


def ask(folder: Path, question: str) -> list[tuple[Any, ...]]:
    """The rows of a question in SQL about files of the folder."""
    with opened(folder) as connection:
        return list(connection.execute(question).fetchall())
