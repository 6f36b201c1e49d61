"""How tissues look in a sequence: signal by the equations, or at random for training. Pure.

Signals are in thousandths of what fully relaxed water would give.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.scanners.mr_signal import (
    diffusion,
    gradient_echo,
    inflow,
    inversion_recovery,
    prepared_gradient_echo,
    relaxed,
    spin_echo,
    turbo_spin_echo,
)
from yushan.domain.scanners.mr_tissues import relaxation, table
from yushan.domain.volumes import Shade

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yushan.domain.scanners.mr_profiles import MrProfile
    from yushan.domain.scanners.mr_tissues import Relaxation

UNIT: Final = 1000.0
#: Length of the texture inside tissues, mm.
GRAIN_MM: Final = 3.0
#: r1 and r2 of a usual agent in plasma, 1/(mM s). Source: Rohrer et al. 2005, Invest Radiol 40:715.
RELAXIVITY: Final = (5.2, 6.1)
#: What flow leaves in sequences that refocus; what fat saturation leaves of fat.
FLOW: Final = {"": 1.0, "slow": 0.45, "fast": 0.06}
SATURATED: Final = 0.12
#: Pulses after which nothing changes any more.
SATURATING: Final = 1e4
#: People differ: spread of relaxation times, share.
PEOPLE: Final = 0.03


def mr_look(profile: MrProfile, seed: int) -> dict[str, Shade]:
    """The shade of every tissue in one person under one sequence.

    The person's relaxation times stray by some percent, drawn by ``seed``: the same for all
    sequences of the same seed.
    """
    look = {}
    for number, (name, tissue) in enumerate(relaxation(profile.field_t).items()):
        rng = np.random.default_rng((seed, number, 41))
        factors = 1 + PEOPLE * rng.standard_normal(2).clip(-2, 2)
        own = tissue._replace(
            t1_ms=tissue.t1_ms * factors[0],
            t2_ms=tissue.t2_ms * factors[1],
            t2s_ms=tissue.t2s_ms * factors[1],
        )
        mean = UNIT * signal_of(profile, own)
        look[name] = Shade(round(mean, 4), round(mean * tissue.spread, 4), GRAIN_MM)
    return look


def signal_of(profile: MrProfile, tissue: Relaxation) -> float:
    """What one tissue gives under a sequence, fully relaxed water being 1."""
    if profile.contrast:
        tissue = tissue._replace(
            t1_ms=enhanced(tissue.t1_ms, RELAXIVITY[0], tissue),
            t2_ms=enhanced(tissue.t2_ms, RELAXIVITY[1], tissue),
            t2s_ms=enhanced(tissue.t2s_ms, RELAXIVITY[1], tissue),
        )
    is_refocused = profile.kind in {"se", "tse", "ir", "dwi"}
    flow = FLOW[tissue.flow] if is_refocused else 1.0
    saturated = SATURATED if profile.fat_saturated and tissue.is_fat else 1.0
    return tissue.pd * equation(profile, tissue) * flow * saturated


def enhanced(time_ms: float, relaxivity: float, tissue: Relaxation) -> float:
    """A relaxation time after contrast, ms."""
    return float(relaxed(time_ms, relaxivity=relaxivity, uptake_mm=tissue.uptake_mm))


def equation(profile: MrProfile, tissue: Relaxation) -> float:
    """The equation of the sequence's kind."""
    t1, t2, t2s = tissue.t1_ms, tissue.t2_ms, tissue.t2s_ms
    tr, te, flip, train = profile.tr_ms, profile.te_ms, profile.flip_deg, profile.train_ms
    match profile.kind:
        case "se":
            found = spin_echo(t1, t2, tr_ms=tr, te_ms=te)
        case "tse":
            found = turbo_spin_echo(t1, t2, tr_ms=tr, te_ms=te, train_ms=train)
        case "ir":
            times = (tr, te, profile.ti_ms)
            found = inversion_recovery(t1, t2, times_ms=times, train_ms=train)
        case "gre":
            found = gradient_echo(t1, t2s, tr_ms=tr, te_ms=te, flip_deg=flip)
        case "mprage":
            cycle, echoes = (tr, profile.ti_ms), (profile.echoes, profile.step_ms)
            found = prepared_gradient_echo(
                t1, t2s, cycle_ms=cycle, train=echoes, te_ms=te, flip_deg=flip
            )
        case "dwi":
            left = diffusion(profile.b_s_mm2, tissue.adc_mm2_s)
            found = spin_echo(t1, t2, tr_ms=tr, te_ms=te) * left
        case "tof":
            pulses = profile.pulses if tissue.flow == "fast" else SATURATING
            found = inflow(t1, t2s, tr_ms=tr, te_ms=te, flip_deg=flip, pulses=pulses)
    return float(found)


def random_look(seed: int, tissues: Iterable[str] | None = None) -> dict[str, Shade]:
    """Any contrast at all: a mean and a spread for each tissue from wide uniform ranges.

    For training nets that are to read every sequence (Billot et al. 2023, Med Image Anal
    86:102789). Air stays dark. Means in 0..1000.
    """
    names = sorted(table()) if tissues is None else sorted(tissues)
    rng = np.random.default_rng((seed, 42))
    means, spreads = rng.uniform(30, 1000, len(names)), rng.uniform(0, 60, len(names))
    grains = rng.uniform(1.5, 6.0, len(names))
    dark = {"air", "gas", "sinus_air", "metal"}
    return {
        name: Shade(0.0) if name in dark else Shade(float(mean), float(spread), float(grain))
        for name, mean, spread, grain in zip(names, means, spreads, grains, strict=True)
    }


def fat_look(look: Mapping[str, Shade], field_t: float = 1.5) -> dict[str, Shade]:
    """The part of a look that is of fat: all other tissues are dark (for the chemical shift)."""
    rows = relaxation(field_t)
    return {
        name: shade if name in rows and rows[name].is_fat else Shade(0.0)
        for name, shade in look.items()
    }
