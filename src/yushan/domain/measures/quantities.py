"""Quantities of PET and diffusion from stored numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from yushan.base import Rejected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def decayed(dose_bq: float, half_life_s: float, elapsed_s: float) -> float:
    """What is left of an activity after a time, Bq.

    Raises
    ------
    Rejected
        ``measures.not-positive`` for a dose or a half-life that is not.
    """
    if dose_bq <= 0 or half_life_s <= 0:
        raise Rejected("measures.not-positive")
    return float(dose_bq * 0.5 ** (elapsed_s / half_life_s))


def body_weight_suv(
    activity_bq_ml: NDArray[Any], weight_kg: float, dose_at_start_bq: float
) -> NDArray[np.float64]:
    """Standardised uptake by body weight, g/mL (QIBA FDG-PET profile).

    Parameters
    ----------
    activity_bq_ml
        Activity concentration, decay corrected to the start of the series (DecayCorrection START).
    weight_kg
        The patient's weight.
    dose_at_start_bq
        The dose injected, decayed to the same time (`decayed`).

    Raises
    ------
    Rejected
        ``measures.not-positive``.
    """
    if weight_kg <= 0 or dose_at_start_bq <= 0:
        raise Rejected("measures.not-positive")
    return np.asarray(activity_bq_ml, np.float64) * (weight_kg * 1000 / dose_at_start_bq)


def adc(images: Sequence[NDArray[Any]], b_values: Sequence[float]) -> NDArray[np.float64]:
    """Apparent diffusion coefficient, mm²/s, by least squares of log signal on b (s/mm²).

    Parameters
    ----------
    images
        One array of signals for each b value, all of one shape.
    b_values
        At least two different ones, s/mm².

    Returns
    -------
    NDArray
        Of the images' shape; NaN where a signal is not positive.

    Raises
    ------
    Rejected
        ``measures.b-values`` when they cannot tell a slope or do not fit the images.
    """
    b = np.asarray(b_values, np.float64)
    if len(images) != b.size or np.unique(b).size < 2:
        raise Rejected("measures.b-values")
    signals = np.stack([np.asarray(one, np.float64) for one in images])
    positive = (signals > 0).all(axis=0)
    logs = np.log(np.where(positive, signals, 1.0))
    away = b - b.mean()
    slope = np.tensordot(away, logs - logs.mean(axis=0), 1) / (away**2).sum()
    return np.where(positive, -slope, np.nan)
