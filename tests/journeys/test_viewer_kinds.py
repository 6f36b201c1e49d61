"""Every kind of image that recipes make, in the viewer with what was drawn upon it.

A small commons of synthetic patients: the real portal, DICOMweb door and viewer over packs in
memory. Bodies that take seconds to draw are looked at with ``YUSHAN_LOOKS=all``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import pytest

from tests.doors.dicomweb.commons import Held, Inline
from tests.doors.portal.making import FakeArchive, make_commons
from tests.journeys.conftest import Served
from tests.journeys.house import VIEWER
from tests.journeys.window import LIT_SHARE, Window
from yushan.assembly.web import application
from yushan.base import EVERYTHING
from yushan.domain.phantoms import RECIPES, Options
from yushan.domain.phantoms.cases.case import Case, Counter
from yushan.domain.phantoms.cases.making import KINDS
from yushan.domain.phantoms.recipes import Recipe, Visit
from yushan.doors import dicomweb, viewer
from yushan.doors.portal import commons_routes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.sync_api import Browser

    from yushan.domain.packs import Sidecar
    from yushan.domain.phantoms.recipes import Step
    from yushan.services.catalogue import SeriesRow

pytestmark = [pytest.mark.peer]

BODY = {"lesions": ["mass", "node", "metastasis"]}
#: Masks or their borders cover so much of the viewport at least.
DRAWN = 0.0004
#: Pictures in colour of their own, where borders alone tell.
COLOURED = {"op", "es"}


class Shown(NamedTuple):
    """A step of a recipe, what is different in it here, and which series of it is opened."""

    recipe: str
    opened: str
    step: int = 0
    changed: Mapping[str, Any] = MappingProxyType({})
    is_dear: bool = False
    lit: float = LIT_SHARE


KIND = {
    "mg": Shown("mammography", "SEG"),
    "dx": Shown("chest-xray", "SEG", 0, {"wishes": BODY, "choice": {"views": ["PA"]}}),
    "us": Shown("abdomen-us", "SEG"),
    "xa": Shown("angiogram", "SEG", 0, {"wishes": BODY}),
    "op": Shown("fundus", "SEG"),
    "opt": Shown("oct", "SEG"),
    "opt-rtstruct": Shown("oct", "RTSTRUCT"),
    "es": Shown("endoscopy", "SEG"),
    "sm": Shown("slide", "SM", lit=0.4),
    "ecg": Shown("ecg-12", "ECG"),
    "mr-seg": Shown("neck-mr-npc", "SEG", 0, {"small": (12, 96, 96)}, is_dear=True),
    "mr-rtstruct": Shown("neck-mr-npc", "RTSTRUCT", 0, {"small": (12, 96, 96)}, is_dear=True),
    "pt-seg": Shown("pet-ct", "SEG", 1, is_dear=True),
    "pt-rtstruct": Shown("pet-ct", "RTSTRUCT", 1, is_dear=True),
    "nm-spect": Shown("heart-spect-ct", "SEG", 1, {"wishes": BODY}, is_dear=True),
    "nm": Shown("bone-scan", "NM", 0, {"wishes": BODY}, is_dear=True, lit=0.01),
}
WANTED = [
    name for name, one in KIND.items()
    if not one.is_dear or os.environ.get("YUSHAN_LOOKS") == "all"
]  # fmt: skip


@dataclass
class Shelf(FakeArchive):
    """Packs in memory with their sidecars."""

    packs: dict[str, bytes] = field(default_factory=dict)

    def read(self, pack: str, start: int, length: int) -> bytes:
        return self.packs[pack][start : start + length]


def steps() -> dict[tuple[str, int], Step]:
    """What is made: each step once, however many of its series are opened."""
    return {
        (one.recipe, one.step): msgspec.structs.replace(
            RECIPES[one.recipe].visits[0].steps[one.step], **one.changed
        )
        for one in map(KIND.__getitem__, WANTED)
    }


def held() -> Held:
    """A study for each step."""
    found = Held()
    visits = tuple(Visit(recipe.upper(), (step,)) for (recipe, _), step in steps().items())
    recipe = Recipe("viewer", "", "", "", "", 0, visits, people="woman")
    case = Case(recipe, 5, Options("small", truths=("seg", "rtstruct")))
    for number, visit in enumerate(visits, 1):
        made = KINDS[visit.steps[0].kind](case, Counter(case.study(number, visit)), visit.steps[0])
        found.add([one.data for one in made if one.name.endswith(".dcm")])
    return found


@pytest.fixture(scope="module")
def commons(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """The small commons; ``url()`` is where it answers."""
    of = held()
    sidecars: tuple[Sidecar, ...] = tuple(of.sidecars)
    site = make_commons(tmp_path_factory.mktemp("kinds"), sidecars=sidecars, entries=0)
    shelf = Shelf(sidecars, packs=of.packs)
    app = application(
        [
            *commons_routes(site.shell, replace(site.rooms, archive=shelf)),
            *dicomweb.routes(site.catalogue, shelf, Inline()),
            *viewer.routes(VIEWER),
        ],
        accounts=site.accounts, pages=site.shell, cookie=site.shell.place.session_cookie,
    )  # fmt: skip
    served = Served(app)
    yield SimpleNamespace(url=lambda: served.url, catalogue=site.catalogue)
    served.stop()


@pytest.fixture(scope="module")
def window(browser: Browser, commons: SimpleNamespace) -> Iterator[Window]:
    """One window for all kinds: the viewer's scripts are loaded once."""
    opened = Window(browser, commons, "steward")
    yield opened
    opened.context.close()


def series_of(commons: SimpleNamespace, recipe: str, modality: str) -> SeriesRow:
    """Organs where there are some, else the last series of a modality: of a clip before a still."""
    rows = [
        one for one in commons.catalogue.series(EVERYTHING)
        if one.study_description == recipe.upper() and one.modality == modality
    ]  # fmt: skip
    return max(rows, key=lambda one: (one.description.startswith("Organs"), one.series_number or 0))


@pytest.mark.parametrize("name", WANTED)
def test_a_kind_is_shown_with_what_was_drawn_upon_it(
    window: Window, commons: SimpleNamespace, name: str
) -> None:
    kind = KIND[name]
    window.wrong.clear()
    shown = series_of(commons, kind.recipe, kind.opened)
    window.view(shown.study_instance_uid, shown.series_instance_uid)
    if kind.opened in {"SEG", "RTSTRUCT"}:
        share = window.border_share if name in COLOURED else window.coloured_share
        assert window.wait_for(share, DRAWN) >= DRAWN
    assert window.wait_for(window.lit_share, kind.lit) >= kind.lit
    window.shoot(f"viewer-{name}")
    assert window.wrong == []
