"""One small object of each class from random arrays, and what readers say of it."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest

from yushan.domain.phantoms.acquisition import made
from yushan.domain.phantoms.classes import (
    derived,
    enhanced,
    enhanced_mr,
    enhanced_pet,
    planar,
    sections,
    visible,
    waveforms,
)
from yushan.domain.phantoms.documents import PDF, add_pdf
from yushan.domain.phantoms.headers import Device, Hospital, Series, Study
from yushan.domain.population import SHARED
from yushan.domain.verifier.meta import read_meta
from yushan.domain.verifier.parser import Reader
from yushan.domain.volumes import Grid

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydicom.dataset import Dataset

    #: Modality, class, body part, and what fills the object.
    Row = tuple[str, str, str, Callable[[Dataset, Series], None]]

HOSPITAL = Hospital(
    "hospital-b", "示範醫院乙", "示範市示範路二號", "utf-8",
    ("Chiu^ChunChieh", "邱俊傑"), ("Tseng^YiChun", "曾怡君"),
)  # fmt: skip
GRID = Grid.axial((4, 32, 40), (2.5, 0.8, 0.8))
DRAW = np.random.default_rng(1)
HU: Any = DRAW.integers(-1000, 1000, GRID.shape).astype(np.int16)
GREY: Any = (HU + 1000).astype(np.uint16)
OCTETS: Any = DRAW.integers(0, 255, (3, 48, 64, 3)).astype(np.uint8)
ECG: Any = DRAW.integers(-400, 400, (500, 12)).astype(np.int16)
AT = (GRID, 0, 2.5)


def study(way: str = "utf-8") -> Study:
    """A study whose texts are written in one way."""
    return Study(HOSPITAL, SHARED, "t-1", "20260408", "110540", "TEST 測試", way)


def series(modality: str, kind: str, part: str = "", way: str = "utf-8") -> Series:
    """A series of it."""
    device = Device(modality, "ACME", "M1", "ST1", "S1", "V1")
    return Series(study(way), device, 1, "Desc", kind, part)


CT = series("CT", sections.CT, "CHEST")
IMAGE = CT.sop_instance_uid(1)


def ecg(channels: int) -> Callable[[Dataset, Series], None]:
    """What fills an electrocardiogram."""
    leads = [waveforms.lead(name, 2.5) for name in list(waveforms.LEADS)[:channels]]
    return lambda d, _: waveforms.add_waveform(d, ECG[:, :channels], leads, 500, "note")


EIGHT = [waveforms.electrode(f"E{n}", n) for n in range(1, 9)]
ROWS: dict[str, Row] = {
    "ct": ("CT", sections.CT, "CHEST", lambda d, s: sections.add_ct(d, s, HU[0], AT, {})),
    "ct-padded": ("CT", sections.CT, "CHEST", lambda d, s: sections.add_ct(
        d, s, np.where(HU[0] > 900, -3024, HU[0]), AT, {})),
    "mr": ("MR", sections.MR, "HEAD", lambda d, s: sections.add_mr(d, s, GREY[0], AT, {})),
    "pt": ("PT", sections.PT, "CHEST", lambda d, s: sections.add_pet(
        d, s, GREY[0].astype(np.float32), AT, {})),
    "cr": ("CR", planar.CR, "CHEST", lambda d, _: planar.add_film(d, GREY[0], "AP", 0.1)),
    "dx": ("DX", planar.DX, "CHEST", lambda d, _: planar.add_film(d, GREY[0], "PA", 0.1)),
    "mg": ("MG", planar.MG, "BREAST", lambda d, _: planar.add_mammogram(
        d, GREY[0], "R", "MLO", 0.1)),
    "xa": ("XA", planar.XA, "HEART", lambda d, _: planar.add_angiogram(
        d, OCTETS[..., 0], (30, -10), 66.7)),
    "nm-spect": ("NM", planar.NM, "HEART", lambda d, s: planar.add_tomogram(
        d, s, GREY, GRID, "Technetium Tc^99m^ sestamibi")),
    "nm-planar": ("NM", planar.NM, "WHOLEBODY", lambda d, _: planar.add_scintigram(
        d, GREY[:2], 2.2, "Technetium Tc^99m^ medronate")),
    "us": ("US", planar.US, "ABDOMEN", lambda d, _: planar.add_ultrasound(
        d, OCTETS[:1], 0.3, (0, 4, 63, 47))),
    "us-clip": ("US", planar.US_MULTIFRAME, "ABDOMEN", lambda d, _: planar.add_ultrasound(
        d, OCTETS, 0.3, (0, 4, 63, 47))),
    "sc": ("OT", planar.SC, "", lambda d, _: planar.add_capture(d, OCTETS[0, ..., 0])),
    "sc-colour": ("OT", planar.SC, "", lambda d, _: planar.add_capture(d, OCTETS[0])),
    "sc-pages": ("OT", planar.SC_COLOUR, "", lambda d, _: planar.add_capture(d, OCTETS)),
    "fundus": ("OP", visible.FUNDUS, "EYE", lambda d, _: visible.add_fundus(
        d, OCTETS[0], "R", 0.009)),
    "oct": ("OPT", visible.OCT, "EYE", lambda d, s: visible.add_oct(
        d, s, GREY.astype(np.uint8), GRID, "L")),
    "endoscopy": ("ES", visible.ENDOSCOPE, "COLON", lambda d, _: visible.add_endoscopy(
        d, OCTETS[0], "COLON")),
    "endoscopy-video": ("ES", visible.ENDOSCOPE_VIDEO, "COLON", lambda d, _: visible.add_endoscopy(
        d, OCTETS, "COLON")),
    "slide": ("SM", visible.SLIDE, "", lambda d, s: visible.add_slide(
        d, s, np.tile(OCTETS[0], (6, 5, 1)), 0.0005, 0)),
    "ecg-12": ("ECG", waveforms.TWELVE_LEAD, "", ecg(12)),
    "ecg-general": ("ECG", waveforms.GENERAL_ECG, "", ecg(3)),
    "ecg-ambulatory": ("ECG", waveforms.AMBULATORY_ECG, "", ecg(2)),
    "pressure": ("HD", waveforms.HEMODYNAMIC, "", lambda d, _: waveforms.add_waveform(
        d, waveforms.pressure(1), [waveforms.PRESSURE], 240)),
    "breathing": ("RESP", waveforms.RESPIRATORY, "", lambda d, _: waveforms.add_waveform(
        d, waveforms.breathing(1), [waveforms.BREATH], 25)),
    "eeg": ("EEG", waveforms.EEG, "", lambda d, _: waveforms.add_waveform(
        d, waveforms.brain_waves(1), EIGHT, 200)),
    "ko": ("KO", derived.KEY_OBJECTS, "", lambda d, _: derived.add_key_objects(
        d, CT, [IMAGE], "see this", ("113000", "Of Interest"))),
    "pr": ("PR", derived.PRESENTATION, "", lambda d, _: derived.add_presentation(
        d, (CT, [IMAGE]), (32, 40), (40, 400), ("nodule", 10, 12, 4))),
    "reg": ("REG", derived.REGISTRATION, "", lambda d, s: derived.add_registration(
        d, s, (CT, [IMAGE]), np.eye(4))),
    "plan": ("RTPLAN", derived.PLAN, "", lambda d, _: derived.add_plan(
        d, "1.2.840.99.3", (0, 0, 0), 50)),
    "dose": ("RTDOSE", derived.DOSE, "", lambda d, s: derived.add_dose(
        d, s, GREY.astype(np.float32) / 50, GRID, "1.2.840.99.4")),
    "pdf": ("DOC", PDF, "", lambda d, _: add_pdf(d, "Title", ("a", "b"))),
    "ct-enhanced": ("CT", enhanced.ENHANCED_CT, "CHEST", lambda d, s: enhanced.add_enhanced_ct(
        d, s, HU, (GRID, 2.5), {})),
    "mr-enhanced": ("MR", enhanced_mr.ENHANCED_MR, "HEAD", lambda d, s: enhanced_mr.add_enhanced_mr(
        d, s, GREY, (GRID, 2.5), {})),
    "pt-enhanced": (
        "PT", enhanced_pet.ENHANCED_PT, "CHEST", lambda d, s: enhanced_pet.add_enhanced_pet(
            d, s, GREY.astype(np.float32), (GRID, 2.5), {})),
}  # fmt: skip


@cache
def one(name: str, syntax: str = "explicit", way: str = "utf-8") -> bytes:
    """One object of a class."""
    modality, kind, part, fill = ROWS[name]
    of = series(modality, kind, part, way)
    return made(of, 1, lambda dataset: fill(dataset, of), syntax)


def read(data: bytes) -> Dataset:
    """An object as the library reads it."""
    return pydicom.dcmread(BytesIO(data))


def own_reading(data: bytes) -> tuple[int, list[Any]]:
    """Elements and faults as the verifier's own reader finds them."""
    reader = Reader(data)
    _, start = read_meta(data, reader)
    elements, _ = reader.level(start, len(data), 0)
    return len(elements), reader.faults


def faults(data: bytes, folder: Path) -> list[str]:
    """What a foreign validator finds wrong."""
    tool = Path(sys.executable).parent / "dciodvfy"
    if not tool.exists():
        pytest.skip("dciodvfy is not installed")
    path = folder / "object.dcm"
    path.write_bytes(data)
    done = subprocess.run([str(tool), str(path)], capture_output=True, check=False)
    lines = (done.stdout + done.stderr).decode("utf-8", "replace").splitlines()
    return [line for line in lines if line.startswith("Error")]
