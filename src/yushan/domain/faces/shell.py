"""Which cubes change and into what: the shell of skin, what stands out of it, the air before it.

Arrays are ``[superior, posterior, left]`` in cubes of ``STEP_MM``. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import numpy as np

from yushan.domain.faces.filters import smoothed
from yushan.domain.faces.relief import generator, on_map, plain_shape, smoothstep, waves
from yushan.domain.faces.surface import ANGLES, depth_mm
from yushan.domain.faces.volume import STEP_MM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.faces.head import Head
    from yushan.domain.faces.relief import NewFace

    Floats = NDArray[np.float32]

Keep = Literal["brain", "deep"]

#: How deep the shell goes below the skin of the face, mm: to spare the brain only, or all that
#: lies deep (orbits, nasopharynx, tongue).
SHELL_MM: Final[dict[Keep, float]] = {"brain": 20.0, "deep": 8.0}
#: At the sides it is as thin as the scalp; angles between which it thins.
SCALP_MM: Final = 6.0
THINNING: Final = (60.0, 85.0)
#: The shell's inner side strays by this share, so that it is no second skin.
STRAY: Final = 0.22
#: Waves of the surface from which the shell is measured too: (deviation, scale), mm.
INNER_WAVES: Final = ((3.0, 30.0), (2.5, 13.0))
#: Nothing deeper than this inside the skull's ellipsoid is ever changed: scalp and outer bone; mm.
SKULL_SKIN_MM: Final = 7.0
#: Without an ellipsoid: nothing deeper than the scalp above this height from the nasion, mm.
BROW_MM: Final = -12.0
#: Statistics follow the tissue at this scale, and only what lies less deep than this gives them.
TISSUE_SCALE_MM: Final = 12.0
TISSUE_DEPTH_MM: Final = 45.0
#: Soft tissue in CT, HU.
SOFT_HU: Final = (-200.0, 200.0)


class Fields(NamedTuple):
    """What is needed to change any sample, each ``[superior, posterior, left]``.

    ``outer``: how far inside the new surface, mm; ``inner``: how far outside the kept depth, mm;
    ``free``: how far outside the skull's inside, mm; ``window``: 1 in the face; ``mean``,
    ``spread`` and ``texture``: of the new tissue; ``skin``: depth below the old skin, mm, negative
    outside.
    """

    outer: Floats
    inner: Floats
    free: Floats
    window: Floats
    mean: Floats
    spread: Floats
    texture: Floats
    skin: Floats


class Sight:
    """Looks up maps ``[level, angle]`` at cubes."""

    def __init__(self, head: Head) -> None:
        rows, columns = np.indices(head.mask.shape[1:])
        back, left = rows - head.axis[0], columns - head.axis[1]
        angles = np.degrees(np.arctan2(left, -back)) - head.yaw
        angles = (angles + 180) % 360 - 180
        place = (angles - ANGLES[0]) / (ANGLES[1] - ANGLES[0])
        self.first = np.clip(np.floor(place), 0, len(ANGLES) - 2).astype(np.intp)
        self.share = np.clip(place - self.first, 0, 1).astype(np.float32)
        self.is_seen = np.abs(angles) <= ANGLES[-1]
        self.reach_mm = (np.hypot(back, left) * STEP_MM).astype(np.float32)

    def at(self, field: Floats) -> Floats:
        """The field's value in the direction of each cube, 0 behind the head."""
        low, high = field[:, self.first], field[:, self.first + 1]
        found = low + (high - low) * self.share
        return np.where(self.is_seen, found, 0).astype(np.float32)


def fields_of(head: Head, face: NewFace, seed: bytes, keep: Keep, modality: str) -> Fields:
    """Everything that decides what a sample becomes."""
    random, sight = generator(seed, "shell"), Sight(head)
    window = sight.at(face.window)
    inside = depth_mm(head.mask)
    outer = np.where(sight.is_seen, sight.at(face.skin) - sight.reach_mm, 0).astype(np.float32)
    thickness = thickness_of(head, random, keep)
    below = sight.at(thickness * face.window) - inside
    under = sight.at(thickness * face.window) - (
        sight.at(second_skin(head, random)) - sight.reach_mm
    )
    inner = np.maximum(below, np.where(window > 0, under, -9.0)).astype(np.float32)
    free = free_of(head, inside)
    is_kept = is_tissue(head, modality) & (inner < 0) & (inside < TISSUE_DEPTH_MM)
    mean, spread = statistics(head.values, is_kept)
    texture = waves(random, head.mask.shape, (1.0, 1.0, 1.0))
    skin = inside - depth_mm(~head.mask)
    return Fields(outer, inner, free, window, mean, spread, texture, skin)


def second_skin(head: Head, random: np.random.Generator) -> Floats:
    """A surface like the new one, from which the shell is measured as well as from the old skin.

    So the inner side of the shell is not the old face at some depth.
    """
    stray = sum(size * on_map(random, head.skin.shape, scale) for size, scale in INNER_WAVES)
    return np.asarray(plain_shape(head) + np.clip(stray, -6.0, 6.0), np.float32)


def thickness_of(head: Head, random: np.random.Generator, keep: Keep) -> Floats:
    """How deep the shell goes, ``[level, angle]``, mm."""
    size = head.skull.scale if head.skull else 1.0
    sides = smoothstep(*THINNING, np.abs(ANGLES))
    plain = SHELL_MM[keep] + (SCALP_MM - SHELL_MM[keep]) * sides
    stray = np.clip(STRAY * on_map(random, head.skin.shape, 12.0), -0.4, 0.4)
    return np.asarray(plain[None] * size * (1 + stray), np.float32)


def free_of(head: Head, inside: Floats) -> Floats:
    """Positive where samples may change: outside the skull's inside, and wherever there is air."""
    if head.skull is not None:
        size = head.skull.scale
        return SKULL_SKIN_MM * size - head.skull.depth_mm(head.mask.shape)
    heights = (np.arange(len(head.mask)) - head.nasion) * STEP_MM
    is_upper = (heights > BROW_MM)[:, None, None]
    return np.where(is_upper, SCALP_MM - inside, 9.0).astype(np.float32)


def is_tissue(head: Head, modality: str) -> NDArray[np.bool_]:
    """Soft tissue."""
    if modality == "CT":
        return head.mask & (head.values > SOFT_HU[0]) & (head.values < SOFT_HU[1])
    return head.mask & (head.values > head.threshold)


def statistics(values: Floats, is_kept: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the kept tissue around each cube; far from any, of all."""
    sigma = TISSUE_SCALE_MM / STEP_MM
    kept = np.where(is_kept, values, 0)
    overall = float(values[is_kept].mean()) if is_kept.any() else 0.0
    least = 1e-3
    weight = smoothed(is_kept, sigma) + least
    mean = (smoothed(kept, sigma) + least * overall) / weight
    square = (smoothed(kept * kept, sigma) + least * overall**2) / weight
    return mean, np.sqrt(np.maximum(square - mean**2, 1))
