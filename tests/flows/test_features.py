"""Flow *features*: a segmentation and its images become numbers."""

from __future__ import annotations

import csv
import io
import json
import math
from datetime import UTC, datetime

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, RLELossless

from yushan.assembly.house import TheHouse
from yushan.base import Rejected
from yushan.domain.radiomics import Region, features, fixed_bin_size
from yushan.domain.results import Code, Output, Segment, SourceSeries, segmentation
from yushan.domain.volumes import Grid
from yushan.doors.cli import run
from yushan.flows.features import Binning, measure_segments

LIVER = Code("10200004", "SCT", "Liver")
WHEN = datetime(2026, 1, 2, tzinfo=UTC)
FRAME = "2.25.77"
GRID = Grid.axial((9, 24, 20), (3.0, 0.9, 0.8)).turned((1, 0, 0), 15)
BALL_MM = 6.5


def values_of(grid: Grid) -> np.ndarray:
    """HU with a texture that everybody can make again."""
    row, column = np.indices(grid.shape[1:])
    return np.stack([40 + 10 * ((row * 3 + column * 5 + z) % 7) for z in range(grid.shape[0])])


def ball(grid: Grid) -> np.ndarray:
    index = np.indices(grid.shape).reshape(3, -1).T
    away = np.linalg.norm(grid.points(index) - np.array(grid.centre), axis=1)
    return (away <= BALL_MM).reshape(grid.shape)


def image(z: int, plane: np.ndarray, *, syntax: str, frame_of_reference: str) -> Dataset:
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID = CTImageStorage
    made.SOPInstanceUID = f"2.25.100{z}"
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    made.StudyInstanceUID, made.SeriesInstanceUID = "2.25.5", "2.25.6"
    made.FrameOfReferenceUID, made.Modality = frame_of_reference, "CT"
    made.InstanceNumber = 50 - z
    made.Rows, made.Columns = plane.shape
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
    made.BitsAllocated, made.BitsStored, made.HighBit = 16, 12, 11
    made.PixelRepresentation = 0
    made.RescaleSlope, made.RescaleIntercept = 2, -1024
    made.PixelSpacing = list(GRID.spacing[1:])
    made.SliceThickness = GRID.spacing[0]
    made.ImageOrientationPatient = [f"{one:.8f}" for one in (*GRID.axes[2], *GRID.axes[1])]
    made.ImagePositionPatient = [f"{one:.6f}" for one in GRID.points([[z, 0, 0]])[0]]
    made.PixelData = ((plane + 1024) // 2).astype("<u2").tobytes()
    if syntax == RLELossless:
        made.compress(RLELossless)
    return made


def folder_with(tmp_path, *, syntax=ExplicitVRLittleEndian, frame_of_reference=FRAME):
    """Images in folders, files beside them that are none, and what may be left out of headers."""
    folder = tmp_path / "images"
    (folder / "deep").mkdir(parents=True)
    (folder / "notes.txt").write_text("no image")
    headers = []
    for z, plane in enumerate(values_of(GRID)):
        one = image(z, plane, syntax=syntax, frame_of_reference=frame_of_reference)
        one.save_as(folder / ("deep" if z % 2 else ".") / f"{z}.dcm", enforce_file_format=True)
        headers.append(one)
    return folder, headers


def seg_file(tmp_path, headers, masks):
    source = SourceSeries.from_headers(headers)
    segments = [Segment(f"part {number}", LIVER) for number, _ in enumerate(masks, 1)]
    output = Output("2.25.90", "2.25.91", 9, "truth", WHEN)
    path = tmp_path / "seg.dcm"
    path.write_bytes(segmentation(source, segments, masks, output))
    return path


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless])
def test_features_are_those_of_the_arrays_that_were_written(tmp_path, syntax):
    folder, headers = folder_with(tmp_path, syntax=syntax)
    mask = ball(GRID)
    path = seg_file(tmp_path, headers, [mask, np.zeros_like(mask)])
    found = measure_segments(path, folder, binning=Binning(width=20.0))
    region = Region((values_of(GRID) // 2 * 2).astype(float), mask, GRID.spacing)
    expected = features(region, fixed_bin_size(region, 20.0))
    assert found.spacing_mm == pytest.approx(GRID.spacing, abs=1e-5)
    assert found.unit == "[hnsf'U]"
    whole, empty = found.segments
    assert whole.voxels == mask.sum()
    assert whole.features == pytest.approx(expected, rel=1e-4, nan_ok=True)
    assert whole.measures["volume"][0] == pytest.approx(4 / 3 * math.pi * BALL_MM**3, rel=0.05)
    assert whole.measures["long_axis"][0] == pytest.approx(2 * BALL_MM, abs=0.9)
    assert (empty.voxels, empty.measures, empty.features) == (0, {}, {})


def test_the_command_gives_rows_one_document_and_a_summary(tmp_path, capsys):
    folder, headers = folder_with(tmp_path)
    path = str(seg_file(tmp_path, headers, [ball(GRID)]))
    asked = ["radiomics", path, "--images", str(folder), "--family", "stat", "--family", "cm"]
    assert run(TheHouse(), [*asked, "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    mean = next(row for row in rows if row["feature"] == "stat_mean")
    assert (mean["ibsi"], mean["unit"], mean["code"]) == ("Q4LE", "[hnsf'U]", "10200004")
    assert {row["aggregation"] for row in rows if row["feature"] == "cm_contrast"} == {
        "2d_avg", "2d_mrg", "25d_avg", "25d_mrg", "3d_avg", "3d_mrg",
    }  # fmt: skip
    assert run(TheHouse(), [*asked, "--json", "--bins", "8"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["bins"] == {"number": 8}
    assert told["segments"][0]["features"]["stat_mean"] == pytest.approx(float(mean["value"]))
    assert told["names"]["stat_variance"]["unit"] == "([hnsf'U])2"
    assert run(TheHouse(), asked) == 0
    assert "stat_mean [Q4LE]" in capsys.readouterr().out


def other_frame(seg):
    seg.FrameOfReferenceUID = "2.25.78"


def other_series(seg):
    seg.ReferencedSeriesSequence[0].SeriesInstanceUID = "2.25.79"


def other_size(seg):
    seg.Rows, seg.Columns = seg.Columns, seg.Rows


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (other_frame, "results.other-frame"),
        (other_series, "features.no-series"),
        (other_size, "results.other-grid"),
    ],
)
def test_what_lies_elsewhere_is_refused(tmp_path, change, code):
    folder, headers = folder_with(tmp_path)
    path = seg_file(tmp_path, headers, [ball(GRID)])
    seg = pydicom.dcmread(path)
    change(seg)
    seg.save_as(path)
    with pytest.raises(Rejected, match=code):
        measure_segments(path, folder, binning=Binning())


@pytest.mark.parametrize(
    ("binning", "families", "code"),
    [
        (Binning(1.0, 3), (), "features.bins"),
        (Binning(-1.0), (), "features.bins"),
        (Binning(lowest=1.0), (), "features.bins"),
        (Binning(25.0, lowest=900.0), (), "features.below-bins"),
        (Binning(), ("colour",), "features.no-family"),
    ],
)
def test_wishes_that_cannot_be_met_are_refused(tmp_path, binning, families, code):
    folder, headers = folder_with(tmp_path)
    path = seg_file(tmp_path, headers, [ball(GRID)])
    with pytest.raises(Rejected, match=code):
        measure_segments(path, folder, binning=binning, families=families)


def test_an_image_is_no_segmentation(tmp_path):
    folder, _ = folder_with(tmp_path)
    with pytest.raises(Rejected, match=r"results\.not-segmentation"):
        measure_segments(folder / "0.dcm", folder, binning=Binning())
