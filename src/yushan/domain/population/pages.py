"""A report while it is written: its text, and where each sentence stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.domain.population.sentences import WORDS, Piece, Sentence, Speaker, filled
from yushan.domain.population.tables import rows, tree
from yushan.domain.population.typos import mistyped
from yushan.domain.population.wording import WIDE, Language, Style

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yushan.domain.population.events import Statement
    from yushan.domain.population.patients import Patient

NORMAL: Final = tree("report_exams")["normal"]
#: Concepts of which the conclusion speaks even though they are scales.
CONCLUDED: Final = frozenset(
    {"t-stage", "n-stage", "bi-rads", "coronary-calcium", "lung-rads", "follow-up"}
)
#: Scales that stay out of the conclusion.
DETAILS: Final = frozenset(
    {"vessel-calcium", "breast-density", "spiculation", "oedema", "device", "osteophyte"}
)


@cache
def diseases() -> Mapping[str, Mapping[str, str]]:
    """Names of diagnoses by code."""
    tables = ("conditions", "minor", "other_codes")
    return {row["code"]: row for table in tables for row in rows(table)}


class Span(NamedTuple):
    """Words that carry something: from ``start`` up to ``end`` of the text."""

    what: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of a report.

    Parameters
    ----------
    section
        ``person``, ``indication``, ``technique``, ``findings`` or ``impression``.
    start, end
        Where it stands in the text; bullets and spaces around it are not part of it.
    of
        Which of the given statements it says, -1 for lines before the findings and "nothing
        abnormal".
    statement
        What it says, sizes in mm as typed; None for lines before the findings.
    spans
        The words that carry it: ``status``, ``noun``, ``size``, ``place``, ``kind``, ``grade``,
        ``count``, ``change``, ``prior``, ``day``, and ``typo``, where a word was typed wrongly; in
        the line of the person ``name``, ``sex``,
        ``birth``, ``chart``, ``identity``; in that of the indication ``reason`` and ``question``.
    """

    section: str
    start: int
    end: int
    of: int
    statement: Statement | None
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A text and the truth about each of its sentences, in order."""

    text: str
    truth: tuple[Said, ...]
    language: Language
    style: Style


def size(pieces: Sequence[Piece]) -> int:
    """Characters of pieces."""
    return sum(len(text) for text, _ in pieces)


class Page:
    """A text that grows, and where each sentence stands in it."""

    __slots__ = ("speaker", "text", "truth", "typos")

    def __init__(self, speaker: Speaker, typos: float = 0.0) -> None:
        self.speaker = speaker
        self.typos = typos
        self.text = ""
        self.truth: list[Said] = []

    def heading(self, section: str) -> None:
        """The title of a section on a line of its own, or before its text."""
        words = WORDS["sections"][self.speaker.hand.language][section]
        title = self.speaker.draws.one_of(words)
        mark = "：" if not title.isascii() else ":"
        end = "\n" if self.speaker.hand.style == "structured" else " "
        self.text += f"{title}{mark}{end}"

    def person(self, who: Patient) -> None:
        """A line of personal data: name, sex, birth, chart, number."""
        language = "zh" if self.speaker.hand.language == "zh" else "en"
        template = self.speaker.draws.one_of(WORDS["person"][language])
        chart = who.all_charts[0]
        values = {
            "name": who.name
            if language == "zh" and who.name
            else chart.romanised.replace("^", " "),
            "sex": WORDS["sex"][language][who.sex],
            "birth": who.birth_roc if language == "zh" else who.birth.isoformat(),
            "chart": chart.number,
            "identity": who.identity or "-",
        }
        start = len(self.text)
        pieces = filled(template, {what: [(text, what)] for what, text in values.items()}, "")
        self.truth.append(Said("person", start, start + size(pieces), -1, None, self.put(pieces)))
        self.text += "\n"

    def indication(self, code: str) -> None:
        """Why the images were asked for: a question, no finding."""
        language = "zh" if self.speaker.hand.language == "zh" else "en"
        template = self.speaker.draws.one_of(WORDS["indication"][language])
        start = len(self.text)
        name = diseases()[code][language]
        pieces = filled(template, {"reason": [(name, "reason")]}, "question")
        self.truth.append(
            Said("indication", start, start + size(pieces), -1, None, self.put(pieces))
        )
        self.text += "\n"

    def put(self, pieces: Sequence[Piece]) -> tuple[Span, ...]:
        """Write pieces; where those stand that carry something."""
        spans = []
        for text, what in pieces:
            if what and text:
                spans.append(Span(what, len(self.text), len(self.text) + len(text)))
            self.text += text
        return tuple(spans)

    def technique(self, modality: str) -> None:
        """How the examination was done; terse reports skip it."""
        typed = self.speaker.hand
        if typed.style == "terse":
            return
        self.heading("technique")
        row = WORDS["technique"].get(modality, WORDS["technique"]["other"])
        words = row["zh" if typed.language == "zh" else "en"]
        start = len(self.text)
        self.text += self.speaker.draws.one_of(words)
        self.truth.append(Said("technique", start, len(self.text), -1, None, ()))
        self.text += "\n"

    def findings(self, statements: Sequence[Statement]) -> None:
        """A sentence for each statement."""
        self.heading("findings")
        for number, one in enumerate(statements):
            self.sentence("findings", number, number, self.speaker.say(one))
        self.text = self.text.rstrip() + "\n"

    def impression(self, statements: Sequence[Statement]) -> None:
        """What matters, once more and shorter."""
        self.heading("impression")
        told = [
            (number, one)
            for number, one in enumerate(statements)
            if one.concept not in DETAILS and (one.status != "absent" or one.concept in CONCLUDED)
        ]
        for place, (number, one) in enumerate(told):
            self.sentence("impression", place, number, self.speaker.say(one, is_short=True))
        if not told:
            self.sentence("impression", 0, -1, self.speaker.nothing())

    def sentence(self, section: str, place: int, of: int, sentence: Sentence) -> None:
        """Write one sentence and remember where its words stand."""
        typed = self.speaker.hand
        if typed.style == "structured":
            self.text += typed.bullet.format(n=place + 1)
        start = len(self.text)
        pieces, wrong = sentence.pieces, list[tuple[int, int]]()
        if self.typos:
            pieces, wrong = mistyped(self.speaker.draws, pieces, self.typos)
        spans = self.put(pieces)
        spans += tuple(Span("typo", start + a, start + b) for a, b in wrong)
        self.text = (
            self.text[:start] + self.text[start : start + 1].upper() + self.text[start + 1 :]
        )
        self.truth.append(Said(section, start, len(self.text), of, sentence.said, spans))
        if typed.style == "structured" or not self.text.endswith((".", "。")):
            self.text += "\n"
        elif typed.is_loose:
            self.text += "  "
        else:
            self.text += "" if self.text.endswith("。") else " "

    def done(self) -> Report:
        """The whole, in capitals or wide digits where the hand types so (one for one)."""
        typed = self.speaker.hand
        text = self.text.rstrip() + "\n"
        if typed.is_loud:
            text = text.upper()
        if typed.is_wide:
            text = text.translate(WIDE)
        return Report(text, tuple(self.truth), typed.language, typed.style)
