"""The slices of a series out of its objects: where each lies, how its values are stored. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yushan.base import Rejected
from yushan.domain.dicom import describe, fragments, walk
from yushan.domain.imaging import Shape, decode_frame

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from yushan.domain.dicom import Buffer, Description

    Metadata = dict[str, Any]
    Vector = NDArray[np.float64]

SHARED: Final = "52009229"
PER_FRAME: Final = "52009230"
DEFLATED: Final = "1.2.840.10008.1.2.1.99"
#: More samples than this in one series are refused: 2 GiB of 16 bits.
MOST_SAMPLES: Final = 1 << 30
#: Places and sizes of samples that scanners give, mm.
FARTHEST_MM: Final = 1e5
SIZES_MM: Final = (0.02, 20.0)


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """One frame.

    ``source`` is the object's place in the series, ``frame`` its place in the object, ``start`` and
    ``length`` where its bytes lie in the object's buffer. ``position`` is the centre of its first
    sample in LPS mm; ``across`` and ``down`` the unit vectors along which columns and rows grow;
    ``spacing_mm`` between rows, between columns. ``padding`` as ``Volume.padding``.
    """

    source: int
    frame: int
    number: int
    start: int
    length: int
    shape: Shape
    position: Vector
    across: Vector
    down: Vector
    spacing_mm: tuple[float, float]
    rescale: tuple[float, float]
    padding: tuple[int, int] | None

    @property
    def normal(self) -> Vector:
        """The unit vector from slice to slice, towards head, left or back."""
        return np.cross(self.across, self.down)


class Source:
    """One object, described."""

    def __init__(self, data: Buffer) -> None:
        self.about: Description = describe(data)
        is_deflated = self.about.summary.transfer_syntax_uid == DEFLATED
        self.buffer: Buffer = walk(data).buffer if is_deflated else data

    def encoded(self, one: Slice) -> bytes:
        """The bytes of a frame."""
        raw = memoryview(self.buffer)[one.start : one.start + one.length]
        if one.shape.codec == "native":
            return bytes(raw)
        return b"".join(fragments(raw))

    def values(self, one: Slice) -> NDArray[Any]:
        """A frame's stored values ``[row, column]``."""
        return decode_frame(self.encoded(one), one.shape)


def sources_of(objects: Sequence[Buffer]) -> tuple[list[Source], list[Slice]]:
    """All objects of a series with all their frames.

    Raises
    ------
    Rejected
        ``faces.no-geometry``, ``faces.colour``, ``faces.too-large``, and as ``describe``.
    """
    sources = [Source(data) for data in objects]
    slices = [one for index, source in enumerate(sources) for one in slices_of(index, source.about)]
    if sum(one.shape.rows * one.shape.columns for one in slices) > MOST_SAMPLES:
        raise Rejected("faces.too-large")
    return sources, slices


def slices_of(index: int, about: Description) -> Iterator[Slice]:
    """The frames of one object."""
    if not about.frames:
        raise Rejected("faces.no-geometry")
    shape = shape_of(about)
    number = about.summary.instance_number or 0
    for frame, (start, length) in enumerate(about.frames):
        position = numbers(about.metadata, frame, "00200032")
        cosines = numbers(about.metadata, frame, "00200037")
        spacing = numbers(about.metadata, frame, "00280030")
        is_placed = len(position) == 3 and len(cosines) == 6 and len(spacing) == 2
        if not is_placed or not is_plausible(position, spacing):
            raise Rejected("faces.no-geometry")
        across, down = np.array(cosines[:3]), np.array(cosines[3:])
        lengths = np.linalg.norm(across), np.linalg.norm(down)
        if not np.allclose(lengths, 1, atol=0.02) or abs(across @ down) > 0.02:
            raise Rejected("faces.no-geometry")
        yield Slice(
            index, frame, number, start, length, shape, np.array(position),
            across / lengths[0], down / lengths[1], (spacing[0], spacing[1]),
            rescale_of(about.metadata, frame), padding_of(about.metadata),
        )  # fmt: skip


def is_plausible(position: tuple[float, ...], spacing: tuple[float, ...]) -> bool:
    """Whether a slice lies within metres and its samples have a size that scanners make."""
    is_near = all(abs(part) < FARTHEST_MM for part in position)
    return is_near and all(SIZES_MM[0] <= part <= SIZES_MM[1] for part in spacing)


def shape_of(about: Description) -> Shape:
    """How the frames of an object are stored; grey values of whole numbers only."""
    found, summary = about.metadata, about.summary
    photometric = str(single(found, "00280004", ""))
    allocated = int(single(found, "00280100", 16))
    is_grey = photometric in ("MONOCHROME1", "MONOCHROME2")
    if not is_grey or single(found, "00280002", 1) != 1 or allocated not in (8, 16):
        raise Rejected("faces.colour")
    stored = int(single(found, "00280101", allocated))
    if "7FE00010" not in found or not 1 <= stored <= allocated:
        raise Rejected("faces.colour")
    return Shape(
        rows=summary.rows, columns=summary.columns, samples=1, bits_allocated=allocated,
        bits_stored=stored,
        signed=single(found, "00280103", 0) == 1, photometric=photometric, planar=False,
        transfer_syntax_uid=summary.transfer_syntax_uid,
    )  # fmt: skip


def rescale_of(found: Metadata, frame: int) -> tuple[float, float]:
    """Slope and intercept of a frame; 1 and 0 where there are none."""
    slope, intercept = numbers(found, frame, "00281053"), numbers(found, frame, "00281052")
    return (slope[0] if slope and slope[0] else 1.0, intercept[0] if intercept else 0.0)


def padding_of(found: Metadata) -> tuple[int, int] | None:
    """Which stored values are no image."""
    first = single(found, "00280120", None)
    if not isinstance(first, int | float):
        return None
    last = single(found, "00280121", first)
    ends = sorted((int(first), int(last if isinstance(last, int | float) else first)))
    return ends[0], ends[1]


def single(found: Metadata, tag: str, default: Any) -> Any:  # noqa: ANN401 - a JSON value
    """The first value of an attribute of the object itself."""
    value = next(iter(found.get(tag, {}).get("Value", ())), None)
    return default if value is None else value


def numbers(found: Metadata, frame: int, tag: str) -> tuple[float, ...]:
    """The values of an attribute for a frame: in its functional groups, shared ones, at the top."""
    for place in (*groups(found, PER_FRAME, frame), *groups(found, SHARED, 0), found):
        values = place.get(tag, {}).get("Value", ())
        if values and all(isinstance(value, int | float) for value in values):
            return tuple(float(value) for value in values)
    return ()


def groups(found: Metadata, sequence: str, index: int) -> list[Metadata]:
    """The first items of the functional groups of a frame."""
    items = found.get(sequence, {}).get("Value", [])
    if index >= len(items):
        return []
    held = [group.get("Value") for group in items[index].values() if group.get("vr") == "SQ"]
    return [values[0] for values in held if values]
