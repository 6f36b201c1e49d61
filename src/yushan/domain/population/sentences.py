"""One statement as one sentence, with the places of the words that carry it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from yushan.domain.population import wording
from yushan.domain.population.books import book
from yushan.domain.population.events import Statement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yushan.domain.population.books import Wording
    from yushan.domain.population.draws import Draws
    from yushan.domain.population.wording import Hand

WORDS, CONCEPTS = book("usual")
PARTS: Final = re.compile(r"<[^>]*>|\{[^}]*\}|[^<{]+")
#: Beginnings of spoken English that take "an".
AN: Final = re.compile(r"[aeiou]|8|11\b|18", re.IGNORECASE)

#: Text and what it carries (``status``, ``size``, ``place``, ``change``, ``prior``, ``day``,
#: ``kind``, ``grade``, ``noun``), empty for the rest.
Piece = tuple[str, str]
Pieces = list[Piece]


class Sentence(NamedTuple):
    """Pieces in order, and the statement exactly as they say it."""

    pieces: tuple[Piece, ...]
    said: Statement


class Speaker:
    """Writes sentences in one hand."""

    __slots__ = ("concepts", "draws", "frame", "hand", "word", "words")

    def __init__(self, draws: Draws, hand: Hand, wording: Wording = "usual") -> None:
        self.draws = draws
        self.hand = hand
        self.words, self.concepts = book(wording)
        #: Languages of the frame and of the words of one sentence.
        self.frame = self.word = "en" if hand.language == "en" else "zh"

    def say(self, one: Statement, *, is_short: bool = False) -> Sentence:
        """A sentence; a short one leaves sizes, comparisons and kinds out."""
        if self.hand.language == "mixed":
            self.word = "en"
            self.frame = "en" if self.draws.chance(0.5) else "zh"
        if is_short:
            one = one._replace(sizes_mm=(), change="", prior_mm=(), prior_day=None, kind="")
        own = self.concepts[one.concept].get("frames")
        if own and one.status == "present":
            return self.own_sentence(one, own)
        return self.thing(one)

    def nothing(self) -> Sentence:
        """That nothing is abnormal."""
        noun = self.draws.one_of(self.concepts["abnormality"][self.frame])
        template = self.draws.one_of(self.words["normal"][self.frame])
        pieces = filled(template, {"noun": [(noun, "noun")]}, "status")
        return Sentence(spaced(pieces), Statement("abnormality", "absent"))

    def own_sentence(self, one: Statement, frames: Mapping[str, Sequence[str]]) -> Sentence:
        """A scale or a count."""
        template = self.draws.one_of(frames[self.frame])
        spot = self.place(one) if one.place else ""
        values: dict[str, Pieces] = {
            "grade": [(one.grade, "grade")],
            "count": [(str(one.how_many), "count")],
            "spot": [(spot, "place")],
        }
        tag = "grade" if one.grade else "count"
        said = one._replace(status="present", lesion="")
        return Sentence(spaced(filled(template, values, tag)), said)

    def thing(self, one: Statement) -> Sentence:
        """Something that is there, may be there, or is not."""
        noun = self.draws.one_of(self.concepts[one.concept][self.word])
        is_gone = one.status == "absent" and one.change == "resolved"
        frames = self.words["status"][self.frame]
        where = self.where(one)
        template = self.draws.one_of(frames[self.manner(one, frames, is_gone=is_gone)])
        if one.status == "absent":
            on = self.on(one) if is_gone else []
            values = {"noun": [(noun, "noun")], "where": where, "on": on}
            said = one._replace(sizes_mm=(), prior_mm=(), kind="", grade="", how_many=0)
            if not is_gone:
                said = said._replace(change="", prior_day=None)
            return Sentence(spaced(filled(template, values, "status")), said._replace(lesion=""))
        things, meant = self.named(one, noun)
        change, prior = self.change(one)
        a_thing = self.article(one, things, noun)
        values = {"np": things, "a_np": a_thing, "where": where, "change": change}
        said = one._replace(
            sizes_mm=meant, prior_mm=prior, prior_day=one.prior_day if one.change else None,
            how_many=0, lesion="",
        )  # fmt: skip
        return Sentence(spaced(filled(template, values, "status")), said)

    def manner(self, one: Statement, frames: Mapping[str, Any], *, is_gone: bool) -> str:
        """Which kind of frame a statement takes."""
        if is_gone:
            return "resolved"
        terse = f"terse-{one.status}"
        if self.hand.style == "terse" and terse in frames:
            return terse
        nowhere = f"nowhere-{one.status}"
        return nowhere if nowhere in frames and not one.place else one.status

    def place(self, one: Statement) -> str:
        """The name of a place with its side."""
        row = self.words["place"][one.place]
        short = row.get("short", {}).get(one.side)
        if short and self.word == "en" and (self.hand.style == "terse" or self.frame == "zh"):
            return str(short)
        if one.side == "bilateral" and self.word == "en" and "both" in row:
            return str(row["both"])
        side = self.words["sides"][self.word].get(one.side, "")
        return str(row[self.word].format(side=side)).strip()

    def where(self, one: Statement) -> Pieces:
        """The place as part of a sentence."""
        if not one.place:
            return []
        place = self.place(one)
        if self.frame == "zh":
            return [(place, "place")]
        bare = place.isupper()
        return [(" in " if bare else " in the ", ""), (place, "place")]

    def named(self, one: Statement, noun: str) -> tuple[Pieces, tuple[float, ...]]:
        """The thing with kind, grade and size."""
        words = self.concepts[one.concept]
        kind = self.words["kind"][self.word].get(one.kind, "")
        grade = words.get("grades", {}).get(self.word, {}).get(one.grade, "")
        gap = " " if self.word == "en" else ""
        thing: Pieces = []
        if grade:
            thing += [(grade, "grade"), (gap, "")]
        if kind:
            thing += [(kind, "kind"), (gap, "")]
        thing.append((noun, "noun"))
        if not one.sizes_mm:
            return thing, ()
        text, meant = wording.size(self.hand, one.sizes_mm)
        text = self.hand.about + text
        if self.frame == "en" and not self.hand.about and self.draws.chance(0.5):
            return [(text, "size"), (" ", ""), *thing], meant
        after = self.draws.one_of(self.words["size"][f"{self.frame}-after"])
        return [*thing, *filled(after, {"size": [(text, "size")]}, "")], meant

    def article(self, one: Statement, thing: Pieces, noun: str) -> Pieces:
        """The thing with its article, if it has one."""
        words = self.concepts[one.concept]
        is_counted = words.get("article", True) and noun not in words.get("uncounted", ())
        if self.frame == "zh" or not is_counted:
            return thing
        return [("an " if AN.match(thing[0][0]) else "a ", ""), *thing]

    def since(self, one: Statement) -> Pieces:
        """The day that is compared with."""
        if one.prior_day is None:
            return []
        day = wording.day_text(self.hand, one.prior_day)
        template = self.draws.one_of(self.words["change"][self.frame]["since"])
        return filled(template, {"date": [(day, "day")]}, "")

    def on(self, one: Statement) -> Pieces:
        """The day in brackets."""
        if one.prior_day is None:
            return []
        open_, close = (" (", ")") if self.frame == "en" else ("（", "）")
        return [(open_, ""), (wording.day_text(self.hand, one.prior_day), "day"), (close, "")]

    def change(self, one: Statement) -> tuple[Pieces, tuple[float, ...]]:
        """The comparison, and the prior size as it is said."""
        if one.change not in {"stable", "larger", "smaller", "new"}:
            return [], ()
        words = self.words["change"][self.frame]
        prior: Pieces = []
        meant: tuple[float, ...] = ()
        if one.prior_mm and one.change != "new" and self.draws.chance(0.7):
            text, meant = wording.size(self.hand, one.prior_mm)
            prior = filled(self.draws.one_of(words["prior"]), {"size": [(text, "prior")]}, "")
        values = {"since": self.since(one), "prior": prior}
        return filled(self.draws.one_of(words[one.change]), values, "change"), meant


def spaced(pieces: Pieces) -> tuple[Piece, ...]:
    """Pieces with a space wherever two Latin words would touch."""
    found: Pieces = []
    for text, what in pieces:
        if found and text and is_word(found[-1][0][-1:]) and is_word(text[0]):
            found.append((" ", ""))
        if text:
            found.append((text, what))
    return tuple(found)


def is_word(character: str) -> bool:
    """Whether a character belongs to a Latin word or number."""
    return character.isascii() and character.isalnum()


def filled(template: str, values: Mapping[str, Pieces], tag: str) -> Pieces:
    """A sentence's pieces: ``<...>`` carries ``tag``, ``{...}`` comes from ``values``."""
    found: Pieces = []
    for part in PARTS.findall(template):
        if part.startswith("{"):
            found += values[part[1:-1]]
        elif part.startswith("<"):
            inner = part[1:-1]
            found += values[inner[1:-1]] if inner.startswith("{") else [(inner, tag)]
        else:
            found.append((part, ""))
    return found
