"""Containers and broken inputs (E09-E12): discs, pictures, archives, bombs. None gets out whole."""

from __future__ import annotations

import gc
import io
import struct
import warnings
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import pydicom
import pytest
from pydicom.fileset import FileSet
from tests.flows.standing_alone import (
    PLANTED,
    check_no_leak,
    check_sums,
    content_of,
    original,
    release,
    rows_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.flows.deid import Report

PHOTOS = {
    "png": b"\x89PNG\r\n\x1a\n" + b"tEXtAuthor\0Zhuangjiajun",
    "jpg": b"\xff\xd8\xff\xe1\0\x20Exif\0\0GPS Bailongcun Zhuangjiajun",
    "tif": b"II*\0\x08\0\0\0" + b"QX7781245",
    "pdf": b"%PDF-1.7\n(Zhuangjiajun QX7781245)",
    "heic": b"\0\0\0\x18ftypheic" + b"Zhuangjiajun",
}


def run_over(folder: Path, files: dict[str, bytes]) -> tuple[Report, dict[str, dict[str, Any]]]:
    """A run over some files; its report and rows."""
    source = folder / "in"
    for name, data in files.items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    report = release(source, folder / "out")
    check_sums(report)
    check_no_leak(folder / "out")
    return report, rows_of(report)


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def burn(folder: Path) -> None:
    """A disc with three images; the writer's own folder is taken away now, not by chance later."""
    disc = FileSet()
    for number in range(3):
        disc.add(pydicom.dcmread(io.BytesIO(original(number=number))))
    disc.write(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        del disc
        gc.collect()


def test_e09_a_disc_gives_its_images_and_never_its_directory(tmp_path: Path) -> None:
    burn(tmp_path / "in")
    extra = tmp_path / "in" / "NOTLISTED"
    extra.write_bytes(original(number=7))
    report = release(tmp_path / "in", tmp_path / "out")
    rows = rows_of(report)
    assert rows["DICOMDIR"]["outcome"] == "quarantined"
    assert rows["DICOMDIR"]["reasons"] == ["deid.directory"]
    assert rows["NOTLISTED"]["outcome"] == "released"
    assert report.summary.sums["released"] == len(content_of(tmp_path / "out")) == 4
    check_sums(report)
    check_no_leak(tmp_path / "out")


def test_e10_pictures_and_documents_wait_to_be_digitised_and_never_leave(tmp_path: Path) -> None:
    files = {f"Zhuangjiajun 莊佳君.{kind}": data for kind, data in PHOTOS.items()}
    files["renamed.dcm"] = PHOTOS["jpg"]
    report, rows = run_over(tmp_path, files)
    assert {row["outcome"] for row in rows.values()} == {"to-digitise"}
    assert {row["reasons"][0] for row in rows.values()} == {"standalone.to-digitise"}
    assert content_of(tmp_path / "out") == {}
    assert report.summary.sums["to-digitise"] == 6


def test_e11_an_archive_does_not_escape_and_its_names_are_not_kept(tmp_path: Path) -> None:
    inner = zipped({"Zhuangjiajun/3.dcm": original(number=3)}, zipfile.ZIP_STORED)
    outer = zipped(
        {
            "../../escaped.dcm": original(number=1),
            "/tmp/absolute-Zhuangjiajun.dcm": original(number=2),
            "莊佳君/inner.zip": inner,
            "莊佳君/note.txt": b"hello",
        }
    )
    report, rows = run_over(tmp_path, {"export.zip": outer})
    assert not list(tmp_path.rglob("escaped*"))
    assert not list(tmp_path.rglob("*absolute*"))
    assert report.summary.sums["released"] == len(content_of(tmp_path / "out")) == 3
    assert rows["export.zip!/莊佳君/inner.zip!/Zhuangjiajun/3.dcm"]["outcome"] == "released"
    assert rows["export.zip!/莊佳君/note.txt"]["reasons"] == ["standalone.not-dicom"]
    assert "export.zip" not in rows
    assert not list((tmp_path / "out.keys").rglob("unpacked/*"))


def test_e11_archives_are_bounded_in_depth_growth_and_soundness(tmp_path: Path) -> None:
    deep = original(number=5)
    for depth in range(5):
        deep = zipped({f"{depth}.zip": deep} if depth else {"5.dcm": deep})
    locked = bytearray(zipped({"secret.dcm": original(number=6)}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = locked.find(mark) + at
        locked[place] |= 1
    broken = zipped({"6.dcm": original(number=6)})
    _, rows = run_over(
        tmp_path,
        {
            "deep.zip": deep,
            "locked.zip": bytes(locked),
            "broken.zip": broken[: len(broken) // 2],
            "bomb.zip": bomb(),
            "other.tar.gz": b"\x1f\x8b\x08\0" + bytes(40),
        },
    )
    reasons = {name.split("!/")[0]: row["reasons"] for name, row in rows.items()}
    assert reasons == {
        "deep.zip": ["standalone.archive-too-deep"],
        "locked.zip": ["standalone.archive-locked"],
        "broken.zip": ["standalone.archive-broken"],
        "bomb.zip": ["standalone.archive-bomb"],
        "other.tar.gz": ["standalone.archive-unknown"],
    }
    assert content_of(tmp_path / "out") == {}


def bomb() -> bytes:
    """An archive whose one member says that it holds two gigabytes."""
    archive = bytearray(zipped({"0.dcm": bytes(64)}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = archive.find(mark) + at
        archive[place : place + 4] = struct.pack("<I", 2_000_000_000)
    return bytes(archive)


@pytest.mark.parametrize("cut", [1, 100, 131, 400, 3000, 30_000])
def test_e12_a_truncated_file_is_held_without_a_word_of_it(tmp_path: Path, cut: int) -> None:
    report, rows = run_over(tmp_path, {"cut.dcm": original()[:cut]})
    assert rows["cut.dcm"]["outcome"] in {"quarantined", "to-digitise"}
    check_no_leak(tmp_path / "out", report.report.read_text("utf-8"), words=PLANTED)


def test_e12_empty_false_and_deflated_files_are_held_within_bounds(tmp_path: Path) -> None:
    small = pydicom.dcmread(io.BytesIO(original()))
    small.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1.99"
    meta = io.BytesIO()
    pydicom.filewriter.write_file_meta_info(meta, small.file_meta)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(bytes(1 << 24)) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = block * 80 + packer.flush()
    report, rows = run_over(
        tmp_path,
        {
            "empty.dcm": b"",
            "false.dcm": b"Zhuangjiajun QX7781245\n" * 40,
            "bomb.dcm": bytes(128) + b"DICM" + meta.getvalue() + packed,
            "whole.dcm": original(),
        },
    )
    assert {name: row["outcome"] for name, row in rows.items()} == {
        "empty.dcm": "quarantined", "false.dcm": "quarantined", "bomb.dcm": "quarantined",
        "whole.dcm": "released",
    }  # fmt: skip
    assert rows["bomb.dcm"]["reasons"][0] in {"dicom.inflate-too-large", "sandbox.out-of-memory"}
    check_no_leak(tmp_path / "out", report.report.read_text("utf-8"), words=PLANTED)
