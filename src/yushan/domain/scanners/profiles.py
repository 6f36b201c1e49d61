"""Profiles of CT, PET and gamma cameras: what a device does to an image, how its headers speak."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from yushan.domain.scanners.mr_profiles import mr_profiles
from yushan.domain.scanners.tissues import table

if TYPE_CHECKING:
    from collections.abc import Mapping

Use = Literal["soft", "vessel", "calcium", "lung", "bone"]
Value = str | int | float | list[str]


class Kernel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A convolution kernel; the fields are explained in ``data/ct_profiles.toml``."""

    name: str
    use: Use
    blur_mm: float
    edge: float
    edge_mm: float
    noise_hu: float
    soften_mm: float = 0.0


class CtProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A CT scanner with its protocols; the fields are explained in ``data/ct_profiles.toml``."""

    name: str
    maker: str
    model: str
    software: str
    kvp: tuple[float, ...]
    exposure_mas: tuple[float, float]
    slices: tuple[tuple[float, float], ...]
    fields_mm: tuple[float, ...]
    slice_mm: float
    modulation: float
    hardening: float
    couch: str
    low_hu: int
    scan_options: str
    filter: str
    rotation_s: float
    kernels: tuple[Kernel, ...]
    padding_hu: int | None = None

    def kernel(self, name: str | None = None) -> Kernel:
        """A kernel by its name or its use; the first one without a name.

        Raises
        ------
        ValueError
            The scanner has none like it.
        """
        for kernel in self.kernels:
            if name in {None, kernel.name, kernel.use}:
                return kernel
        raise ValueError(f"{self.name} has no kernel {name}")

    @property
    def header(self) -> Mapping[str, Value]:
        """What stays the same in all its images, by DICOM keyword."""
        return {
            **device(self),
            "ScanOptions": self.scan_options,
            "FilterType": self.filter,
            "RevolutionTime": self.rotation_s,
            "DataCollectionDiameter": 500.0,
            "GantryDetectorTilt": 0.0,
            "RotationDirection": "CW",
            "PatientPosition": "HFS",
        }


class PetProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A PET scanner; ``counts_per_suv``: what 64 mm3 of SUV 1 give in one bed position."""

    name: str
    maker: str
    model: str
    software: str
    fwhm_mm: float
    filter_mm: float
    counts_per_suv: float
    scatter: float
    voxel_mm: tuple[float, float, float]
    bed_minutes: float
    reconstruction: str

    @property
    def header(self) -> Mapping[str, Value]:
        """What stays the same in all its images, by DICOM keyword."""
        return {
            **device(self),
            "ReconstructionMethod": self.reconstruction,
            "ConvolutionKernel": f"XYZ Gauss {self.filter_mm:.2f}",
            "AttenuationCorrectionMethod": "CT-based",
            "ScatterCorrectionMethod": "Model-based",
            "DecayCorrection": "START",
            "Units": "BQML",
            "RandomsCorrectionMethod": "DLYD",
            "CollimatorType": "NONE",
        }


class NmProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A gamma camera.

    ``planar`` holds rows, columns and pixel in mm of a whole-body picture, ``spect`` columns and
    pixel of a tomogram.
    """

    name: str
    maker: str
    model: str
    software: str
    collimator: str
    fwhm_mm: float
    spread_mm: float
    planar: tuple[int, int, float]
    spect: tuple[int, float]
    arc_deg: float
    counts_million: float

    @property
    def header(self) -> Mapping[str, Value]:
        """What stays the same in all its images, by DICOM keyword."""
        return {
            **device(self),
            "CollimatorGridName": self.collimator,
            "CollimatorType": "PARA",
        }


Profile = CtProfile | PetProfile | NmProfile

#: Modality -> its table and the type of its rows.
KINDS: Final[dict[str, tuple[str, type[Any]]]] = {
    "CT": ("ct_profiles", CtProfile),
    "PT": ("pt_profiles", PetProfile),
    "NM": ("nm_profiles", NmProfile),
}


def device(profile: Profile) -> dict[str, Value]:
    """Who made it."""
    return {
        "Manufacturer": profile.maker,
        "ManufacturerModelName": profile.model,
        "SoftwareVersions": profile.software,
    }


def load(modality: str) -> tuple[Any, ...]:
    """The profiles of one table."""
    name, kind = KINDS[modality]
    return msgspec.convert(table(name)["profile"], tuple[kind, ...], strict=False)  # type: ignore[valid-type]


LOADED: Final[dict[str, tuple[Any, ...]]] = {
    **{modality: load(modality) for modality in KINDS},
    "MR": mr_profiles(),
}


def profiles(modality: str) -> tuple[Any, ...]:
    """All profiles of ``CT``, ``PT``, ``NM`` or ``MR``, in their own kind each.

    Raises
    ------
    ValueError
        No such modality.
    """
    if modality not in LOADED:
        raise ValueError(f"no profiles of {modality}: use {', '.join(LOADED)}")
    return LOADED[modality]


def profile(name: str) -> Any:  # noqa: ANN401 - the type follows the modality
    """A profile by its name.

    Raises
    ------
    ValueError
        No such profile.
    """
    for rows in LOADED.values():
        for row in rows:
            if row.name == name:
                return row
    raise ValueError(f"no profile {name}")


def ct_profile(name: str) -> CtProfile:
    """The CT scanner of that name; errors as `profile`."""
    found = profile(name)
    if not isinstance(found, CtProfile):
        raise ValueError(f"{name} is no CT scanner")  # noqa: TRY004 - a name, not a type
    return found
