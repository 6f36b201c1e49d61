"""Mammograms: two breasts in two views from one body in three dimensions, with what was planted.

Gland is a random field whose means along the beam give both views, so that views agree; finer
texture is each film's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from yushan.domain.scanners.drawing import Image, cloud, grain, lay, soft
from yushan.domain.scanners.mammogram_lesions import BreastLesion, plant, spot
from yushan.domain.scanners.mammogram_tissue import (
    Breast,
    breast,
    ligaments,
    projected,
    strands,
    veins,
    wave,
)
from yushan.domain.scanners.picture import Mark, Picture, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

Bools = NDArray[np.bool_]
#: Side and view of the four films, in the order they are taken.
VIEWS: Final = (("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO"))
#: Field of a film in mm: rows, columns.
FIELD_MM: Final = (240.0, 190.0)
#: Share of gland along the beam from which tissue counts as dense.
DENSE: Final = 0.35
#: Where rows of a film run to, for the right and the left breast (PS3.3 C.7.6.1.1.1).
DOWN: Final = {("R", "CC"): "L", ("L", "CC"): "R", ("R", "MLO"): "FL", ("L", "MLO"): "FR"}


def mammogram(
    seed: int,
    side: str,
    view: str,
    lesions: Sequence[BreastLesion] = (),
    density: str | None = None,
    pixel_mm: float = 0.2,
) -> Picture:
    """One film for presentation, uint16 of 12 bits, bright where much was absorbed.

    The chest wall is at the right edge of a right breast's film and at the left edge of a left
    one's; the upper edge is the side (CC) or the axilla (MLO).

    Parameters
    ----------
    seed
        The person.
    side, view
        One of :data:`VIEWS`.
    lesions
        What to plant; those of the other side are left out.
    density
        ``a`` to ``d``; by chance of the person if None.
    pixel_mm
        Distance between pixels.

    Returns
    -------
    Picture
        Masks ``breast``, ``dense``, and where they are ``muscle``, ``mass``, ``calcifications``.

    Raises
    ------
    ValueError
        There is no such side or view.
    """
    if (side, view) not in VIEWS:
        raise ValueError(f"no view {side} {view}")
    film = Film(breast(seed, side, density), view, pixel_mm)
    gland = film.gland()
    inside = film.edge_mm < 0
    masks = {"breast": inside, "dense": (gland > DENSE) & inside}
    shown, muscle = film.tones(gland)
    if muscle is not None:
        masks["muscle"] = (muscle > 0.5) & inside
        masks["dense"] &= ~masks["muscle"]
    marks = []
    for number, one in enumerate(lesions):
        if one.side == side:
            at = spot(film.body, view, one.place, film.middle, pixel_mm)
            mask, mark = plant(shown, one, at, (seed, number))
            masks[one.kind] = masks.get(one.kind, np.zeros(film.shape, dtype=np.bool_)) | mask
            marks.append(mark)
    return finished(film, shown, masks, marks)


class Film:
    """Geometry of one view, and the tissues on it. Drawn with the wall at the left edge."""

    def __init__(self, body: Breast, view: str, pixel_mm: float) -> None:
        """Lay the grid of the film and the breast's outline on it."""
        self.body, self.view, self.pixel_mm = body, view, pixel_mm
        self.shape = (round(FIELD_MM[0] / pixel_mm), round(FIELD_MM[1] / pixel_mm))
        self.rng = np.random.default_rng((body.seed, 0x3C, ord(body.side), len(view)))
        rows = (np.arange(self.shape[0], dtype=np.float32)[:, None] + 0.5) * np.float32(pixel_mm)
        #: Distance from the wall, and up from the nipple's line, mm.
        self.out = (np.arange(self.shape[1], dtype=np.float32)[None] + 0.5) * np.float32(pixel_mm)
        #: Where the nipple's line lies, mm from the upper edge.
        self.middle = FIELD_MM[0] * (0.5 if view == "CC" else 0.62)
        self.up = np.float32(self.middle) - rows
        self.half_mm = body.widths_mm[0 if view == "CC" else 1]
        self.edge_mm = self.outline()

    def outline(self) -> Image:
        """Distance from the skin in mm, negative inside: a half ellipse, up to the axilla."""
        depth, half = self.body.depth_mm, self.half_mm
        up = self.up
        if self.view == "MLO":
            up = np.where(up > 0, up * np.float32(0.78), up * np.float32(1.12))
        radius = np.hypot(self.out / np.float32(depth), up / np.float32(half))
        edge = (radius - 1) * np.float32(min(depth, half)) * (0.6 + 0.4 * radius)
        if self.view == "MLO":
            rise = self.up / np.float32(half) - np.float32(0.45)
            arm = self.out - np.float32(0.76 * depth) + np.float32(0.16 * depth) * rise
            arm = arm + np.float32(110) * np.maximum(-rise, 0)
            edge = smooth_least(edge, arm, 34)
        edge = smooth_least(edge, np.hypot(self.out - np.float32(depth), self.up) - 5, 5)
        line = np.float32(1.0) * wave(self.rng, self.shape[0], 26 / self.pixel_mm)[:, None]
        return np.asarray(edge + line, dtype=np.float32)

    def gland(self) -> Image:
        """Share of gland along the beam, 0..1 ``[row, column]``."""
        flat = projected(self.body, self.view, self.up, self.out)
        fine = cloud(self.rng, self.shape, 2.7)
        lines = strands(self.rng, self.up, self.out, self.body)
        level = flat * (1 + 0.22 * fine + 0.20 * lines) + 0.03 * (fine + lines) * (flat > 0.02)
        level += np.float32(0.07) * ligaments(self.rng, self.shape) * (1 - flat)
        cover = soft((self.edge_mm + 7) / 5)
        bent = np.where(level > 0.6, 0.6 + 0.4 * np.tanh((level - 0.6) / 0.4), np.maximum(level, 0))
        return np.asarray(bent * cover, dtype=np.float32)

    def thickness(self) -> Image:
        """Compressed thickness in mm: even, round at the rim."""
        inside = np.clip(-self.edge_mm / np.float32(self.body.thickness_mm * 0.42), 0, 1)
        return np.asarray(self.body.thickness_mm * np.sqrt(1 - (1 - inside) ** 2), np.float32)

    def tones(self, gland: Image) -> tuple[Image, Image | None]:
        """Absorption by gland, veins, skin and muscle as mm of gland; the muscle's cover."""
        deep = self.thickness()
        shown = gland * deep
        centre = (self.middle / self.pixel_mm, 0.0)
        reach = (self.half_mm / self.pixel_mm, self.body.depth_mm / self.pixel_mm)
        shown += (
            np.float32(2.2) * veins(self.rng, self.shape, centre, reach) * soft(self.edge_mm + 3)
        )
        shown += np.float32(4.0) * np.exp(-(((self.edge_mm + 0.9) / np.float32(0.8)) ** 2))
        nipple = np.hypot(self.out - np.float32(self.body.depth_mm), self.up) - 5
        shown += np.float32(9) * soft(nipple / 2) * soft(self.edge_mm)
        if self.view == "CC":
            return shown, None
        wide = np.float32(0.42 * self.body.depth_mm)
        slope = self.out - wide - np.float32(0.42) * (self.up - np.float32(self.half_mm * 0.72))
        slope += np.float32(4) * np.sin((self.up + 30) / 46)
        slope += np.float32(0.7) * cloud(self.rng, self.shape, 3)
        muscle = soft(slope / np.float32(2.4))
        fibres = strands(self.rng, self.out - 60, self.up * np.float32(0.4) + 120, self.body)
        deep = deep + np.float32(1.1) * fibres + np.float32(1.2) * cloud(self.rng, self.shape, 3)
        lay(shown, muscle, np.float32(0.66) * deep + np.float32(0.3) * shown)
        return shown, muscle


def finished(film: Film, shown: Image, masks: dict[str, Bools], marks: list[Mark]) -> Picture:
    """Noise, the tone curve of presentation, and the film turned to its side."""
    body, deep = film.body, film.thickness()
    counts = grain(film.rng, film.shape, 0.5) * np.float32(0.5 * (0.2 / film.pixel_mm) ** 0.5)
    base = np.float32(0.24) * soft(film.edge_mm) * np.sqrt(deep / body.thickness_mm + 1e-3)
    amount = (shown + counts * (film.edge_mm < 2)) / np.float32(body.thickness_mm)
    level = base + np.float32(0.60) * np.maximum(amount, 0) ** np.float32(1.06)
    bent = np.where(level > 0.7, 0.7 + 0.3 * np.tanh((level - 0.7) / 0.3), level)
    pixels = whole(np.where(film.edge_mm < 2, bent, np.float32(0.004)).astype(np.float32), 12)
    area = max(int((masks["breast"] & ~masks.get("muscle", masks["breast"] & False)).sum()), 1)
    told: dict[str, float | str] = {
        "side": body.side, "view": film.view, "density": body.density,
        "dense_share": round(float(masks["dense"].sum()) / area, 3),
        "thickness_mm": round(body.thickness_mm, 1),
        "angle_deg": 0.0 if film.view == "CC" else round(body.oblique_deg, 0),
        "patient_orientation": f"{'P' if body.side == 'R' else 'A'}\\{DOWN[body.side, film.view]}",
    }  # fmt: skip
    if body.side == "R":
        pixels, last = pixels[:, ::-1].copy(), film.shape[1] - 1
        masks = {name: mask[:, ::-1].copy() for name, mask in masks.items()}
        marks = [
            Mark(one.kind, one.row, last - one.column, one.size_mm, one.properties) for one in marks
        ]
    return Picture(pixels, (film.pixel_mm,) * 2, 12, masks, tuple(marks), told)


def smooth_least(first: Image, second: Image, width: float) -> Image:
    """The smaller of two distances, the corner between them rounded over ``width``."""
    share = np.clip(0.5 + 0.5 * (second - first) / np.float32(width), 0, 1)
    rounded = second * (1 - share) + first * share - width * share * (1 - share) / 2
    return np.asarray(rounded, dtype=np.float32)
