"""A browser window of one person upon the viewer: lit and coloured pixels, and what went wrong."""

from __future__ import annotations

import io
import re
import time
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, urlsplit

import numpy as np
from PIL import Image

from tests.journeys.conftest import SHOTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, FrameLocator, Page

LIT_LEVEL = 20
LIT_SHARE = 0.02
PATIENCE_S = 60.0
#: A pixel whose colours differ that much is no grey of an image: an overlay.
COLOUR_LEVEL = 60
#: Borders of masks that no picture of tissue has itself: orange, blue, violet, green.
BORDERS = ((250, 170, 40), (80, 190, 240), (200, 90, 220), (120, 220, 90))
NEAR = 40
VIEWPORT = {"x": 290, "y": 165, "width": 940, "height": 700}
#: The viewer sums up masks of frames that it has not loaded yet, and fails; they are shown.
ITS_OWN = "calculateSegmentsStatisticsStack"


class Served(Protocol):
    """Where the commons answers."""

    def url(self) -> str: ...


class Window:
    """A browser window of one person that notes errors, failures and requests off the machine."""

    def __init__(self, browser: Browser, house: Served, role: str, portal: str = "") -> None:
        self.house = house
        locale = "zh-TW" if portal else "en-GB"
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, locale=locale)
        self.page: Page = self.context.new_page()
        self.wrong: list[str] = []
        self.page.on("console", self.note)
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        self.page.on("request", self.watch)
        self.page.on("response", self.look)
        onward = "/accounting" if portal else "/studies"
        self.page.goto(f"{portal or house.url()}/sign-in?next={quote(onward)}")
        self.page.locator(f'button[name="role"][value="{role}"]').click()
        self.page.wait_for_load_state()

    def note(self, message) -> None:
        if message.type == "error" and ITS_OWN not in message.text:
            self.wrong.append(message.text)

    def watch(self, request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.hostname != "127.0.0.1":
            self.wrong.append(f"request to {request.url}")

    def look(self, response) -> None:
        if response.status >= 400:
            self.wrong.append(f"{response.status} {response.url}")

    def view(self, study: str, series: str = "") -> None:
        onward = f"?series={series}" if series else ""
        self.page.goto(f"{self.house.url()}/studies/{study}/view{onward}")

    @property
    def viewer(self) -> FrameLocator:
        """The viewer below the bar."""
        return self.page.frame_locator("iframe")

    def pixels(self) -> np.ndarray:
        """The viewport as seen, ``[row, column, colour]``."""
        shot = self.page.screenshot(clip=VIEWPORT, timeout=PATIENCE_S * 1000)
        return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)

    def lit_share(self) -> float:
        """Which part of the viewport is brighter than air."""
        return float((self.pixels().mean(axis=2) > LIT_LEVEL).mean())

    def coloured_share(self) -> float:
        """Which part of a lit viewport is no grey; nothing while a bar says how far loading is.

        The viewer's own marks stand at the edge, which is left out.
        """
        shown = self.pixels()[40:-90, 40:-40]
        lit = float((shown.mean(axis=2) > LIT_LEVEL).mean())
        return float((np.ptp(shown, axis=2) > COLOUR_LEVEL).mean()) if lit >= LIT_SHARE else 0.0

    def border_share(self) -> float:
        """Which part of the viewport has a colour that only borders of masks have."""
        gaps = np.abs(self.pixels()[:, :, None] - np.array(BORDERS)).max(axis=3)
        return float((gaps.min(axis=2) < NEAR).mean())

    def wait_for(self, share_of: Callable[[], float], wanted: float) -> float:
        """Wait until so much is there."""
        end = time.monotonic() + PATIENCE_S
        while (share := share_of()) < wanted and time.monotonic() < end:
            self.page.wait_for_timeout(500)
        return share

    def wait_for_light(self) -> float:
        """Wait for the first image."""
        return self.wait_for(self.lit_share, LIT_SHARE)

    def scroll_to_middle(self) -> None:
        """Leave the first slice, which may be next to nothing, for the middle one."""
        place = self.viewer.get_by_text(re.compile(r"\(\d+/\d+\)")).first
        place.wait_for(timeout=PATIENCE_S * 1000)
        self.page.mouse.move(760, 450)
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            number, _, count = place.inner_text().rpartition("(")[2].rstrip(")").partition("/")
            if int(number) > int(count) // 2:
                return
            self.page.mouse.wheel(0, 100)
            self.page.wait_for_timeout(150)

    def shoot(self, name: str, *, whole: bool = False) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", full_page=whole)
