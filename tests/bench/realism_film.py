"""Chest radiographs: children's (CC BY 4.0) and an adult's (numbers only) beside synthetic ones."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pydicom
from PIL import Image
from scipy import ndimage

from tests.bench.realism_drawing import sheet, shown
from yushan.domain.bodies import paint, trunk
from yushan.domain.scanners import attenuation, ct_look, projection, radiograph, view_of
from yushan.domain.volumes import Grid, Volume

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: All films are compared at this size.
SIDE = 512
FIRST = 5
REAL = "NORMAL2-IM-1427-0001.jpeg"
UNITS = ("dx-a", "dx-b", "portable-a")


def film_of(seed: int, unit: str) -> NDArray[np.float64]:
    """A film from the front, brighter where there is more."""
    grid = Grid.axial((230, 150, 240), (1.7, 1.7, 1.7), (0, 0, -30))
    hu = paint(trunk(seed), grid, ct_look("native", seed))
    view = view_of("PA", (0.0, 0.0, -30.0), (430, 430), 0.86)
    film = projection(Volume(grid, attenuation(hu.values, 60)), view)
    picture = radiograph(film, unit, seed, size=(SIDE * 2, SIDE * 2))
    values = picture.pixels.astype(np.float64)
    return values.max() - values if picture.facts["photometric"] == "MONOCHROME1" else values


def scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """A film of `SIDE` pixels, its 1 and 99 % at 0 and 1."""
    side = min(values.shape)
    top, left = (values.shape[0] - side) // 2, (values.shape[1] - side) // 2
    square = Image.fromarray(values[top : top + side, left : left + side].astype(np.float32))
    small = np.asarray(square.resize((SIDE, SIDE), Image.Resampling.BOX), dtype=np.float64)
    low, high = np.percentile(small, (1, 99))
    return np.clip((small - low) / (high - low), 0, 1)


def line_of(film: NDArray[np.float64]) -> str:
    """Numbers of one film."""
    tones = ", ".join(f"{x:.2f}" for x in np.percentile(film, (10, 25, 50, 75, 90)))
    down, across = np.gradient(film[40:-40, 40:-40])
    steep = ", ".join(f"{x:.4f}" for x in np.percentile(np.hypot(down, across), (50, 90, 99)))
    flat = (film - film.mean()) * np.hanning(SIDE)[:, None] * np.hanning(SIDE)[None, :]
    power = np.abs(np.fft.fft2(flat)) ** 2
    radial = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.fftfreq(SIDE)[None, :])
    edges = np.geomspace(0.01, 0.25, 14)
    means = [power[(radial >= low) & (radial < high)].mean()
             for low, high in pairwise(edges)]  # fmt: skip
    exponent = np.polyfit(np.log(np.sqrt(edges[1:] * edges[:-1])), np.log(means), 1)[0]
    fine = film - ndimage.median_filter(film, 3)
    return f"{tones} | {steep} | {exponent:.2f} | {fine.std():.4f}"


def grown(data: Path) -> list[Path]:
    """Films of adults that no figure was chosen by."""
    return [path for path in [data / "zoo-pydicom-data" / "RG1_UNCR.dcm"] if path.exists()]


def inverted(path: Path) -> NDArray[np.float64]:
    """A film as it is shown, bright where there is more."""
    return -pydicom.dcmread(path).pixel_array.astype(np.float64)


def chest_film(data: Path, pictures: Path | None, people: int) -> None:
    """Tones, gradients and spectra of whole films."""
    real = {path.name[:18]: scaled(np.asarray(Image.open(path).convert("L"), dtype=np.float64))
            for path in sorted((data / "cxr-pneumonia").glob("*.jpeg"))}  # fmt: skip
    if not real:
        raise FileNotFoundError(2, "no films", str(data / "cxr-pneumonia"))
    never = {path.name[:18]: scaled(inverted(path)) for path in grown(data)}
    made = {f"synthetic {k + 1}, {UNITS[k % 3]}": scaled(film_of(FIRST + k, UNITS[k % 3]))
            for k in range(people)}  # fmt: skip
    print(
        "film | seen while tuning | tones 10, 25, 50, 75, 90 % | gradient 50, 90, 99 % | "
        "exponent | finest grain"
    )
    print("--- | --- | --- | --- | --- | ---")
    for kind, films in (("seen", real), ("never", never), ("", made)):
        for name, film in films.items():
            print(f"{name} | {kind} | {line_of(film)}")
    if pictures is not None:
        films = [real[REAL[:18]], *made.values()]
        row = [shown(film, 0.5, 1.0, 300) for film in films[:2]]
        sheet([row], ("Kermany et al. 2018, a child (CC BY 4.0)", "synthetic adult"),
              pictures / "realism-chest-film.png")  # fmt: skip
