"""OHIF in a real browser over the whole house: lit pixels, no error, nothing off the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.window import LIT_SHARE, VIEWPORT, Window
from yushan.base import EVERYTHING
from yushan.services.catalogue import Query

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.journeys.house import House
    from yushan.services.catalogue import SeriesRow

pytestmark = [pytest.mark.peer, pytest.mark.xdist_group("house")]

#: What is looked at in the middle of the body.
STACKS = frozenset({"CT", "MR", "PT"})
#: Pages whose pictures stand in the documentation.
PICTURED = (
    ("/", "home"), ("/studies", "studies"), ("/tour", "tour"), ("/steward", "steward"),
)  # fmt: skip
#: How much of the viewport an overlay covers at least: the tops of both lungs, a few contours.
COLOUR_SHARE = {"SEG": 0.004, "RTSTRUCT": 0.0004}


@pytest.fixture
def window(browser: Browser, house: House):
    opened: list[Window] = []

    def open_as(role: str, portal: str = "") -> Window:
        opened.append(Window(browser, house, role, portal))
        return opened[-1]

    yield open_as
    for one in opened:
        one.context.close()


def studies(house: House, modality: str) -> list[str]:
    rows = house.catalogue.studies(EVERYTHING, Query(modalities=(modality,)), 10, 0)
    return [row.study_instance_uid for row in sorted(rows, key=lambda row: -row.instances)]


def series_of(house: House, modality: str) -> SeriesRow:
    """The series of a modality with the most to show."""
    found = [one for one in house.catalogue.series(EVERYTHING) if one.modality == modality]
    return max(found, key=lambda one: one.bytes)


@pytest.mark.parametrize("modality", ["CT", "MR", "CR", "PT"])
def test_a_study_lights_up_in_the_viewer(window, house: House, modality: str) -> None:
    steward = window("steward")
    shown = series_of(house, modality)
    steward.view(shown.study_instance_uid, shown.series_instance_uid)
    if modality in STACKS:
        steward.scroll_to_middle()
    assert steward.wait_for_light() >= LIT_SHARE
    steward.shoot(f"viewer-{modality.lower()}")
    assert steward.wrong == []


def test_the_frames_of_a_clip_play(window, house: House) -> None:
    steward = window("steward")
    steward.view(studies(house, "US")[0])
    assert steward.wait_for_light() >= LIT_SHARE
    steward.viewer.locator('[data-cy="study-browser-thumbnail"]').nth(1).dblclick()
    steward.page.wait_for_timeout(2000)
    steward.viewer.locator('[data-cy="cine-player-play-pause"]').click()
    seen = set()
    for _ in range(8):
        steward.page.wait_for_timeout(250)
        seen.add(steward.pixels().tobytes())
    assert len(seen) > 1
    steward.shoot("viewer-cine")
    assert steward.wrong == []


@pytest.mark.parametrize("kind", ["SEG", "RTSTRUCT"])
def test_what_was_drawn_upon_a_ct_lies_over_it(window, house: House, kind: str) -> None:
    steward = window("steward")
    drawn = series_of(house, kind)
    steward.view(drawn.study_instance_uid, drawn.series_instance_uid)
    assert steward.wait_for(steward.coloured_share, COLOUR_SHARE[kind]) >= COLOUR_SHARE[kind]
    steward.shoot(f"viewer-{kind.lower()}")
    assert steward.wrong == []


def test_the_bar_says_what_one_sees_and_nothing_of_who(window, house: House) -> None:
    steward = window("steward")
    steward.view(studies(house, "CT")[0])
    assert steward.wait_for_light() >= LIT_SHARE
    page = steward.page
    assert "research use only" in page.locator(".bar .research").inner_text()
    words = steward.viewer.locator("body").inner_text()
    assert "Patient" not in words
    assert steward.viewer.locator('a[href^="http"]').count() == 0
    page.locator(".bar .back").click()
    assert page.url.endswith(f"/studies/{studies(house, 'CT')[0]}")
    assert steward.wrong == []


def test_scrolling_shows_another_slice(window, house: House) -> None:
    steward = window("steward")
    steward.view(studies(house, "CT")[0])
    assert steward.wait_for_light() >= LIT_SHARE
    before = steward.page.screenshot(clip=VIEWPORT)
    steward.page.mouse.move(760, 450)
    steward.page.mouse.wheel(0, 400)
    steward.page.wait_for_timeout(3000)
    assert steward.page.screenshot(clip=VIEWPORT) != before
    assert steward.wrong == []


def test_who_has_no_scope_sees_no_pixel_even_with_the_address(window, house: House) -> None:
    visitor = window("visitor")
    address = f"{house.url()}/viewer/viewer?StudyInstanceUIDs={studies(house, 'CT')[0]}"
    visitor.page.goto(address)
    visitor.page.wait_for_timeout(6000)
    frames = [wrong for wrong in visitor.wrong if "/frames/" in wrong]
    assert frames == []
    answer = visitor.context.request.get(
        f"{house.url()}/dicom-web/studies/{studies(house, 'CT')[0]}/metadata"
    )
    assert answer.status == 404
    listed = visitor.context.request.get(f"{house.url()}/dicom-web/studies")
    assert listed.json() == []


def test_the_portal_is_complete_with_real_images(window, house: House) -> None:
    steward = window("steward")
    for path, name in PICTURED:
        steward.page.goto(house.url() + path)
        steward.shoot(name)
    steward.page.goto(f"{house.url()}/studies/{studies(house, 'CT')[0]}")
    steward.shoot("study")
    steward.page.goto(f"{steward.page.url}/provenance")
    assert steward.page.locator("svg.flow").is_visible()
    steward.shoot("provenance", whole=True)
    assert steward.wrong == []


def test_the_hospital_sees_where_every_image_is(window, house: House) -> None:
    engineer = window("engineer", house.gateway("hospital-a").http.url())
    closing = engineer.page.locator(".closing").inner_text()
    received = house.reader.accounting()["hospital-a"].received
    assert str(received) in closing.replace(",", "")
    engineer.shoot("gateway", whole=True)
    assert engineer.wrong == []
