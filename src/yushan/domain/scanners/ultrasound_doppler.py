"""Colour Doppler: flow in vessels shown as colour inside of a box that follows the beams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

from yushan.domain.scanners.drawing import Image, blurred, grain
from yushan.domain.scanners.ultrasound_probe import BEAMS, SAMPLES, Machine, fan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bits = NDArray[np.uint8]
    Bools = NDArray[np.bool_]

#: Vessel -> mean speed towards the probe as a share of the scale, and how much it beats (0..1).
FLOW: Final = {
    "portal_vein": (0.42, 0.08), "hepatic_vein": (-0.40, 0.25), "carotid": (0.62, 0.55),
    "jugular": (-0.36, 0.15),
}  # fmt: skip
#: The box as shares of depth and width: first and last.
BOX: Final = ((0.22, 0.74), (0.03, 0.62))
#: Heart beats a second in arteries.
BEAT_HZ: Final = 1.15
#: Slowest flow that is shown.
WALL: Final = 0.10


def box(device: Machine) -> Bools:
    """Where the window shows colour."""
    sample, beam, _, _ = fan(device)
    deep, across = sample / (SAMPLES - 1), beam / (BEAMS - 1)
    inside = (deep > BOX[0][0]) & (deep < BOX[0][1]) & (across > BOX[1][0]) & (across < BOX[1][1])
    return np.asarray(inside & (sample >= 0))


def beating(time_s: float) -> float:
    """Speed of an artery over its mean at a moment, less one: a steep rise, a slow fall."""
    phase = (time_s * BEAT_HZ) % 1
    return float(1.9 * np.exp(-(((phase - 0.16) / 0.09) ** 2)) - 0.3)


def speeds(cut: Bits, names: tuple[str, ...], time_s: float, rng: np.random.Generator) -> Image:
    """Speed towards the probe in shares of the scale ``[row, column]``, 0 where nothing flows."""
    found = np.zeros(cut.shape, dtype=np.float32)
    for name, (mean, beat) in FLOW.items():
        if name in names:
            inside = cut == names.index(name)
            away = ndimage.distance_transform_edt(inside)
            share = away / max(float(away.max()), 1.0)
            profile = np.sqrt(np.minimum(share * 2, 1))
            found += np.float32(mean * (1 + beat * beating(time_s))) * profile * inside
    rough = 1 + np.float32(0.16) * grain(rng, cut.shape, 1.6)
    return np.asarray(blurred(found, 1.2) * rough, dtype=np.float32)


def coloured(
    window: Bits,
    cut: Bits,
    names: tuple[str, ...],
    device: Machine,
    when: tuple[float, np.random.Generator],
) -> tuple[Bits, Bools]:
    """The window of a frame in colour ``[row, column, 3]``, and where flow is shown.

    Parameters
    ----------
    window
        Grey picture.
    cut
        Labels under it.
    names
        Structure of each label.
    device
        The machine.
    when
        Seconds since the start, and where noise comes from.
    """
    inside = box(device)
    speed = speeds(cut, names, *when) * inside
    flows = np.asarray(np.abs(speed) > WALL)
    strength = np.clip(np.abs(speed), 0, 1)
    hot, cold = speed > 0, speed < 0
    colours = np.zeros((*cut.shape, 3), dtype=np.float32)
    colours[..., 0] = np.where(hot, 0.45 + 0.55 * np.minimum(strength * 2, 1), 0)
    colours[..., 1] = np.maximum(strength * 1.3 - 0.35, 0)
    colours[..., 2] = np.where(cold, 0.45 + 0.55 * np.minimum(strength * 2, 1), 0)
    shown = np.repeat(window[..., None], 3, axis=2)
    shown[flows] = np.rint(255 * np.clip(colours[flows], 0, 1)).astype(np.uint8)
    shown[inside ^ ndimage.binary_erosion(inside, iterations=2)] = (70, 200, 90)
    return shown, flows
