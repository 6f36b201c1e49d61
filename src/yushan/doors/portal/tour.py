"""The tour of the demo: people, their steps, and which were seen. Never outside the demo."""

from __future__ import annotations

import threading
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import msgspec
from starlette.responses import RedirectResponse, Response

from yushan.base import EVERYTHING, Absent
from yushan.doors.portal.accounting import OTHER as PLACES
from yushan.doors.portal.shell import HEADERS, account_of, language_of
from yushan.doors.portal.states import STATES
from yushan.doors.portal.words import Words
from yushan.services.accounts import role_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.base import Language
    from yushan.doors.portal.finder import Finder
    from yushan.doors.portal.ports import Demo, DemoNow
    from yushan.doors.portal.shell import Shell
    from yushan.services.archive import Admissions, SiteAccount


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step of a story: a place and what one sees there."""

    href: str
    en: str
    zh: str


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person's sentence and steps."""

    role: str
    en: str
    zh: str
    step: tuple[Step, ...]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file ``tour.toml``."""

    person: tuple[Person, ...]


def load() -> tuple[Person, ...]:
    """The people of the tour."""
    text = (files("yushan.doors.portal") / "data" / "tour.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Table).person


PEOPLE: Final = load()


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step as drawn; ``number`` is its place in the table, from 1."""

    number: int
    word: str
    seen: bool


@dataclass(frozen=True, slots=True)
class Story:
    """A person as drawn."""

    role: str
    name: str
    quote: str
    steps: tuple[ShownStep, ...]
    can_sign_in: bool


@dataclass(frozen=True, slots=True)
class TourSum:
    """The closing line over all hospitals."""

    received: int
    searchable: int
    other: int
    parts: tuple[tuple[str, int], ...]
    moves: bool

    @property
    def closes(self) -> bool:
        """Nothing is missing between the hospitals and the centre."""
        return self.received == self.searchable + self.other


class Tour:
    """`/tour` and its steps."""

    def __init__(
        self, shell: Shell, demo: Demo | None, admissions: Admissions, finder: Finder,
        roles: frozenset[str],
    ) -> None:  # fmt: skip
        self.shell, self.demo, self.admissions = shell, demo, admissions
        self.finder, self.roles = finder, roles
        self.seen: set[tuple[str, int]] = set()
        self.lock = threading.Lock()

    def routes(self) -> list[BaseRoute]:
        """The addresses, in the demo; nowhere else."""
        if not self.shell.place.demo:
            return []
        return [
            self.shell.get("/tour", self.show),
            self.shell.get("/tour/{role}/{number:int}", self.go),
        ]

    def now(self) -> DemoNow | None:
        """What runs; None while nothing is known of the hospitals."""
        found = self.demo.now() if self.demo else None
        return found if found is not None and found.gateways else None

    def places(self, now: DemoNow | None) -> dict[str, str]:
        """What the braces of the steps stand for at this moment."""
        urls = [gateway.url.rstrip("/") for gateway in now.gateways] if now else []
        found = dict(zip(("gateway", "other"), urls, strict=False))
        if study := self.finder.any_study(EVERYTHING):
            found["study"] = f"/studies/{study}"
            found["viewer"] = self.shell.place.viewer.format(study=study)
        return found

    def show(self, request: Request) -> Response:
        """What runs, the sum over all, pictures, and everybody's steps."""
        language, now = language_of(request), self.now()
        sites, account = self.admissions.accounting(), account_of(request)
        stories = self.stories(language, self.places(now))
        return self.shell.page(
            request, "tour.html", here="tour", now=now, stories=stories,
            sum=tour_sum(now, sites, Words(language)) if now else None,
            searchable=sum(site.admitted for site in sites),
            closes=all(site.closes for site in sites),
            pictures=self.finder.samples(account.scope, language) if account else (),
            gateway=now.gateways[0].url.rstrip("/") if now else "",
            steps=sum(len(story.steps) for story in stories),
            seen=sum(step.seen for story in stories for step in story.steps),
        )  # fmt: skip

    def stories(self, language: Language, places: Mapping[str, str]) -> list[Story]:
        """Everybody's steps that exist."""
        return [
            Story(
                person.role, role_name(person.role, language),
                person.en if language == "en" else person.zh,
                tuple(
                    ShownStep(
                        number, step.en if language == "en" else step.zh,
                        (person.role, number) in self.seen,
                    )
                    for number, step in enumerate(person.step, 1)
                    if target_of(step, places) is not None
                ),
                person.role in self.roles,
            )
            for person in PEOPLE
        ]  # fmt: skip

    def go(self, request: Request) -> Response:
        """Tick the step and go to its page."""
        role, number = request.path_params["role"], request.path_params["number"]
        steps = next((person.step for person in PEOPLE if person.role == role), ())
        if not 1 <= number <= len(steps):
            raise Absent("portal.no-such-page")
        target = target_of(steps[number - 1], self.places(self.now()))
        if target is None:
            raise Absent("portal.no-such-page")
        with self.lock:
            self.seen.add((role, number))
        return RedirectResponse(target, 303, HEADERS)


def target_of(step: Step, places: Mapping[str, str]) -> str | None:
    """Where the step leads; None if its place is not there."""
    try:
        return step.href.format_map(places)
    except KeyError:
        return None


def tour_sum(now: DemoNow, sites: Sequence[SiteAccount], words: Words) -> TourSum:
    """Received by the gateways = searchable at the centre + every other place."""
    states: dict[str, int] = {}
    for gateway in now.gateways:
        for state, count in gateway.states.items():
            if state != "acknowledged":
                states[state] = states.get(state, 0) + count
    parts = [(STATES["object"][state].word(words.language), n) for state, n in states.items()]
    parts += [
        (words.translate(word), sum(getattr(site, place) for site in sites))
        for place, word in PLACES.items()
    ]
    sums: dict[str, int] = {}
    for word, n in parts:
        sums[word] = sums.get(word, 0) + n
    shown = tuple((word, n) for word, n in sums.items() if n)
    moving = ("received", "held", "ready", "deidentified", "packed", "sent")
    return TourSum(
        received=sum(gateway.received for gateway in now.gateways),
        searchable=sum(site.admitted for site in sites),
        other=sum(n for _, n in shown),
        parts=shown,
        moves=any(states.get(state) for state in moving) or any(site.in_work for site in sites),
    )
