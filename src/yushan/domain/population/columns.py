"""People and lives as rows of tables, whose columns ``data/fields.csv`` documents."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.domain.population.charts import HOSPITALS
from yushan.domain.population.reports import Typist
from yushan.domain.population.tables import rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yushan.domain.population.books import Wording
    from yushan.domain.population.events import Life, Order, Statement
    from yushan.domain.population.pages import Said
    from yushan.domain.population.patients import Patient

Row = tuple[object, ...]
#: Tables that are told only where reports are asked for.
SPOKEN: Final = ("reports", "truth_sentences")


class Column(NamedTuple):
    """One column: type as SQL has it, unit, and which field of the insurance it resembles."""

    name: str
    kind: str
    unit: str
    resembles: str
    en: str
    zh: str


@cache
def tables() -> Mapping[str, tuple[Column, ...]]:
    """The columns of each table, in order."""
    found: dict[str, list[Column]] = {}
    for row in rows("fields"):
        column = Column(
            row["column"], row["type"], row["unit"], row["resembles"], row["en"], row["zh"]
        )
        found.setdefault(row["table"], []).append(column)
    return {table: tuple(columns) for table, columns in found.items()}


def rows_of(patient: Patient, told: Life) -> dict[str, Sequence[Row]]:
    """The rows of one person in every table; texts, numbers, dates, booleans or None."""
    return {**who(patient), **what(told), **truth(told)}


def who(patient: Patient) -> dict[str, Sequence[Row]]:
    """Tables of the person."""
    number = patient.number
    about = (
        number,
        patient.kind,
        patient.nation,
        patient.identity,
        patient.name,
        patient.family,
        patient.given,
        patient.sex,
        patient.birth,
        patient.birth_roc,
        patient.home,
        patient.mother,
        patient.opted_out,
    )
    return {
        "people": [about],
        "names": [(number, manner, *pair) for manner, pair in patient.names.latin.items()],
        "charts": [
            (number, one.site, one.number, one.name, one.romanised, one.is_duplicate)
            for one in patient.all_charts
        ],
    }


def what(told: Life) -> dict[str, Sequence[Row]]:
    """Tables of what happened; most rows are the tuples of the life themselves."""
    return {
        "lives": [(told.person, told.first, told.last, told.smoker)],
        "encounters": told.encounters,
        "diagnoses": told.diagnoses,
        "drugs": told.drugs,
        "procedures": told.procedures,
        "measurements": told.measurements,
        "orders": [one[:-1] for one in told.orders],
        "statements": [
            statement(order, place, one)
            for order in told.orders
            for place, one in enumerate(order.statements, 1)
        ],
        "claims": told.claims,
        "claim_lines": told.claim_lines,
        "choices": told.choices,
        "deaths": [told.death] if told.death else [],
    }


def truth(told: Life) -> dict[str, Sequence[Row]]:
    """Tables of what is known by construction."""
    return {
        "truth_courses": [
            (one.person, one.name, one.began, json.dumps(dict(one.facts), sort_keys=True))
            for one in told.courses
        ],
        "truth_risks": [told.risk] if told.risk else [],
    }


def report_rows(
    patient: Patient, told: Life, wording: Wording = "usual", typos: float = 0.0
) -> dict[str, Sequence[Row]]:
    """The reports of a life, each as its hospital writes them, and the truth of every sentence."""
    texts: list[Row] = []
    sentences: list[Row] = []
    for number, order in enumerate(told.orders):
        language, style = HOSPITALS[order.site]["reports"]
        typist = Typist(language, style, wording, typos)
        written = typist.report_of(order, told.seed, patient if number % 2 else None)
        texts.append(
            (order.accession, order.person, order.reported_at, language, style, written.text)
        )
        sentences += [
            sentence(order.accession, place, one) for place, one in enumerate(written.truth, 1)
        ]
    return {"reports": texts, "truth_sentences": sentences}


def sentence(accession: str, place: int, one: Said) -> Row:
    """A sentence as a row."""
    said = one.statement
    return (
        accession,
        place,
        one.section,
        one.start,
        one.end,
        one.of + 1,
        said.concept if said else "",
        said.status if said else "",
        " ".join(map(str, said.sizes_mm)) if said else "",
        json.dumps(one.spans),
    )


def statement(order: Order, place: int, one: Statement) -> Row:
    """A statement as a row."""
    return (
        order.accession,
        place,
        one.concept,
        one.status,
        one.side,
        one.place,
        " ".join(map(str, one.sizes_mm)),
        one.change,
        " ".join(map(str, one.prior_mm)),
        one.prior_day,
        one.how_many,
        one.kind,
        one.grade,
        one.lesion,
    )
