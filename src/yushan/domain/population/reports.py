"""Reports of examinations in Chinese and English whose every sentence is known.

A report is made of statements; each becomes a sentence, and the truth says where the sentence
stands, which words carry status, size, place and comparison, and what it says exactly (a size that
was rounded when it was typed is rounded in the truth). Nothing here is taken from real reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.domain.population.draws import TALK, Draws
from yushan.domain.population.events import Statement
from yushan.domain.population.filing import procedures
from yushan.domain.population.sentences import WORDS, Piece, Sentence, Speaker, filled
from yushan.domain.population.tables import tree
from yushan.domain.population.wording import WIDE, Language, Style, hand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.domain.population.events import Order
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
LANGUAGES: Final = ("en", "zh", "mixed")
STYLES: Final = ("structured", "prose", "terse")


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
        ``person``, ``technique``, ``findings`` or ``impression``.
    start, end
        Where it stands in the text; bullets and spaces around it are not part of it.
    of
        Which of the given statements it says, -1 for the person, technique and "nothing abnormal".
    statement
        What it says, sizes in mm as typed; None for the person and technique.
    spans
        The words that carry it: ``status``, ``noun``, ``size``, ``place``, ``kind``, ``grade``,
        ``count``, ``change``, ``prior``, ``day``; in the line of the person ``name``, ``sex``,
        ``birth``, ``chart``, ``identity``.
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


def report(
    statements: Sequence[Statement],
    procedure: str,
    language: Language = "zh",
    style: Style = "prose",
    seed: int = 0,
    about: Patient | None = None,
) -> Report:
    """A report that says these statements.

    Parameters
    ----------
    statements
        What it says; empty: what is normal for the procedure.
    procedure
        A code of ``data/procedures.csv`` (``IM-CT-CHEST``).
    language
        ``en``, ``zh``, or ``mixed``: Chinese sentences with English words and English ones.
    style
        ``structured`` (a line each, with bullets), ``prose``, ``terse``.
    seed
        Of the wording and the typing.
    about
        Whose report it is: it then begins with a line of personal data, as many real ones do.

    Raises
    ------
    ValueError
        Unknown procedure, language or style.
    """
    if procedure not in NORMAL or language not in LANGUAGES or style not in STYLES:
        raise ValueError(f"no report of {procedure} in {language}, {style}")
    said = tuple(statements) or tuple(Statement(one, "absent") for one in NORMAL[procedure])
    draws = Draws(TALK, seed)
    speaker = Speaker(draws, hand(draws, language, style))
    page = Page(speaker)
    if about is not None:
        page.person(about)
    page.technique(procedures()[procedure]["modality"])
    page.findings(said)
    page.impression(said)
    return page.done()


def report_of(
    order: Order,
    language: Language = "zh",
    style: Style = "prose",
    seed: int = 0,
    about: Patient | None = None,
) -> Report:
    """The report of an order of a life, worded by ``seed`` and the person's number."""
    return report(order.statements, order.procedure, language, style, seed + order.person, about)


def size(pieces: Sequence[Piece]) -> int:
    """Characters of pieces."""
    return sum(len(text) for text, _ in pieces)


class Page:
    """A text that grows, and where each sentence stands in it."""

    __slots__ = ("speaker", "text", "truth")

    def __init__(self, speaker: Speaker) -> None:
        self.speaker = speaker
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
        spans = self.put(sentence.pieces)
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
