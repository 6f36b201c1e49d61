"""A chest in Hounsfield units, slice by slice, drawn from soft solids. No person's body.

Axial slices of an adult with contrast, arms up. ``z`` runs from -150 mm (upper liver) to
+150 mm (apices), 0 below the hila. Values are plausible, not measured.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from yushan.domain.phantoms.canvas import Canvas, Image, Pair, canvas, paint, smooth_noise
from yushan.domain.phantoms.vessels import Tubes, path, tree

AIR, LUNG, FAT, MUSCLE, BLOOD, HEART = -1000.0, -868.0, -102.0, 56.0, 215.0, 112.0
LIVER, SPLEEN, CORTEX, MARROW, CARTILAGE, DISC, FLUID = (
    112.0,
    126.0,
    780.0,
    210.0,
    125.0,
    85.0,
    12.0,
)
#: Distance between two ribs, and between two vertebrae, mm.
RIB_STEP_MM: Final = 25.0

AORTIC_ARCH: Final = path(
    tuple((-10 + 34 * t, -26 + 76 * t, 68 - 34 * (2 * t - 1) ** 2) for t in np.linspace(0, 1, 9)),
    13.0,
)
TRUNK: Final = path(((8, -44, 2), (14, -36, 22), (20, -18, 36), (50, 4, 34)), 12.0)
RIGHT_ARTERY: Final = path(((16, -26, 32), (-10, -8, 28), (-46, 2, 18)), 9.5)
BRONCHI: Final = ((46, 16, 8), (14, 12, 38), (0, 6, 52), (-14, 10, 38), (-44, 14, 12))
CLAVICLES: Final = ((16, -84, 124), (60, -80, 134), (118, -30, 150))
#: Arch of a vertebra: ends and half width, mm.
ARCH: Final = (
    (((-11, 84), (-13, 96)), 4.5), (((11, 84), (13, 96)), 4.5), (((-13, 97), (0, 103)), 3.8),
    (((13, 97), (0, 103)), 3.8), (((0, 103), (0, 124)), 3.4), (((-14, 94), (-34, 99)), 4.2),
    (((14, 94), (34, 99)), 4.2),
)  # fmt: skip
#: Chambers: centre, half axes, turn in degrees, share of the blood's contrast.
CHAMBERS: Final = (
    ((48, -30), (27, 19), 30.0, 1.00),  # left ventricle
    ((14, -48), (27, 15), 28.0, 0.80),  # right ventricle
    ((16, 6), (25, 16), 8.0, 0.92),  # left atrium
    ((-22, -20), (19, 23), 0.0, 0.74),  # right atrium
)


@dataclass(frozen=True)
class Chest:
    """One body: its size and the chance in its vessels.

    Parameters
    ----------
    seed
        Same seed, same body.
    scale
        Width against the usual; 0.85 to 1.15.
    nodule
        Centre and radius in mm of one lung nodule (x, y, z, radius), or None.
    """

    seed: int
    scale: float = 1.0
    nodule: tuple[float, float, float, float] | None = (-78.0, 10.0, 62.0, 7.0)
    vessels: list[Tubes] = field(default_factory=list)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        self.vessels.append(tree(rng, (42, 4, 14), 1.0))
        self.vessels.append(tree(rng, (-42, 4, 10), -1.0))

    def slice(self, z: float, size: int, field_mm: float, noise_hu: float = 12.0) -> Image:
        """One slice in HU, ``[row, column]``, columns to the patient's left."""
        on = canvas(size, field_mm / self.scale, AIR)
        wall(on, z)
        lungs = self.lungs(on, z)
        mediastinum(on, z)
        abdomen(on, z, lungs)
        heart(on, z)
        great_vessels(on, z)
        airways(on, z)
        spine(on, z)
        shoulders(on, z)
        table(on)
        if noise_hu:
            rng = np.random.default_rng((self.seed, round(z * 100) + 100_000, size))
            np.add(on.image, noise_hu * smooth_noise(rng, on.image.shape), out=on.image)
        return on.image

    def lungs(self, on: Canvas, z: float) -> Image:
        """Both lungs with vessels, gravity and a nodule; returns their cover."""
        cover = np.maximum(lung(on, z, 1.0), lung(on, z, -1.0))
        inside = Canvas(
            LUNG + 12 * on.ripple(z, 17, self.seed) + 0.45 * on.y, on.x, on.y, on.pixel_mm
        )
        for vessels in self.vessels:
            vessels.draw(inside, z, 60.0)
        if self.nodule:
            x, y, height, radius = self.nodule
            inside.disc((x, y), max(radius**2 - (z - height) ** 2, 0) ** 0.5, 34.0)
        paint(on.image, cover, inside.image)
        return cover


def cavity(z: float) -> Pair:
    """Half axes of the chest cavity at a height, mm: narrow at the apices."""
    if z <= 40:
        return 141.0, 94.0
    share = max(1 - ((z - 40) / 116) ** 2, 0.02) ** 0.5
    return 141.0 * (0.30 + 0.70 * share), 94.0 * (0.42 + 0.58 * share)


def dome(on: Canvas, side: float) -> Image:
    """Height of the diaphragm under one lung, mm."""
    top = np.float32(-52 if side < 0 else -66)
    fall = ((on.x - np.float32(side * 72)) ** 2 + (on.y - np.float32(4)) ** 2) / np.float32(165)
    return np.asarray(top - fall, dtype=np.float32)


def lung(on: Canvas, z: float, side: float) -> Image:
    """Cover of one lung; +1 left, -1 right."""
    hull = on.distance((0, 2), cavity(z))
    inner = 26 + 12 * np.cos(z / 45) + (16 * min(max((24 - z) / 40, 0), 1) if side > 0 else 0)
    gap = np.float32(inner) - np.float32(side) * on.x - np.float32(0.0016) * (on.y - 20) ** 2
    spine_bulge = 40 - np.hypot(on.x, (on.y - 84) * np.float32(1.1))
    above = (dome(on, side) - np.float32(z)) * np.float32(0.6)
    edge = np.maximum(np.maximum(hull, gap), np.maximum(spine_bulge, above))
    return on.soft(edge + 2 * on.ripple(z, 46, 3))


def wall(on: Canvas, z: float) -> None:
    """Skin, fat, muscle and ribs around the cavity."""
    width, depth = cavity(z)
    low, high = min(max((-z - 60) / 90, 0), 1), min(max((z + 10) / 70, 0), 1)
    outer = (max(width, 112) + 38 + 8 * low + 12 * high, max(depth, 84) + 36 + 8 * low + 4 * high)
    on.ellipse((0, 6), outer, 20.0)
    skin = on.distance((0, 6), (outer[0] - 2.2, outer[1] - 2.2)) + np.float32(1.2) * on.ripple(
        z, 90, 4
    )
    paint(on.image, on.soft(skin), FAT + 8 * on.ripple(z, 30, 5))
    layer = 9 + 5 * low + 5 * np.abs(on.ripple(z, 110, 8))
    muscle = on.soft(np.asarray(skin + layer, dtype=np.float32))
    paint(on.image, muscle, MUSCLE + 8 * on.ripple(z, 14, 6))
    streaks = np.clip(np.abs(on.ripple(z, 44, 7, 0.6)) * -6 + 0.9, 0, 1)
    paint(on.image, np.asarray(muscle * streaks, dtype=np.float32), FAT * 0.8)
    ribs(on, z, (width, depth))
    for side in (-1, 1):
        on.ellipse((side * 25, 112), (19, 13), MUSCLE, side * 14)


def ribs(on: Canvas, z: float, axes: Pair) -> None:
    """Ribs fall from the spine to the front; a slice cuts each pair where it passes."""
    off = on.distance((0, 2), (axes[0] + 6.5, axes[1] + 6.5))
    front = np.arctan2(np.abs(on.x) / np.float32(axes[0]), on.y / np.float32(axes[1])) / np.float32(
        np.pi
    )
    fall = (np.float32(z) + 92 * front * np.sqrt(front)) % RIB_STEP_MM - RIB_STEP_MM / 2
    across = np.hypot(off / np.float32(5.2), fall / np.float32(6.6))
    bony = on.soft((front - np.float32(0.80)) * 300)  # the rest of the way is cartilage
    whole = on.soft((across - 1) * 5)
    paint(on.image, whole * (1 - bony) * (np.abs(on.x) > 12), CARTILAGE)
    paint(on.image, whole * bony, CORTEX)
    paint(on.image, on.soft((across - np.float32(0.62)) * 5) * bony, MARROW)
    if -34 < z < 96:
        on.ellipse((0, -axes[1] - 7), (19, 7.5), CORTEX * 0.7)
        on.ellipse((0, -axes[1] - 7), (16.5, 5), MARROW * 0.6)


def mediastinum(on: Canvas, z: float) -> None:
    """Fat with small vessels and nodes between the lungs; the gullet."""
    if z < -62:
        return
    _, depth = cavity(z)
    part = on.window((2, 4), (34, depth))
    cover = part.soft(part.distance((2, 4), (30, depth - 6)))
    paint(part.image, cover, FAT + 30 + 26 * part.ripple(z, 16, 9))
    on.ellipse((6, 40), (9, 6.5), 34.0)
    on.disc((6, 40), 1.8, -300.0)
    for x, y, height in ((-18, 4, 52), (14, 26, 28), (24, -14, 60), (-12, 30, 14)):
        on.disc((x, y), 5 - abs(z - height) * 0.7, 48.0)


def heart(on: Canvas, z: float) -> None:
    """Four chambers with blood in them, in a sac with fat."""
    height = 1 - ((z + 40) / 62) ** 2
    if height <= 0:
        return
    size = height**0.5
    centre = (24 - 0.06 * (z + 40), -26)
    on.ellipse(centre, (68 * size, 50 * size), FAT + 12, 24)
    on.ellipse(centre, (64 * size, 46 * size), HEART, 24)
    for middle, axes, turn, share in CHAMBERS:
        on.ellipse(middle, (axes[0] * size, axes[1] * size), BLOOD * share, turn)
    on.ellipse((38, -28), (3.2 * size, 5 * size), HEART + 20, 30)
    on.ellipse((56, -24), (3.0 * size, 4 * size), HEART + 20, 30)


def great_vessels(on: Canvas, z: float) -> None:
    """Aorta, pulmonary arteries, upper vena cava, and the branches of the arch."""
    if z < 34:
        on.disc((24, 50), 13.2, MUSCLE)
        on.disc((24, 50), 12, BLOOD)
    if -14 < z < 34:
        on.disc((-10, -26), 16.5, MUSCLE)
        on.disc((-10, -26), 15, BLOOD)
    AORTIC_ARCH.draw(on, z, BLOOD)
    TRUNK.draw(on, z, BLOOD * 0.85)
    RIGHT_ARTERY.draw(on, z, BLOOD * 0.85)
    if z > 4:
        on.disc((-26, -22 + max(z - 60, 0) * 0.1), 8.5, BLOOD * 1.3)
    if z > 76:
        for x, y in ((-14, -18), (6, -12), (22, 4)):
            on.disc((x, y), 5.0, BLOOD)


def airways(on: Canvas, z: float) -> None:
    """Windpipe and main bronchi with their walls."""
    for radius, value in ((9.4, 40.0), (7.8, AIR)):
        if z > 50:
            on.ellipse((0, 6 + (z - 50) * 0.06), (radius + 1, radius), value)
        path(BRONCHI, radius - 1.6).draw(on, z, value)


def abdomen(on: Canvas, z: float, lungs: Image) -> None:
    """Liver, stomach, spleen and fat under the domes."""
    width, depth = cavity(z)
    if z > -50:
        return
    inside = on.soft(on.distance((0, 2), (width - 3, depth - 3))) * (1 - lungs)
    inside *= on.soft(40 - np.hypot(on.x, on.y - 84))
    left = inside * on.soft((np.float32(z) - dome(on, 1.0)) * np.float32(0.6) + 4)
    organs = Canvas(FAT + 6 * on.ripple(z, 22, 13), on.x, on.y, on.pixel_mm)
    organs.ellipse((58, -26), (46, 38), 46.0, 20)
    organs.ellipse((60, -44), (30, 14), AIR + 30, 14)
    organs.ellipse((104, 40), (22, 40), SPLEEN, -34)
    paint(on.image, left, organs.image)
    right = inside * on.soft((np.float32(z) - dome(on, -1.0)) * np.float32(0.6) + 4)
    right *= on.soft(on.distance((-56, -8), (112, 104), 12) + 3 * on.ripple(z, 50, 14))
    texture = LIVER + 5 * on.ripple(z, 9, 11)
    veins = np.clip(0.24 - np.abs(on.ripple(z, 52, 12)), 0, 0.09) / np.float32(0.09)
    texture += 46 * veins * (on.ripple(z, 80, 16) > 0.1)
    paint(on.image, right, np.asarray(texture, dtype=np.float32))


def spine(on: Canvas, z: float) -> None:
    """A vertebra with its arch, or the disc between two, and the cord."""
    solid = (z % RIB_STEP_MM) / RIB_STEP_MM > 0.17
    part = on.window((0, 72), (24, 20))
    body = part.distance((0, 72), (18.5, 15))
    paint(part.image, part.soft(body), CORTEX * 0.8 if solid else DISC)
    if solid:
        paint(part.image, part.soft(body + 2), MARROW + 30 * part.ripple(z, 5, 15))
    arch = 1.0 if solid else 0.45
    for ends, radius in ARCH:
        on.bar(ends, radius * arch, CORTEX * 0.75)
        if solid:
            on.bar(ends, radius - 1.7, MARROW)
    on.disc((0, 92), 8.2, FLUID)
    on.ellipse((0, 92), (5.2, 4.2), 44.0)


def shoulders(on: Canvas, z: float) -> None:
    """Shoulder blades behind the ribs and collar bones in front."""
    width, depth = cavity(z)
    for side in (-1.0, 1.0):
        if z > -30:
            blade = ((side * 0.58 * width, depth + 12), (side * (width + 16), depth * 0.46))
            on.bar(blade, 3.4, CORTEX * 0.9)
            on.bar(blade, 1.5, MARROW)
        bone = tuple((side * x, y, height) for x, y, height in CLAVICLES)
        path(bone, 6.0).draw(on, z, CORTEX)
        path(bone, 3.8).draw(on, z, MARROW)


def table(on: Canvas) -> None:
    """The couch the body lies on: two thin curved shells."""
    for thick, value, lift in ((1.2, -150.0, 0.0), (1.0, -250.0, 16.0)):
        sag = 152 + lift + on.x**2 * np.float32(1 / 1500 - lift / 50_000)
        cover = on.soft(np.abs(on.y - sag) - np.float32(thick)) * (np.abs(on.x) < 190)
        paint(on.image, np.asarray(cover, dtype=np.float32), value)
