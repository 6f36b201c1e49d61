"""Cuts through invented bodies for ultrasound: right upper abdomen, and a neck with its thyroid."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from yushan.domain.scanners.drawing import Image, cloud, ellipse, tube
from yushan.domain.scanners.ultrasound import Section

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Distance between pixels of a section and its size: depth, width in mm.
ABDOMEN = (0.3, 180.0, 240.0)
NECK = (0.08, 46.0, 64.0)


@dataclass(frozen=True, slots=True)
class SonogramWishes:
    """What an abdominal section is to hold; ``None`` leaves it to chance.

    Parameters
    ----------
    stones
        Gallstones, 0 to 4.
    cyst_mm, lesion_mm
        Long diameter of a cyst and of a solid lesion in the liver; 0 for none.
    lesion
        ``haemangioma`` or ``metastasis``.
    fatty
        A bright liver that swallows sound.
    """

    stones: int | None = None
    cyst_mm: float | None = None
    lesion_mm: float | None = None
    lesion: str | None = None
    fatty: bool | None = None


@dataclass(eq=False)
class Sketch:
    """A section being drawn: structures one over the other on a field that is slightly bent."""

    rows: Image
    columns: Image
    labels: NDArray[np.uint8]
    pixel_mm: float
    names: list[str] = field(default_factory=lambda: ["nothing"])
    tissues: list[str] = field(default_factory=lambda: ["nothing"])

    def fill(self, inside: NDArray[np.bool_], name: str, tissue: str) -> None:
        """Give pixels to a structure."""
        if name not in self.names:
            self.names.append(name)
            self.tissues.append(tissue)
        self.labels[inside] = self.names.index(name)

    def oval(
        self, centre: tuple[float, float], axes: tuple[float, float], turn: float = 0
    ) -> Image:
        """Distance in mm from an ellipse; ``centre`` is lateral and deep, ``axes`` likewise."""
        return ellipse(self.rows, self.columns, centre[::-1], axes[::-1], turn)

    def line(self, points: list[tuple[float, float]], radii: list[float]) -> NDArray[np.bool_]:
        """Where a thread runs; points are lateral and deep in mm."""
        cover = np.zeros(self.labels.shape, dtype=np.float32)
        middle = (self.labels.shape[1] - 1) / 2
        path = np.array(
            [(y / self.pixel_mm, x / self.pixel_mm + middle) for x, y in smooth(points)]
        )
        widths = np.interp(np.linspace(0, 1, len(path)), np.linspace(0, 1, len(radii)), radii)
        tube(cover, path, widths / self.pixel_mm)
        return np.asarray(cover > 0.5)

    def section(self) -> Section:
        """The finished cut."""
        return Section(self.labels, tuple(self.names), tuple(self.tissues), self.pixel_mm)


def smooth(points: list[tuple[float, float]], count: int = 40) -> NDArray[np.float64]:
    """A curve through points (Catmull-Rom), ``[count, 2]``."""
    known = np.array([points[0], *points, points[-1]], dtype=np.float64)
    place = np.linspace(0, len(points) - 1.0001, count)
    low, t = place.astype(int), (place % 1)[:, None]
    a, b, c, d = (known[low + step] for step in range(4))
    return np.asarray(
        b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    )


def sketch(rng: np.random.Generator, size: tuple[float, float, float], bend_mm: float) -> Sketch:
    """An empty section; shapes drawn on it come out bent by up to ``bend_mm`` or so."""
    pixel, deep, wide = size
    shape = (round(deep / pixel), round(wide / pixel))
    rows = np.arange(shape[0], dtype=np.float32)[:, None] * np.float32(pixel)
    columns = (np.arange(shape[1], dtype=np.float32)[None] - (shape[1] - 1) / 2) * np.float32(pixel)
    waves = [np.float32(bend_mm) * cloud(rng, shape, 4.4) for _ in range(2)]
    return Sketch(rows + waves[0], columns + waves[1], np.zeros(shape, dtype=np.uint8), pixel)


def abdomen(seed: int, wishes: SonogramWishes | None = None) -> Section:
    """A cut under the right ribs: liver with vessels, gall bladder, kidney, diaphragm."""
    rng = np.random.default_rng((seed, 0xAB))
    wish = wishes or SonogramWishes()
    on = sketch(rng, ABDOMEN, 1.6)
    fatty = rng.uniform() < 0.2 if wish.fatty is None else wish.fatty
    walls(on, rng, "fatty_liver" if fatty else "liver")
    vessels(on, rng)
    lesions(on, rng, wish)
    kidney(on, rng)
    gall_bladder(on, rng, wish)
    return on.section()


def walls(on: Sketch, rng: np.random.Generator, liver: str) -> None:
    """Skin, fat, muscle, liver, the diaphragm over it and lung behind, bowel to the right."""
    fat, muscle = float(rng.uniform(6, 14)), float(rng.uniform(6, 10))
    on.fill(on.rows > -9, "liver", liver)
    dome = on.oval((-22, 40), (95, float(rng.uniform(84, 96))), -8)
    on.fill(dome > 0, "lung", "lung")
    on.fill(np.abs(dome) < 0.9, "diaphragm", "diaphragm")
    bowel = on.oval((94, 92), (34, 46))
    on.fill(bowel < 0, "bowel", "gas")
    layers(on, rng, fat, muscle)


def layers(on: Sketch, rng: np.random.Generator, fat: float, muscle: float) -> None:
    """The belly's wall: skin, fat with septa, muscle with fibres, fascia between."""
    tilt = on.rows + np.float32(0.02 * float(rng.normal())) * on.columns
    on.fill(tilt < fat + muscle + 1.0, "fascia", "wall")
    on.fill(tilt < fat + muscle, "muscle", "muscle")
    for _ in range(9):
        at, slope = float(rng.uniform(fat, fat + muscle)), float(rng.normal(0, 0.05))
        fibre = tilt - at - np.float32(slope) * on.columns - np.float32(float(rng.uniform(-1, 1)))
        on.fill(
            (np.abs(fibre) < 0.25) & (tilt > fat) & (tilt < fat + muscle), "muscle_fibre", "wall"
        )
    on.fill(tilt < fat + 0.9, "fascia", "wall")
    on.fill(tilt < fat, "fat", "fat")
    for _ in range(7):
        at, slope = float(rng.uniform(2, fat)), float(rng.normal(0, 0.08))
        wavy = np.float32(0.9) * np.sin(on.columns / np.float32(rng.uniform(5, 14)))
        septum = tilt - at - np.float32(slope) * on.columns - wavy
        on.fill((np.abs(septum) < 0.22) & (tilt < fat), "septum", "wall")
    on.fill(tilt < 2.0, "skin", "skin")


def vessels(on: Sketch, rng: np.random.Generator) -> None:
    """Portal branches with bright walls, hepatic veins without, the vena cava."""
    x, y = float(rng.uniform(-6, 8)), float(rng.uniform(66, 76))
    portal = [(x + 34, y + 12), (x + 8, y), (x - 20, y - 6), (x - 44, y - 22)]
    branch = [(x - 4, y - 3), (x - 14, y - 18), (x - 12, y - 34)]
    for name, points, radii in (
        ("portal_vein", portal, [5.5, 4.5, 2.6]),
        ("portal_vein", branch, [2.8, 1.4]),
    ):
        on.fill(on.line(points, [one + 1.1 for one in radii]), "portal_wall", "wall")
        on.fill(on.line(points, radii), name, "blood")
    for start in (-46.0, -18.0):
        points = [
            (start, 30 + float(rng.uniform(0, 6))),
            (start + 6, 62),
            (start + 16, 92),
            (start + 34, 112),
        ]
        on.fill(on.line(points, [1.0, 2.4, 3.8, 4.6]), "hepatic_vein", "blood")


def lesions(on: Sketch, rng: np.random.Generator, wish: SonogramWishes) -> None:
    """A cyst and a solid lesion in the liver, where wished or by chance."""
    cyst = (
        float(rng.uniform(8, 26)) * (rng.uniform() < 0.35) if wish.cyst_mm is None else wish.cyst_mm
    )
    place = (float(rng.uniform(-56, -38)), float(rng.uniform(62, 86)))
    if cyst > 0:
        on.fill(
            on.oval(place, (cyst / 2, cyst * 0.46), float(rng.uniform(-30, 30))) < 0, "cyst", "cyst"
        )
    size = (
        float(rng.uniform(9, 32)) * (rng.uniform() < 0.35)
        if wish.lesion_mm is None
        else wish.lesion_mm
    )
    kind = wish.lesion or ("haemangioma" if rng.uniform() < 0.5 else "metastasis")
    place = (float(rng.uniform(-20, -6)), float(rng.uniform(38, 48)))
    if size > 0:
        edge = on.oval(place, (size / 2, size * 0.43), float(rng.uniform(-40, 40)))
        on.fill(edge < 0, "liver_lesion", kind)
        if kind == "metastasis":
            on.fill(edge < -0.16 * size, "liver_lesion_core", "metastasis_core")


def kidney(on: Sketch, rng: np.random.Generator) -> None:
    """The right kidney behind the liver: cortex, pyramids, sinus."""
    x, y, turn = (
        float(rng.uniform(10, 22)),
        float(rng.uniform(106, 116)),
        float(rng.uniform(-16, -6)),
    )
    half = float(rng.uniform(48, 56))
    fat = on.oval((x, y), (half + 5, 31), turn)
    on.fill(fat < 0, "perirenal_fat", "fat")
    edge = on.oval((x, y), (half, 25), turn)
    on.fill(edge < 0.7, "kidney_capsule", "capsule")
    on.fill(edge < 0, "kidney", "kidney_cortex")
    sinus = on.oval((x, y + 1), (half * 0.62, 9.5), turn) + 1.5 * np.sin(on.columns / 4)
    for step in np.arange(-2.5, 3, 1):
        for side in (-1, 1):
            along, out = step * half * 0.26, side * 14.0 * (1 - 0.05 * step * step)
            c, s = np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))
            spot = (x + along * c - out * s, y - along * s * -1 + out * c)
            on.fill(on.oval(spot, (4.6, 5.2), turn) < 0, "kidney_medulla", "kidney_medulla")
    on.fill(sinus < 0, "kidney_sinus", "kidney_sinus")


def gall_bladder(on: Sketch, rng: np.random.Generator, wish: SonogramWishes) -> None:
    """The gall bladder and the stones on its lower wall."""
    x, y, turn = (
        float(rng.uniform(30, 40)),
        float(rng.uniform(58, 64)),
        float(rng.uniform(-28, -12)),
    )
    long, short = float(rng.uniform(27, 36)), float(rng.uniform(11, 15))
    edge = (
        on.oval((x, y), (long, short), turn) + 2.2 * np.exp(-(((on.columns - x) / 12) ** 2)) - 1.1
    )
    on.fill(edge < 1.5, "gallbladder_wall", "wall")
    on.fill(edge < 0, "gallbladder", "bile")
    count = int(rng.integers(0, 4)) if wish.stones is None else wish.stones
    inside = on.labels == on.names.index("gallbladder")
    middle = (on.labels.shape[1] - 1) / 2
    for k in range(count):
        radius = float(rng.uniform(2.2, 5.0))
        across = x + long * (-0.5 + (k + float(rng.uniform(0.1, 0.6))) / max(count, 2))
        column = int(np.clip(across / on.pixel_mm + middle, 0, inside.shape[1] - 1))
        found = np.flatnonzero(inside[:, column])
        if found.size:
            deep = found[-1] * on.pixel_mm - radius * 0.85
            plain_rows = np.arange(inside.shape[0], dtype=np.float32)[:, None] * np.float32(
                on.pixel_mm
            )
            plain_columns = (
                np.arange(inside.shape[1], dtype=np.float32)[None] - middle
            ) * np.float32(on.pixel_mm)
            stone = ellipse(
                plain_rows, plain_columns, (float(deep), across), (radius * 0.85, radius), 0
            )
            on.fill(stone < 0, "stone", "stone")


@dataclass(frozen=True, slots=True)
class NeckWishes:
    """What a cut through a neck is to hold; ``None`` leaves it to chance."""

    nodule_mm: float | None = None
    calcified: bool | None = None


def neck(seed: int, wishes: NeckWishes | None = None) -> Section:
    """A cut across the right half of a neck: thyroid beside the windpipe, carotid, muscles."""
    rng = np.random.default_rng((seed, 0xAC))
    wish = wishes or NeckWishes()
    on = sketch(rng, NECK, 0.5)
    fat, muscle = float(rng.uniform(2, 4)), float(rng.uniform(5, 8))
    on.fill(on.rows > -9, "deep_muscle", "muscle")
    layers(on, rng, fat, muscle)
    lobe = on.oval((-2.0, fat + muscle + 9.5), (10.5, 8.0), 8)
    on.fill(lobe < 0.4, "thyroid_capsule", "wall")
    on.fill(lobe < 0, "thyroid", "thyroid")
    for (x, y), radius, name in (((-15.5, 19.0), 3.3, "carotid"), ((-21.0, 16.5), 4.2, "jugular")):
        on.fill(on.oval((x, y), (radius + 0.5, radius + 0.5)) < 0, f"{name}_wall", "wall")
        on.fill(on.oval((x, y), (radius, radius * 0.92)) < 0, name, "blood")
    pipe = on.oval((20.0, 20.0), (11.0, 9.5))
    on.fill(pipe < 0, "trachea_cartilage", "cartilage")
    on.fill(pipe < -1.6, "trachea", "gas")
    bone = on.rows - 37 - np.float32(1.5) * np.sin(on.columns / 9)
    on.fill(bone > 0, "spine", "bone")
    size = (
        float(rng.uniform(4, 13)) * (rng.uniform() < 0.5)
        if wish.nodule_mm is None
        else wish.nodule_mm
    )
    if size > 0:
        place = (
            -3.0 + float(rng.uniform(-2, 2)),
            fat + muscle + 9.5 + float(rng.uniform(-1.5, 1.5)),
        )
        on.fill(on.oval(place, (size / 2, size * 0.42), 20) < 0, "thyroid_nodule", "thyroid_nodule")
        if rng.uniform() < 0.4 if wish.calcified is None else wish.calcified:
            for _ in range(7):
                spot = (
                    place[0] + float(rng.normal(0, size / 6)),
                    place[1] + float(rng.normal(0, size / 7)),
                )
                on.fill(on.oval(spot, (0.3, 0.25)) < 0, "microcalcification", "bone")
    return on.section()
