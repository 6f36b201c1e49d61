"""Magnetic resonance sequences as scanners run them, from ``data/mr_profiles.toml``. Pure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["se", "tse", "ir", "gre", "mprage", "dwi", "tof"]
#: Scanning Sequence and Sequence Variant (PS3.3 C.8.3.1) of each kind.
SCANNING: Final = {
    "se": "SE", "tse": "SE", "ir": "IR", "gre": "GR", "mprage": "GR", "dwi": "EP", "tof": "GR",
}  # fmt: skip
VARIANT: Final = {
    "se": "NONE", "tse": "SK", "ir": "SK", "gre": "SP", "mprage": "MP", "dwi": "SK", "tof": "SP",
}  # fmt: skip
#: Keys of the file and the fields they fill where the names differ (units are in the fields').
FIELDS: Final = {
    "field": "field_t", "tr": "tr_ms", "te": "te_ms", "ti": "ti_ms", "flip": "flip_deg",
    "step": "step_ms", "slice": "slice_mm", "gap": "gap_mm", "pixel": "pixel_mm",
    "b": "b_s_mm2", "phase": "phase_share", "axis": "phase_axis", "bandwidth": "bandwidth_hz",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class MrProfile:
    """One sequence on one scanner.

    ``name`` is the table's key; ``description`` what Series Description says; ``kind`` the equation
    that holds. ``echoes`` of ``step_ms`` make the train; ``b_s_mm2`` is the diffusion weighting;
    ``pulses`` what flowing blood has felt (TOF). ``phase_share`` of the matrix is measured along
    ``phase_axis``; ``snr`` is white matter over one channel's noise; ``bias`` the receive field's
    spread; ``ghost`` the share that returns; ``white`` the stored value of white matter.
    ``held_out``: not for training.
    """

    name: str
    maker: str
    model: str
    software: str
    field_t: float
    kind: Kind
    description: str
    tr_ms: float
    te_ms: float
    flip_deg: float
    slice_mm: float
    gap_mm: float
    pixel_mm: float
    phase_share: float
    phase_axis: Literal["rows", "columns"]
    coils: int
    snr: float
    bias: float
    ghost: float
    white: float
    bandwidth_hz: float
    ti_ms: float = 0.0
    echoes: int = 1
    step_ms: float = 0.0
    b_s_mm2: float = 0.0
    pulses: float = 0.0
    contrast: bool = False
    fat_saturated: bool = False
    held_out: bool = False

    @property
    def header(self) -> Mapping[str, str | float | int]:
        """What such a series' header says, by DICOM keyword."""
        found: dict[str, str | float | int] = {
            "Manufacturer": self.maker,
            "ManufacturerModelName": self.model,
            "SoftwareVersions": self.software,
            "MagneticFieldStrength": self.field_t,
            "SeriesDescription": self.description,
            "ScanningSequence": SCANNING[self.kind],
            "SequenceVariant": VARIANT[self.kind],
            "MRAcquisitionType": "3D" if self.gap_mm == 0 else "2D",
            "RepetitionTime": self.tr_ms,
            "EchoTime": self.te_ms,
            "FlipAngle": self.flip_deg,
            "EchoTrainLength": self.echoes,
            "NumberOfAverages": 1,
            "ImagingFrequency": round(42.577 * self.field_t, 3),
            "ImagedNucleus": "1H",
            "SliceThickness": self.slice_mm,
            "SpacingBetweenSlices": self.slice_mm + self.gap_mm,
            "PixelBandwidth": self.bandwidth_hz,
            "PercentPhaseFieldOfView": 100,
            "PercentSampling": round(100 * self.phase_share),
            "InPlanePhaseEncodingDirection": "ROW" if self.phase_axis == "columns" else "COL",
        }
        more = {
            "InversionTime": self.ti_ms,
            "DiffusionBValue": self.b_s_mm2 if self.kind == "dwi" else 0,
            "ContrastBolusAgent": "gadobutrol" if self.contrast else "",
            "ScanOptions": "FS" if self.fat_saturated else "",
        }
        return found | {key: value for key, value in more.items() if value}

    @property
    def train_ms(self) -> float:
        """From excitation to the last echo."""
        return max(self.echoes * self.step_ms, self.te_ms)


@cache
def mr_profiles() -> tuple[MrProfile, ...]:
    """All sequences, in the file's order."""
    page = files("yushan.domain.scanners") / "data" / "mr_profiles.toml"
    rows = tomllib.loads(page.read_text("utf-8"))
    return tuple(
        MrProfile(name=name, **{FIELDS.get(key, key): value for key, value in row.items()})
        for name, row in rows.items()
    )


def mr_profile(name: str) -> MrProfile:
    """The sequence of a name.

    Raises
    ------
    ValueError
        There is none.
    """
    found = next((one for one in mr_profiles() if one.name == name), None)
    if found is None:
        raise ValueError(f"no MR profile {name}")
    return found
