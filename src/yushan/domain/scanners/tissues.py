"""How tissues look to a scanner: means and textures from tables, with the chance of a person."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Final, get_args

import msgspec
import numpy as np

from yushan.domain.scanners.words import Phase, Tracer
from yushan.domain.volumes import Shade

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

#: Phases of contrast, native first.
PHASES: Final[tuple[str, ...]] = get_args(Phase)
#: Tracers of nuclear medicine; ``fdg`` in SUV, the others against a tissue of 100.
TRACERS: Final[tuple[str, ...]] = get_args(Tracer)
#: Iodine's contrast at a tube voltage against 120 kVp (Huda et al., Radiology 2000;217:430).
IODINE: Final = ((70.0, 1.92), (80.0, 1.62), (100.0, 1.24), (120.0, 1.0), (140.0, 0.84))
#: Bone's, from the same curves.
BONE: Final = ((70.0, 1.45), (80.0, 1.32), (100.0, 1.13), (120.0, 1.0), (140.0, 0.92))
#: Share of its mottle that a phase shows, and its grain.
EARLY: Final = {"arterial": 1.0, "pulmonary": 1.0, "coronary": 1.0, "pancreatic": 0.5}
MOTTLE_MM: Final = 9.0
BONY: Final = frozenset({"cortical_bone", "marrow", "calcium", "tooth"})


class Tissue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of ``data/tissues.toml``; HU, mm."""

    hu: float
    person: float
    spread: float
    grain: float
    mottle: float = 0.0
    arterial: float = 0.0
    pancreatic: float = 0.0
    portal: float = 0.0
    late: float = 0.0
    pulmonary: float = 0.0
    coronary: float = 0.0


class Energy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Attenuation of water per mm at one energy, and the slope of bone."""

    kev: float
    water: float
    slope: float


class Tissues(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``data/tissues.toml``."""

    edition: str
    source: str
    tissue: dict[str, Tissue]
    energy: tuple[Energy, ...]


class Uptake(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One tracer's table; ``rest`` stands for tissues without a row."""

    grain: float
    spread: float
    person: float
    uptake: dict[str, float]


class Activity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``data/activity.toml``."""

    edition: str
    source: str
    fdg: Uptake
    perfusion: Uptake
    bone: Uptake


def table(name: str) -> dict[str, object]:
    """A table of the room's data."""
    text = (files("yushan.domain.scanners") / "data" / f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


ROWS: Final = msgspec.convert(table("tissues"), Tissues, strict=False)
ACTIVITY: Final = msgspec.convert(table("activity"), Activity, strict=False)


def ct_look(phase: Phase = "native", seed: int = 0, kvp: float = 120.0) -> dict[str, Shade]:
    """HU of every tissue in one person and phase.

    Parameters
    ----------
    phase
        One of `PHASES`.
    seed
        Draws the person: each tissue about its mean, one strength of contrast for all.
    kvp
        Tube voltage, 70 to 140; lower makes iodine and bone brighter.

    Raises
    ------
    ValueError
        No such phase.
    """
    if phase not in PHASES:
        raise ValueError(f"no phase {phase}: use {', '.join(PHASES)}")
    rng = np.random.default_rng((seed, 101))
    strength = float(np.clip(rng.normal(1.0, 0.12), 0.7, 1.35)) * at(IODINE, kvp)
    looks = {}
    for name, row in sorted(ROWS.tissue.items()):
        own, gain = rng.normal(0, row.person), np.clip(rng.normal(1, 0.06), 0.85, 1.15)
        added = 0.0 if phase == "native" else float(getattr(row, phase)) * strength * float(gain)
        mean = (row.hu + float(own)) * (at(BONE, kvp) if name in BONY else 1.0) + added
        looks[name] = Shade(max(mean, -1000.0), *texture(row, phase))
    return looks


def texture(row: Tissue, phase: Phase) -> tuple[float, float]:
    """Standard deviation and grain (mm) of a tissue: early contrast has not mixed yet."""
    mottle = row.mottle * EARLY.get(phase, 0.0)
    if mottle <= row.spread:
        return row.spread, row.grain
    return float(np.hypot(row.spread, mottle)), MOTTLE_MM


def activity_look(tracer: Tracer, seed: int = 0) -> dict[str, Shade]:
    """Uptake of every tissue in one person: SUV for ``fdg``, else against a tissue of 100.

    Raises
    ------
    ValueError
        No such tracer.
    """
    if tracer not in TRACERS:
        raise ValueError(f"no tracer {tracer}: use {', '.join(TRACERS)}")
    rows: Uptake = getattr(ACTIVITY, tracer)
    rng = np.random.default_rng((seed, 103, TRACERS.index(tracer)))
    looks = {}
    for name in sorted(ROWS.tissue):
        own = float(np.clip(rng.normal(1, rows.person), 0.6, 1.5))
        mean = rows.uptake.get(name, rows.uptake["rest"]) * own
        looks[name] = Shade(mean, rows.spread * mean, rows.grain)
    return looks


def attenuation(hu: ArrayLike, kev: float = 70.0) -> NDArray[np.float32]:
    """Linear attenuation per mm, float32, of HU measured at 120 kVp (bilinear; Carney 2006).

    Parameters
    ----------
    hu
        HU, any shape; under -1000 counts as -1000.
    kev
        Photon energy: between the rows of ``data/tissues.toml`` both slopes are interpolated.
    """
    values = np.asarray(hu, dtype=np.float32)
    water = at([(row.kev, row.water) for row in ROWS.energy], kev)
    slope = at([(row.kev, row.slope) for row in ROWS.energy], kev)
    per = np.where(values > 0, np.float32(slope * water / 1000), np.float32(water / 1000))
    return np.asarray(np.maximum(values, np.float32(-1000)) * per + np.float32(water), np.float32)


def at(curve: tuple[tuple[float, float], ...] | list[tuple[float, float]], place: float) -> float:
    """A curve of points, linear between them."""
    xs, ys = zip(*curve, strict=True)
    return float(np.interp(place, xs, ys))
