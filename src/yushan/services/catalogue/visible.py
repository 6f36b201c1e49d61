"""Statements that read under a scope: every one filters by it, none can be built without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from yushan.services.catalogue.tables import SERIES, STUDY

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
    terms += matches(SERIES.c.modality, query.modalities)
    terms += matches(SERIES.c.body_part, query.body_parts)
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


def studies(scope: Scope, query: Query, after: tuple[str, str] | None) -> sa.Select[tuple]:  # type: ignore[type-arg]
    """Studies, newest date first; ``after`` is the (date, UID) of the last one seen."""
    date, uid = STUDY.c.study_date, STUDY.c.study_instance_uid
    wanted = sa.select(STUDY).where(*study_terms(scope, query))
    if after is not None:
        wanted = wanted.where(sa.or_(date < after[0], sa.and_(date == after[0], uid > after[1])))
    return wanted.order_by(date.desc(), uid)
