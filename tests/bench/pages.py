"""How long the servers of the portals think about each page: the demo's data, 300 ms allowed.

A whole house runs as the demo does: two hospitals, key holders, office, commons, with the sample
studies of both hospitals sent and admitted. Every page of ``tests/journeys/test_every_page.py`` is
asked for by the person it is for, over one connection that is kept, the first time uncounted; a
figure is the 95th percentile from the request to the last byte on loopback. Beside it stands what
the role's process spent of the processor for one answer, so that others on the machine do not
count. A busy machine makes the first figure worse than it is, never better.

Run: ``python -m tests.bench pages`` or, with what the processor spent, ``python -m
tests.bench.pages``. A running demo is measured where ``YUSHAN_COMMONS`` and ``YUSHAN_GATEWAY`` name
its portals.
"""

from __future__ import annotations

import os
import re
import statistics
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypedDict

import httpx

from tests.doors.portal.making import csrf_of
from tests.journeys.house import House
from tests.journeys.test_every_page import PAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

ALLOWED_MS = 300.0
TURNS = 20
#: A study is opened where a page is about one.
STUDY = "STUDY"


class Row(TypedDict):
    """One line: milliseconds found and allowed, and how many times below it is."""

    name: str
    ours: float
    peer: float
    ratio: float


class Portal(NamedTuple):
    """Where a portal is, and its process (0: not ours)."""

    url: str
    pid: int


class Page(NamedTuple):
    """A page as it was measured: 95th percentile and the processor's time an answer, ms."""

    name: str
    p95_ms: float
    own_ms: float


@contextmanager
def portals() -> Iterator[dict[str, Portal]]:
    """Commons and one gateway: those of the environment, else a house of our own."""
    commons, gateway = os.environ.get("YUSHAN_COMMONS"), os.environ.get("YUSHAN_GATEWAY")
    if commons and gateway:
        yield {"commons": Portal(commons, 0), "gateway": Portal(gateway, 0)}
        return
    with tempfile.TemporaryDirectory(prefix="pages-") as folder:
        house = House(Path(folder))
        house.start()
        try:
            house.feed_samples()
            site = house.plan.gateways[0]
            pids = {one.name: one.pid for one in house.processes.all}
            yield {
                "commons": Portal(house.url(), pids.get("commons", 0)),
                "gateway": Portal(str(site.http.url()), pids.get(site.name, 0)),
            }
        finally:
            house.stop()


@contextmanager
def person(portal: Portal, role: str | None) -> Iterator[httpx.Client]:
    """A browser of somebody who is signed in by the demo's one click, or of nobody."""
    headers = {"accept": "text/html", "accept-language": "zh-TW"}
    with httpx.Client(base_url=portal.url, headers=headers, trust_env=False, timeout=60) as web:
        if role is not None:
            told = {"csrf": csrf_of(web.get("/sign-in")), "role": role, "next": "/help"}
            assert web.post("/tour/sign-in", data=told).status_code == 303, role
        yield web


def study_of(web: httpx.Client) -> str:
    """The address of one study."""
    return re.findall(r'href="(/studies/[0-9.]+)"', web.get("/studies").text)[0]


def own_s(pid: int) -> float:
    """What a process spent of the processor so far, seconds."""
    if not pid:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(web: httpx.Client, path: str, status: int, pid: int) -> tuple[float, float]:
    """95th percentile of the wall and the mean of the processor's time of one page, ms."""
    assert web.get(path).status_code == status, path
    found, before = [], own_s(pid)
    for _ in range(TURNS):
        begun = time.perf_counter()
        web.get(path)
        found.append((time.perf_counter() - begun) * 1000)
    own = (own_s(pid) - before) / TURNS * 1000
    return statistics.quantiles(found, n=20)[-1], own


def pages() -> Iterator[Page]:
    """Every page, by the person it is for."""
    with portals() as places:
        for place, portal in places.items():
            for role in dict.fromkeys(one[1] for one in PAGES if one[0] == place):
                with person(portal, role) as web:
                    for _, _, path, status in (p for p in PAGES if p[:2] == (place, role)):
                        address = path.replace(STUDY, study_of(web)) if STUDY in path else path
                        told = f"{place} {path} ({role or 'nobody'})"
                        yield Page(told, *measured(web, address, status, portal.pid))


def rows() -> list[Row]:
    """A line for each page, the slowest first."""
    found = sorted(pages(), key=lambda one: -one.p95_ms)
    return [
        Row(name=f"p95 ms of {one.name}", ours=round(one.p95_ms, 1), peer=ALLOWED_MS,
            ratio=ALLOWED_MS / one.p95_ms)
        for one in found
    ]  # fmt: skip


if __name__ == "__main__":
    print(f"{'page':<72}{'p95 ms':>9}{'own ms':>9}{'allowed':>9}")
    for one in sorted(pages(), key=lambda each: -each.p95_ms):
        mark = "" if one.p95_ms <= ALLOWED_MS else "  over"
        print(f"{one.name:<72}{one.p95_ms:>9.1f}{one.own_ms:>9.1f}{ALLOWED_MS:>9.0f}{mark}")
