"""The head in a volume: its axis, its skull, its nasion; or that there is none. Pure.

Arrays are ``[superior, posterior, left]`` in cubes of ``STEP_MM``; levels count from below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from yushan.base import Rejected
from yushan.domain.faces.filters import averaged, curvature, parts, rim
from yushan.domain.faces.surface import ANGLES, body_mask, depth_mm, skin_map, skin_threshold
from yushan.domain.faces.volume import STEP_MM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Mask = NDArray[np.bool_]

#: A slice through a head: area in cm², and its largest width in mm (shoulders are wider).
HEAD_CM2: Final = (50.0, 420.0)
HEAD_WIDTH_MM: Final = 225.0
#: The thickest part of a head is larger than a neck: area in cm², length from front to back in mm.
LEAST_CM2: Final = 120.0
LEAST_LENGTH_MM: Final = 130.0
#: Parts of a slice larger than this, in cm², are limbs.
LIMB_CM2: Final = 20.0
#: A stretch of head shorter than this shows no face, mm.
LEAST_HEIGHT_MM: Final = 20.0
#: The bend of the profile that makes a nasion, 1/m: 10 is a circle of 10 cm radius.
NASION_BEND: Final = 10.0
#: Brows may reach this many cubes above the nasion; they are no skull.
BROWS: Final = 13
#: What lies nearer to the top than this many cubes is no front.
UNDER_TOP: Final = 18
#: A front without bend is a forehead; its skin strays from a smooth shape by less than this, mm.
PLAIN_MM: Final = 1.5
#: Half axes a skull's ellipsoid may have, mm, and the usual one from front to back.
SKULL_MM: Final = (50.0, 150.0)
USUAL_MM: Final = 98.0
#: The usual form, as terms that are 0 for it: heights and lengths against widths; no pitch.
USUAL: Final = np.array(
    [[1, 0, -0.8, 0, 0, 0, 0], [0, 1, -0.62, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0]]
)
USUAL_WEIGHT: Final = 0.2
#: From the skin of the skull inwards the darkest place within this depth is bone, mm.
BONE_DEPTH_MM: Final = (2.0, 14.0)


class Skull(NamedTuple):
    """An ellipsoid along the skin of the upper head: centre in mm, ``(p-c)ᵀ shape (p-c) = 1``."""

    centre: NDArray[np.float64]
    shape: NDArray[np.float64]

    @property
    def scale(self) -> float:
        """Size relative to a usual adult head."""
        longest = float(1 / np.sqrt(np.linalg.eigvalsh(self.shape)[0]))
        return float(np.clip(longest / USUAL_MM, 0.6, 1.15))

    def depth_mm(self, grid: tuple[int, ...]) -> Floats:
        """About how deep inside the ellipsoid each cube of a grid lies, mm; negative outside."""
        places = [np.arange(n, dtype=np.float32) * STEP_MM for n in grid]
        offsets = np.meshgrid(
            *(p - c for p, c in zip(places, self.centre, strict=True)), indexing="ij", sparse=True
        )
        square = sum(self.shape[i, j] * offsets[i] * offsets[j] for i in range(3) for j in range(3))
        return np.asarray((1 - np.sqrt(np.maximum(square, 0))) * 90, np.float32)


class Head(NamedTuple):
    """A head with a face.

    ``axis`` are the cubes (posterior, left) of the vertical axis, ``yaw`` the turn to the patient's
    left in degrees, ``nasion`` a level, ``levels`` the head's lowest and highest, ``skin`` the map
    of ``skin_map``. ``skull`` is None where too little of it is in the volume.
    """

    values: Floats
    threshold: float
    mask: Mask
    axis: tuple[float, float]
    yaw: float
    levels: tuple[int, int]
    nasion: int
    skin: Floats
    skull: Skull | None

    @property
    def half_width_mm(self) -> float:
        """Half of the skull's width above the ears; 0 where too little is seen of it."""
        above = self.mask[self.nasion + BROWS : self.levels[1]]
        widths = np.sort(above.any(1).sum(1))[-10:] * STEP_MM
        return float(np.median(widths)) / 2 if len(widths) == 10 else 0.0


def find_head(values: Floats, modality: str) -> Head | None:
    """The head, or None when the volume shows no face.

    Raises
    ------
    Rejected
        ``faces.not-found``: a head is there, and where its face lies cannot be told;
        ``faces.stripped``: a brain without its skull.
    """
    threshold = skin_threshold(values, modality)
    mask = body_mask(values, threshold)
    levels = head_levels(mask)
    if levels is None:
        if has_several_parts(mask):
            raise Rejected("faces.not-found")
        return None
    axis, yaw = axis_of(mask, levels)
    skin = skin_map(mask, axis, yaw)
    nasion = nasion_of(skin, levels)
    if nasion is None:
        if is_plain(skin, levels):
            return None
        raise Rejected("faces.not-found")
    skull = skull_of(mask, nasion, levels[1])
    head = Head(values, threshold, mask, axis, yaw, levels, nasion, skin, skull)
    if modality == "MR" and is_stripped(head):
        raise Rejected("faces.stripped")
    return head


def head_levels(mask: Mask) -> tuple[int, int] | None:
    """Lowest and highest level of the head, from the top down until shoulders begin."""
    area = mask.sum((1, 2)) * STEP_MM**2 / 100
    width = mask.any(1).sum(1) * STEP_MM
    length = mask.any(2).sum(1) * STEP_MM
    is_head = (area >= HEAD_CM2[0]) & (area <= HEAD_CM2[1]) & (width <= HEAD_WIDTH_MM)
    found = np.flatnonzero(area >= HEAD_CM2[0])
    if not found.size or not is_head[found[-1]]:
        return None
    top = int(found[-1])
    other = np.flatnonzero(~is_head[: top + 1])
    low = int(other[-1]) + 1 if other.size else 0
    part = slice(low, top + 1)
    is_large = (area[part] >= LEAST_CM2) & (length[part] >= LEAST_LENGTH_MM)
    if is_large.sum() * STEP_MM < LEAST_HEIGHT_MM:
        return None
    return low, top


def has_several_parts(mask: Mask) -> bool:
    """Whether slices hold several large parts: a head may lie between raised arms."""
    least = LIMB_CM2 * 100 / STEP_MM**2
    several = sum(int((parts(plane) > least)[1:2].any()) for plane in mask)
    return several * STEP_MM >= LEAST_HEIGHT_MM


def axis_of(mask: Mask, levels: tuple[int, int]) -> tuple[tuple[float, float], float]:
    """Where the head's vertical axis runs, and the head's turn in degrees.

    The axis is the middle of the largest slice from front to back; the turn is that of the slice's
    longer principal axis.
    """
    low, top = levels
    area = mask[low : top + 1].sum((1, 2)).astype(np.float32)
    level = low + int(np.argmax(averaged(area, 9, 0)))
    rows, columns = np.nonzero(mask[level])
    spread = np.cov(rows, columns)
    yaw = 0.5 * np.degrees(np.arctan2(-2 * spread[0, 1], spread[0, 0] - spread[1, 1]))
    is_long = spread[0, 0] > 1.1 * spread[1, 1]
    middles = [np.flatnonzero(mask[z].any(0)).mean() for z in range(low, top + 1)]
    column = float(np.median(middles))
    row = float(rows.min() + rows.max()) / 2
    return (row, column), float(np.clip(yaw, -35, 35)) if is_long else 0.0


def nasion_of(skin: Floats, levels: tuple[int, int]) -> int | None:
    """The level at which the profile bends in under the forehead; None when it does not.

    The highest place where the middle profile's curvature at a scale of 8 mm has a maximum over
    ``NASION_BEND``, at least 36 mm below the top.
    """
    low, top = levels
    middle = skin[: top + 1, np.abs(ANGLES) < 4].max(1)
    bend = curvature(middle[low:], 8 / STEP_MM) / STEP_MM**2 * 1000
    highest = len(bend) - UNDER_TOP
    for level in range(min(highest, len(bend) - 2), 0, -1):
        is_peak = bend[level] >= max(bend[level - 1], bend[level + 1])
        if is_peak and bend[level] > NASION_BEND:
            return low + level
    return None


def is_plain(skin: Floats, levels: tuple[int, int]) -> bool:
    """Whether the front is as smooth as a forehead: each level nearly four waves around."""
    is_front = np.abs(ANGLES) < 50
    front = skin[levels[0] : max(levels[1] - UNDER_TOP, levels[0]) + 1, is_front]
    seen = front[(front > 30).all(1)].astype(np.float64)
    if len(seen) < 5:
        return False
    turn = np.deg2rad(ANGLES[is_front])
    waves = np.stack([np.cos(n * turn) for n in range(4)] + [np.sin(turn), np.sin(2 * turn)], 1)
    base, _ = np.linalg.qr(waves)
    return float((seen - seen @ base @ base.T).std()) < PLAIN_MM


def skull_of(mask: Mask, nasion: int, top: int) -> Skull | None:
    """The ellipsoid through the skin above the nasion; None when that does not look like a skull.

    Least squares over ``z² y² x² zy z y x`` (a pitch is allowed) of the distance to first order
    (Sampson 1982), far points weighing less (ears, head rests).
    """
    upper = rim(mask)
    upper[: nasion + 2], upper[top + 1 :] = False, False
    middle_row = int(np.flatnonzero(upper.any((0, 2))).mean()) if upper.any() else 0
    upper[: nasion + BROWS, :middle_row] = False
    upper[:, [0, -1]], upper[:, :, [0, -1]] = False, False
    points = np.argwhere(upper)[::2] * STEP_MM
    if len(points) < 1500:
        return None
    middle = points.mean(0)
    z, y, x = ((points - middle) / 100).T
    terms = np.stack([z * z, y * y, x * x, z * y, z, y, x], 1).astype(np.float64)
    weights = np.ones(len(terms))
    skull = None
    for reach_mm in (1e6, 1e6, 1e6, 24.0, 12.0, 8.0, 6.0, 4.0, 4.0, 4.0):
        trust = USUAL_WEIGHT * float(np.sqrt(weights @ weights))
        known = np.concatenate([terms * weights[:, None], USUAL * trust])
        wanted = np.concatenate([weights, np.zeros(len(USUAL))])
        factors = np.linalg.lstsq(known, wanted, rcond=None)[0]
        skull = ellipsoid(np.asarray(factors, np.float64), middle)
        if skull is None:
            return None
        offsets = points - skull.centre
        slope = offsets @ skull.shape
        radius = np.sqrt(np.maximum(np.einsum("ij,ij->i", offsets, slope), 1e-9))
        steep = np.linalg.norm(slope, axis=1)
        weights = 1 / (1 + ((radius - 1) * 90 / reach_mm) ** 2) / np.maximum(steep, 1e-6) / 100
    return skull


def ellipsoid(factors: NDArray[np.float64], middle: NDArray[np.float64]) -> Skull | None:
    """The ellipsoid of fitted factors (in units of 100 mm from ``middle``)."""
    zz, yy, xx, zy = factors[:4]
    matrix = np.array([[zz, zy / 2, 0], [zy / 2, yy, 0], [0, 0, xx]])
    if np.linalg.eigvalsh(matrix)[0] <= 0:
        return None
    centre = -np.linalg.solve(matrix, factors[4:]) / 2
    shape = matrix / (1 + centre @ matrix @ centre) / 1e4
    halves = 1 / np.sqrt(np.linalg.eigvalsh(shape))
    if halves.min() < SKULL_MM[0] or halves.max() > SKULL_MM[1]:
        return None
    return Skull(middle + centre * 100, shape)


def is_stripped(head: Head) -> bool:
    """Whether skin and bone have been taken away: no dark layer lies under the upper surface."""
    inside = depth_mm(head.mask)
    upper = np.zeros_like(head.mask)
    upper[head.nasion + 6 : head.levels[1] - 10] = True
    brain = np.median(head.values[upper & (inside > 25)]) if (upper & (inside > 25)).any() else 0
    layers = [
        np.median(head.values[upper & (inside > at) & (inside <= at + 2)])
        for at in np.arange(*BONE_DEPTH_MM, 2.0)
        if (upper & (inside > at) & (inside <= at + 2)).any()
    ]
    is_cut = float(np.mean(head.values[~head.mask] == head.values.min())) > 0.98
    return is_cut and bool(layers) and bool(min(layers) > 0.75 * brain)
