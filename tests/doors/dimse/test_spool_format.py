"""The spool is what docs/reference/spool.md says, read here without any code of the receiver."""

from __future__ import annotations

import json
import os
import re
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pydicom
from tests.doors.dimse.factories import CT, EXPLICIT, Bare, command, receiving

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "spool.md"


def table(heading: str) -> list[str]:
    """First column of the table under a heading of the page."""
    section = PAGE.read_text("utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    return [row.split("`")[1] for row in rows]


def test_folders_names_and_document_are_as_written_down(tmp_path: Path) -> None:
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        peer.associate(calling="CT1")
        for number in range(3):
            assert peer.store(b"\x08\0\x60\0CS\2\0CT", command(instance=f"1.2.{number}")) == 0
        names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
        (document,) = tmp_path.glob("*/*/association.json")
        day, identity = document.parts[-3:-1]
        assert re.fullmatch(r"\d{8}", day)
        assert re.fullmatch(r"[0-9a-f]{32}", identity)
        assert names == {
            day, f"{day}/{identity}", f"{day}/{identity}/association.json",
            *(f"{day}/{identity}/{n:06d}.dcm" for n in (1, 2, 3)),
        }  # fmt: skip
        said = json.loads(document.read_text("utf-8"))
        assert list(said) == table("association.json")
        assert said["id"] == identity
        opened = datetime.fromisoformat(said["opened"])
        assert opened.strftime("%Y%m%d") == day
        assert timedelta(0) <= datetime.now(UTC) - opened < timedelta(minutes=1)


def test_nobody_else_on_the_machine_may_read_it(tmp_path: Path) -> None:
    with receiving(tmp_path / "spool") as running, Bare(running.port) as peer:
        peer.associate()
        peer.store(b"\x08\0\x60\0CS\2\0CT")
        for path in (tmp_path / "spool", *(tmp_path / "spool").rglob("*")):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_an_object_is_a_part_10_file_around_the_bytes_received(tmp_path: Path) -> None:
    dataset = b"\x08\0\x60\0CS\2\0CT"
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        peer.associate()
        peer.store(dataset, command(instance="1.2.3"))
        (path,) = running.objects()
        data = path.read_bytes()
        assert data[:132] == bytes(128) + b"DICM"
        length = int.from_bytes(data[140:144], "little")
        assert data[144 + length :] == dataset
        meta = pydicom.filereader.read_file_meta_info(path)
        assert [f"({e.tag.group:04X},{e.tag.element:04X})" for e in meta] == table("The head")
        assert meta.MediaStorageSOPClassUID == CT
        assert meta.MediaStorageSOPInstanceUID == "1.2.3"
        assert meta.TransferSyntaxUID == EXPLICIT


def test_a_start_removes_only_the_leftovers_of_dead_receivers(tmp_path: Path) -> None:
    def leave(number: int, kind: str | None, age_s: float) -> Path:
        folder = tmp_path / "20260101" / f"{number:032x}"
        folder.mkdir(parents=True)
        if kind:
            fields = {"id": folder.name, "kind": kind, "calling_ae": "", "called_ae": "",
                      "peer": "", "tls": False, "opened": "2026-01-01T00:00:00Z"}  # fmt: skip
            (folder / "association.json").write_text(json.dumps(fields))
        part = folder / "000001.part"
        part.touch()
        then = datetime.now(UTC).timestamp() - age_s
        os.utime(part, (then, then))
        return part

    dead, undescribed = leave(1, "dimse", 60), leave(2, None, 60)
    younger, imported, strange = leave(3, "dimse", -60), leave(4, "import", 60), leave(5, "??", 60)
    with receiving(tmp_path):
        assert not dead.exists()
        assert not undescribed.exists()
        for part in (younger, imported, strange):
            assert part.exists()
            part.unlink()
