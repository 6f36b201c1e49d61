"""Colours of segments as DICOM wants them: CIELab scaled to 16 bits (PS3.3 C.10.7.1.1)."""

from __future__ import annotations

from typing import Final

import numpy as np

#: sRGB (IEC 61966-2-1) to XYZ under D65, adapted to D50 by Bradford's matrix.
TO_XYZ: Final = np.array(
    [
        [0.4360747, 0.3850649, 0.1430804],
        [0.2225045, 0.7168786, 0.0606169],
        [0.0139322, 0.0971045, 0.7141733],
    ]
)
WHITE: Final = np.array([0.96422, 1.0, 0.82521])


def cielab(colour: tuple[int, int, int]) -> list[int]:
    """L, a, b of red, green, blue 0..255, as 16-bit numbers."""
    plain = np.array(colour) / 255
    linear = np.where(plain <= 0.04045, plain / 12.92, ((plain + 0.055) / 1.055) ** 2.4)
    ratio = (TO_XYZ * linear).sum(axis=1) / WHITE
    bent = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    light = 116 * bent[1] - 16
    a, b = 500 * (bent[0] - bent[1]), 200 * (bent[1] - bent[2])
    scaled = (light * 65535 / 100, (a + 128) * 65535 / 255, (b + 128) * 65535 / 255)
    return [int(np.clip(np.rint(value), 0, 65535)) for value in scaled]


def rgb(lab: tuple[int, int, int]) -> tuple[int, int, int]:
    """Red, green, blue 0..255 of a recommended CIELab value; the inverse of :func:`cielab`."""
    light, a, b = lab[0] * 100 / 65535, lab[1] * 255 / 65535 - 128, lab[2] * 255 / 65535 - 128
    middle = (light + 16) / 116
    bent = np.array([middle + a / 500, middle, middle - b / 200])
    ratio = np.where(bent**3 > 216 / 24389, bent**3, (116 * bent - 16) / (24389 / 27))
    linear = np.clip((np.linalg.inv(TO_XYZ) * (ratio * WHITE)).sum(axis=1), 0, 1)
    plain = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    red, green, blue = np.rint(plain * 255).astype(int).tolist()
    return red, green, blue
