"""``yushan deid`` and ``yushan verify`` as a hospital's engineer uses them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from tests.flows.standing_alone import PLANTED, check_no_leak, content_of, lay_out, original

from yushan.domain.deid import policy_file

if TYPE_CHECKING:
    from pathlib import Path

NUMBER = re.compile(r"(\d+) inputs = (\d+) released \+ (\d+) quarantined \+ (\d+) refused")


def yushan(*arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "yushan", *map(str, arguments)]
    environment = {**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **more}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``in``, ``out`` and what was said."""
    folder = tmp_path_factory.mktemp("alone")
    said = yushan("deid", lay_out(folder / "in"), folder / "out", "--jobs", 2)
    assert said.returncode == 0, said.stderr
    (folder / "stdout").write_text(said.stdout)
    (folder / "stderr").write_text(said.stderr)
    return folder


def test_a_first_run_says_what_became_of_all_and_that_keys_must_be_kept(made: Path) -> None:
    said = (made / "stdout").read_text()
    assert "7 inputs = 7 released + 0 quarantined + 0 refused + 0 to digitise" in said
    assert "Objects in OUT: 7; patients: 2." in said
    assert "Keep this folder" in said
    assert (made / "stderr").read_text() == ""
    check_no_leak(made / "out", said)


def test_the_page_has_both_languages_and_nothing_of_patients(made: Path) -> None:
    page = (made / "out.keys" / "report.html").read_text("utf-8")
    assert "去識別報告" in page
    assert "De-identification report" in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    names = tuple(
        word for word in PLANTED if word != "莊佳君"
    )  # a folder's name, not the patient's
    check_no_leak(made / "out", page, words=names)


def test_the_same_command_again_changes_nothing_and_a_machine_can_read_it(made: Path) -> None:
    before = content_of(made / "out")
    said = yushan("deid", made / "in", made / "out", "--json")
    told = json.loads(said.stdout)
    assert (told["inputs"], told["sums"]["released"], told["closes"]) == (7, 7, True)
    assert not told["keys_are_new"]
    assert content_of(made / "out") == before
    report = json.loads((made / "out.keys" / "report.json").read_bytes())
    assert {"input", "output", "outcome", "reasons", "sop_class", "seconds"} <= set(
        report["rows"][0]
    )


def test_a_clean_folder_verifies_alone_and_against_its_originals(made: Path) -> None:
    alone = yushan("verify", made / "out")
    assert (alone.returncode, alone.stdout) == (0, "7 objects, none with findings.\n")
    against = yushan("verify", made / "out", "--against", made / "in", "--json")
    told = json.loads(against.stdout)
    assert (against.returncode, told["holds"]) == (0, True)
    assert (told["instances"], told["originals"]) == (7, 7)


def test_an_output_that_comes_from_elsewhere_is_found_by_the_keys(
    made: Path, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "1.dcm").write_bytes((made / "in" / "ben" / "1.dcm").read_bytes())
    asked = ("--against", tmp_path / "in", "--keys", made / "out.keys", "--json")
    told = json.loads(yushan("verify", made / "out", *asked).stdout)
    assert told["kinds"]["standalone.no-original"] == 6
    assert told["kinds"]["standalone.more-than-originals"] == 1


def test_an_original_among_the_outputs_is_found_and_not_quoted(made: Path, tmp_path: Path) -> None:
    for name in content_of(made / "out"):
        path = tmp_path / "out" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((made / "out" / name).read_bytes())
    (tmp_path / "out" / "left.dcm").write_bytes(original())
    (tmp_path / "out" / "note.txt").write_text("Zhuangjiajun")
    said = yushan("verify", tmp_path / "out", "--against", made / "in")
    assert said.returncode == 1
    assert "9 objects, 2 with findings." in said.stdout
    assert "left.dcm" in said.stdout
    check_no_leak(made / "out", said.stdout, said.stderr)
    told = json.loads(yushan("verify", tmp_path / "out", "--json").stdout)
    assert {one["file"] for one in told["findings"]} == {"left.dcm", "note.txt"}
    assert {"file", "place", "kind"} == set(told["findings"][0])


def test_what_cannot_be_is_refused_with_a_remedy(made: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("mine")
    said = yushan("deid", made / "in", tmp_path / "out", LC_ALL="zh_TW.UTF-8")
    assert said.returncode == 1
    assert "standalone.out-foreign" in said.stderr
    assert "空的輸出資料夾" in said.stderr
    assert yushan("deid", made / "in", tmp_path / "new", "--option", "+nothing").returncode == 1
    assert yushan("deid", tmp_path / "none", tmp_path / "new").returncode == 2
    assert yushan("verify", tmp_path / "none").returncode == 2
    (tmp_path / "empty").mkdir()
    assert yushan("verify", tmp_path / "empty").returncode == 1
    assert not (tmp_path / "new").exists()


def test_options_of_the_profile_can_be_switched(made: Path, tmp_path: Path) -> None:
    options = ("--option", "-retain_patient_characteristics", "--option", "+retain_uids")
    said = yushan("deid", made / "in" / "ben", tmp_path / "out", *options, "--json")
    assert json.loads(said.stdout)["sums"]["released"] == 2, said.stdout
    assert "113110" in json.loads(said.stdout)["methods"]
    assert "113108" not in json.loads(said.stdout)["methods"]
    assert yushan("verify", tmp_path / "out", *options).returncode == 0
    assert yushan("verify", tmp_path / "out").returncode == 1


def test_a_policy_that_nobody_signed_is_taken_and_named_as_such(made: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_bytes(policy_file("basic").content)
    said = yushan("deid", made / "in" / "ben", tmp_path / "out", "--policy", own)
    assert "The policy file is signed by nobody" in said.stdout
    told = json.loads((tmp_path / "out.keys" / "report.json").read_text("utf-8"))
    assert told["policy"]["signed"] is False
    page = (tmp_path / "out.keys" / "report.html").read_text("utf-8")
    assert "signed by nobody" in page
    assert "未經任何人簽署" in page
    assert "signed by nobody" not in (made / "stdout").read_text()


def test_words_that_many_patients_share_may_stay(tmp_path: Path) -> None:
    tables = []
    for site in ("north", "south"):
        for number in range(6):
            path = tmp_path / site / f"{number}.dcm"
            path.parent.mkdir(exist_ok=True)
            said = {"OtherPatientIDs": "", "StudyDescription": "Qwortvex Zhuangjiajun"}
            path.write_bytes(original(patient=f"{site}{number + 100}", **said))
        tables.append(tmp_path / f"{site}.json")
        counted = yushan("words", "count", tmp_path / site, "--site", site, "--out", tables[-1])
        assert "unread: 0" in counted.stdout, counted.stderr
    learned = tmp_path / "learned.json"
    joined = yushan("words", "join", *tables, "--out", learned, "--patients", 10, "--sites", 2)
    assert joined.returncode == 0, joined.stderr
    assert "qwortvex" in learned.read_text()
    assert "zhuang" not in learned.read_text()
    out = tmp_path / "out"
    said = yushan("deid", tmp_path / "north", out, "--words", learned)
    assert "6 released" in said.stdout
    assert any(b"Qwortvex" in path.read_bytes() for path in out.rglob("*.dcm"))
    assert yushan("verify", out, "--words", learned).returncode == 0
    assert yushan("verify", out).returncode == 1


@pytest.mark.parametrize("sign", ["out.keys/runs/*/journal.db", "out/*/*/*/*.dcm"])
def test_killed_at_any_moment_it_goes_on_to_the_same_bytes(tmp_path: Path, sign: str) -> None:
    source = lay_out(tmp_path / "in", slices=40)
    command = [sys.executable, "-m", "yushan", "deid", source, tmp_path / "out", "--jobs", "2"]
    worker = subprocess.Popen(list(map(str, command)), start_new_session=True)
    wait_for(tmp_path, sign, worker)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    half = content_of(tmp_path / "out")
    finished = yushan("deid", source, tmp_path / "out")
    assert NUMBER.search(finished.stdout).groups() == ("43", "43", "0", "0"), finished.stderr
    whole = content_of(tmp_path / "out")
    assert half.items() <= whole.items()
    check_no_leak(tmp_path / "out", finished.stdout, finished.stderr)


def wait_for(folder: Path, sign: str, worker: subprocess.Popen[bytes]) -> None:
    """Until a file of a name is there."""
    while worker.poll() is None and not list(folder.glob(sign)):
        time.sleep(0.002)


def test_ctrl_c_ends_cleanly_and_says_how_to_go_on(tmp_path: Path) -> None:
    source = lay_out(tmp_path / "in", slices=40)
    command = [sys.executable, "-m", "yushan", "deid", source, tmp_path / "out", "--jobs", "1"]
    worker = subprocess.Popen(
        list(map(str, command)), start_new_session=True, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    wait_for(tmp_path, "out/*/*/*/*.dcm", worker)
    os.killpg(worker.pid, signal.SIGINT)
    _, said = worker.communicate(timeout=60)
    if worker.returncode == 0:
        pytest.skip("it was faster than the key")
    assert worker.returncode == 3
    assert "standalone.interrupted" in said
    assert "Traceback" not in said
    assert not list((tmp_path / "out").rglob(".*"))
    assert yushan("deid", source, tmp_path / "out", "--resume").returncode == 0
