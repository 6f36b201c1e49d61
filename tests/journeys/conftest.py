"""A browser and the places it goes to: a running system named by the environment, else one of ours.

``YUSHAN_COMMONS`` and ``YUSHAN_GATEWAY`` name the portals of a running demo; without them a small
commons and a gateway are started in this process, with the real rooms and invented contents.
"""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import pytest
import uvicorn
from playwright.sync_api import sync_playwright

from tests.doors.portal.making import make_commons, make_gateway, uid
from tests.journeys.house import SITES, House
from tests.peers import need
from yushan.domain.dicom import summarize

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOTS = Path(__file__).parents[2] / ".cache" / "journeys"

#: Bytes of a page with all its parts as they came (a cached part counts as its packed size).
BROUGHT = """() => {
  const [page] = performance.getEntriesByType('navigation');
  const parts = performance.getEntriesByType('resource');
  const bytes = [page, ...parts].reduce((sum, one) => sum + one.encodedBodySize, 0);
  return {bytes, ms: Math.round(page.responseStart - page.requestStart)};
}"""


@dataclass(frozen=True)
class Places:
    """Where the portals are; ``study`` is a page of one study, ``is_real`` a whole running demo."""

    commons: str
    gateway: str
    study: str
    is_real: bool


class Served:
    """An application on a free port of loopback, in a thread."""

    def __init__(self, app) -> None:
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        asyncio.run(self.server.serve(sockets=[self.socket]))

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)
        self.socket.close()


@contextmanager
def our_own(folder: Path) -> Iterator[Places]:
    """Both portals of this process."""
    (folder / "commons").mkdir()
    (folder / "gateway").mkdir()
    commons = Served(make_commons(folder / "commons").app)
    gateway = Served(make_gateway(folder / "gateway").app)
    try:
        yield Places(commons.url, gateway.url, f"/studies/{uid('chest')}", is_real=False)
    finally:
        commons.stop()
        gateway.stop()


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The whole system of real processes: both hospitals' samples are in, nothing moves."""
    made = House(tmp_path_factory.mktemp("house"))
    try:
        made.start()
        made.feed_samples()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="package")
def originals(house: House) -> dict[str, dict[str, bytes]]:
    """What each hospital sent by C-STORE: SOP Instance UID → the first file under it."""
    found: dict[str, dict[str, bytes]] = {site: {} for site in SITES}
    for load in house.loads:
        for path in load.sent:
            data = path.read_bytes()
            found[load.hospital.name].setdefault(summarize(data).sop_instance_uid, data)
    return found


@pytest.fixture(scope="package")
def browser():
    """Chromium of the system."""
    chromium = need("chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--no-proxy-server"]
        )
        yield found
        found.close()


@pytest.fixture(scope="package")
def places(tmp_path_factory):
    """The running demo that the environment names, else our own."""
    commons, gateway = os.environ.get("YUSHAN_COMMONS"), os.environ.get("YUSHAN_GATEWAY")
    if commons and gateway:
        yield Places(commons, gateway, "", is_real=True)
        return
    with our_own(tmp_path_factory.mktemp("journeys")) as found:
        yield found


class Visitor:
    """A browser window that notes everything that must not happen."""

    def __init__(self, context, name: str) -> None:
        self.context, self.name = context, name
        self.page = context.new_page()
        self.wrong: list[str] = []
        self.expected: set[int] = set()
        self.page.on("console", self.note)
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        self.page.on("request", self.watch)

    def note(self, message) -> None:
        """Errors of the console; a refusal that the journey wants is none."""
        wanted = any(f"status of {status}" in message.text for status in self.expected)
        if message.type in {"error", "warning"} and not wanted:
            self.wrong.append(f"{message.type}: {message.text}")

    def watch(self, request) -> None:
        """No request leaves the machine."""
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.hostname not in {
            "127.0.0.1",
            "localhost",
        }:
            self.wrong.append(f"request to {request.url}")

    def go(self, address: str, status: int = 200):
        """Open a page."""
        if status >= 400:
            self.expected.add(status)
        answer = self.page.goto(address)
        assert answer.status == status, (address, answer.status)
        return self.page

    def sign_in(self, portal: str, role: str, onward: str) -> None:
        """The demo's one click."""
        self.page.goto(f"{portal}/sign-in?next={quote(onward, safe='')}")
        self.page.locator(f'button[name="role"][value="{role}"]').click()
        self.page.wait_for_load_state()

    def overflow(self) -> int:
        """How far the page scrolls sideways."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )

    def over_budget(self, most_bytes: int, most_ms: int) -> list[str]:
        """What the page that is open brought over the line, and how long its server took."""
        found = self.page.evaluate(BROUGHT)
        heavy = [f"brings {found['bytes']} bytes"] if found["bytes"] > most_bytes else []
        slow = [f"server took {found['ms']} ms"] if found["ms"] > most_ms else []
        return heavy + slow

    def shoot(self, name: str) -> None:
        """Keep a picture."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


@pytest.fixture
def visitors(browser, request):
    """Opens windows; at the end nothing wrong must have been noted in any of them."""
    opened: list[Visitor] = []

    def open_window(*, language="zh-Hant", theme="light", width=1280, script=True) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme,
            java_script_enabled=script, locale="zh-TW" if language == "zh-Hant" else "en-GB",
        )  # fmt: skip
        opened.append(Visitor(context, request.node.name))
        return opened[-1]

    yield open_window
    wrong = [one for visitor in opened for one in visitor.wrong]
    for visitor in opened:
        visitor.context.close()
    assert wrong == []
