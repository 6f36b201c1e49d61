"""What a search found, as the page shows it: lines, counts that may be shown, values beside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from yushan.domain.statistics import RULES, floored
from yushan.domain.terms import ROWS
from yushan.doors.portal.body_parts import body_part
from yushan.doors.portal.search import FACETS, Search, read_search
from yushan.doors.portal.words import Words, mark
from yushan.services.catalogue import ALL, EACH, Slice, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yushan.base import Scope
    from yushan.doors.portal.place import Place
    from yushan.services.catalogue import Catalogue, CubeRow, StudyRow

PAGE: Final = 25
TILES: Final = 48
BLOCK: Final = 500
KINDS: Final = tuple(kind for kind, _ in FACETS.values())
#: Conditions under which everybody's table knows the numbers.
CUBED: Final = frozenset({"modality", "body", "site"})
GROUPS: Final = {row.code: row.group for row in ROWS}
OTHER: Final = ROWS[-1].group
#: Facet → value (empty: any other) → how it is said.
PHRASES: Final = {
    "sex": {"F": mark("Female"), "M": mark("Male"), "O": mark("Other")},
    "age": {"": mark("{n} years")},
    "slice": {"": mark("{n} mm")},
    "contrast": {"yes": mark("with contrast")},
}


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a filter, and how many studies it would leave (None: not to be shown)."""

    key: str
    word: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Findings:
    """One page; ``count`` and ``images`` are None where small groups are protected."""

    rows: tuple[StudyRow, ...]
    later: str
    count: int | None
    images: int | None
    offers: dict[str, tuple[Value, ...]]


class Seeker:
    """Searches under a scope; ``exact`` is the right to see small counts."""

    def __init__(self, catalogue: Catalogue, place: Place) -> None:
        self.catalogue, self.place = catalogue, place

    def page(
        self,
        scope: Scope,
        search: Search,
        after: tuple[int, int] | None,
        words: Words,
        *,
        exact: bool,
    ) -> Findings:
        """One page of a search with the values of all facets."""
        limit = TILES if search.thumbs else PAGE
        kinds = KINDS if exact else ()
        found = self.catalogue.search.find(scope, search.wanted(), limit, after, kinds=kinds)
        later = f"{found.later[0]}~{found.later[1]}" if found.later else ""
        if exact:
            offers = {
                name: tuple(
                    Value(key, self.word(name, key, words), n) for key, n in found.facets[kind]
                )
                for name, (kind, _) in FACETS.items()
            }
            return Findings(found.rows, later, found.count, found.images, offers)
        count = self.shown_count(scope, search)
        return Findings(found.rows, later, count, None, self.protected(scope, search, words))

    def rows(self, scope: Scope, search: Search) -> Iterable[StudyRow]:
        """Every study of a search, page by page."""
        after = None
        while True:
            found = self.catalogue.search.find(scope, search.wanted(), BLOCK, after)
            yield from found.rows
            after = found.later
            if after is None:
                return

    def protected(self, scope: Scope, search: Search, words: Words) -> dict[str, tuple[Value, ...]]:
        """Values that enough studies have, whatever is asked; counts where everybody may know."""
        found = self.catalogue.search.find(scope, Wanted(), 1, kinds=KINDS)
        offers = {}
        for name, (kind, _) in FACETS.items():
            common = sorted(key for key, n in found.facets[kind] if n >= RULES.step)
            told = self.shown_by(scope, search, name)
            counts: dict[str, int | None] = {
                key: None if told is None else told.get(key, 0) for key in common
            }
            ranked = sorted(counts.items(), key=lambda pair: (-(pair[1] or 0), pair[0]))
            offers[name] = tuple(Value(key, self.word(name, key, words), n) for key, n in ranked)
        return offers

    def shown_by(self, scope: Scope, search: Search, name: str) -> dict[str, int] | None:
        """Counts beside a facet's values from everybody's table; None if it does not know them."""
        if name not in CUBED or not is_cubed(scope, search):
            return None
        mine = {key: value for key, value in search.values.items() if key != name}
        edges = {"site": mine.get("site", ALL), "body_part": mine.get("body", ALL)}
        edges |= {"body": {"body_part": EACH}, "site": {"site": EACH}}.get(name, {})
        rows = (mine["modality"],) if "modality" in mine else ()
        found: dict[str, int] = {}
        for one in self.catalogue.figures.sums(Slice(**edges), rows, exact=False):
            key = key_of(one, name)
            found[key] = found.get(key, 0) + one.counts.studies
        return found

    def shown_count(self, scope: Scope, search: Search) -> int | None:
        """How many studies there are, as far as everybody may know."""
        counts = self.shown_by(scope, search, "modality")
        if counts is None:
            return None
        chosen = search.values.get("modality")
        return counts.get(chosen, 0) if chosen else sum(counts.values())

    def new(self, scope: Scope, query: dict[str, str], seen: int, *, exact: bool) -> int:
        """How many studies of a search came after the one so numbered."""
        wanted = replace(read_search(query).wanted(), beyond=seen)
        count = self.catalogue.search.count(scope, wanted)
        return count if exact else floored(count, RULES.step)

    def word(self, name: str, key: str, words: Words) -> str:
        """A facet's value in words."""
        if name == "site":
            return self.place.site_name(key, words.language)
        if name == "year":
            return words.year(int(key))
        if name in PHRASES:
            phrase = PHRASES[name].get(key) or PHRASES[name].get("", "{n}")
            return words.say(phrase, n=key.replace("-", "–"))
        return {"body": body_word, "modality": class_word}.get(name, plain)(key, words)


def body_word(key: str, words: Words) -> str:
    """A body part."""
    return body_part(key, words.language)


def class_word(key: str, words: Words) -> str:
    """A modality row with its class."""
    group = GROUPS.get(key, OTHER)
    name = group.en if words.english else group.zh
    return name if key == "other" else f"{key} {name}"


def plain(key: str, words: Words) -> str:  # noqa: ARG001 - one of several
    """A value that is its own word."""
    return key


def key_of(one: CubeRow, name: str) -> str:
    """The value of a facet that a sum counts."""
    cell = one.cell
    return {"modality": cell.row, "body": cell.body_part, "site": str(cell.site)}[name]


def is_cubed(scope: Scope, search: Search) -> bool:
    """Whether everybody's table can answer the search."""
    return scope.everything and search.conditions().keys() <= CUBED


def is_exact(scope: Scope, *, may_see: bool) -> bool:
    """Whether counts are shown as they are: by right, or where each study was granted by itself."""
    return may_see or bool(scope.studies and not scope.sites and not scope.everything)
