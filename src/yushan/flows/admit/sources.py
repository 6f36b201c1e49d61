"""What an object was made of, as far as the catalogue knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.base import EVERYTHING, SeriesUID, StudyUID
from yushan.domain.terms import referenced_series
from yushan.services.catalogue import SeriesQuery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.flows.admit.judging import Instance
    from yushan.services.catalogue import Catalogue


def modalities_behind(one: Instance, catalogue: Catalogue) -> Iterator[str | None]:
    """Modalities of the series that an instance refers to, else of those of its study.

    ``None`` for a series that the catalogue does not know: it is not here, or not here yet.
    """
    named = referenced_series(one.metadata)
    if not named:
        query = SeriesQuery(studies=(StudyUID(one.study_instance_uid),))
        yield from (row.modality for row in catalogue.series(EVERYTHING, query))
        return
    query = SeriesQuery(series=tuple(map(SeriesUID, sorted(named))))
    known = {row.series_instance_uid: row.modality for row in catalogue.series(EVERYTHING, query)}
    yield from (known.get(SeriesUID(uid)) for uid in named)
