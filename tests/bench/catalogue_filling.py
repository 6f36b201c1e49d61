"""Millions of generated series in a catalogue, by bulk, the same for the same number."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from yushan.domain.terms import modality_row
from yushan.services.catalogue import queries, sums
from yushan.services.catalogue.facts import facets_of, folded
from yushan.services.catalogue.profiles import packed
from yushan.services.catalogue.tables import (
    CUBE,
    FACET,
    METADATA,
    PROFILE,
    SERIES,
    STATE,
    STUDY,
    SUBJECT,
    SUM,
    WORD,
)
from yushan.services.catalogue.traits import profile_of
from yushan.services.catalogue.values import Cell, Counts, SeriesRow, StudyRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yushan.engines.database import Database

PER_STUDY, PER_SUBJECT, BLOCK, PATTERNS = 4, 3, 20_000, 20_000
KINDS = (
    ("CR",) * 26
    + ("DX",) * 23
    + ("US",) * 20
    + ("CT",) * 16
    + ("MR",) * 9
    + ("ES",) * 3
    + (
        "OT",
        "MG",
        "PT",
    )
)
IMAGES = {"CR": 1, "DX": 1, "US": 15, "CT": 46, "MR": 34, "ES": 30, "OT": 19, "MG": 2, "PT": 180}
PARTS = (
    "CHEST",
    "ABDOMEN",
    "HEAD",
    "PELVIS",
    "KNEE",
    "HAND",
    "SPINE",
    "NECK",
    "BREAST",
    "FOOT",
    "HEART",
    "LIVER",
    "SHOULDER",
    "HIP",
    "",
)
MAKERS = ("SIEMENS", "GE MEDICAL SYSTEMS", "Philips", "TOSHIBA", "FUJIFILM", "Acme Imaging")
WORDS = (
    "routine",
    "contrast",
    "low dose",
    "follow up",
    "angio",
    "screening",
    "left",
    "right",
    "thin",
    "bone",
    "lung",
    "肺部",
    "腹部",
    "axial",
    "coronal",
    "sagittal",
    "T1",
    "T2",
    "FLAIR",
)


def mixed(number: int, salt: int) -> int:
    """A number that looks random and is the same each time."""
    value = (number * 0x9E3779B97F4A7C15 + salt * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    value = ((value ^ (value >> 31)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return value ^ (value >> 29)


def uid(kind: int, number: int) -> str:
    """A UID of ours."""
    return f"2.25.{10**38 + mixed(number, kind) * 10**18 + number:039d}"


def subject(number: int) -> str:
    """A pseudonym."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    value = mixed(number, 99) << 16 | number & 0xFFFF
    return "".join(letters[(value >> 5 * place) & 31] for place in range(16))


def study(number: int) -> list[SeriesRow]:
    """The series of one study."""
    a, b = mixed(number, 1), mixed(number, 2)
    modality = KINDS[a % len(KINDS)]
    part = PARTS[min(b % 16, b // 16 % 16) % len(PARTS)]
    day = a // 100 % 3650
    date = f"{2015 + day // 365}{day % 365 // 31 + 1:02d}{day % 31 % 28 + 1:02d}"
    received = f"2026-{b // 7 % 12 + 1:02d}-{a // 9 % 28 + 1:02d}T{a % 24:02d}:00:00.000+00:00"
    title = f"{modality} {part.title()} {WORDS[a // 31 % 19]} {WORDS[b // 37 % 19]}"
    maker = MAKERS[a // 11 % 6]
    return [
        SeriesRow(
            study_instance_uid=uid(1, number),
            series_instance_uid=uid(2, number * 8 + place),
            subject=subject(number // PER_SUBJECT),
            site=f"hospital-{a // 13 % 23:02d}",
            modality="SR" if place == 3 and a % 5 == 0 else modality,
            body_part=part,
            description=f"{WORDS[mixed(number, place + 5) % 19]} {place}",
            study_description=title,
            manufacturer=maker,
            model=f"{maker[:4]} {b // 41 % 20}",
            series_number=place + 1,
            instances=IMAGES[modality],
            bytes=IMAGES[modality] * 262_144,
            sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
            transfer_syntax_uid="1.2.840.10008.1.2.1",
            study_date=date,
            study_time="101500",
            series_date=date,
            received_at=received,
            first_pack=f"{number:064x}",
            packs=(f"{number:064x}",),
            sex="MF"[a // 17 % 2],
            age_years=b // 19 % 95,
            slice_um=(625, 1250, 2500, 5000, 7000)[b // 23 % 5],
            contrast="yes" if b % 3 == 0 else "",
        )
        for place in range(PER_STUDY)
    ]


class Pattern:
    """A study that many others are like; all but identifiers and the person is the same."""

    def __init__(self, number: int, filling: Filling) -> None:
        series = study(number)
        row = whole(series)
        self.series = [values_of(SERIES, series_values(one)) for one in series]
        self.study = values_of(STUDY, study_values(row, series))
        self.date, self.images, self.at = row.study_date, row.instances, row.received_at
        self.facets = sorted(facets_of(series))
        self.cells = cells_of(series)
        self.ids = filling.ids_of(profile_of(series, self.cells))
        self.words = packed(self.ids)
        self.uses = 0


def values_of(table: sa.Table, values: dict[str, Any]) -> list[Any]:
    """A row in the order of its table's columns."""
    return [values[column.name] for column in table.columns]


def place_of(table: sa.Table, name: str) -> int:
    """Where a column stands."""
    return [column.name for column in table.columns].index(name)


class Filling:
    """Rows of all tables of many studies, each like one of ``PATTERNS`` studies."""

    def __init__(self) -> None:
        self.words: dict[tuple[str, str], int] = {}
        self.patterns = [Pattern(number, self) for number in range(PATTERNS)]

    def ids_of(self, found_by: Iterable[tuple[str, str]]) -> list[int]:
        """Ids of values; new ones get one."""
        return [self.words.setdefault(pair, len(self.words) + 1) for pair in found_by]

    def block(self, first: int, last: int) -> dict[sa.Table, list[Any]]:
        """Rows of some studies."""
        rows: dict[sa.Table, list[Any]] = {
            table: [] for table in (SERIES, STUDY, FACET, PROFILE, SUBJECT)
        }
        s_uid, s_study, s_who = (
            place_of(SERIES, n) for n in ("series_instance_uid", "study_instance_uid", "subject")
        )
        t_study, t_who = (place_of(STUDY, name) for name in ("study_instance_uid", "subject"))
        for number in range(first, last):
            like = self.patterns[mixed(number, 7) % PATTERNS]
            like.uses += 1
            name, who = uid(1, number), subject(number // PER_SUBJECT)
            for place, values in enumerate(like.series):
                row = values.copy()
                row[s_uid], row[s_study], row[s_who] = uid(2, number * 8 + place), name, who
                rows[SERIES].append(row)
            row = like.study.copy()
            row[t_study], row[t_who] = name, who
            rows[STUDY].append(row)
            rows[FACET] += [(kind, value, like.date, name) for kind, value in like.facets]
            rows[PROFILE].append((number + 1, name, number + 1, like.date, like.images, like.words))
            if number % PER_SUBJECT == 0:
                rows[SUBJECT].append((who, PER_SUBJECT, like.at))
        return rows

    def cube(self) -> dict[Cell, Counts]:
        """What all studies add up to."""
        found: dict[Cell, Counts] = {}
        for like in self.patterns:
            for cell, one in like.cells.items():
                n = like.uses
                many = Counts(one.studies * n, one.series * n, one.instances * n, one.bytes * n)
                found[cell] = found.get(cell, Counts()) + many
        return {cell: counts for cell, counts in found.items() if counts.series}

    def rest(self, studies: int) -> dict[sa.Table, list[Any]]:
        """Rows of the tables that are known at the end."""
        uses = dict.fromkeys(self.words.values(), 0)
        for like in self.patterns:
            for key in like.ids:
                uses[key] += like.uses
        counted = (
            ("changed", studies),
            ("epoch", 0),
            ("studies", studies),
            ("subjects", -(-studies // PER_SUBJECT)),
        )
        return {
            WORD: [(key, kind, value, uses[key]) for (kind, value), key in self.words.items()],
            STATE: list(counted),
        }


def cells_of(series: list[SeriesRow]) -> dict[Cell, Counts]:
    """The cells of the cube that count a study."""
    cells: dict[Cell, Counts] = {}
    seen: set[str] = set()
    for one in series:
        code = modality_row(one.modality).code
        cell = Cell(one.site, code, one.received_at[:7], one.body_part)
        more = Counts(code not in seen, 1, one.instances, one.bytes)
        cells[cell] = cells.get(cell, Counts()) + more
        seen.add(code)
    return cells


def whole(series: list[SeriesRow]) -> StudyRow:
    """The study of generated series."""
    first = series[0]
    return StudyRow(
        study_instance_uid=first.study_instance_uid,
        subject=first.subject,
        sites=(first.site,),
        study_date=first.study_date,
        study_time=first.study_time,
        modalities=tuple(sorted({one.modality for one in series})),
        description=first.study_description,
        series=len(series),
        instances=sum(one.instances for one in series),
        bytes=sum(one.bytes for one in series),
        body_part=first.body_part,
        received_at=first.received_at,
    )


def series_values(row: SeriesRow) -> dict[str, Any]:
    """A series as its table holds it."""
    values = {name: getattr(row, name) for name in SeriesRow.__slots__}
    return values | {
        "packs": json.dumps(row.packs),
        "facts": 1,
        "searched": folded(row.description, row.study_description),
    }


def study_values(row: StudyRow, series: list[SeriesRow]) -> dict[str, Any]:
    """A study as its table holds it."""
    values = {name: getattr(row, name) for name in StudyRow.__slots__ if name != "accession"}
    return values | {
        "sites": json.dumps(row.sites),
        "modalities": json.dumps(row.modalities),
        "searched": folded(row.description, *(one.description for one in series)),
    }


def fill(database: Database, series: int, say: Any = print) -> int:
    """Fill an empty migrated catalogue; how many studies it holds."""
    studies, filling = series // PER_STUDY, Filling()
    with database.begin() as tx:
        indexes = [index for table in METADATA.sorted_tables for index in table.indexes]
        for index in indexes:
            index.drop(tx)
        tx.execute(sa.delete(STATE))
        for first in range(0, studies, BLOCK):
            last = min(first + BLOCK, studies)
            write(tx, filling.block(first, last))
            if last % (BLOCK * 10) == 0:
                say(f"  {last * PER_STUDY:,} series", flush=True)
        write(tx, filling.rest(studies))
        for index in indexes:
            index.create(tx)
        write(tx, {CUBE: cube_rows(filling.cube())})
        sums.change(tx, filling.cube())
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    assert_whole(database, studies)
    return studies


def cube_rows(cells: dict[Cell, Counts]) -> list[Any]:
    """Rows of the cube."""
    return [values_of(CUBE, sums.row_of(cell, counts)) for cell, counts in cells.items()]


def assert_whole(database: Database, studies: int) -> None:
    """What was filled is what a catalogue counts."""
    with database.read() as tx:
        assert queries.subjects_and_studies(tx)[1] == studies
        counted = tx.execute(sa.select(sa.func.sum(CUBE.c.series))).scalar_one()
        summed = tx.execute(
            sa.select(sa.func.sum(SUM.c.series)).where(
                SUM.c.site == "*", SUM.c.month == "*", SUM.c.body_part == "*"
            )
        ).scalar_one()
        assert counted == summed == studies * PER_STUDY


def write(tx: sa.Connection, blocks: dict[sa.Table, list[Any]]) -> None:
    """Rows of several tables, as fast as the database takes them."""
    for table, rows in blocks.items():
        names, tuples = [column.name for column in table.columns], rows
        if tx.dialect.name == "postgresql":
            copy(tx, table.name, names, tuples)
        else:
            quoted, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
            raw: Any = tx.connection.driver_connection
            raw.executemany(f"insert into {table.name} ({quoted}) values ({marks})", tuples)


def copy(tx: sa.Connection, table: str, names: list[str], rows: Iterable[list[Any]]) -> None:
    """PostgreSQL's COPY."""
    quoted = ", ".join(f'"{name}"' for name in names)
    raw: Any = tx.connection.driver_connection
    with raw.cursor() as cursor, cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as out:
        for row in rows:
            out.write_row(row)
