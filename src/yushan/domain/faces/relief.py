"""The new face: a smooth shape that is nobody's, drawn anew for each key. Pure.

Maps are ``[level, angle]`` as ``skin_map`` gives them, in mm.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from yushan.domain.faces.filters import smoothed
from yushan.domain.faces.surface import ANGLES
from yushan.domain.faces.volume import STEP_MM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.faces.head import Head

    Floats = NDArray[np.float32]

#: Where the face ends: fully inside up to the first, outside from the second. Angles from the
#: middle in degrees (ears end at about 115), heights above the nasion in mm.
SIDE: Final = (102.0, 128.0)
SIDE_WITHOUT_EARS: Final = (62.0, 82.0)
FOREHEAD_MM: Final = (42.0, 74.0)
#: One step of angle at the usual distance of the skin from the axis, mm.
ARC_MM: Final = 95 * float(np.deg2rad(ANGLES[1] - ANGLES[0]))
#: The form of a face as distance from the axis: (factor in mm, power of the height above the nasion
#: in units of 100 mm, order of the cosine around). Means of two whole heads, one CT and one MR.
FORM: Final = (
    (8.8, 0, 2), (1.7, 0, 3), (-17.7, 2, 0), (-20.2, 2, 1), (-0.8, 1, 2), (2.9, 2, 2),
)  # fmt: skip
#: Its mean distance from the axis as a multiple of the skull's half width.
ROUND: Final = 1.105
#: The random shape: (standard deviation in mm, scale in mm), coarse to fine.
WAVES: Final = ((5.0, 32.0), (4.0, 14.0))
#: The new skin lies this far outside the smooth shape on the whole, and never further off; mm.
OUTWARD_MM: Final = (3.0, 8.0)
STRAY_MM: Final = (-5.0, 15.0)
#: Where a face is far from the plain form, no more than this is cut off its broad shape, mm.
FLOOR_MM: Final = 10.0
FLOOR_SCALE_MM: Final = 20.0


class NewFace(NamedTuple):
    """``window``: 1 where the face is replaced, 0 where nothing is; ``skin``: the new surface."""

    window: Floats
    skin: Floats


def generator(seed: bytes, purpose: str) -> np.random.Generator:
    """Random numbers fixed by a key and what they are for."""
    key = blake2b(seed).digest()
    digest = blake2b(purpose.encode(), key=key, digest_size=32).digest()
    return np.random.default_rng(np.frombuffer(digest, np.uint32))


def smoothstep(low: float, high: float, at: NDArray[np.floating]) -> NDArray[np.float64]:
    """0 below ``low``, 1 above ``high``, smooth between."""
    share = np.clip((np.asarray(at, np.float64) - low) / (high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share))


def waves(
    random: np.random.Generator, shape: tuple[int, ...], scale_mm: tuple[float, ...]
) -> Floats:
    """A smooth random field of standard deviation 1; ``scale_mm`` in samples of each axis."""
    field = smoothed(random.standard_normal(shape), scale_mm)
    return np.asarray(field / max(float(field.std()), 1e-6), np.float32)


def on_map(random: np.random.Generator, shape: tuple[int, ...], scale_mm: float) -> Floats:
    """A smooth random field over the map."""
    return waves(random, shape, (scale_mm / STEP_MM, scale_mm / ARC_MM))


def window_of(head: Head, *, ears: bool) -> Floats:
    """Where the face is: 1 inside, falling to 0 towards hair and neck."""
    size = head.skull.scale if head.skull else 1.0
    heights = (np.arange(len(head.skin)) - head.nasion) * STEP_MM
    up = 1 - smoothstep(FOREHEAD_MM[0] * size, FOREHEAD_MM[1] * size, heights)
    if head.levels[0] > 0:
        up *= smoothstep(0, 12, (np.arange(len(head.skin)) - head.levels[0]) * STEP_MM)
    side = SIDE if ears else SIDE_WITHOUT_EARS
    return np.asarray(up[:, None] * (1 - smoothstep(*side, np.abs(ANGLES))), np.float32)


def plain_shape(head: Head) -> Floats:
    """A face without features, lying as this head lies: of the person's face it holds 4 numbers.

    Its form is the same for everybody (``FORM``), its size that of the skull, which can be seen
    anyway. Fitted are only where it lies and how it is tilted; what stands out weighs little.
    """
    size = head.skull.scale if head.skull else 1.0
    height = (np.arange(len(head.skin)) - head.nasion)[:, None] * (STEP_MM / 100 / size)
    turn = np.deg2rad(ANGLES)[None]
    form = sum(
        factor * height**power * np.cos(order * turn) for factor, power, order in FORM
    ) + np.zeros(head.skin.shape)
    moves = [np.cos(turn), np.sin(turn), height * np.cos(turn), height * np.sin(turn)]
    if head.half_width_mm:
        form = form + ROUND * head.half_width_mm
    else:
        moves.append(np.ones((1, 1)))
    terms = np.stack([move + np.zeros(head.skin.shape) for move in moves], -1)
    is_used = (window_of(head, ears=True) > 0.05) & (head.skin > 30)
    wanted, known = (head.skin - form)[is_used], terms[is_used]
    weights = np.ones(len(wanted))
    for _ in range(8):
        factors = np.linalg.lstsq(known * weights[:, None], wanted * weights, rcond=None)[0]
        weights = 1 / (1 + ((wanted - known @ factors) / 5) ** 2)
    return np.asarray(form + terms @ factors, np.float32)


def new_face(head: Head, seed: bytes, *, ears: bool) -> NewFace:
    """The new surface; outside the window it is the old one."""
    random = generator(seed, "surface")
    window = window_of(head, ears=ears)
    stray = random.uniform(*OUTWARD_MM) + sum(
        size * on_map(random, head.skin.shape, scale) for size, scale in WAVES
    )
    broad = smoothed(head.skin, (FLOOR_SCALE_MM / STEP_MM, FLOOR_SCALE_MM / ARC_MM))
    shape = np.maximum(plain_shape(head) + np.clip(stray, *STRAY_MM), broad - FLOOR_MM)
    return NewFace(window, np.asarray(head.skin * (1 - window) + shape * window, np.float32))
