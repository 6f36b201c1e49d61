"""The marked patient through the commands for one folder: nothing of him is in what they leave."""

from __future__ import annotations

import html
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys import marks
from tests.journeys.marks import marks_in

pytestmark = pytest.mark.slow

PROGRAM = Path(sys.executable).parent / "yushan"


def call(*arguments: object) -> subprocess.CompletedProcess[bytes]:
    """The command; whatever it prints bears no mark."""
    made = subprocess.run(
        [PROGRAM, *map(str, arguments)], capture_output=True, check=False, timeout=300
    )
    assert not marks_in(made.stdout), arguments[0]
    assert not marks_in(made.stderr), arguments[0]
    return made


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A disc of the marked patient, cleaned."""
    home = tmp_path_factory.mktemp("home")
    drawer = home / "in" / f"{marks.FAMILY} {marks.NUMBER}" / marks.HAN
    drawer.mkdir(parents=True)
    files = {
        f"{marks.CHART}.dcm": marks.written(marks.plain(1)),
        f"{marks.HAN}-2.dcm": marks.written(marks.plain(2)),
        "everything.dcm": marks.written(marks.everything()),
        f"{marks.BORN} broken.dcm": marks.broken(marks.plain(3)),
        f"{marks.FAMILY}.png": b"\x89PNG\r\n\x1a\n" + marks.STORY.encode(),
        f"{marks.PHONE}.txt": marks.STORY.encode(),
        f"{marks.GIVEN}.dcm": marks.STORY.encode(),
    }
    for name, data in files.items():
        (drawer / name).write_bytes(data)
    made = call("deid", home / "in", home / "out", "--no-ocr", "--json")
    assert made.returncode in {0, 1}, made.stderr
    return home


def test_the_outputs_bear_no_mark_in_name_or_content(home: Path) -> None:
    found = [path for path in (home / "out").rglob("*") if path.is_file()]
    assert len([path for path in found if path.suffix == ".dcm"]) >= 2
    for path in (home / "out").rglob("*"):
        assert not marks_in(str(path.relative_to(home)))
        assert not path.is_file() or not marks_in(path.read_bytes()), path


def test_report_and_page_name_inputs_by_the_keys_and_tell_nothing_else(home: Path) -> None:
    keys = home / "out.keys"
    assert keys.stat().st_mode & 0o77 == 0
    report = json.loads((keys / "report.json").read_text("utf-8"))
    assert sum(one["outcome"] == "released" for one in report["rows"]) >= 2
    for row in report["rows"]:
        assert not marks_in(json.dumps({k: v for k, v in row.items() if k != "input"}))
    (page,) = keys.rglob("*.html")
    assert page.stat().st_mode & 0o77 == 0
    said = page.read_text("utf-8")
    for row in report["rows"]:
        said = said.replace(html.escape(row["input"]), "")
    assert not marks_in(said)


def test_verifying_against_the_originals_finds_and_tells_nothing(home: Path) -> None:
    made = call("verify", home / "out", "--against", home / "in", "--json")
    assert made.returncode == 0, made.stdout


def test_verifying_the_originals_tells_places_and_no_words(home: Path) -> None:
    drawer = next((home / "in").iterdir())
    made = subprocess.run(
        [PROGRAM, "verify", drawer, "--json"], capture_output=True, check=False, timeout=300
    )
    assert made.returncode == 1
    said = made.stdout.decode() + made.stderr.decode()
    for name in sorted({part for path in drawer.rglob("*") for part in path.relative_to(
            home).parts}, key=len, reverse=True):  # fmt: skip
        said = said.replace(name, "").replace(json.dumps(name)[1:-1], "")
    assert not marks_in(said)


@pytest.mark.parametrize(
    "arguments",
    [
        ("deid", f"/nowhere/{marks.FAMILY}", "/nowhere/out"),
        ("deid", "--policy", marks.FAMILY, "/tmp", "/nowhere/out"),
        ("deid", "--option", f"+{marks.FAMILY}", "/tmp", "/nowhere/out"),
        ("verify", f"/nowhere/{marks.NUMBER}"),
    ],
)
def test_a_refusal_leaves_nothing_on_the_disk(arguments: tuple[str, ...]) -> None:
    made = subprocess.run([PROGRAM, *arguments], capture_output=True, check=False, timeout=60)
    assert made.returncode in {1, 2, 3}
    assert b"Traceback" not in made.stderr
