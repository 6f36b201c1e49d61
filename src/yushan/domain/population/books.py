"""The words that reports are made of: the usual ones, and those that are held out for tests."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from yushan.domain.population.tables import tree

if TYPE_CHECKING:
    from collections.abc import Mapping

Wording = Literal["usual", "held-out"]
WORDINGS: Final = ("usual", "held-out")


class Book(NamedTuple):
    """Frames and words of sentences; names and own frames of concepts."""

    words: Mapping[str, Any]
    concepts: Mapping[str, Any]


@cache
def book(wording: Wording) -> Book:
    """The words of one wording; held-out lists take the place of the usual ones."""
    usual = Book(tree("report_words"), tree("report_concepts"))
    if wording == "usual":
        return usual
    held = tree("report_heldout")
    frames = {name: {"frames": one} for name, one in held["frames"].items()}
    named = laid_over(usual.concepts, held["concepts"])
    return Book(laid_over(usual.words, held["words"]), laid_over(named, frames))


def laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """A tree with the leaves of another in place of its own."""
    found = dict(below)
    for name, one in above.items():
        old = found.get(name)
        if isinstance(one, dict) and isinstance(old, dict):
            found[name] = laid_over(old, one)
        else:
            found[name] = one
    return found
