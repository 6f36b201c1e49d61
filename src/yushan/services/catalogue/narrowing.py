"""What a question of the doors needs, as far as the search index can tell: few studies or many."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from yushan.services.catalogue.values import Wanted

if TYPE_CHECKING:
    from yushan.services.catalogue.values import Query

#: Up to so many studies are named one by one; more are met soon by walking.
FEW: Final = 1_000
#: Fields of one series, of which the index knows only that the study has each somewhere.
PATTERNS: Final = {"modalities": "modality", "body_parts": "body_part"}


def wanted_of(query: Query) -> Wanted:
    """What all studies have that the question asks for, maybe others too (see `is_told`)."""
    like = [(kind, getattr(query, name)) for name, kind in PATTERNS.items() if getattr(query, name)]
    if query.study_description:
        like.append(("about", (query.study_description,)))
    if query.series_description:
        like.append(("text", (query.series_description,)))
    return Wanted(
        has=(("site", (str(query.site),)),) if query.site is not None else (),
        like=tuple((kind, tuple(map(pattern, texts))) for kind, texts in like),
        texts=(query.text,) if query.text else (),
        studies=query.studies,
        subjects=query.subjects,
        date_from=query.date_from,
        date_to=query.date_to,
    )


def is_narrow(query: Query) -> bool:
    """Whether the index knows something of what is asked that the order of dates does not."""
    wanted = wanted_of(query)
    return bool(wanted.has or wanted.like or wanted.texts) and not (query.studies or query.subjects)


def is_told(query: Query) -> bool:
    """Whether the index alone counts right: at most one thing is asked of a series, all known."""
    series = [bool(query.modalities), bool(query.body_parts), query.site is not None]
    unknown = (
        query.series, query.time_from, query.time_to, query.series_date_from, query.sop_classes,
        query.series_date_to, query.series_description, query.manufacturer, query.model, query.text,
        query.series_number is not None,
    )  # fmt: skip
    return sum(series) <= 1 and not any(unknown)


def pattern(text: str) -> str:
    """A pattern with ``*`` and ``?`` as a regular expression of the whole folded text."""
    signs = {"*": ".*", "?": "."}
    return "".join(signs.get(sign) or re.escape(sign) for sign in text.casefold())
