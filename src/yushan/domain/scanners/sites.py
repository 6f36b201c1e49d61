"""Fictional hospitals as bundles of scanners and habits, and what is kept out of training."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np

from yushan.domain.scanners.ct_options import CtOptions
from yushan.domain.scanners.motion import Motion
from yushan.domain.scanners.profiles import CtProfile, Use, ct_profile
from yushan.domain.scanners.tissues import table
from yushan.domain.scanners.words import Phase  # noqa: TC001 - msgspec reads the annotation

Range = tuple[float, float]


class Site(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A hospital; the fields are explained in ``data/sites.toml``."""

    name: str
    title: str
    title_zh: str
    ct: tuple[str, ...]
    pt: tuple[str, ...]
    nm: tuple[str, ...]
    uses: tuple[Use, ...]
    slices_mm: Range
    dose: Range
    phases: tuple[Phase, ...]
    wide: float
    moving: float
    metal: float
    held_out: bool


class HoldOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A range kept out of training; an empty list of profiles or kernels means all."""

    name: str
    title: str
    profiles: tuple[str, ...]
    kernels: tuple[str, ...]
    dose_below: float | None = None

    def holds(self, profile: CtProfile, options: CtOptions) -> bool:
        """Whether a scan belongs to it."""
        kernel = profile.kernel(options.kernel).name
        return (
            (not self.profiles or profile.name in self.profiles)
            and (not self.kernels or kernel in self.kernels)
            and (self.dose_below is None or options.dose < self.dose_below)
        )


class Sites(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``data/sites.toml``."""

    edition: str
    source: str
    site: tuple[Site, ...]
    hold_out: tuple[HoldOut, ...]


class CtChoice(msgspec.Struct, frozen=True):
    """How one scan is made: scanner, console, slices (thick, apart) in mm, phase, body."""

    profile: CtProfile
    options: CtOptions
    slices_mm: Range
    phase: Phase
    wide: bool
    with_metal: bool


TABLE: Final = msgspec.convert(table("sites"), Sites, strict=False)
SITES: Final[dict[str, Site]] = {row.name: row for row in TABLE.site}
HOLD_OUTS: Final[dict[str, HoldOut]] = {row.name: row for row in TABLE.hold_out}


def ct_choice(site: str, seed: int) -> CtChoice:
    """One scan as this site makes it.

    Raises
    ------
    ValueError
        No such site.
    """
    if site not in SITES:
        raise ValueError(f"no site {site}: use {', '.join(SITES)}")
    row = SITES[site]
    rng = np.random.default_rng((seed, 229, sorted(SITES).index(site)))
    profile = ct_profile(row.ct[int(rng.integers(len(row.ct)))])
    kernels = [k for k in profile.kernels if k.use in row.uses] or list(profile.kernels)
    low, high = row.slices_mm
    slices = [pair for pair in profile.slices if low <= pair[0] <= high] or [profile.slices[-1]]
    kernel = kernels[int(rng.integers(len(kernels)))]
    thick, apart = slices[int(rng.integers(len(slices)))]
    phase = row.phases[int(rng.integers(len(row.phases)))]
    dose = round(float(rng.uniform(*row.dose)), 3)
    kvp = profile.kvp[int(rng.integers(len(profile.kvp)))]
    breath = (0.0, float(rng.uniform(-2, 2)), float(rng.uniform(4, 9)))
    moving = Motion("breath", breath, period_mm=float(rng.uniform(40, 90)))
    chances = rng.uniform(size=3)
    options = CtOptions(
        kernel=kernel.name, thickness_mm=thick, dose=dose, kvp=kvp,
        motion=moving if chances[0] < row.moving else None,
    )  # fmt: skip
    wide, metal = bool(chances[1] < row.wide), bool(chances[2] < row.metal)
    return CtChoice(profile, options, (thick, apart), phase, wide, metal)


def held_out(profile: CtProfile, options: CtOptions) -> tuple[str, ...]:
    """Names of the ranges kept out of training that a scan belongs to."""
    return tuple(row.name for row in TABLE.hold_out if row.holds(profile, options))
