"""A folder without any server: the same from the same, whole after a stop, no name anywhere."""

from __future__ import annotations

import csv
import os
import shutil
import stat
import zipfile
from pathlib import Path

import pydicom
import pytest
from tests.flows.standing_alone import (
    ANNA,
    BEN,
    check_no_leak,
    check_sums,
    content_of,
    lay_out,
    original,
    release,
    rows_of,
    wish,
)

from yushan.base import Rejected, Unavailable
from yushan.flows.deid import Deidentifier, Stopped, run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``in`` and its ``out``."""
    folder = tmp_path_factory.mktemp("alone")
    release(lay_out(folder / "in"), folder / "out", jobs=1)
    return folder


def test_nobodys_name_is_anywhere_and_the_sums_close(made: Path) -> None:
    report = release(made / "in", made / "out")
    check_sums(report)
    assert report.summary.sums == {
        "released": 7, "quarantined": 0, "refused": 0, "to-digitise": 0,
    }  # fmt: skip
    told = report.report.read_text("utf-8")
    check_no_leak(made / "out", told, words=(ANNA, BEN, "Ouyangben", "Zhuangjiajun"))
    check_no_leak(made / "out")


def test_two_processes_make_the_same_bytes_as_one(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "out.keys", tmp_path / "keys", ignore=shutil.ignore_patterns("runs"))
    release(made / "in", tmp_path / "out", keys=tmp_path / "keys", jobs=2)
    assert content_of(tmp_path / "out") == content_of(made / "out")


def test_other_keys_share_no_identifier(made: Path, tmp_path: Path) -> None:
    release(made / "in", tmp_path / "out")
    ours, theirs = identifiers(made / "out"), identifiers(tmp_path / "out")
    assert len(ours) == len(theirs) > 10
    assert not ours & theirs


def identifiers(out: Path) -> set[str]:
    """UIDs that are ours, pseudonyms and dates of a folder."""
    found = set()
    for path in out.rglob("*.dcm"):
        for element in pydicom.dcmread(path).iterall():
            if element.VR == "UI" and str(element.value).startswith("2.25."):
                found.add(str(element.value))
        found |= set(path.relative_to(out).as_posix().split("/"))
    return found


def test_charts_with_one_national_number_are_one_patient(made: Path) -> None:
    rows = rows_of(release(made / "in", made / "out"))
    anna = {row["output"][:16] for name, row in rows.items() if name.startswith("莊")}
    ben = {row["output"][:16] for name, row in rows.items() if name.startswith("ben")}
    assert (len(anna), len(ben), len(anna | ben)) == (1, 1, 2)


def test_days_between_studies_stay_and_no_single_key_tells_them(made: Path) -> None:
    with (made / "out.keys" / "patients.csv").open(encoding="utf-8-sig") as file:
        people = {row["patient_id"]: row for row in csv.DictReader(file)}
    assert set(people) == {"QX7781245", "M500", "B900"}
    assert people["M500"]["pseudonym"] == people["QX7781245"]["pseudonym"]
    with (made / "out.keys" / "uid.csv").open(encoding="utf-8-sig") as file:
        uids = {row["original"]: row["replacement"] for row in csv.DictReader(file)}
    seen = {str(pydicom.dcmread(path).SOPInstanceUID) for path in (made / "out").rglob("*.dcm")}
    assert seen <= set(uids.values())
    for path in (made / "out.keys").rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert path.is_dir() or not mode & 0o077, path.name


def test_what_is_finished_is_not_made_again(made: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (made / "out").rglob("*.dcm")}
    release(made / "in", made / "out")
    assert {path: path.stat().st_mtime_ns for path in (made / "out").rglob("*.dcm")} == before


def test_a_changed_input_is_made_again_and_a_missing_one_leaves_out(tmp_path: Path) -> None:
    source, out = lay_out(tmp_path / "in"), tmp_path / "out"
    rows = rows_of(release(source, out))
    (source / "莊佳君/ct/0.dcm").write_bytes(original(number=77))
    (source / "莊佳君/ct/1.dcm").unlink()
    changed = rows_of(release(source, out))
    assert not (out / rows["莊佳君/ct/0.dcm"]["output"]).exists()
    assert not (out / rows["莊佳君/ct/1.dcm"]["output"]).exists()
    assert (out / changed["莊佳君/ct/0.dcm"]["output"]).exists()
    assert len(content_of(out)) == len(changed) == 6


def test_a_run_that_never_saw_the_change_gives_the_same(tmp_path: Path) -> None:
    source, out = lay_out(tmp_path / "in"), tmp_path / "out"
    release(source, out)
    (source / "ben/1.dcm").unlink()
    release(source, out)
    shutil.copytree(tmp_path / "out.keys", tmp_path / "k", ignore=shutil.ignore_patterns("runs"))
    release(source, tmp_path / "out2", keys=tmp_path / "k")
    assert content_of(out) == content_of(tmp_path / "out2")


def test_a_lost_output_is_made_again(made: Path) -> None:
    before = content_of(made / "out")
    (made / "out" / next(iter(before))).unlink()
    release(made / "in", made / "out")
    assert content_of(made / "out") == before


def test_two_inputs_of_one_instance_are_one_output_or_a_conflict(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "a.dcm").write_bytes(original())
    (source / "b.dcm").write_bytes(original())
    (source / "c.dcm").write_bytes(original(ImageComments="other"))
    report = release(source, tmp_path / "out")
    rows = rows_of(report)
    assert rows["a.dcm"]["output"] == rows["b.dcm"]["output"]
    assert rows["b.dcm"]["reasons"] == ["standalone.duplicate"]
    assert (rows["c.dcm"]["outcome"], rows["c.dcm"]["reasons"]) == (
        "quarantined", ["standalone.conflict"],
    )  # fmt: skip
    assert (report.summary.objects, len(content_of(tmp_path / "out"))) == (1, 1)
    check_sums(report)


def test_one_chart_with_two_national_numbers_is_nobodys(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "a.dcm").write_bytes(original())
    (source / "b.dcm").write_bytes(original(number=2, OtherPatientIDs=BEN))
    report = release(source, tmp_path / "out")
    assert report.summary.reasons == {"standalone.identities-mixed": 2}
    assert content_of(tmp_path / "out") == {}


def test_a_single_file_is_enough(tmp_path: Path) -> None:
    (tmp_path / "one.dcm").write_bytes(original())
    report = release(tmp_path / "one.dcm", tmp_path / "out")
    assert report.summary.sums["released"] == 1


@pytest.mark.parametrize(
    ("source", "out", "more", "code"),
    [
        ("none", "out", {}, "standalone.in-missing"),
        ("in", "in/out", {}, "standalone.places-overlap"),
        ("in/ben", "in", {}, "standalone.places-overlap"),
        ("in", "out", {"keys": "out/keys"}, "standalone.places-overlap"),
        ("in", "out", {"report": "out/report.json"}, "standalone.places-overlap"),
        ("in", "in/ben/1.dcm", {}, "standalone.out-no-folder"),
        ("in", "out", {"keys": "in/ben/1.dcm"}, "standalone.keys-no-folder"),
        ("in", "out", {"beginning": "resume"}, "standalone.nothing-to-resume"),
    ],
)
def test_places_that_cannot_be_are_refused_before_anything_is_made(
    made: Path, tmp_path: Path, source: str, out: str, more: dict[str, str], code: str
) -> None:
    shutil.copytree(made / "in", tmp_path / "in")
    asked = {name: tmp_path / said if name != "beginning" else said for name, said in more.items()}
    with pytest.raises(Rejected) as refusal:
        release(tmp_path / source, tmp_path / out, **asked)
    assert refusal.value.code == code
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in"]


def test_an_out_with_others_files_is_not_touched(made: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("mine")
    with pytest.raises(Rejected) as refusal:
        release(made / "in", tmp_path / "out", beginning="fresh")
    assert refusal.value.code == "standalone.out-foreign"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_out_of_other_keys_is_refused(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "out", tmp_path / "out")
    with pytest.raises(Rejected) as refusal:
        release(made / "in", tmp_path / "out")
    assert refusal.value.code == "standalone.out-foreign"
    shutil.copytree(made / "out.keys", tmp_path / "out.keys")
    for key in ("site.key", "project.key"):
        (tmp_path / "out.keys" / key).unlink()
    release(made / "in", tmp_path / "new", keys=tmp_path / "out.keys")
    for key in ("site.key", "project.key"):
        (tmp_path / "out.keys" / key).unlink()
    with pytest.raises(Rejected) as refusal:
        release(made / "in", tmp_path / "new", keys=tmp_path / "out.keys")
    assert refusal.value.code == "standalone.other-keys"


def test_another_in_is_refused_until_asked_for_afresh(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "in", tmp_path / "in")
    release(tmp_path / "in", tmp_path / "out")
    (tmp_path / "in").rename(tmp_path / "moved")
    with pytest.raises(Rejected) as refusal:
        release(tmp_path / "moved", tmp_path / "out")
    assert refusal.value.code == "standalone.other-input"
    before = content_of(tmp_path / "out")
    release(tmp_path / "moved", tmp_path / "out", beginning="fresh")
    assert content_of(tmp_path / "out") == before


def test_links_are_followed_once_and_what_cannot_be_read_is_a_row(tmp_path: Path) -> None:
    source = lay_out(tmp_path / "in")
    (source / "again").symlink_to(source / "ben")
    (source / "ben" / "loop").symlink_to(source)
    (source / "nowhere.dcm").symlink_to(tmp_path / "none")
    os.mkfifo(source / "pipe")
    report = release(source, tmp_path / "out")
    rows = rows_of(report)
    assert rows["again"]["reasons"] == rows["ben/loop"]["reasons"] == ["standalone.link-again"]
    assert rows["nowhere.dcm"]["reasons"] == ["standalone.unreadable"]
    assert rows["pipe"]["reasons"] == ["standalone.not-a-file"]
    assert report.summary.sums["released"] == 7
    check_sums(report)


def test_an_end_that_was_asked_for_leaves_nothing_half_done(made: Path, tmp_path: Path) -> None:
    stopped = Stopped()

    def ask(stage: str, done: int, of: int) -> None:
        if stage == "make" and done < of:
            stopped.set()

    with pytest.raises(Unavailable) as end:
        run(wish(made / "in", tmp_path / "out", jobs=1), progress=ask, stopped=stopped)
    assert end.value.code == "standalone.interrupted"
    assert not list((tmp_path / "out").rglob(".*"))
    report = release(made / "in", tmp_path / "out", beginning="resume")
    assert report.summary.sums["released"] == 7


def test_a_full_disk_is_said_and_gone_on_from(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("yushan.flows.deid.story.make_all", full)
        with pytest.raises(Unavailable) as end:
            release(made / "in", tmp_path / "out")
    assert end.value.code == "standalone.disk-full"
    report = release(made / "in", tmp_path / "out")
    assert report.summary.sums["released"] == 7


def full(*_: object) -> tuple[()]:
    """A child whose disk is full."""
    raise Unavailable("standalone.disk-full")


def test_the_library_does_it_in_five_lines(made: Path, tmp_path: Path) -> None:
    tool = Deidentifier(made / "out.keys")
    report = tool.folder(made / "in", tmp_path / "out")
    assert content_of(tmp_path / "out") == content_of(made / "out")
    assert report.summary.closes
    data = (made / "in" / "ben" / "1.dcm").read_bytes()
    one = tool.object(data)
    assert one.content is not None
    output = rows_of(report)["ben/1.dcm"]["output"]
    assert one.content == (tmp_path / "out" / output).read_bytes()
    assert tool.object(data[:900]).reasons == ("dicom.truncated",)


def test_names_in_any_encoding_are_inputs(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    big5 = os.fsdecode("莊佳君.dcm".encode("cp950"))
    (source / big5).write_bytes(original())
    report = release(source, tmp_path / "out")
    assert report.summary.sums["released"] == 1
    check_sums(report)
    check_no_leak(tmp_path / "out")


def test_keys_that_cannot_be_written_are_said(made: Path, tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as end:
        release(made / "in", tmp_path / "out", keys=Path("/proc/none/keys"))
    assert end.value.code == "standalone.no-room-made"


def test_an_emptied_out_may_be_begun_from_elsewhere(made: Path, tmp_path: Path) -> None:
    release(made / "in" / "ben", tmp_path / "out")
    shutil.rmtree(tmp_path / "out")
    report = release(made / "in", tmp_path / "out")
    assert report.summary.sums["released"] == 7


def test_an_archive_is_not_made_again(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.writestr("1.dcm", original())
    report = release(tmp_path / "in.zip", tmp_path / "out")
    (output,) = (tmp_path / "out").rglob("*.dcm")
    before = output.stat().st_mtime_ns
    assert release(tmp_path / "in.zip", tmp_path / "out").summary == report.summary
    assert output.stat().st_mtime_ns == before
