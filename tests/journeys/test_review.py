"""A person alone at a laptop: a picture waits, is looked at, and leaves without what names."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pydicom
import pytest

from tests.flows.standing_alone import original, release, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A run that left a picture to a person."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "marked").write_bytes(original(BurnedInAnnotation="YES"))
    release(tmp_path / "in", tmp_path / "out", ocr=False, jobs=1)
    return tmp_path


@pytest.fixture
def address(place: Path) -> Iterator[str]:
    """Where the pages are."""
    command = [sys.executable, "-m", "yushan", "review", str(place / "out")]
    environment = {**os.environ, "LC_ALL": "zh_TW.UTF-8"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as pages:
        assert pages.stdout is not None
        line = pages.stdout.readline()
        assert line.startswith("1張影像待決定")
        yield line[line.index("http") : line.index("；")]
        pages.send_signal(signal.SIGINT)
        assert pages.wait(20) == 0


def test_a_box_is_drawn_decided_and_filled_by_the_same_command(
    place: Path, address: str, browser: Browser
) -> None:
    page = browser.new_page()
    page.goto(address)
    page.get_by_role("link", name="marked").click()
    layer = page.locator("#layer svg").bounding_box()
    assert layer is not None
    page.mouse.move(layer["x"] + 10, layer["y"] + 20)
    page.mouse.down()
    page.mouse.move(layer["x"] + 40, layer["y"] + 30)
    page.mouse.up()
    page.keyboard.press("1")
    page.locator("#who").fill("放射師甲")
    page.get_by_role("button", name="決定").click()
    page.get_by_text("塗去方框").wait_for()
    page.close()
    report = release(place / "in", place / "out", ocr=False, jobs=1)
    row = rows_of(report)["marked"]
    assert row["outcome"] == "released"
    assert row["decided"]["who"] == "放射師甲"
    made = pydicom.dcmread(place / "out" / row["output"]).pixel_array
    assert len(set(made[21:29, 11:39].ravel().tolist())) == 1
    assert len(set(made[40:50, 11:39].ravel().tolist())) > 1
