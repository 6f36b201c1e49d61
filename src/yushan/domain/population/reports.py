"""Reports of examinations in Chinese and English whose every sentence is known.

A report is made of statements; each becomes a sentence, and the truth says where the sentence
stands, which words carry status, size, place and comparison, and what it says exactly (a size that
was rounded when it was typed is rounded in the truth). Nothing here is taken from real reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.domain.population.books import WORDINGS, Wording
from yushan.domain.population.draws import TALK, Draws
from yushan.domain.population.events import Statement
from yushan.domain.population.filing import procedures
from yushan.domain.population.pages import NORMAL, Page, Report
from yushan.domain.population.sentences import Speaker
from yushan.domain.population.wording import Language, Style, hand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.domain.population.events import Order
    from yushan.domain.population.patients import Patient

LANGUAGES: Final = ("en", "zh", "mixed")
STYLES: Final = ("structured", "prose", "terse")
#: Share of reports of orders that begin with why the images were asked for.
ASKED: Final = 0.6
#: Keep the wordings of people, and of one person's orders, apart.
SEED_STEP: Final = 1_000_003
PERSON_STEP: Final = 101


@dataclass(frozen=True, slots=True)
class Typist:
    """Who writes reports, and how.

    Parameters
    ----------
    language
        ``en``, ``zh``, or ``mixed``: Chinese sentences with English words and English ones.
    style
        ``structured`` (a line each, with bullets), ``prose``, ``terse``.
    wording
        ``usual``, or ``held-out``: phrases of which usual reports have none, so that what learned
        from those can be tested.
    typos
        Share of words that are typed wrongly, from 0 to 1; none that carry status or numbers.
    """

    language: Language = "zh"
    style: Style = "prose"
    wording: Wording = "usual"
    typos: float = 0.0

    def report(
        self,
        statements: Sequence[Statement],
        procedure: str,
        seed: int = 0,
        about: Patient | None = None,
    ) -> Report:
        """A report that says these statements; see :func:`report`."""
        page = self.begun(procedure, seed)
        if about is not None:
            page.person(about)
        return finished(page, statements, procedure)

    def report_of(self, order: Order, seed: int = 0, about: Patient | None = None) -> Report:
        """The report of an order of a life.

        Worded by ``seed``, the person and the order; most begin with why the images were asked
        for, which is a question and no finding.
        """
        own = seed * SEED_STEP + order.person * PERSON_STEP + int(order.accession[-2:])
        page = self.begun(order.procedure, own)
        if about is not None:
            page.person(about)
        if page.speaker.draws.chance(ASKED):
            page.indication(order.reason)
        return finished(page, order.statements, order.procedure)

    def begun(self, procedure: str, seed: int) -> Page:
        """An empty page in a hand of its own."""
        language, style = self.language, self.style
        if procedure not in NORMAL or language not in LANGUAGES or style not in STYLES:
            raise ValueError(f"no report of {procedure} in {language}, {style}")
        if self.wording not in WORDINGS or not 0 <= self.typos <= 1:
            raise ValueError(f"no such wording: {self.wording}, {self.typos} typos")
        draws = Draws(TALK, seed)
        return Page(Speaker(draws, hand(draws, language, style), self.wording), self.typos)


def report(
    statements: Sequence[Statement],
    procedure: str,
    language: Language = "zh",
    style: Style = "prose",
    seed: int = 0,
    about: Patient | None = None,
) -> Report:
    """A report that says these statements, in usual words without typing errors.

    Parameters
    ----------
    statements
        What it says; empty: what is normal for the procedure.
    procedure
        A code of ``data/procedures.csv`` (``IM-CT-CHEST``).
    language, style
        As in :class:`Typist`.
    seed
        Of the wording and the typing.
    about
        Whose report it is: it then begins with a line of personal data, as many real ones do.

    Raises
    ------
    ValueError
        Unknown procedure, language or style.
    """
    return Typist(language, style).report(statements, procedure, seed, about)


def report_of(
    order: Order,
    language: Language = "zh",
    style: Style = "prose",
    seed: int = 0,
    about: Patient | None = None,
) -> Report:
    """The report of an order of a life, as :meth:`Typist.report_of` in usual words."""
    return Typist(language, style).report_of(order, seed, about)


def finished(page: Page, statements: Sequence[Statement], procedure: str) -> Report:
    """The page with its sections."""
    said = tuple(statements) or tuple(Statement(one, "absent") for one in NORMAL[procedure])
    page.technique(procedures()[procedure]["modality"])
    page.findings(said)
    page.impression(said)
    return page.done()
