"""The surface test: is the skin that can be drawn from the new volume still the person's? Pure.

Three questions to the maps of old and new skin. How far apart are they? Does their relief (what is
left when the shape of the head is taken off) go together, in whatever position? And would a matcher
that knows the person pick them out of a gallery of others? The others are the person's own face
changed as faces differ, so only what survived the removal can tell them apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from yushan.domain.faces.filters import smoothed
from yushan.domain.faces.relief import ARC_MM, generator, on_map, plain_shape, window_of
from yushan.domain.faces.surface import ANGLES, body_mask, skin_map
from yushan.domain.faces.volume import STEP_MM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from yushan.domain.faces.head import Head

    Floats = NDArray[np.float32]
    Mask = NDArray[np.bool_]

#: Passing: the surfaces lie apart on the whole and at their 95 %, mm.
LEAST_MEAN_MM: Final = 3.0
LEAST_FAR_MM: Final = 7.0
#: The relief's correlation at its best position stays under this.
MOST_CORRELATION: Final = 0.4
#: Others in the gallery, and how many of them must look more alike than the person.
OTHERS: Final = 39
LEAST_NEARER: Final = 4
#: How other faces are made of one: features moved by so much at such a scale, mm; their size
#: changed by this share; their form, what is broader than so many mm, alike to this degree.
WARP_MM: Final = 7.0
WARP_SCALE_MM: Final = 18.0
UNLIKE: Final = 0.4
LIKE: Final = 0.6
BROAD_MM: Final = 18.0
#: Relief is finer than this, mm.
RELIEF_MM: Final = 25.0
#: Positions tried, in levels and steps of angle.
SHIFTS: Final = (-4, -2, 0, 2, 4)


class Proof(NamedTuple):
    """What the surface test found.

    Distances in mm between old and new skin of the face; the greatest correlation of their relief;
    how many of ``OTHERS`` other faces are more like the new one than the person's own.
    """

    mean_mm: float
    far_mm: float
    correlation: float
    nearer: int

    @property
    def is_passed(self) -> bool:
        """Whether the new surface may be called nobody's."""
        is_apart = self.mean_mm >= LEAST_MEAN_MM and self.far_mm >= LEAST_FAR_MM
        is_lost = self.correlation <= MOST_CORRELATION and self.nearer >= LEAST_NEARER
        return is_apart and is_lost


def proof_of(head: Head, values: Floats, seed: bytes, *, ears: bool) -> Proof:
    """Compare the head with what is left of it.

    Parameters
    ----------
    head
        As found in the original.
    values
        The changed volume in cubes, ``[superior, posterior, left]``.
    seed
        Draws the gallery.
    ears
        Whether ears belong to the face.
    """
    new = skin_map(body_mask(values, head.threshold), head.axis, head.yaw)
    is_face = face_of(head, ears=ears) & (new > 10)
    if not is_face.any():
        return Proof(0.0, 0.0, 1.0, 0)
    apart, plain = np.abs(new - head.skin)[is_face], plain_shape(head)
    return Proof(
        float(apart.mean()),
        float(np.percentile(apart, 95)),
        likeness(relief(head.skin - plain), relief(new - plain), is_face),
        nearer(head, new, is_face, seed),
    )


def face_of(head: Head, *, ears: bool) -> Mask:
    """The part of the map by which people are known."""
    is_front = np.abs(ANGLES) < (100 if ears else 60)
    found: Mask = (window_of(head, ears=ears) > 0.9) & (head.skin > 30) & is_front
    return found


def relief(skin: Floats) -> Floats:
    """What is finer in a map than ``RELIEF_MM``."""
    return skin - smoothed(skin, (RELIEF_MM / STEP_MM, RELIEF_MM / ARC_MM))


def likeness(old: Floats, new: Floats, is_face: Mask) -> float:
    """The correlation of two reliefs where they fit best."""
    found = [
        float(np.corrcoef(old[is_face], np.roll(new, (up, round_), (0, 1))[is_face])[0, 1])
        for up in SHIFTS
        for round_ in SHIFTS
    ]
    return max(found)


def nearer(head: Head, new: Floats, is_face: Mask, seed: bytes) -> int:
    """How many others match the new face better than its owner does."""
    random = generator(seed, "gallery")
    frame = placement(is_face)
    own = distance(head.skin, new, is_face, frame)
    others = strangers(head, is_face, random)
    return sum(distance(next(others), new, is_face, frame) < own for _ in range(OTHERS))


def strangers(head: Head, is_face: Mask, random: np.random.Generator) -> Iterator[Floats]:
    """Other faces on the same head: its features moved and made larger or smaller, its form mixed.

    They stray from the plain form as much as the person does, and in places where people do.
    """
    plain = plain_shape(head)
    own = np.where(window_of(head, ears=True) > 0, head.skin - plain, 0).astype(np.float32)
    while True:
        moved = warped(own, random)
        broad = smoothed(moved, (BROAD_MM / STEP_MM, BROAD_MM / ARC_MM))
        factor = 1 + UNLIKE * on_map(random, own.shape, BROAD_MM)
        fine = (moved - broad) * factor / np.sqrt(1 + UNLIKE**2)
        drawn = on_map(random, own.shape, 2 * BROAD_MM)
        drawn = (drawn - drawn[is_face].mean()) / max(float(drawn[is_face].std()), 1e-6)
        middle, spread = float(broad[is_face].mean()), float(broad[is_face].std())
        mixed = LIKE * (broad - middle) + np.sqrt(1 - LIKE**2) * spread * drawn
        yield np.asarray(plain + middle + mixed + fine, np.float32)


def warped(field: Floats, random: np.random.Generator) -> Floats:
    """A map whose parts are moved up, down and around by some mm."""
    levels, angles = np.indices(field.shape)
    up = WARP_MM / STEP_MM * on_map(random, field.shape, WARP_SCALE_MM)
    round_ = WARP_MM / ARC_MM * on_map(random, field.shape, WARP_SCALE_MM)
    rows = np.clip(np.rint(levels + up), 0, field.shape[0] - 1).astype(np.intp)
    columns = np.clip(np.rint(angles + round_), 0, field.shape[1] - 1).astype(np.intp)
    found: Floats = field[rows, columns]
    return found


def placement(is_face: Mask) -> NDArray[np.float64]:
    """What a shift or tilt of the head does to a map, as columns of an orthonormal base."""
    levels, angles = np.nonzero(is_face)
    turn = np.deg2rad(ANGLES[angles])
    height = levels - levels.mean()
    moves = [np.cos(turn), np.sin(turn), height * np.cos(turn), height * np.sin(turn)]
    base, _ = np.linalg.qr(np.stack(moves, 1))
    return base


def distance(one: Floats, other: Floats, is_face: Mask, frame: NDArray[np.float64]) -> float:
    """Root mean square distance of two faces after the best placement, mm."""
    apart = (one - other)[is_face].astype(np.float64)
    left = apart - frame @ (frame.T @ apart)
    return float(np.sqrt(np.mean(left**2)))
