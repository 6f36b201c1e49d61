"""The command line as an operator uses it, on the settings of a demo that is not running."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.commands import yushan

from yushan.assembly.demo.plan import lay_out
from yushan.base import SystemClock
from yushan.domain.population import identity

if TYPE_CHECKING:
    from pathlib import Path

PERSON = identity("A", "F", 900)


@pytest.fixture(scope="module")
def configs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plan")
    lay_out(folder, 0, folder / "viewer", SystemClock()).processes()
    return folder / "config"


def program(*arguments: object, typed: str = "") -> subprocess.CompletedProcess[str]:
    """The same as `yushan`, as a process."""
    command = [sys.executable, "-m", "yushan", *map(str, arguments)]
    return subprocess.run(command, input=typed, capture_output=True, text=True, check=False)


def test_a_choice_is_recorded_and_shown_without_its_number_anywhere(configs: Path) -> None:
    office = configs / "citizen.toml"
    said = program(
        "consent", "record", "--config", office, "stop", "--use", "industry", "--json",
        typed=f"{PERSON}\n",
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["decision"] == "stop"
    shown = yushan("consent", "show", "--config", office, "--json", typed=f"{PERSON}\n")
    assert json.loads(shown.stdout)["standing"]["industry"] == "stop"
    assert json.loads(shown.stdout)["standing"]["academic"] == "allow"
    assert PERSON not in said.stdout + said.stderr + shown.stdout + shown.stderr


def test_an_empty_gateway_closes_and_takes_a_folder(configs: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "note.txt").write_text("not an image")
    gateway = configs / "hospital-a.toml"
    taken = yushan("gateway", "import", "--config", gateway, tmp_path / "in", "--json")
    assert taken.returncode == 0, taken.stderr
    assert json.loads(taken.stdout)["taken"] == 1
    status = yushan("gateway", "status", "--config", gateway, "--json")
    found = json.loads(status.stdout)
    assert (status.returncode, found["received"], found["closes"]) == (0, 1, True)


def test_a_file_for_another_role_is_refused_with_a_remedy(configs: Path) -> None:
    refused = program("gateway", "status", "--config", configs / "citizen.toml")
    assert refused.returncode == 1
    assert "assembly.other-role" in refused.stderr


def test_settings_are_checked_without_starting(configs: Path, tmp_path: Path) -> None:
    assert yushan("config", "check", configs / "commons.toml").returncode == 0
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('role = "keyholder"\nnope = 1\n')
    assert yushan("config", "check", wrong).returncode == 1
    assert yushan("config", "check", tmp_path / "none.toml").returncode == 2
