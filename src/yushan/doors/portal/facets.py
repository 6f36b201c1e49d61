"""The filters of the list of studies as drawn. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.doors.portal.addresses import with_changes
from yushan.doors.portal.words import mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yushan.doors.portal.findings import Value
    from yushan.doors.portal.search import Search
    from yushan.doors.portal.words import Words

TITLES: Final = {
    "modality": mark("Modality"),
    "body": mark("Body part"),
    "maker": mark("Maker"),
    "model": mark("Model"),
    "year": mark("Study year (shifted)"),
    "site": mark("Hospital"),
    "sex": mark("Sex"),
    "age": mark("Age"),
    "slice": mark("Slice thickness"),
    "contrast": mark("Contrast agent"),
}
#: Values of a facet that are offered on the list itself.
OFFERED: Final = 6


@dataclass(frozen=True, slots=True)
class Offer:
    """A value of a filter as drawn."""

    word: str
    href: str
    count: int | None
    on: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter as drawn; ``more`` values are on the filter's own page, at ``href``."""

    name: str
    title: str
    values: tuple[Offer, ...]
    more: int = 0
    href: str = ""


def facets(
    search: Search, offers: Mapping[str, tuple[Value, ...]], words: Words, most: int = OFFERED
) -> list[Facet]:
    """The filters as links; one that is on is taken off by its link."""
    found = []
    for name, values in offers.items():
        on = search.values.get(name)
        ranked = sorted(values, key=lambda value: value.key != on)  # what is on always shows
        drawn = tuple(
            Offer(
                one.word,
                link_of(search, name, "" if one.key == on else one.key),
                one.count,
                one.key == on,
            )
            for one in ranked[:most]
        )
        more = len(values) - len(drawn)
        page = with_changes(f"/studies/values/{name}", search.spelled(), {})
        if drawn:
            found.append(Facet(name, words.translate(TITLES[name]), drawn, more, page))
    return found


def link_of(search: Search, name: str, value: str) -> str:
    """The list with one condition changed."""
    return with_changes("/studies", search.changed(name, value).spelled(), {})
