"""What a person at the console may choose for one CT scan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yushan.domain.scanners.metal import Metal
    from yushan.domain.scanners.motion import Motion
    from yushan.domain.scanners.profiles import CtProfile, Value


@dataclass(frozen=True)
class CtOptions:
    """How one scan differs from the usual one of its profile.

    Parameters
    ----------
    kernel
        Name or use of a kernel of the profile; None for its first.
    thickness_mm
        Slice thickness; None for the grid's increment. Thinner than the increment leaves gaps.
    every
        Slices of the body's grid for one of the scan: bodies drawn finer than they are scanned get
        true partial volume. ``thickness_mm`` None then means the new increment.
    dose
        Share of the usual tube current, above 0; noise falls with its root.
    couch
        Whether a couch lies under the body and a gown on it (axial grids); ``"head"`` for a cup
        that holds a head.
    noise
        False leaves noise out (truth tests).
    motion, metal
        What moves, and what is put into the body; metal that is in it already (over 3,000 HU)
        streaks too.
    field_mm
        Diameter inside which the scanner measures; beyond, bodies are cut off.
    kvp
        Tube voltage for the header; None for the profile's first. Looks are asked for it, not here.
    threads
        Workers; the result does not depend on them.
    """

    kernel: str | None = None
    thickness_mm: float | None = None
    every: int = 1
    dose: float = 1.0
    couch: bool | Literal["head"] = True
    noise: bool = True
    motion: Motion | None = None
    metal: tuple[Metal, ...] = ()
    field_mm: float = 500.0
    kvp: float | None = None
    threads: int = 2


def ct_header(profile: CtProfile, options: CtOptions, seed: int) -> Mapping[str, Value]:
    """What the images of one scan say about it, by DICOM keyword, besides the grid.

    Tube current, exposure and dose are drawn from the profile's range by the seed and follow
    ``options.dose``; geometry, times and identifiers are the caller's.
    """
    rng = np.random.default_rng((seed, 223))
    low, high = profile.exposure_mas
    exposure = float(rng.uniform(low, high)) * options.dose
    current = exposure / profile.rotation_s
    kernel = profile.kernel(options.kernel)
    names = kernel.name.split("\\")
    return {
        **profile.header,
        "KVP": options.kvp or profile.kvp[0],
        "ExposureTime": round(profile.rotation_s * 1000),
        "XRayTubeCurrent": round(current),
        "Exposure": round(exposure),
        "GeneratorPower": round(current * (options.kvp or profile.kvp[0]) / 1000),
        "ConvolutionKernel": names if len(names) > 1 else names[0],
        "CTDIvol": round(exposure * 0.068, 2),
        "SliceThickness": options.thickness_mm or profile.slice_mm,
        "TableHeight": round(float(rng.uniform(120, 180)), 1),
    }
