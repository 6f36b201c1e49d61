"""A series of oblique sections to draw results on."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pydicom.dataset import Dataset

from yushan.domain.results import (
    ABNORMAL,
    LEFT,
    Algorithm,
    Code,
    Kind,
    Output,
    Segment,
    SourceSeries,
)
from yushan.domain.volumes import Grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPE = (9, 30, 37)


def header(grid: Grid, number: int) -> Dataset:
    """The header of one section."""
    one = Dataset()
    one.SpecificCharacterSet = "ISO_IR 192"
    one.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    one.SOPInstanceUID = f"1.2.826.0.1.3680043.8.498.5.{number}"
    one.StudyInstanceUID = "1.2.826.0.1.3680043.8.498.1"
    one.SeriesInstanceUID = "1.2.826.0.1.3680043.8.498.2"
    one.FrameOfReferenceUID = "1.2.826.0.1.3680043.8.498.3"
    one.Modality, one.PatientName, one.PatientID = "CT", "Chen^MeiLing=陳^美玲", "0655021"
    one.PatientBirthDate, one.PatientSex = "19480520", "F"
    one.StudyDate, one.StudyTime = "20260102", "101112"
    one.Rows, one.Columns = grid.shape[1:]
    one.ImagePositionPatient = [round(v, 5) for v in grid.points([[number, 0, 0]])[0].tolist()]
    one.ImageOrientationPatient = [round(v, 9) for v in (*grid.axes[2], *grid.axes[1])]
    one.PixelSpacing = list(grid.spacing[1:])
    one.SliceThickness = grid.spacing[0]
    return one


def grid_of(kind: str) -> Grid:
    """A grid of three ways to lie."""
    spacing = (2.5, 0.7, 0.9)
    make = Grid.coronal if kind == "coronal" else Grid.axial
    grid = make(SHAPE, spacing, (5, -9, 31))
    return grid.turned((1, 2, 0), 17) if kind == "oblique" else grid


def headers(kind: str = "axial") -> list[Dataset]:
    """Headers of a series, out of order."""
    found = [header(grid_of(kind), number) for number in range(SHAPE[0])]
    return found[::2] + found[1::2]


def source(kind: str = "axial") -> SourceSeries:
    """The series."""
    return SourceSeries.from_headers(headers(kind))


def labels() -> NDArray[np.uint8]:
    """Two structures, one with a hole; three slices are empty."""
    z, y, x = np.ogrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    away = np.hypot(x - 12, y - 14)
    made = np.zeros(SHAPE, np.uint8)
    made[(away < 9) & (away > 4) & (z > 2)] = 1
    made[(np.hypot(x - 28, y - 11) < 6) & (z > 2) & (z < 8)] = 2
    made[4, 2, 2] = made[4, 3, 3] = made[4, 5, 2:5] = 1
    return made


SEGMENTS = (
    Segment("Left lung", Code("39607008", "SCT", "Lung"), laterality=LEFT, colour=(10, 200, 30)),
    Segment(
        "Nodule", Code("27925004", "SCT", "Nodule"), ABNORMAL, colour=(250, 20, 40),
        algorithm=Algorithm("finder", "1.2", Kind.LEARNED_SYNTHETIC, "card-7"),
        region=Code("39607008", "SCT", "Lung"), tracking_id="n1", tracking_uid="1.2.840.99.1",
    ),
)  # fmt: skip


def output(number: int) -> Output:
    """A series and instance to be written."""
    root = f"1.2.826.0.1.3680043.8.498.{90 + number}"
    moment = datetime(2026, 1, 2, 11, 12, 13, tzinfo=UTC)
    return Output(f"{root}.1", f"{root}.2", number, "AI result", moment, creator="Lin^HsiuYing")


def faults(data: bytes, folder: Path) -> list[str]:
    """What a foreign validator finds wrong."""
    path = folder / "object.dcm"
    path.write_bytes(data)
    tool = Path(sys.executable).parent / "dciodvfy"
    if not tool.exists():
        pytest.skip("dciodvfy is not installed")
    done = subprocess.run([str(tool), str(path)], capture_output=True, check=False)
    lines = (done.stdout + done.stderr).decode("utf-8", "replace").splitlines()
    return [line for line in lines if line.startswith("Error")]
