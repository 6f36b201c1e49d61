"""Mammograms: two breasts in two views from one body in three dimensions, with what was planted.

The breast's own axes, in mm: ``u`` from the chest wall to the nipple, ``v`` to the side, ``w`` to
the head. Gland is a random field in them whose means along the beam give both views, so that views
agree; finer texture is each film's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]

from yushan.domain.scanners.drawing import Image, cloud, grain, lay, sampled, soft, tube
from yushan.domain.scanners.picture import Mark, Picture, table, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Side and view of the four films, in the order they are taken.
VIEWS: Final = (("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO"))
#: Field of a film in mm: rows, columns.
FIELD_MM: Final = (240.0, 190.0)
#: Distance of the gland field's samples, mm.
COARSE_MM: Final = 1.6


@dataclass(frozen=True, slots=True)
class BreastLesion:
    """A mass or a cluster of calcifications.

    Parameters
    ----------
    kind
        ``mass`` or ``calcifications``.
    side
        ``R`` or ``L``.
    place
        ``(u, v, w)`` as shares of the breast's depth and half widths: 0..1, -1..1, -1..1.
    size_mm
        Diameter of the mass or of the cluster.
    margin
        Of a mass: ``circumscribed``, ``indistinct`` or ``spiculated``.
    count
        Of calcifications.
    """

    kind: str
    side: str
    place: tuple[float, float, float]
    size_mm: float
    margin: str = "circumscribed"
    count: int = 12


@dataclass(frozen=True, slots=True)
class Breast:
    """One breast: its size, compressed thickness and density class."""

    seed: int
    side: str
    depth_mm: float
    widths_mm: tuple[float, float]
    thickness_mm: float
    oblique_deg: float
    density: str


def breast(seed: int, side: str, density: str | None = None) -> Breast:
    """The breast of a person; both sides are alike, not equal."""
    rng = np.random.default_rng((seed, 0x3A))
    rows = table("mammography")["breast"]
    depth, thickness, angle = (
        float(rng.uniform(*rows[key])) for key in ("depth_mm", "thickness_mm", "oblique_deg")
    )
    usual = "abcd"[int(rng.choice(4, p=(0.08, 0.32, 0.44, 0.16)))]
    widths = (depth * float(rng.uniform(0.86, 1.0)), depth * float(rng.uniform(0.98, 1.12)))
    own = np.random.default_rng((seed, 0x3B, ord(side)))
    grow = float(own.normal(1, 0.02))
    return Breast(
        seed,
        side,
        depth * grow,
        (widths[0] * grow, widths[1] * grow),
        thickness * float(own.normal(1, 0.02)),
        angle,
        density or usual,
    )


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
    body = breast(seed, side, density)
    film = Film(body, view, pixel_mm)
    gland = film.gland()
    masks = {"breast": film.edge_mm < 0, "dense": (gland > 0.35) & (film.edge_mm < 0)}
    shown, muscle = film.tones(gland)
    marks = []
    if muscle is not None:
        masks["muscle"] = (muscle > 0.5) & (film.edge_mm < 0)
    for number, one in enumerate(lesions):
        if one.side == side:
            mask, mark = plant(shown, film, one, number)
            masks[one.kind] = masks.get(one.kind, np.zeros(film.shape, dtype=np.bool_)) | mask
            marks.append(mark)
    return film.picture(shown, masks, marks)


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
        self.up = np.float32(self.middle) - rows
        self.edge_mm = self.outline()

    @property
    def middle(self) -> float:
        """Where the nipple's line lies, mm from the upper edge."""
        return FIELD_MM[0] * (0.5 if self.view == "CC" else 0.6)

    @property
    def half_mm(self) -> float:
        """Half width of the breast along the film's rows."""
        return self.body.widths_mm[0] if self.view == "CC" else self.body.widths_mm[1]

    def outline(self) -> Image:
        """Distance from the skin in mm, negative inside: a half ellipse, in MLO with the axilla's fold."""
        depth, half = self.body.depth_mm, self.half_mm
        sag = np.float32(0.0)
        up = self.up
        if self.view == "MLO":
            up = np.where(up > 0, up * np.float32(0.72), up * np.float32(1.12))
            sag = 16 / (1 + np.exp(-(self.up - np.float32(half * 0.9)) / 14))
        radius = np.hypot((self.out - sag) / np.float32(depth), up / np.float32(half))
        edge = (radius - 1) * np.float32(min(depth, half)) * (0.6 + 0.4 * radius)
        if self.view == "MLO":
            arm = self.out - (24 + np.float32(0.16) * (self.up - np.float32(half)))
            edge = smooth_least(edge, arm + 1000 * (self.up < half * 0.5), 14)
        return np.asarray(
            edge + np.float32(1.2) * wave(self.rng, self.shape[0], 30 / self.pixel_mm)[:, None],
            dtype=np.float32,
        )

    def gland(self) -> Image:
        """Share of gland along the beam, 0..1 ``[row, column]``."""
        row = table("mammography")["density"][self.body.density]
        field = gland_field(self.body, row)
        flat = projected(field, self)
        cover = soft((self.edge_mm + 9) / 6)
        fine = cloud(self.rng, self.shape, 2.6)
        strands = np.exp(-((cloud(self.rng, self.shape, 3.4) / np.float32(0.10)) ** 2))
        found = flat * (1 + np.float32(0.16) * fine) + np.float32(0.05) * strands * (0.3 + flat)
        return np.asarray(np.clip(found, 0, 1) * cover, dtype=np.float32)

    def thickness(self) -> Image:
        """Compressed thickness in mm: even, round at the rim."""
        inside = np.clip(-self.edge_mm / np.float32(self.body.thickness_mm * 0.45), 0, 1)
        return np.asarray(self.body.thickness_mm * np.sqrt(1 - (1 - inside) ** 2), dtype=np.float32)

    def tones(self, gland: Image) -> tuple[Image, Image | None]:
        """Absorption by gland, vessels, skin and muscle on a scale of mm of gland; the muscle's cover."""
        deep = self.thickness()
        shown = gland * deep
        shown += np.float32(1.9) * vessels(self) * soft(self.edge_mm + 3)
        shown += np.float32(3.6) * np.exp(-(((self.edge_mm + 0.9) / np.float32(0.8)) ** 2))
        muscle = None
        if self.view == "MLO":
            slope = self.out - (
                np.float32(44) + np.float32(0.44) * (self.up - np.float32(self.half_mm * 0.75))
            )
            slope += np.float32(5) * np.sin((self.up + 30) / 46) + np.float32(0.8) * cloud(
                self.rng, self.shape, 3
            )
            muscle = soft(slope / np.float32(2.2))
            fibres = grain(self.rng, self.shape, 1.6 / self.pixel_mm)
            lay(
                shown,
                muscle,
                np.float32(0.78) * deep + np.float32(0.6) * fibres + np.float32(0.25) * shown,
            )
        return shown, muscle

    def spot(self, place: tuple[float, float, float]) -> tuple[float, float]:
        """Row and column of a place in the breast, given as in :class:`BreastLesion`."""
        u, v, w = (
            place[0] * self.body.depth_mm,
            place[1] * self.body.widths_mm[0],
            place[2] * self.body.widths_mm[1],
        )
        turn = 0.0 if self.view == "CC" else np.deg2rad(90 - self.body.oblique_deg)
        up = v if self.view == "CC" else float(np.sin(turn) * v + np.cos(turn) * w)
        return (self.middle - up) / self.pixel_mm - 0.5, u / self.pixel_mm - 0.5

    def picture(
        self, shown: Image, masks: dict[str, NDArray[np.bool_]], marks: list[Mark]
    ) -> Picture:
        """Noise, the tone curve of presentation, and the film turned to its side."""
        deep = self.thickness()
        counts = grain(self.rng, self.shape, 0.6) * np.float32(0.55 * (0.2 / self.pixel_mm) ** 0.5)
        base = 0.30 * soft(self.edge_mm) * np.sqrt(deep / self.body.thickness_mm + 1e-3)
        level = base + (shown + counts * (self.edge_mm < 2)) / np.float32(
            self.body.thickness_mm
        ) * np.float32(0.62)
        grey = np.where(self.edge_mm < 2, level, np.float32(0.004))
        pixels = whole(np.asarray(grey, dtype=np.float32), 12)
        flip = self.body.side == "R"
        if flip:
            pixels = pixels[:, ::-1].copy()
            masks = {name: mask[:, ::-1].copy() for name, mask in masks.items()}
            last = self.shape[1] - 1
            marks = [
                Mark(one.kind, one.row, last - one.column, one.size_mm, one.properties)
                for one in marks
            ]
        down = {"CC": "LR", "MLO": ("FL", "FR")}[self.view]["RL".index(self.body.side)]
        area = masks["breast"].sum()
        told: dict[str, float | str] = {
            "side": self.body.side, "view": self.view, "density": self.body.density,
            "dense_share": round(float(masks["dense"].sum() / max(area, 1)), 3),
            "thickness_mm": round(self.body.thickness_mm, 1), "angle_deg": 0.0 if self.view == "CC" else round(self.body.oblique_deg, 0),
            "patient_orientation": ("P" if flip else "A") + "\\" + down,
        }  # fmt: skip
        return Picture(pixels, (self.pixel_mm, self.pixel_mm), 12, masks, tuple(marks), told)


def smooth_least(first: Image, second: Image, width: float) -> Image:
    """The smaller of two distances, the corner between them rounded over ``width``."""
    share = np.clip(0.5 + 0.5 * (second - first) / np.float32(width), 0, 1)
    return np.asarray(
        second * (1 - share) + first * share - width * share * (1 - share) / 2, dtype=np.float32
    )


def wave(rng: np.random.Generator, size: int, length: float) -> Image:
    """A smooth random line of variance 1 and features of ``length`` samples."""
    line = ndimage.gaussian_filter1d(rng.standard_normal(size + 1), max(length, 1.0), mode="wrap")[
        :size
    ]
    return np.asarray(line / max(float(line.std()), 1e-6), dtype=np.float32)


def gland_field(body: Breast, row: dict[str, Any]) -> Image:
    """Gland 0..1 on a coarse grid ``[w, v, u]`` of the whole breast."""
    shape = tuple(
        round(size / COARSE_MM)
        for size in (2 * body.widths_mm[1], 2 * body.widths_mm[0], body.depth_mm)
    )
    common = cloud(np.random.default_rng((body.seed, 0x3D)), shape, 3.6)
    own = cloud(np.random.default_rng((body.seed, 0x3E, ord(body.side))), shape, 3.2)
    w, v, u = np.meshgrid(
        *(
            np.linspace(low, 1, size, dtype=np.float32)
            for low, size in zip((-1, -1, 0), shape, strict=True)
        ),
        indexing="ij",
    )
    radius = np.sqrt(w * w + v * v + u * u)
    disc = np.sqrt((w * 1.1 + 0.08) ** 2 + (v * 1.1 - 0.12) ** 2 + ((u - 0.55) * 1.5) ** 2)
    level = (
        np.float32(0.75) * common
        + np.float32(0.5) * own
        - np.float32(2.6) * (disc - np.float32(0.35))
    )
    inside = radius < 0.94
    cut = np.quantile(level[inside], 1 - row["share"])
    field = inside / (1 + np.exp(-np.clip(row["sharpness"] * (level - cut), -30, 30)))
    return np.asarray(field, dtype=np.float32)


def projected(field: Image, film: Film) -> Image:
    """Mean of the field along the beam, at the film's pixels."""
    body = film.body
    if film.view == "CC":
        flat, filled = field.mean(axis=0), np.float32(1)
    else:
        turned = ndimage.rotate(
            field, body.oblique_deg - 90, (0, 1), reshape=False, order=1, prefilter=False
        )
        flat, filled = turned.mean(axis=1), np.float32(1)
    flat = np.asarray(flat * filled, dtype=np.float32) * np.float32(1.7)
    half = body.widths_mm[0] if film.view == "CC" else body.widths_mm[1]
    rows = (film.up + np.float32(half)) / np.float32(2 * half) * (flat.shape[0] - 1)
    columns = film.out / np.float32(body.depth_mm) * (flat.shape[1] - 1)
    rows, columns = np.broadcast_arrays(rows, columns)
    return sampled(flat, rows, np.minimum(columns, flat.shape[1] - 1.0), 1)


def vessels(film: Film) -> Image:
    """A few veins that wind to the nipple."""
    cover = np.zeros(film.shape, dtype=np.float32)
    size, depth = 1 / film.pixel_mm, film.body.depth_mm
    for _ in range(int(film.rng.integers(3, 6))):
        start = float(film.rng.uniform(-0.7, 0.7)) * film.half_mm
        u = np.linspace(4, depth * float(film.rng.uniform(0.6, 0.85)), 60)
        bend = 5 * wave(film.rng, 60, 7) * np.sin(np.linspace(0, np.pi, 60))
        v = start * (1 - 0.55 * (u / depth) ** 2) + bend
        path = np.stack([(film.middle - v) * size, u * size], axis=1)
        tube(cover, path, np.linspace(1.0, 0.5, 60) * size)
    return ndimage.gaussian_filter(cover, 0.35 * size)


def plant(
    shown: Image, film: Film, lesion: BreastLesion, number: int
) -> tuple[NDArray[np.bool_], Mark]:
    """Draw a lesion upon a film in place; where it is, and its mark."""
    rng = np.random.default_rng((film.body.seed, 0x3F, number))
    row, column = film.spot(lesion.place)
    down = (np.arange(film.shape[0], dtype=np.float32)[:, None] - np.float32(row)) * np.float32(
        film.pixel_mm
    )
    across = (np.arange(film.shape[1], dtype=np.float32)[None] - np.float32(column)) * np.float32(
        film.pixel_mm
    )
    if lesion.kind == "mass":
        return mass(shown, lesion, down, across, rng, (row, column))
    return calcifications(shown, film, lesion, rng, (row, column))


def mass(
    shown: Image,
    lesion: BreastLesion,
    down: Image,
    across: Image,
    rng: np.random.Generator,
    place: tuple[float, float],
) -> tuple[NDArray[np.bool_], Mark]:
    """A dense body with an irregular edge, with spicules if that is its margin."""
    angle, away = np.arctan2(down, across), np.hypot(down, across)
    radius = np.float32(lesion.size_mm / 2)
    rough = {"circumscribed": 0.03, "indistinct": 0.09, "spiculated": 0.12}[lesion.margin]
    shape = np.ones_like(angle)
    for order in range(2, 8):
        shape += np.float32(rough * float(rng.normal()) / order**0.5) * np.cos(
            order * angle + float(rng.uniform(0, 6.3))
        )
    edge = away - radius * shape
    blur = {"circumscribed": 0.5, "indistinct": 2.0, "spiculated": 1.0}[lesion.margin]
    dome = np.sqrt(np.maximum(1 - (away / (radius * shape)) ** 2, 0))
    body = np.maximum(dome, 0.35) * soft(edge / np.float32(blur))
    shown += np.float32(0.75 * lesion.size_mm) * body
    if lesion.margin == "spiculated":
        rays = np.zeros_like(away)
        for _ in range(int(rng.integers(14, 24))):
            way, long = float(rng.uniform(-np.pi, np.pi)), float(rng.uniform(1.5, 2.6))
            off = np.angle(np.exp(1j * (angle - way))).astype(np.float32)
            ray = (
                np.exp(-((off * away / np.float32(0.45)) ** 2))
                * np.clip(long - away / radius, 0, 1)
                * (np.abs(off) < 1)
            )
            rays = np.maximum(rays, ray)
        shown += np.float32(3.2) * rays * (edge > -1)
    mask = edge < 0
    size = (round(2 * float(away[mask].max()), 1), lesion.size_mm)
    return mask, Mark("mass", *place, size, {"margin": lesion.margin})


def calcifications(
    shown: Image,
    film: Film,
    lesion: BreastLesion,
    rng: np.random.Generator,
    place: tuple[float, float],
) -> tuple[NDArray[np.bool_], Mark]:
    """A cluster of small bright grains; their places are the same in both views."""
    spots = rng.normal(0, lesion.size_mm / 4, (lesion.count, 3)).clip(
        -lesion.size_mm / 2, lesion.size_mm / 2
    )
    sizes = rng.uniform(0.16, 0.55, (lesion.count, 2))
    turn = np.deg2rad(90 - film.body.oblique_deg)
    up = (
        spots[:, 1]
        if film.view == "CC"
        else np.sin(turn) * spots[:, 1] + np.cos(turn) * spots[:, 2]
    )
    mask = np.zeros(film.shape, dtype=np.bool_)
    scale = 1 / film.pixel_mm
    for (u, _, _), high, (long, thick) in zip(spots, up, sizes, strict=True):
        cover = np.zeros(film.shape, dtype=np.float32)
        path = np.array(
            [
                [place[0] - high * scale, place[1] + u * scale],
                [place[0] - (high + long) * scale, place[1] + (u + long / 2) * scale],
            ]
        )
        tube(cover, path, np.full(2, thick * scale))
        mask |= cover > 0.5
        shown += np.float32(14 + 16 * thick) * cover
    properties: dict[str, float | str] = {"count": lesion.count}
    return mask, Mark("calcifications", *place, (lesion.size_mm, lesion.size_mm), properties)
