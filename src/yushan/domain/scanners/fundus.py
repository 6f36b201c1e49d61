"""Fundus photographs: disc, fovea, arteries and veins, and the lesions of a diabetic retina."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.scanners.drawing import Image, blurred, cloud, ellipse, grain, lay, soft, tube
from yushan.domain.scanners.fundus_lesions import KINDS, spots
from yushan.domain.scanners.fundus_vessels import Vessel, vessels
from yushan.domain.scanners.picture import Mark, Picture, whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

#: Colours of layers, linear red, green, blue 0..1; plausible, after photographs.
RETINA: Final = (0.97, 0.41, 0.27)
DISC: Final = (0.99, 0.76, 0.42)
CUP: Final = (1.0, 0.90, 0.66)
#: How much light of each colour a vessel swallows where it is thickest.
VEIN: Final = (0.20, 0.42, 0.40)
ARTERY: Final = (0.10, 0.29, 0.26)
#: Angle of the photographed circle and distance of the fovea from the disc, degrees.
FIELD_DEG: Final = 48.0
DISC_FOVEA_DEG: Final = 15.5


@dataclass(frozen=True, slots=True)
class FundusWishes:
    """Numbers of lesions and the cup-to-disc ratio; ``None`` leaves it to chance."""

    microaneurysms: int = 0
    haemorrhages: int = 0
    exudates: int = 0
    cotton_wool: int = 0
    drusen: int = 0
    cup_ratio: float | None = None


def fundus(
    seed: int, eye: str = "R", wishes: FundusWishes | None = None, size: int = 1024
) -> Picture:
    """A photograph of one eye's background, uint8 ``[size, size, 3]``.

    Parameters
    ----------
    seed
        The person; both eyes have their own vessels.
    eye
        ``R`` or ``L``: the disc is to the right in a right eye.
    wishes
        Lesions.
    size
        Pixels of a side.

    Returns
    -------
    Picture
        Masks ``field``, ``artery``, ``vein``, ``disc``, ``cup``, ``fovea`` and one per kind of
        lesion; a mark per lesion; facts ``cup_ratio`` (vertical) and ``grade``.
    """
    rng = np.random.default_rng((seed, 0xF0, ord(eye[0])))
    eyeball = Retina(rng, size)
    tree = vessels(rng)
    wish = wishes or FundusWishes()
    eyeball.ground()
    eyeball.disc(float(rng.uniform(0.3, 0.5)) if wish.cup_ratio is None else wish.cup_ratio)
    eyeball.lesions(("drusen", "cotton_wool"), wish)
    eyeball.vessels(tree)
    eyeball.lesions(("haemorrhages", "microaneurysms", "exudates"), wish)
    return eyeball.photograph(eye, wish)


class Retina:
    """A retina being painted; the disc to the right of the fovea."""

    def __init__(self, rng: np.random.Generator, size: int) -> None:
        """An empty field: places of disc and fovea, and the grid."""
        self.rng, self.size = rng, size
        self.unit = size / FIELD_DEG * DISC_FOVEA_DEG
        shift = rng.normal(0, 0.02 * size, 2)
        self.centre = (size * 0.5 + float(shift[0]) - 0.02 * size, size * 0.79 + float(shift[1]))
        self.fovea = (self.centre[0] + 0.08 * self.unit, self.centre[1] - self.unit)
        self.rows = np.arange(size, dtype=np.float32)[:, None]
        self.columns = np.arange(size, dtype=np.float32)[None]
        self.image = np.empty((size, size, 3), dtype=np.float32)
        self.masks: dict[str, NDArray[np.bool_]] = {}
        self.marks: list[Mark] = []
        self.told: dict[str, float | str] = {}

    def away(self, place: tuple[float, float]) -> Image:
        """Distance from a place in units of disc to fovea."""
        return np.asarray(
            np.hypot(self.rows - place[0], self.columns - place[1]) / self.unit, dtype=np.float32
        )

    def ground(self) -> None:
        """Pigment, choroid's vessels, the darker macula."""
        shape = (self.size, self.size)
        tint = self.rng.normal(1, 0.05, 3)
        broad, fine = cloud(self.rng, shape, 4.2), cloud(self.rng, shape, 2.15)
        fine = fine - blurred(fine, self.size / 90)
        choroid = np.abs(blurred(grain(self.rng, shape, self.size / 70), self.size / 260))
        away = self.away(self.fovea)
        macula = np.exp(-((away / np.float32(0.42)) ** 2))
        pit = np.exp(-((away / np.float32(0.11)) ** 2))
        for channel, value in enumerate(RETINA):
            level = value * tint[channel] * (1 + 0.04 * broad + 0.034 * fine - 0.03 * choroid)
            swallowed = (0.13, 0.32, 0.34)[channel] * macula + (0.14, 0.20, 0.10)[channel] * pit
            self.image[..., channel] = level * (1 - swallowed)
        self.masks["fovea"] = away < 0.16
        self.told["fovea_row"], self.told["fovea_column"] = self.fovea

    def disc(self, ratio: float) -> None:
        """The optic disc with its rim, cup and the pale fibres about it."""
        half = (0.195 * self.unit * float(self.rng.uniform(0.95, 1.08)), 0.178 * self.unit)
        turn = float(self.rng.normal(0, 8))
        edge = ellipse(self.rows, self.columns, self.centre, half, turn)
        edge = edge + 0.012 * self.unit * cloud(self.rng, edge.shape, 4)
        glow = np.exp(-((np.maximum(edge, 0) / (0.16 * self.unit)) ** 2))
        self.image *= (1 + 0.13 * glow)[..., None]
        self.image *= (1 - 0.16 * np.exp(-(((edge - 2) / (0.016 * self.unit)) ** 2)))[..., None]
        at = (self.centre[0], self.centre[1] - 0.02 * self.unit)
        cup = ellipse(self.rows, self.columns, at, (half[0] * ratio, half[1] * ratio * 0.95), turn)
        pale = blurred(soft(edge / np.float32(0.02 * self.unit)), 0.012 * self.unit)
        hollow = blurred(soft(cup / np.float32(0.03 * self.unit)), 0.02 * self.unit)
        for channel in range(3):
            lay(self.image[..., channel], pale * np.float32(0.86), DISC[channel])
            lay(self.image[..., channel], hollow * np.float32(0.8), CUP[channel])
        self.masks["disc"], self.masks["cup"] = edge < 0, cup < 0
        rows = [np.flatnonzero(self.masks[name].any(axis=1)) for name in ("cup", "disc")]
        self.told["cup_ratio"] = (
            round(float(np.ptp(rows[0]) + 1) / float(np.ptp(rows[1]) + 1), 3)
            if rows[0].size
            else 0.0
        )

    def vessels(self, tree: list[Vessel]) -> None:
        """Arteries over veins, each with its light reflex."""
        origin = np.array(self.centre)
        for kind, swallowed in (("vein", VEIN), ("artery", ARTERY)):
            cover = np.zeros((self.size, self.size), dtype=np.float32)
            shine = np.zeros_like(cover)
            for one in tree:
                if one.kind == kind:
                    points, radii = one.points * self.unit + origin, one.radii * self.unit
                    tube(cover, points, radii)
                    if radii[0] > 1.5:
                        tube(shine, points, radii * 0.22)
            self.masks[kind] = cover > 0.5
            softened = blurred(cover, self.size / 950)
            shine = blurred(shine, self.size / 1100) * (0.5 if kind == "artery" else 0.16)
            for channel in range(3):
                dim = np.float32(swallowed[channel]) * softened * (1 - shine)
                self.image[..., channel] *= 1 - dim

    def lesions(self, kinds: Sequence[str], wish: FundusWishes) -> None:
        """Lay lesions of some kinds over what is painted."""
        scale = self.size / 1024
        for kind in kinds:
            count = int(getattr(wish, kind))
            if not count:
                continue
            edge, marks = spots(self.rng, kind, count, self.fovea, (self.size, self.unit))
            look = KINDS[kind]
            cover = blurred(soft(edge), look.blur * scale) * np.float32(look.strength)
            for channel in range(3):
                lay(self.image[..., channel], cover, look.colour[channel])
            self.masks[kind] = edge < 0
            self.marks.extend(marks)

    def grade(self, wish: FundusWishes) -> str:
        """Severity after the international scale's first steps, by what was planted."""
        if not (wish.microaneurysms or wish.haemorrhages or wish.exudates or wish.cotton_wool):
            return "no apparent retinopathy"
        if not (wish.haemorrhages or wish.exudates or wish.cotton_wool):
            return "mild non-proliferative"
        return (
            "severe non-proliferative" if wish.haemorrhages > 80 else "moderate non-proliferative"
        )

    def photograph(self, eye: str, wish: FundusWishes) -> Picture:
        """The camera: uneven light, blur, noise, the round stop; the left eye is mirrored."""
        middle = (self.size - 1) / 2
        away = np.hypot(self.rows - middle, self.columns - middle) / middle
        field = away < 0.965
        light = (
            1.02
            - 0.30 * away**2.4
            + 0.05 * (self.columns - middle) / middle * float(self.rng.normal())
        )
        shown = np.empty_like(self.image)
        for channel in range(3):
            plate = blurred(self.image[..., channel], self.size / 1600) * light
            plate = plate + 0.0025 * grain(self.rng, plate.shape, 0.7)
            shown[..., channel] = plate * soft((away - np.float32(0.968)) * np.float32(middle) / 2)
        pixels = whole(shown)
        masks: Mapping[str, NDArray[np.bool_]] = {
            name: mask & field for name, mask in (self.masks | {"field": field}).items()
        }
        told = self.told | {"eye": eye, "grade": self.grade(wish), "field_deg": FIELD_DEG}
        marks = self.marks
        if eye == "L":
            pixels, last = pixels[:, ::-1].copy(), self.size - 1
            masks = {name: mask[:, ::-1].copy() for name, mask in masks.items()}
            marks = [
                Mark(one.kind, one.row, last - one.column, one.size_mm, one.properties)
                for one in marks
            ]
            told["fovea_column"] = last - self.fovea[1]
        return Picture(pixels, masks=masks, marks=tuple(marks), facts=told)
