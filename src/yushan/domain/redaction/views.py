"""What of an object is looked at: frames chosen, contrast stretched, large pictures cut up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from scipy.ndimage import uniform_filter  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from yushan.domain.redaction.frames import Frames

    Array = NDArray[Any]
    Picture = NDArray[np.uint8]

#: Up to so many frames each is looked at; of more, a mean, a brightest and so many that are new.
ALL_FRAMES: Final = 6
NEW_FRAMES: Final = 8
#: Pixels of one piece, and of a picture that is looked at in one; overlap of pieces.
PIECE: Final = 1024
ONE_PIECE: Final = 1_300_000
OVERLAP: Final = 96
#: A step between neighbours that counts as an edge, in grey levels; pixels of a block's side; the
#: share of edges in a block that lettering has; how much more of it makes a frame new.
STEP: Final = 24
BLOCK: Final = 16
LETTERING: Final = 0.12
SHARP: Final = 0.16
SHARP_STEP: Final = 48
NEW: Final = 0.12
#: Of the differences in a block, in percent: so many are smaller than what noise makes common. An
#: edge is so many times larger: four standard deviations of Gaussian noise.
QUIET: Final = 30
OUT_OF_NOISE: Final = 4 / 0.385
#: Radius of the surroundings to which contrast is stretched, and the gain.
AROUND: Final = 31
GAIN: Final = 48.0
#: Least spread of grey that is stretched: a share of the range of the picture.
LEAST: Final = 1 / 64


#: Share of the range of values that a window may cut off before the whole range is looked at too.
CUT: Final = 0.02


class View(NamedTuple):
    """One picture to look at: as shown, and as values whose contrast can be stretched.

    ``whole`` shows the whole range of the values where the window cuts some of it off: writing
    brighter than all else may drown in what the window makes white.
    """

    shown: Picture
    values: Array
    whole: Picture | None = None


def views_of(frames: Frames) -> Iterator[View]:
    """The pictures of an object in which text would stand."""
    if frames.count <= ALL_FRAMES:
        for index in range(frames.count):
            yield single(frames, index)
        return
    chosen, mean, brightest = surveyed(frames)
    for picture in (mean, brightest):
        yield View(picture, grey(picture))
    for index in chosen:
        yield single(frames, index)


def single(frames: Frames, index: int) -> View:
    """One frame; grey values keep all their bits."""
    values = frames.values(index)
    shown = frames.shown(values, index)
    if shown.ndim == 3:
        return View(shown, grey(shown))
    plain = values.astype(np.float32)
    return View(shown, plain, whole_range(plain, frames, index))


def whole_range(values: Array, frames: Frames, index: int) -> Picture | None:
    """Grey levels from the lowest to the highest value, if the window shows less."""
    look = frames.look(index)
    inside = values
    if frames.padding is not None:
        rest = values[(values < frames.padding[0]) | (values > frames.padding[1])]
        inside = rest if rest.size else values
    low, high = float(inside.min()), float(inside.max())
    if look.window is not None:
        center, width = look.window
        ends = sorted((side - look.intercept) / look.slope
                      for side in (center - width / 2, center + width / 2))  # fmt: skip
        if ends[0] <= low + CUT * (high - low) and ends[1] >= high - CUT * (high - low):
            return None
    made: Picture = np.clip((values - low) * (255 / max(high - low, 1.0)), 0, 255).astype(np.uint8)
    return made


def grey(picture: Array) -> Array:
    """The brightest sample of each pixel: text in one colour stands out."""
    made = picture if picture.ndim == 2 else picture.max(axis=2)
    return made.astype(np.float32)


def surveyed(frames: Frames) -> tuple[list[int], Picture, Picture]:
    """Frames that show something new, the mean and the brightest of all frames.

    First, middle and last always; then those whose blocks have more edges than the same blocks of
    all frames chosen before, the most different first.
    """
    total, brightest, maps = None, None, []
    for index in range(frames.count):
        picture = frames.picture(index)
        total = picture.astype(np.float32) if total is None else total + picture
        brightest = picture.copy() if brightest is None else np.maximum(brightest, picture)
        maps.append((edges(picture) * 255).astype(np.uint8))
    assert total is not None  # noqa: S101 - there are frames
    assert brightest is not None  # noqa: S101 - as above
    stack = np.stack(maps)
    chosen = sorted({0, frames.count // 2, frames.count - 1})
    seen = stack[chosen].max(axis=0)
    while len(chosen) < NEW_FRAMES:
        excess = np.maximum(stack, seen).astype(np.int16) - seen
        newest = int(excess.reshape(len(stack), -1).max(axis=1).argmax())
        if excess[newest].max() < NEW * 255:
            break
        chosen.append(newest)
        seen = np.maximum(seen, stack[newest])
    return chosen, np.rint(total / frames.count).astype(np.uint8), brightest


def edges(picture: Picture) -> Array:
    """Share of pixels at an edge, by blocks of 16 by 16 ``[block row, block column]``."""
    values = grey(picture).astype(np.int16)
    at_edge = np.zeros(values.shape, bool)
    at_edge[:, 1:] = np.abs(np.diff(values, axis=1)) >= STEP
    at_edge[1:] |= np.abs(np.diff(values, axis=0)) >= STEP
    rows, columns = (max(length // BLOCK, 1) for length in values.shape)
    whole = at_edge[: rows * BLOCK, : columns * BLOCK]
    if min(values.shape) < BLOCK:
        return np.full((1, 1), at_edge.mean())
    shares: Array = whole.reshape(rows, BLOCK, columns, BLOCK).mean(axis=(1, 3))
    return shares


def is_lettered(picture: Picture) -> bool:
    """Whether two neighbouring blocks are as full of edges as lettering is; cheap."""
    full = edges(picture) >= LETTERING
    return bool((full[:, 1:] & full[:, :-1]).any() or (full[1:] & full[:-1]).any())


def is_suspicious(frames: Frames) -> bool:
    """Whether a corner of a slice looks lettered: where consoles write, and the body is not."""
    for index in sorted({0, frames.count // 2, frames.count - 1}):
        values = frames.values(index)
        picture, values = grey(frames.shown(values, index)), grey(values)
        rows, columns = picture.shape[0] // 5, picture.shape[1] // 5
        for corner in (
            np.s_[:rows, :columns], np.s_[:rows, -columns:],
            np.s_[-rows:, :columns], np.s_[-rows:, -columns:],
        ):  # fmt: skip
            if picture[corner].size and is_line(picture[corner], values[corner]):
                return True
    return False


def is_line(picture: Array, values: Array) -> bool:
    """Whether blocks full of sharp edges stand in a row or a column, as many as a name takes."""
    full = clear_edges(picture, values) >= SHARP
    across = full[:, 2:] & full[:, 1:-1] & full[:, :-2]
    down = full[2:] & full[1:-1] & full[:-2]
    return bool(across.any() or down.any())


def clear_edges(picture: Array, values: Array) -> Array:
    """Share of pixels at a sharp edge that stands out of the noise of its block.

    ``picture`` as shown and ``values`` as stored, ``[row, column]``. Strokes leave most neighbours
    of a block alike; noise leaves none, whatever the window makes of it.
    """
    rows, columns = (length // BLOCK for length in picture.shape)
    if not rows or not columns:
        return np.zeros((1, 1))
    here = np.s_[: rows * BLOCK, : columns * BLOCK]
    steps = [by_blocks(one) for one in differences(picture[here])]
    heights = [by_blocks(one) for one in differences(values[here])]
    common = np.percentile(np.concatenate(heights, axis=2), QUIET, axis=2)
    noise = (common * OUT_OF_NOISE)[:, :, None]
    across, down = ((step >= SHARP_STEP) & (height > noise)
                    for step, height in zip(steps, heights, strict=True))  # fmt: skip
    shares: Array = (across | down).mean(axis=2)
    return shares


def differences(values: Array) -> tuple[Array, Array]:
    """Absolute differences to the neighbours on the left and above; none at the border."""
    plain = values.astype(np.float32)
    return (
        np.abs(np.diff(plain, axis=1, prepend=plain[:, :1])),
        np.abs(np.diff(plain, axis=0, prepend=plain[:1])),
    )


def by_blocks(values: Array) -> Array:
    """Values of whole blocks, ``[block row, block column, pixel]``."""
    rows, columns = (length // BLOCK for length in values.shape)
    cut: Array = values.reshape(rows, BLOCK, columns, BLOCK).transpose(0, 2, 1, 3)
    return cut.reshape(rows, columns, BLOCK * BLOCK)


def stretched(values: Array) -> Picture:
    """Contrast stretched to the surroundings of each pixel, in all bits of the values."""
    plain = values.astype(np.float32)
    mean = uniform_filter(plain, AROUND, mode="nearest")
    square = uniform_filter(plain * plain, AROUND, mode="nearest")
    spread = np.sqrt(np.maximum(square - mean * mean, 0))
    low, high = np.percentile(plain[::4, ::4], (0.5, 99.5))
    least = max(float(high - low) * LEAST, 1.0)
    made = 128 + (plain - mean) * (GAIN / np.maximum(spread, least))
    drawn: Picture = np.clip(made, 0, 255).astype(np.uint8)
    return drawn


def pieces(picture: Picture) -> Iterator[tuple[int, int, Picture]]:
    """Left, top and content of the pieces of a large picture that look lettered."""
    for top in starts(picture.shape[0]):
        for left in starts(picture.shape[1]):
            piece = picture[top : top + PIECE, left : left + PIECE]
            if is_lettered(piece):
                yield left, top, piece


def starts(length: int) -> list[int]:
    """Where pieces begin along a side."""
    if length <= PIECE:
        return [0]
    count = -(-(length - OVERLAP) // (PIECE - OVERLAP))
    return [round(index * (length - PIECE) / (count - 1)) for index in range(count)]
