"""Signal equations of magnetic resonance, in closed form. Pure.

Times in ms, flip angles in degrees, b in s/mm², diffusion in mm²/s; signals relative to a proton
density of 1. All take numbers or arrays. Sources: Haacke et al., *Magnetic Resonance Imaging:
Physical Principles and Sequence Design* (spin echo, Ernst 1966 equation, inversion recovery);
Deichmann et al. 2000, NeuroImage 12:112 (prepared gradient echoes); Stejskal and Tanner 1965
(diffusion).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def decay(time_ms: float, constant_ms: ArrayLike) -> Floats:
    """What is left after a time: ``exp(-time / constant)``."""
    return np.asarray(np.exp(-time_ms / np.asarray(constant_ms, dtype=np.float64)))


def spin_echo(t1_ms: ArrayLike, t2_ms: ArrayLike, *, tr_ms: float, te_ms: float) -> Floats:
    """Spin echo with one refocusing pulse at TE / 2.

    ``(1 - 2 e^(-(TR - TE/2) / T1) + e^(-TR / T1)) e^(-TE / T2)``
    """
    grown = 1 - 2 * decay(tr_ms - te_ms / 2, t1_ms) + decay(tr_ms, t1_ms)
    return np.asarray(grown * decay(te_ms, t2_ms))


def turbo_spin_echo(
    t1_ms: ArrayLike, t2_ms: ArrayLike, *, tr_ms: float, te_ms: float, train_ms: float
) -> Floats:
    """Echo train of ``train_ms``; ``te_ms`` is the effective one, at the centre of k-space.

    Recovery begins after the last echo, when nothing is left along the field.
    """
    return np.asarray((1 - decay(tr_ms - train_ms, t1_ms)) * decay(te_ms, t2_ms))


def inversion_recovery(
    t1_ms: ArrayLike, t2_ms: ArrayLike, *, times_ms: tuple[float, float, float], train_ms: float
) -> Floats:
    """Turbo spin echo behind an inversion (FLAIR, STIR); ``times_ms`` are TR, TE, TI. Magnitude."""
    tr_ms, te_ms, ti_ms = times_ms
    along = 1 - 2 * decay(ti_ms, t1_ms) + decay(tr_ms - train_ms, t1_ms)
    return np.asarray(np.abs(along) * decay(te_ms, t2_ms))


def null_ti(t1_ms: float, *, tr_ms: float, train_ms: float) -> float:
    """The inversion time at which a tissue of this T1 gives no signal, ms."""
    return float(t1_ms * np.log(2 / (1 + decay(tr_ms - train_ms, t1_ms))))


def gradient_echo(
    t1_ms: ArrayLike, t2s_ms: ArrayLike, *, tr_ms: float, te_ms: float, flip_deg: float
) -> Floats:
    """Spoiled gradient echo in its steady state (Ernst)."""
    angle, e1 = np.deg2rad(flip_deg), decay(tr_ms, t1_ms)
    return np.asarray(np.sin(angle) * (1 - e1) / (1 - np.cos(angle) * e1) * decay(te_ms, t2s_ms))


def ernst_angle(t1_ms: float, *, tr_ms: float) -> float:
    """The flip angle of the greatest spoiled signal, degrees."""
    return float(np.rad2deg(np.arccos(decay(tr_ms, t1_ms))))


def prepared_gradient_echo(
    t1_ms: ArrayLike, t2s_ms: ArrayLike, *, cycle_ms: tuple[float, float], train: tuple[int, float],
    te_ms: float, flip_deg: float,
) -> Floats:  # fmt: skip
    """Inversion, wait, a train of spoiled gradient echoes, wait (MPRAGE); its steady state.

    Parameters
    ----------
    t1_ms, t2s_ms
        Relaxation times.
    cycle_ms
        From one inversion to the next, and from the inversion to the middle of the train, where
        the centre of k-space is read.
    train
        Number of echoes and their distance in ms.
    te_ms, flip_deg
        Of each echo.
    """
    t1 = np.asarray(t1_ms, dtype=np.float64)
    count, step_ms = train
    angle = np.deg2rad(flip_deg)
    driven = 1 / (1 / t1 - np.log(np.cos(angle)) / step_ms)
    plateau = (1 - decay(step_ms, t1)) / (1 - np.cos(angle) * decay(step_ms, t1))
    before_ms = cycle_ms[1] - count * step_ms / 2
    after_ms = cycle_ms[0] - cycle_ms[1] - count * step_ms / 2
    wait, rest = decay(before_ms, t1), decay(after_ms, t1)
    whole, half = decay(count * step_ms, driven), decay(count * step_ms / 2, driven)
    # Mz at the end of the cycle: m = 1 - rest + rest (plateau (1-whole) + whole (1-wait - m wait))
    end = (1 - rest + rest * (plateau * (1 - whole) + whole * (1 - wait))) / (
        1 + rest * whole * wait
    )
    start = 1 - wait - end * wait
    along = plateau * (1 - half) + start * half
    return np.asarray(np.abs(along) * np.sin(angle) * decay(te_ms, t2s_ms))


def diffusion(b_s_mm2: float, adc_mm2_s: ArrayLike) -> Floats:
    """The share of the signal that a diffusion weighting leaves."""
    return np.asarray(np.exp(-b_s_mm2 * np.asarray(adc_mm2_s, dtype=np.float64)))


def adc(low: ArrayLike, high: ArrayLike, *, b_low: float, b_high: float) -> Floats:
    """Apparent diffusion coefficient of two signals, mm²/s; 0 where a signal is not positive."""
    first, second = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    is_seen = (first > 0) & (second > 0)
    ratio = np.divide(first, second, out=np.ones_like(first * second), where=is_seen)
    return np.asarray(np.log(ratio) / (b_high - b_low))


def relaxed(time_ms: ArrayLike, *, relaxivity: float, uptake_mm: ArrayLike) -> Floats:
    """A relaxation time after contrast: rates add, ``1/T = 1/T0 + r C``; r in 1/(mM s), C in mM."""
    rate = 1 / np.asarray(time_ms, dtype=np.float64) + relaxivity * np.asarray(uptake_mm) / 1000
    return np.asarray(1 / rate)


def inflow(
    t1_ms: ArrayLike, t2s_ms: ArrayLike, *, tr_ms: float, te_ms: float, flip_deg: float,
    pulses: float,
) -> Floats:  # fmt: skip
    """Spoiled gradient echo of blood that has felt ``pulses`` pulses since it came in (TOF)."""
    angle, e1 = np.deg2rad(flip_deg), decay(tr_ms, t1_ms)
    steady = (1 - e1) / (1 - np.cos(angle) * e1)
    along = steady + (1 - steady) * (np.cos(angle) * e1) ** pulses
    return np.asarray(np.sin(angle) * along * decay(te_ms, t2s_ms))
