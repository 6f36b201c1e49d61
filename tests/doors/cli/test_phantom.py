"""``yushan phantom list`` and ``make``: patients as files, the same for the same seed."""

from __future__ import annotations

import json

import pytest

from yushan.assembly.house import TheHouse
from yushan.base import Unavailable
from yushan.domain.phantoms import RECIPES, SampleFile
from yushan.doors.cli import run
from yushan.doors.cli.phantom import put


def said(capsys, *arguments):
    code = run(TheHouse(), ["phantom", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def files_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_recipes_are_listed_for_people_and_programs(capsys, monkeypatch):
    code, out, _ = said(capsys, "list", "--json")
    told = json.loads(out)
    assert (code, set(told)) == (0, set(RECIPES))
    assert told["ecg-12"]["title"]["zh-Hant"] == "十二導程心電圖"
    assert "Twelve-lead" in said(capsys, "list")[1]
    monkeypatch.setenv("LC_ALL", "zh_TW.UTF-8")
    assert "十二導程心電圖" in said(capsys, "list")[1]


def test_patients_are_made_and_the_same_ones_come_again(capsys, tmp_path):
    first, again = tmp_path / "first", tmp_path / "again"
    wish = ("make", "ecg-12", "--seed", 4, "--count", 2, "--size", "small")
    code, out, _ = said(capsys, *wish, "--out", first, "--json")
    told = json.loads(out)
    assert code == 0
    assert (told["files"], told["patients"]) == (4, 2)
    assert set(files_of(first)) == {
        f"ecg-12-{seed}-1/{name}"
        for seed in (4, 5)
        for name in ("01-ECG/IM0001.dcm", "truth/01-truth.json")
    }
    assert said(capsys, *wish, "--out", again)[0] == 0
    assert files_of(again) == files_of(first)


def test_charset_and_truth_are_chosen(capsys, tmp_path):
    wish = ("--charset", "big5-undeclared", "--truth", "none", "--out", tmp_path)
    assert said(capsys, "make", "ecg-12", *wish)[0] == 0
    (data,) = files_of(tmp_path).values()
    assert "示範醫院".encode("cp950") in data


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (("no-such",), "phantoms.no-recipe"),
        (("ecg-12", "--syntax", "gif"), "phantoms.no-syntax"),
        (("ecg-12", "--charset", "klingon"), "phantoms.no-charset"),
        (("ecg-12", "--truth", "oracle"), "phantoms.no-truth"),
    ],
)
def test_what_there_is_not_is_refused_before_anything_is_written(capsys, tmp_path, wish, code):
    status, _, err = said(capsys, "make", *wish, "--out", tmp_path / "out")
    assert status == 1
    assert f"[{code}]" in err
    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_in_it_is_left_alone_unless_forced(capsys, tmp_path):
    (tmp_path / "mine.txt").write_text("x")
    status, _, err = said(capsys, "make", "ecg-12", "--out", tmp_path)
    assert (status, "[phantoms.not-empty]" in err) == (1, True)
    assert said(capsys, "make", "ecg-12", "--out", tmp_path, "--force")[0] == 0
    assert (tmp_path / "mine.txt").read_text() == "x"


def test_what_cannot_be_written_leaves_nothing_half(capsys, tmp_path):
    (tmp_path / "taken").write_text("a file")
    status, _, err = said(capsys, "make", "ecg-12", "--out", tmp_path / "taken" / "out")
    assert (status, "[phantoms.disk]" in err) == (3, True)
    (tmp_path / "out" / "a.dcm").mkdir(parents=True)
    with pytest.raises(Unavailable) as failed:
        put(tmp_path / "out", SampleFile("a.dcm", b"bytes"))
    assert failed.value.code == "phantoms.disk"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.dcm"]
