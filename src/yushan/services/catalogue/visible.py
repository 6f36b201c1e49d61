"""Statements that read under a scope: every one filters by it, none can be built without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from yushan.services.catalogue.tables import FACET, SERIES, STUDY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yushan.base import Scope
    from yushan.services.catalogue.values import Query

    Term = sa.ColumnElement[bool]

#: What a pattern may say, and LIKE's words for it; the rest of LIKE's own signs is escaped.
SIGNS = {"*": "%", "?": "_", "%": "|%", "_": "|_", "|": "||"}


def studies_in(scope: Scope) -> Term:
    """Studies that may be seen: single ones, and those with a series from a site of the scope."""
    if scope.everything:
        return sa.true()
    terms: list[Term] = []
    if scope.studies:
        terms.append(STUDY.c.study_instance_uid.in_(sorted(scope.studies)))
    if scope.sites:
        terms.append(has_series(SERIES.c.site.in_(sorted(scope.sites))))
    return sa.or_(*terms) if terms else sa.false()


def series_in(scope: Scope) -> Term:
    """Series that may be seen: of single studies, and those that came from a site of the scope."""
    if scope.everything:
        return sa.true()
    terms: list[Term] = []
    if scope.studies:
        terms.append(SERIES.c.study_instance_uid.in_(sorted(scope.studies)))
    if scope.sites:
        terms.append(SERIES.c.site.in_(sorted(scope.sites)))
    return sa.or_(*terms) if terms else sa.false()


def has_series(*terms: Term) -> Term:
    """Whether the study has one series for which all terms hold."""
    same = SERIES.c.study_instance_uid == STUDY.c.study_instance_uid
    return sa.exists().where(same, *terms).correlate(STUDY)


def matches(column: sa.Column[str], patterns: Iterable[str]) -> list[Term]:
    """Whether the whole text fits one of the patterns, whatever its case; none asks nothing."""
    wanted = ["".join(SIGNS.get(sign, sign) for sign in text.lower()) for text in patterns if text]
    if not wanted:
        return []
    return [sa.or_(*(sa.func.lower(column).like(text, escape="|") for text in wanted))]


def is_code(column: sa.Column[str], patterns: Iterable[str]) -> list[Term]:
    """The same for codes, which are kept in upper case: what is no pattern finds by the index."""
    wanted = [text for text in patterns if text]
    plain = [text.upper() for text in wanted if not {"*", "?"} & set(text)]
    terms = matches(column, [text for text in wanted if text.upper() not in plain])
    return [sa.or_(*terms, column.in_(plain))] if plain else terms


def between(column: sa.Column[str], first: str, last: str) -> list[Term]:
    """Whether a date or time is known and in the span, ends included; an open end is empty."""
    terms: list[Term] = []
    if first:
        terms.append(column >= first)
    if last:
        terms.append(sa.and_(column <= last, column != ""))
    return terms


def common(table: sa.Table, query: Query) -> list[Term]:
    """What is asked of studies and of series alike."""
    terms = between(table.c.study_date, query.date_from, query.date_to)
    terms += between(table.c.study_time, query.time_from, query.time_to)
    if query.studies:
        terms.append(table.c.study_instance_uid.in_(query.studies))
    if query.subjects:
        terms.append(table.c.subject.in_(query.subjects))
    if query.text:
        terms.append(table.c.searched.contains(query.text.casefold(), autoescape=True))
    return terms


def of_one_series(query: Query) -> list[Term]:
    """What must hold for one series."""
    terms = between(SERIES.c.series_date, query.series_date_from, query.series_date_to)
    terms += is_code(SERIES.c.modality, query.modalities)
    terms += is_code(SERIES.c.body_part, query.body_parts)
    terms += matches(SERIES.c.description, (query.series_description,))
    terms += matches(SERIES.c.manufacturer, (query.manufacturer,))
    terms += matches(SERIES.c.model, (query.model,))
    if query.site is not None:
        terms.append(SERIES.c.site == query.site)
    if query.series:
        terms.append(SERIES.c.series_instance_uid.in_(query.series))
    if query.series_number is not None:
        terms.append(SERIES.c.series_number == query.series_number)
    if query.sop_classes:
        terms.append(SERIES.c.sop_class_uid.in_(query.sop_classes))
    return terms


def study_terms(scope: Scope, query: Query) -> list[Term]:
    """Scope and query together."""
    terms = [studies_in(scope), *common(STUDY, query)]
    terms += matches(STUDY.c.description, (query.study_description,))
    if together := of_one_series(query):
        terms.append(has_series(*together))
    return terms


def series_terms(scope: Scope, query: Query) -> list[Term]:
    """Scope and query together."""
    terms = [series_in(scope), *common(SERIES, query), *of_one_series(query)]
    return [*terms, *matches(SERIES.c.study_description, (query.study_description,))]


def leading(scope: Scope, query: Query) -> Term | None:
    """The one facet that all wanted studies have, if there is one: a rare value first."""
    plain = [
        *(("body_part", value.upper()) for value in single(query.body_parts)),
        *(("modality", value.upper()) for value in single(query.modalities)),
        *([("site", str(query.site))] if query.site is not None else []),
        *(("site", str(value)) for value in single(tuple(scope.sites)) if not scope.studies),
    ]
    if not plain or (query.studies or query.subjects or query.series):
        return None
    kind, value = plain[0]
    return sa.and_(
        FACET.c.kind == kind,
        FACET.c.value == value,
        FACET.c.study_instance_uid == STUDY.c.study_instance_uid,
    )


def single(values: tuple[str, ...]) -> tuple[str, ...]:
    """The value, if there is just one and it is no pattern."""
    return values if len(values) == 1 and not {"*", "?"} & set(values[0]) else ()


def studies(scope: Scope, query: Query, after: tuple[str, str] | None) -> sa.Select[tuple]:  # type: ignore[type-arg]
    """Studies, newest date first; ``after`` is the (date, UID) of the last one seen."""
    wanted = sa.select(STUDY).where(*study_terms(scope, query))
    lead = leading(scope, query)
    if lead is not None:
        wanted = wanted.select_from(FACET).join(STUDY, lead)
    table = STUDY if lead is None else FACET
    place = sa.tuple_(table.c.study_date, table.c.study_instance_uid)
    if after is not None:
        wanted = wanted.where(place < sa.tuple_(*map(sa.literal, after)))
    return wanted.order_by(table.c.study_date.desc(), table.c.study_instance_uid.desc())


def how_many(scope: Scope, query: Query) -> sa.Select[int]:
    """Their number."""
    wanted = sa.select(sa.func.count()).where(*study_terms(scope, query))
    lead = leading(scope, query)
    if lead is None:
        return wanted.select_from(STUDY)
    return wanted.select_from(FACET).join(STUDY, lead)
