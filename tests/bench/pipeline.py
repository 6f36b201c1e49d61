"""The whole way of an image: C-STORE into a gateway until it can be found at the commons.

Real processes, all of the demo, on one machine: received and durable, journaled, identity and
consent, stage 1 and its verifier, sealed, sent, stage 2 and its verifier, archived, indexed. CTs of
512 x 512 pixels of 16 bits of four people, through one gateway, one association. The clock runs
from before the first byte until the last image is searchable; waiting until a series is quiet is
part of it. The peer is the nation's average: 28 images a second.

Run: ``.venv/bin/python -m tests.bench.pipeline [--profile]``
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import numpy as np
import pydicom
from PIL import Image

from tests.journeys.house import PATIENCE_S, House
from yushan.assembly.demo.processes import family, proc_text
from yushan.assembly.samples import sample_files
from yushan.base import EVERYTHING
from yushan.domain.phantoms import load_series

if TYPE_CHECKING:
    from numpy.typing import NDArray

IMAGES = 400
SERIES = 4
SIZE = 512
#: What Taiwan makes on average: 880 million images a year (MISSION).
NATION = 28.0
SITE = "hospital-a"
LOOK_S = 0.05


class Row(TypedDict):
    """One line of the table: images per second, and how many times the nation's average."""

    name: str
    ours: float
    peer: float
    ratio: float


def make_images(folder: Path, images: int, seed: int) -> list[Path]:
    """CT series of drawn bodies with a scanner's noise, each of a person of its own.

    Noise alone would be taken for writing and read: that measures the reader of text.
    """
    folder.mkdir(parents=True)
    noise = np.random.default_rng(seed).integers(-20, 21, SIZE * SIZE + images, dtype=np.int16)
    body, paths = drawn_body(), []
    for series in range(SERIES):
        (sample,) = load_series(1, seed + series)
        ct = pydicom.dcmread(BytesIO(sample.data))
        ct.Rows = ct.Columns = SIZE
        root = ct.SOPInstanceUID[:50]
        for number in range(1, images // SERIES + 1):
            ct.SOPInstanceUID = ct.file_meta.MediaStorageSOPInstanceUID = f"{root}.{number}"
            ct.InstanceNumber, ct.ImagePositionPatient[2] = number, float(number)
            shown = body + noise[number : number + body.size]
            ct.PixelData = shown.clip(0, 4095).astype(np.uint16).tobytes()
            paths.append(folder / f"{series}-{number:04d}.dcm")
            ct.save_as(paths[-1], enforce_file_format=True)
    return paths


def drawn_body() -> NDArray[np.int16]:
    """Stored values of a drawn chest, ``[row * SIZE + column]``, enlarged smoothly."""
    slices = (pydicom.dcmread(BytesIO(one.data), force=True) for one in sample_files(SITE))
    chest = next(one for one in slices if one.get("Modality") == "CT" and "PixelData" in one)
    picture = Image.fromarray(chest.pixel_array.astype(np.float32))
    enlarged = np.asarray(picture.resize((SIZE, SIZE), Image.Resampling.BICUBIC))
    return enlarged.clip(0, 4095).astype(np.int16).ravel()


def send_and_find(house: House, files: list[Path]) -> tuple[float, float]:
    """Seconds until all are received, and until all are searchable."""
    wanted = house.catalogue.totals().instances + len(files)
    begun = time.monotonic()
    report = house.store(SITE, files)
    received = time.monotonic() - begun
    if report.sent != len(files):
        raise RuntimeError(f"{len(report.unsent)} not sent")
    while house.catalogue.totals().instances < wanted:
        if time.monotonic() - begun > PATIENCE_S:
            raise TimeoutError(house.standing())
        time.sleep(LOOK_S)
    return received, time.monotonic() - begun


def check(house: House, images: int) -> None:
    """The figures are worth nothing unless everything is there and every sum closes."""
    house.settle()
    studies = house.catalogue.studies(EVERYTHING)
    found = sum(row.instances for row in studies)
    report, archive = house.reader.commons(), house.archive.check()
    sound = report.closes and archive.holds and archive.instances == found >= images
    if not sound:
        raise RuntimeError(house.standing())


def rows(images: int = IMAGES, *, profile: bool = False) -> list[Row]:
    """The table; the first few images only warm the processes up."""
    with tempfile.TemporaryDirectory(prefix="pipeline-") as folder:
        house = House(Path(folder))
        try:
            house.start()
            send_and_find(house, make_images(house.folder / "warm", SERIES * 2, seed=100))
            house.settle()
            files = make_images(house.folder / "load", images, seed=200)
            at, before = time.time(), work_of(house)
            received, whole = send_and_find(house, files)
            after = work_of(house)
            check(house, images)
            if profile:
                print(*timeline(house.folder / "log", at), sep="\n")
                for name, spent in after.items():
                    print(f"{1000 * (spent - before[name]) / images:8.2f} ms per image  {name}")
        finally:
            house.stop()
    rate = images / whole
    return [
        Row(
            name=f"C-STORE to searchable, both stages, verified, {images} CTs",
            ours=round(rate, 1), peer=NATION, ratio=round(rate / NATION, 2),
        ),
        Row(
            name="the same, its C-STORE alone",
            ours=round(images / received, 1), peer=NATION,
            ratio=round(images / received / NATION, 2),
        ),
    ]  # fmt: skip


def timeline(folder: Path, since: float) -> list[str]:
    """What the roles' logs say happened, in seconds since the first byte."""
    found = []
    for log in folder.iterdir():
        for line in log.read_text("utf-8").splitlines():
            said = json.loads(line) if line.startswith("{") else {}
            if "time" in said:
                at = datetime.fromisoformat(said["time"]).timestamp() - since
                count = said.get("instances", said.get("objects", ""))
                found.append((at, f"{at:8.2f} s  {log.stem:<12} {said['event']} {count}"))
    return [text for at, text in sorted(found) if at >= 0]


def work_of(house: House) -> dict[str, float]:
    """Seconds of processor time by role, its children included, and of this process."""
    tick = os.sysconf("SC_CLK_TCK")
    spent = {"the sender": time.process_time()}
    for process in house.processes.all:
        fields = [
            proc_text(pid, "stat").rpartition(")")[2].split() for pid in family([process.pid])
        ]
        spent[process.name] = sum(sum(map(int, one[11:13])) for one in fields if one) / tick
    return spent


def main() -> None:
    """Measure and print."""
    for row in rows(profile="--profile" in sys.argv):
        print(f"{row['name']:<60}{row['ours']:>8.1f}/s{row['peer']:>8.1f}/s  x {row['ratio']:.2f}")


if __name__ == "__main__":
    main()
