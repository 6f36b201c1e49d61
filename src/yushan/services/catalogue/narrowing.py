"""What a question of the doors needs, as far as the search index can tell: few studies or many."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from yushan.services.catalogue.values import Wanted

if TYPE_CHECKING:
    from yushan.services.catalogue.values import Query

#: Up to so many studies are named one by one; more are met soon by walking.
FEW: Final = 1_000


def wanted_of(query: Query) -> Wanted:
    """What all studies have that the question asks for, maybe others too (see `is_told`)."""
    like = []
    if query.modalities or query.body_parts or query.site is not None:
        site = () if query.site is None else (str(query.site),)
        parts = (query.modalities, query.body_parts, site)
        like.append(("trio", ("[|]".join(map(one_of, parts)),)))
    if query.study_description:
        like.append(("about", (pattern(query.study_description),)))
    if query.series_description:
        like.append(("text", (pattern(query.series_description),)))
    return Wanted(
        like=tuple(like),
        texts=(query.text,) if query.text else (),
        studies=query.studies,
        subjects=query.subjects,
        date_from=query.date_from,
        date_to=query.date_to,
    )


def is_narrow(query: Query) -> bool:
    """Whether the index knows something of what is asked that the order of dates does not."""
    wanted = wanted_of(query)
    return bool(wanted.like or wanted.texts) and not (query.studies or query.subjects)


def is_told(query: Query) -> bool:
    """Whether the index alone counts right: it knows all that is asked."""
    unknown = (
        query.series, query.time_from, query.time_to, query.series_date_from, query.sop_classes,
        query.series_date_to, query.series_description, query.manufacturer, query.model, query.text,
        query.series_number is not None,
    )  # fmt: skip
    return not any(unknown)


def one_of(patterns: tuple[str, ...]) -> str:
    """A part of a trio; any, if nothing is asked."""
    wanted = "|".join(pattern(one, any_sign="[^|]") for one in patterns if one)
    return f"(?:{wanted or '[^|]*'})"


def pattern(text: str, any_sign: str = ".") -> str:
    """A pattern with ``*`` and ``?`` as a regular expression of the whole folded text."""
    signs = {"*": f"{any_sign}*", "?": any_sign}
    return "".join(signs.get(sign) or re.escape(sign) for sign in text.casefold())
