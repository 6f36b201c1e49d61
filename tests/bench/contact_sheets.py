"""Contact sheets of the synthetic patients: what each recipe draws, and its truth laid over it.

``python -m tests.bench.contact_sheets [--to FOLDER] [RECIPE …]``. Volumes are drawn in a few slices
of their full width, so that all sheets together take minutes and not an hour; the facts that are
printed are those of the objects that are shown.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pydicom
from msgspec.structs import replace
from PIL import Image, ImageDraw
from scipy import ndimage

from tests.bench.sheet_pages import TILE, paired, pasted, written
from yushan.domain.phantoms import RECIPES, Options
from yushan.domain.phantoms.cases.case import Case, Counter
from yushan.domain.phantoms.cases.making import KINDS
from yushan.domain.results import SourceSeries, read_segmentation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from yushan.domain.phantoms import SampleFile
    from yushan.domain.phantoms.recipes import Recipe, Step

ROOT = Path(__file__).parents[2]
#: Slices and pixels a side of volumes on a sheet; pixels a side of a slide from near.
SLICES, SIDE, NEAR = 28, 288, 512
#: Series of one sheet, tiles of one series; of more series each has one tile.
MOST_SERIES, MOST_TILES, MOST_SINGLE = 4, 4, 80
#: Modality and body part -> window in HU.
WINDOWS = {"HEAD": (40, 90), "CHEST": (-450, 1500)}
HEAVY = {"ct", "mr", "pet", "spect", "scintigram"}


@dataclass
class Shown:
    """A series of images with the masks upon it."""

    headers: list[pydicom.Dataset] = field(default_factory=list)
    masks: list[Sequence[NDArray[np.bool_]]] = field(default_factory=list)
    colours: list[tuple[int, int, int]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def lighter(recipe: Recipe) -> Recipe:
    """The recipe with volumes of few slices."""
    visits = tuple(
        replace(visit, steps=tuple(map(thinned, visit.steps))) for visit in recipe.visits
    )
    return replace(recipe, visits=visits)


def thinned(step: Step) -> Step:
    """A step whose volume has few slices; others as they are."""
    if step.kind not in HEAVY:
        return step
    slices, rows, columns = step.shape
    fewer = min(SLICES * step.every, slices)
    return replace(step, shape=(fewer, min(SIDE, rows), min(SIDE, columns)))


def files(recipe: Recipe, seed: int) -> Iterator[SampleFile]:
    """All objects of a recipe, with masks."""
    case, before = Case(lighter(recipe), seed, Options(truths=("seg",))), ()
    for number, visit in enumerate(case.recipe.visits, 1):
        counter = Counter(case.study(number, visit), before=before)
        for step in visit.steps:
            yield from KINDS[step.kind](case, counter, step)
        before = (*before, *counter.taken)


def series_of(made: list[SampleFile]) -> list[Shown]:
    """Images by series, with what was drawn upon them."""
    found: dict[str, Shown] = defaultdict(Shown)
    masks = []
    for one in made:
        if one.name.endswith(".dcm"):
            read = pydicom.dcmread(BytesIO(one.data))
            if read.Modality == "SEG":
                masks.append((one.data, read))
            elif is_shown(read):
                found[str(read.SeriesInstanceUID)].headers.append(read)
    for data, read in masks:
        lay(found, data, read)
    return list(found.values())


def is_shown(read: pydicom.Dataset) -> bool:
    """Whether it is a picture of its own; of slides the finest level only."""
    return read.Modality != "SM" or read.ImageType[0] == "ORIGINAL"


def lay(found: dict[str, Shown], data: bytes, read: pydicom.Dataset) -> None:
    """Put the masks of a segmentation to its series."""
    shown = found.get(str(read.ReferencedSeriesSequence[0].SeriesInstanceUID))
    if shown is None:
        return
    segmented = read_segmentation(data, SourceSeries.from_headers(shown.headers))
    for segment, mask in zip(segmented.segments, segmented.masks, strict=True):
        shown.masks.append(whole(mask, shown.headers[0]))
        shown.colours.append(segment.colour)
        shown.names.append(segment.name)


def whole(tiles: NDArray[np.generic], header: pydicom.Dataset) -> Sequence[NDArray[np.generic]]:
    """Of the tiles of a slide the whole and two parts from near; others as they are."""
    if header.Modality != "SM":
        return tiles
    rows, columns = int(header.TotalPixelMatrixRows), int(header.TotalPixelMatrixColumns)
    down, across = -(-rows // tiles.shape[1]), -(-columns // tiles.shape[2])
    laid = tiles.reshape(down, across, *tiles.shape[1:]).swapaxes(1, 2)
    joined = laid.reshape(down * tiles.shape[1], across * tiles.shape[2], *tiles.shape[3:])
    near = ((rows // 4, columns * 3 // 8), (rows // 2, columns * 5 // 8))
    return [joined[:rows, :columns], *(joined[y : y + NEAR, x : x + NEAR] for y, x in near)]


def frames(shown: Shown) -> list[NDArray[np.uint8]]:
    """All images of a series in colour, ``[row, column, 3]``, in the order of masks."""
    headers = shown.headers
    if "WaveformSequence" in headers[0]:
        return [traces(headers[0])]
    if "PixelData" not in headers[0]:
        return []
    if len(headers) > 1 and "ImagePositionPatient" in headers[0]:
        headers = sorted(headers, key=lambda one: float(one.ImagePositionPatient[2]))
    found = []
    for one in headers:
        pixels = one.pixel_array
        single = pixels.ndim == 2 + (one.SamplesPerPixel > 1)
        found += [pixels] if single else list(whole(pixels, one))
    return toned(found, headers[0])


def toned(found: list[NDArray[np.generic]], header: pydicom.Dataset) -> list[NDArray[np.uint8]]:
    """Pixels as they are looked at."""
    if header.SamplesPerPixel > 1:
        return [np.asarray(one, np.uint8) for one in found]
    stack = trimmed(np.stack(found).astype(np.float32), header)
    if header.Modality == "CT":
        scale = scale_of(header)
        stack = stack * float(scale.RescaleSlope) + float(scale.RescaleIntercept)
        middle, width = WINDOWS.get(str(header.get("BodyPartExamined")), (40, 400))
        if "LUNG" not in str(header.SeriesDescription) and middle < 0:
            middle, width = 40, 400
        low, high = middle - width / 2, middle + width / 2
    elif header.Modality == "NM" and "WindowWidth" in header:
        low, high = 0.0, float(header.WindowWidth)
    else:
        low, high = np.percentile(stack, [1, 99.7])
    grey = np.clip((stack - low) / max(high - low, 1e-6) * 255, 0, 255)
    if header.PhotometricInterpretation == "MONOCHROME1" or header.Modality == "PT":
        grey = 255 - grey
    return [np.repeat(np.rint(one).astype(np.uint8)[..., None], 3, axis=2) for one in grey]


def scale_of(header: pydicom.Dataset) -> pydicom.Dataset:
    """Where slope and intercept stand: the header, or the groups all frames share."""
    shared = header.get("SharedFunctionalGroupsSequence")
    return shared[0].PixelValueTransformationSequence[0] if shared else header


def trimmed(stack: NDArray[np.float32], header: pydicom.Dataset) -> NDArray[np.float32]:
    """Planar scintigrams without the detector's empty margins."""
    if header.Modality != "NM" or len(stack) != 2:
        return stack
    rows, columns = (np.flatnonzero(stack.sum(axis=(0, axis))) for axis in (2, 1))
    return stack[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def traces(header: pydicom.Dataset) -> NDArray[np.uint8]:
    """The first seconds of the channels of a waveform, one below the other."""
    group = header.WaveformSequence[0]
    count = int(group.NumberOfWaveformChannels)
    values = np.frombuffer(group.WaveformData, "<i2").reshape(-1, count).astype(float)
    seen = values[: int(4 * float(group.SamplingFrequency))]
    page = Image.new("RGB", (TILE * 2, TILE * 2), (255, 248, 246))
    pen = ImageDraw.Draw(page)
    height = page.height / count
    scale = 0.9 * height / max(float(np.ptp(seen, axis=0).max()), 1.0)
    for channel in range(count):
        line = seen[:, channel]
        x = np.linspace(0, page.width - 1, len(line))
        y = (channel + 0.5) * height - (line - (line.max() + line.min()) / 2) * scale
        pen.line(list(zip(x.tolist(), y.tolist(), strict=True)), fill=(30, 30, 40))
    return np.asarray(page)


def chosen(shown: Shown, count: int) -> list[int]:
    """Frames to show: spread over the series, and where the lesion is largest."""
    first, last = 0, count - 1
    if shown.headers[0].Modality == "NM" and shown.masks:
        held = np.flatnonzero(np.asarray(shown.masks[0]).any(axis=(1, 2)))
        first, last = int(held[0]), int(held[-1])
    spread = first + np.linspace(0.12, 0.88, MOST_TILES) * (last - first)
    picked = sorted({int(place) for place in np.rint(spread)} if count > 1 else {0})
    lesions = [
        mask for mask, name in zip(shown.masks, shown.names, strict=True) if name[-1:].isdigit()
    ]
    for mask in lesions[:1]:
        best = int(mask.reshape(len(mask), -1).sum(axis=1).argmax())
        if best not in picked:
            picked[int(np.argmin([abs(best - one) for one in picked]))] = best
    return picked[:MOST_TILES]


def outlined(frame: NDArray[np.uint8], shown: Shown, number: int) -> Image.Image:
    """A frame at the size of a tile with the borders of masks."""
    scale = TILE / max(frame.shape[:2])
    size = (max(round(frame.shape[1] * scale), 1), max(round(frame.shape[0] * scale), 1))
    tile = Image.fromarray(frame).resize(size, Image.Resampling.LANCZOS)
    page = np.asarray(tile).copy()
    for mask, colour in zip(shown.masks, shown.colours, strict=True):
        if number >= len(mask):
            continue
        small = np.asarray(Image.fromarray(mask[number]).resize(size, Image.Resampling.NEAREST))
        page[small & ~ndimage.binary_erosion(small)] = colour
    return Image.fromarray(page)


def sheet(shown: list[Shown]) -> tuple[Image.Image, int]:
    """All series of a recipe on one page; without masks in one row, with masks twice."""
    rows: list[tuple[str, list[Image.Image]]] = []
    is_many = len(shown) > MOST_SERIES
    for one in shown[: MOST_SINGLE if is_many else MOST_SERIES]:
        images = frames(one)
        if not images:
            continue
        picked = chosen(one, len(images))
        header = one.headers[0]
        if is_many:
            at = picked[len(picked) // 2]
            title = f"{header.Modality}  {header.get('SeriesDescription', '')}"
            rows.append((title, [outlined(images[at], one, at)]))
            continue
        title = f"{header.Modality}  {header.get('SeriesDescription', '')}  {len(images)} images"
        plain = Shown(one.headers)
        rows.append((title, [outlined(images[n], plain, n) for n in picked]))
        if one.masks:
            rows.append(
                ("masks: " + ", ".join(one.names), [outlined(images[n], one, n) for n in picked])
            )
    return pasted(paired(rows)), len(rows)


def main() -> None:
    """Draw the sheets of all recipes, or of those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipes", nargs="*", default=list(RECIPES))
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    for name in wanted.recipes:
        begun = time.process_time()
        made = list(files(RECIPES[name], wanted.seed))
        shown = series_of(made)
        page, rows = sheet(shown)
        if rows:
            kept = sorted({one for each in shown for one in each.colours})[:30]
            size = written(page, wanted.to / f"phantoms-{name}.png", kept)
            used = time.process_time() - begun
            print(f"{name}: {len(made)} objects, {size // 1000} kB, {used:.0f} CPU s", flush=True)


if __name__ == "__main__":
    main()
