"""Electrocardiograms of twelve leads from a heart vector that is a sum of Gaussians.

After the dynamical model of McSharry et al. 2003 (IEEE Trans Biomed Eng 50:289), but placed beat by
beat, so that every interval is known; leads are projections of the vector (``data/ecg.toml``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from yushan.domain.scanners.picture import table

if TYPE_CHECKING:
    from collections.abc import Mapping

Floats = NDArray[np.float64]

RATE_HZ: Final = 500
#: Microvolt of one step of the samples.
STEP_UV: Final = 2.5
#: Order in which leads are recorded.
LEADS: Final = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
#: Half lengths of a wave in its sigmas: where it is said to begin and to end.
REACH: Final = 2.5


@dataclass(frozen=True, slots=True)
class Beat:
    """Times of one beat in s from the record's start; ``nan`` where a wave is missing.

    ``kind``: ``normal`` (conducted) or ``ventricular``.
    """

    p_on: float
    p_off: float
    qrs_on: float
    qrs_off: float
    t_off: float
    kind: str = "normal"


@dataclass(frozen=True, eq=False)
class Electrocardiogram:
    """A record and its truth.

    Parameters
    ----------
    samples
        int16 ``[sample, lead]`` in steps of :data:`STEP_UV`.
    beats
        Every beat whose QRS lies within the record.
    facts
        ``rhythm``, ``title``, ``rate_bpm``, ``pr_ms``, ``qrs_ms``, ``qt_ms``, ``qtc_ms``
        (Fridericia), ``axis_deg`` (frontal plane); an interval that does not exist is missing.
    """

    samples: NDArray[np.int16]
    beats: tuple[Beat, ...]
    facts: Mapping[str, float | str]
    rate_hz: int = RATE_HZ
    step_uv: float = STEP_UV
    leads: tuple[str, ...] = LEADS


def rhythms() -> tuple[str, ...]:
    """Names of the rhythms that :func:`ecg` can play, sorted."""
    return tuple(sorted(table("ecg")["rhythms"]))


def ecg(
    seed: int, rhythm: str = "sinus", seconds: float = 10, noise: float = 1
) -> Electrocardiogram:
    """A record of one person at rest.

    Parameters
    ----------
    seed
        Same seed, same record.
    rhythm
        One of :func:`rhythms`.
    seconds
        Length.
    noise
        Strength of drift, muscle and mains; 0 for none.

    Raises
    ------
    ValueError
        There is no such rhythm.
    """
    if rhythm not in table("ecg")["rhythms"]:
        raise ValueError(f"no rhythm {rhythm}")
    rng = np.random.default_rng((seed, 0xEC6))
    heart = drawn(rng, rhythm)
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    beats = beaten(rng, heart, seconds)
    vector = np.zeros((time.size, 3))
    for beat in beats:
        add_beat(vector, time, beat, heart)
    add_atria(vector, time, heart, rng)
    seen = vector @ lead_matrix().T
    seen += noise * disturbance(rng, time)
    samples = np.asarray(np.rint(einthoven(seen) * 1000 / STEP_UV), dtype=np.int16)
    inside = tuple(one for one in beats if one.qrs_on >= 0 and one.qrs_off <= seconds)
    return Electrocardiogram(samples, inside, facts(heart, inside, vector, time))


def drawn(rng: np.random.Generator, rhythm: str) -> dict[str, Any]:
    """The table's row of a rhythm with one value drawn out of every range."""
    tables = table("ecg")
    heart: dict[str, Any] = tables["usual"] | {
        "shape": "normal",
        "atria": "sinus",
        "ectopic_share": 0.0,
    }
    heart |= {"st_mv": [0.0, 0.0, 0.0], "rhythm": rhythm} | tables["rhythms"][rhythm]
    for name in ("rate_bpm", "pr_ms", "qrs_ms", "qtc_ms", "p_ms"):
        heart[name] = float(rng.uniform(*heart[name]))
    heart["turn"] = rng.normal(0, 0.16, 2)
    heart["height"] = float(rng.uniform(0.75, 1.2))
    if heart["atria"] == "fluttering":
        heart["rate_bpm"] = 300.0 / int(rng.integers(2, 5))
    return heart


def beaten(rng: np.random.Generator, heart: dict[str, Any], seconds: float) -> tuple[Beat, ...]:
    """Beats one after the other, some before and after the record."""
    mean = 60 / heart["rate_bpm"]
    beats: list[Beat] = []
    time = -float(rng.uniform(1, 2)) * mean
    gap, breath = mean, float(rng.uniform(0, 6))
    while time < seconds + 1:
        early = heart["ectopic_share"] and rng.uniform() < heart["ectopic_share"] and len(beats) > 2
        early = early and beats[-1].kind == "normal"
        if early:
            beats.append(ventricular(time - 0.42 * mean, heart, mean))
        else:
            beats.append(conducted(time, heart, gap))
        spread = float(rng.normal()) + 0.9 * np.sin(2 * np.pi * 0.24 * time + breath)
        if heart["rr_spread"] < 0.1:
            gap = mean * float(1 + heart["rr_spread"] * 0.75 * spread)
        else:
            gap = mean * float(
                np.clip(rng.gamma(1 / heart["rr_spread"] ** 2) * heart["rr_spread"] ** 2, 0.55, 1.8)
            )
        time += gap
    return tuple(beats)


def conducted(time: float, heart: dict[str, Any], gap: float) -> Beat:
    """A beat with its QRS at ``time``; ``gap`` is the RR interval before it."""
    qt = heart["qtc_ms"] / 1000 * float(np.cbrt(gap))
    p_on = time - heart["pr_ms"] / 1000 if heart["atria"] == "sinus" else np.nan
    kind = "ventricular" if heart["shape"] == "escape" else "normal"
    return Beat(
        p_on, p_on + heart["p_ms"] / 1000, time, time + heart["qrs_ms"] / 1000, time + qt, kind
    )


def ventricular(time: float, heart: dict[str, Any], gap: float) -> Beat:
    """A premature beat of the ventricle: wide, and no P wave before it."""
    qt = heart["qtc_ms"] / 1000 * float(np.cbrt(gap)) + 0.03
    return Beat(np.nan, np.nan, time, time + 0.152, time + qt, "ventricular")


def bump(time: Floats, middle: float, width: float, fall: float = 0) -> Floats:
    """A Gaussian of height 1; ``fall`` is its sigma after the middle, if another."""
    widths = np.where(time > middle, fall or width, width)
    return np.asarray(np.exp(-(((time - middle) / widths) ** 2) / 2))


def add_beat(vector: Floats, time: Floats, beat: Beat, heart: dict[str, Any]) -> None:
    """Add the heart vector ``[sample, 3]`` of one beat, in place."""
    shapes = table("ecg")["shapes"]
    premature = beat.kind == "ventricular" and heart["shape"] != "escape"
    shape = shapes["ventricular" if premature else heart["shape"]]
    near = (time > beat.qrs_on - 0.6) & (time < beat.t_off + 0.3)
    local, part = time[near], np.zeros((int(near.sum()), 3))
    long = beat.qrs_off - beat.qrs_on
    if not np.isnan(beat.p_on):
        width = (beat.p_off - beat.p_on) / (2 * REACH)
        middle = (beat.p_on + beat.p_off) / 2
        part += bump(local, middle, width)[:, None] * np.array(heart["p_mv"])
    for middle, width, *heights in shape["qrs"]:
        wave = bump(local, beat.qrs_on + middle * long, width * long)
        part += heart["height"] * wave[:, None] * np.array(heights)
    fall = 0.036 + 0.05 * (beat.t_off - beat.qrs_off - 0.2)
    peak = beat.t_off - REACH * fall
    t_wave = bump(local, peak, fall * 1.7, fall)
    st = np.array(heart["st_mv"]) if not premature else np.zeros(3)
    part += t_wave[:, None] * (heart["height"] * np.array(shape["t"]) + 0.8 * st)
    rise = 1 / (1 + np.exp(-(local - beat.qrs_off + 0.012) / 0.006))
    part += (rise * bump(local, beat.qrs_off, 1, (peak - beat.qrs_off) * 0.7))[:, None] * st
    vector[near] += turned(part, heart["turn"])


def turned(vector: Floats, angles: Floats) -> Floats:
    """The vector of a heart that lies a little otherwise: turned in the frontal and flat plane."""
    x, y, z = vector.T
    c, s = np.cos(angles[0]), np.sin(angles[0])
    x, y = c * x - s * y, s * x + c * y
    c, s = np.cos(angles[1]), np.sin(angles[1])
    return np.stack([c * x - s * z, y, s * x + c * z], axis=1)


def add_atria(
    vector: Floats, time: Floats, heart: dict[str, Any], rng: np.random.Generator
) -> None:
    """Atria that do not lead: fibrillation, flutter, or P waves apart from the ventricles."""
    if heart["atria"] == "fibrillating":
        phase = (
            2
            * np.pi
            * np.cumsum(rng.normal(6.2, 1.6, time.size // 50 + 1).repeat(50)[: time.size])
            / RATE_HZ
        )
        size = 0.05 * (1 + 0.35 * np.sin(2 * np.pi * 0.7 * time + rng.uniform(0, 6)))
        wave = size * (np.sin(phase) + 0.4 * np.sin(2 * phase + 1))
        vector += wave[:, None] * np.array([0.25, 0.7, -0.8])
    elif heart["atria"] == "fluttering":
        saw = (time * 5 + rng.uniform()) % 1
        wave = 0.16 * (0.5 - saw + 0.3 * np.sin(2 * np.pi * saw))
        vector += wave[:, None] * np.array([0.05, -1.0, 0.15])
    elif heart["atria"] == "apart":
        for middle in np.arange(-1, time[-1] + 1, 60 / rng.uniform(75, 95)):
            wave = bump(time, middle, heart["p_ms"] / 1000 / (2 * REACH))
            vector += wave[:, None] * np.array(heart["p_mv"])


def lead_matrix() -> Floats:
    """What I, II and V1 to V6 see of the vector: ``[8, 3]``."""
    return np.array(list(table("ecg")["leads"].values()))


def einthoven(seen: Floats) -> Floats:
    """Twelve leads from eight: III, aVR, aVL and aVF are sums of I and II."""
    first, second = seen[:, 0], seen[:, 1]
    limbs = [
        first,
        second,
        second - first,
        -(first + second) / 2,
        first - second / 2,
        second - first / 2,
    ]
    return np.concatenate([np.stack(limbs, axis=1), seen[:, 2:]], axis=1)


def disturbance(rng: np.random.Generator, time: Floats) -> Floats:
    """Breathing drift, muscle and mains in mV, ``[sample, 8]``."""
    count = 8
    drift = np.zeros((time.size, count))
    for rate in (0.07, float(rng.uniform(0.18, 0.3)), 0.45):
        phase, size = rng.uniform(0, 6.3, count), rng.normal(0, 0.022, count)
        drift += size * np.sin(2 * np.pi * rate * time[:, None] + phase)
    muscle = rng.normal(0, 0.011, (time.size, count))
    muscle[1:] = 0.6 * muscle[1:] + 0.4 * muscle[:-1]
    mains = 0.004 * np.sin(
        2 * np.pi * table("ecg")["usual"]["mains_hz"] * time + rng.uniform(0, 6.3)
    )
    return np.asarray(drift + muscle + mains[:, None] * rng.uniform(0.2, 1, count))


def facts(
    heart: dict[str, Any], beats: tuple[Beat, ...], vector: Floats, time: Floats
) -> dict[str, float | str]:
    """What a careful reader would measure: medians over the record."""
    starts = np.array([one.qrs_on for one in beats])
    usual = [one for one in beats if one.kind == "normal"] or list(beats)
    found: dict[str, float | str] = {"rhythm": heart["rhythm"], "title": heart["title"]}
    found["rate_bpm"] = round(60 * (len(starts) - 1) / float(starts[-1] - starts[0]), 1)
    if heart["atria"] == "sinus":
        found["pr_ms"] = round(heart["pr_ms"], 1)
    found["qrs_ms"] = round(heart["qrs_ms"], 1)
    found["qt_ms"] = round(1000 * float(np.median([one.t_off - one.qrs_on for one in usual])), 1)
    found["qtc_ms"] = round(heart["qtc_ms"], 1)
    one = usual[len(usual) // 2]
    inside = (time >= one.qrs_on) & (time <= one.qrs_off)
    limbs = vector[inside] @ lead_matrix()[:2].T
    first, foot = limbs[:, 0].sum(), (limbs[:, 1] - limbs[:, 0] / 2).sum() * 2 / np.sqrt(3)
    found["axis_deg"] = round(float(np.rad2deg(np.arctan2(foot, first))), 0)
    found["ectopics"] = sum(beat.kind == "ventricular" for beat in beats)
    return found
