"""Automatic exposure: the tube current that gives a wanted noise in this very body."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from yushan.domain.scanners.fields import maps, margin
from yushan.domain.scanners.profiles import Use  # noqa: TC001 - msgspec reads the annotation
from yushan.domain.scanners.rays import CELL_MM
from yushan.domain.scanners.tissues import table

if TYPE_CHECKING:
    from yushan.domain.scanners.ct_options import CtOptions
    from yushan.domain.scanners.profiles import CtProfile
    from yushan.domain.volumes import Volume

#: Slices of a body that are looked at, as a scout view does.
LOOKS: Final = 5


class Automatic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a use of a kernel aims at: noise in HU, and the range of the dose's share."""

    use: Use
    noise_hu: float
    least: float
    most: float


AUTOMATIC: Final[dict[str, Automatic]] = {
    row.use: row
    for row in msgspec.convert(
        table("ct_profiles")["automatic"], tuple[Automatic, ...], strict=False
    )
}


def exposed(hu: Volume, profile: CtProfile, options: CtOptions) -> CtOptions:
    """The options with the dose of automatic exposure, where the kernel's use knows one.

    Parameters
    ----------
    hu
        The body, as for `ct_scan`.
    profile, options
        Of the scan; ``options.dose`` multiplies what is chosen.

    Returns
    -------
    CtOptions
        The same options for uses without a row of ``[[automatic]]`` in ``data/ct_profiles.toml``.
    """
    kernel = profile.kernel(options.kernel)
    aim = AUTOMATIC.get(kernel.use)
    if aim is None:
        return options
    thickness = options.thickness_mm or hu.grid.spacing[0] * options.every
    noise = kernel.noise_hu * (profile.slice_mm / thickness) ** 0.5 * weakest(hu, profile)
    share = float(np.clip((noise / aim.noise_hu) ** 2, aim.least, aim.most))
    return replace(options, dose=round(options.dose * share, 3))


def weakest(hu: Volume, profile: CtProfile) -> float:
    """Noise in the middle of the body against 32 cm of water, where the body is densest."""
    factors = tuple(max(round(CELL_MM / size), 1) for size in hu.grid.spacing[1:])
    cell = (factors[0] * hu.grid.spacing[1] * factors[1] * hu.grid.spacing[2]) ** 0.5
    found = []
    for index in np.unique(np.linspace(0, len(hu.values) - 1, LOOKS).astype(int)):
        plane = np.asarray(hu.values[index])
        around, *_, body = maps(plane, (factors[0], factors[1]), (margin(hu), cell), profile)
        if body.any():
            found.append(float(np.percentile(around[body], 75)))
    return max(found, default=1.0)
