"""Statements that read and write rows; what may be seen is in ``visible.py``."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from yushan.base import PackId, SiteName, StudyUID
from yushan.services.catalogue import profiles, sums
from yushan.services.catalogue.facts import folded
from yushan.services.catalogue.tables import CUBE, FACET, SERIES, STUDY, SUBJECT, SUM
from yushan.services.catalogue.traits import EDITION
from yushan.services.catalogue.values import Cell, Counts, CubeRow, SeriesRow, StudyRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def series_of_study(tx: sa.Connection, study: str) -> dict[str, SeriesRow]:
    """A study's series by UID."""
    found = tx.execute(sa.select(SERIES).where(SERIES.c.study_instance_uid == study))
    return {row.series_instance_uid: series(row) for row in found}


def series(row: sa.Row[Any]) -> SeriesRow:
    """A row as a value."""
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
    values.pop("searched")
    values.pop("facts")
    packs = tuple(PackId(pack) for pack in json.loads(values.pop("packs")))
    return SeriesRow(packs=packs, **values)


def study(row: sa.Row[Any]) -> StudyRow:
    """A row as a value."""
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
    values.pop("searched")
    values.pop("number", None)
    sites = tuple(SiteName(site) for site in json.loads(values.pop("sites")))
    modalities = tuple(json.loads(values.pop("modalities")))
    return StudyRow(sites=sites, modalities=modalities, **values)


def write_series(tx: sa.Connection, row: SeriesRow, *, known: bool) -> None:
    """Insert a series, or change it if it is known."""
    values = asdict(row) | {
        "packs": json.dumps(row.packs),
        "searched": folded(row.description, row.study_description),
        "facts": EDITION,
    }
    if known:
        same = SERIES.c.series_instance_uid == row.series_instance_uid
        tx.execute(sa.update(SERIES).where(same).values(**values))
    else:
        tx.execute(sa.insert(SERIES).values(**values))


def write_study(
    tx: sa.Connection, row: StudyRow, descriptions: Sequence[str], *, known: bool
) -> None:
    """Insert a study, or change it if it is known."""
    values = asdict(row) | {
        "sites": json.dumps(row.sites),
        "modalities": json.dumps(row.modalities),
        "searched": folded(row.description, *descriptions),
    }
    values.pop("accession")
    if known:
        same = STUDY.c.study_instance_uid == row.study_instance_uid
        tx.execute(sa.update(STUDY).where(same).values(**values))
    else:
        tx.execute(sa.insert(STUDY).values(**values))
        profiles.count_on(tx, "studies")


def write_facets(tx: sa.Connection, row: StudyRow, facets: Iterable[tuple[str, str]]) -> None:
    """Make anew by what a study is found."""
    tx.execute(sa.delete(FACET).where(FACET.c.study_instance_uid == row.study_instance_uid))
    place = {"study_date": row.study_date, "study_instance_uid": row.study_instance_uid}
    rows = [{"kind": kind, "value": value} | place for kind, value in sorted(facets)]
    if rows:
        tx.execute(sa.insert(FACET), rows)


def refresh_subject(tx: sa.Connection, subject: str) -> None:
    """Make a subject's row from their studies; without studies there is no row."""
    wanted = sa.select(sa.func.count(), sa.func.min(STUDY.c.received_at))
    studies, received_at = tx.execute(wanted.where(STUDY.c.subject == subject)).one()
    gone = tx.execute(sa.delete(SUBJECT).where(SUBJECT.c.subject == subject)).rowcount
    if studies:
        values = {"subject": subject, "studies": studies, "received_at": received_at}
        tx.execute(sa.insert(SUBJECT).values(**values))
    if by := bool(studies) - gone:
        profiles.count_on(tx, "subjects", by)


def change_cube(tx: sa.Connection, changes: Mapping[Cell, Counts]) -> None:
    """Add to cells; a cell that counts nothing goes."""
    for cell, change in changes.items():
        same = sa.and_(*(CUBE.c[name] == value for name, value in asdict(cell).items()))
        more = {name: CUBE.c[name] + value for name, value in asdict(change).items()}
        if not tx.execute(sa.update(CUBE).where(same).values(**more)).rowcount:
            tx.execute(sa.insert(CUBE).values(**asdict(cell), **asdict(change)))
        tx.execute(sa.delete(CUBE).where(same, CUBE.c.series == 0))
    sums.change(tx, changes)


def cube(tx: sa.Connection) -> list[CubeRow]:
    """All cells, in order."""
    order = (CUBE.c.site, CUBE.c.row, CUBE.c.month, CUBE.c.body_part)
    return [
        CubeRow(
            Cell(SiteName(row.site), row.row, row.month, row.body_part),
            Counts(row.studies, row.series, row.instances, row.bytes),
        )
        for row in tx.execute(sa.select(CUBE).order_by(*order))
    ]


def by_row(tx: sa.Connection) -> dict[str, Counts]:
    """Counts by modality row."""
    return {str(one.cell.row): one.counts for one in sums.read(tx, SUM, sums.Slice())}


def subjects_and_studies(tx: sa.Connection) -> tuple[int, int]:
    """How many there are."""
    found = profiles.counters(tx)
    return found["subjects"], found["studies"]


def studies_of_subject(tx: sa.Connection, subject: str) -> list[StudyUID]:
    """A person's studies."""
    wanted = sa.select(STUDY.c.study_instance_uid).where(STUDY.c.subject == subject)
    return [StudyUID(uid) for uid in tx.scalars(wanted)]


def remove_series(tx: sa.Connection, study: str, series: Sequence[str]) -> None:
    """Take series of a study out, and the study with its facets (not their share of the cube)."""
    tx.execute(sa.delete(FACET).where(FACET.c.study_instance_uid == study))
    for start in range(0, len(series), 500):
        some = SERIES.c.series_instance_uid.in_(series[start : start + 500])
        tx.execute(sa.delete(SERIES).where(some))
    left = sa.select(SERIES.c.series_instance_uid).where(SERIES.c.study_instance_uid == study)
    same = STUDY.c.study_instance_uid == study
    if tx.execute(sa.delete(STUDY).where(same, ~sa.exists(left))).rowcount:
        profiles.remove(tx, study)
        profiles.count_on(tx, "studies", -1)


def clear(tx: sa.Connection) -> None:
    """Forget everything that follows from packs."""
    for table in (CUBE, SUM, FACET, SERIES, STUDY, SUBJECT):
        tx.execute(sa.delete(table))
    profiles.clear(tx)
