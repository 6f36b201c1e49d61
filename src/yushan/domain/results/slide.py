"""Where the tiles of a whole slide lie (PS3.3 C.8.12.14, C.7.6.21), for masks upon them. Pure."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pydicom.dataset import Dataset

if TYPE_CHECKING:
    from collections.abc import Iterator

SLIDE_IMAGE: Final = "1.2.840.10008.5.1.4.1.1.77.1.6"
#: What a mask says of its slide as the slide does: the tiled image, its container and specimen.
KEPT: Final = (
    "TotalPixelMatrixRows", "TotalPixelMatrixColumns", "TotalPixelMatrixFocalPlanes",
    "TotalPixelMatrixOriginSequence", "ImageOrientationSlide", "ContainerIdentifier",
    "IssuerOfTheContainerIdentifierSequence", "ContainerTypeCodeSequence",
    "SpecimenDescriptionSequence", "PositionReferenceIndicator",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Slide:
    """A tiled image on a slide.

    Parameters
    ----------
    header
        The attributes of ``KEPT``.
    tiles
        Column and row of the first pixel of each tile in the whole matrix, from 1, by frame.
    pixel_mm
        Distance of rows and of columns.
    depth_mm
        Thickness of what was imaged.
    """

    header: Dataset
    tiles: tuple[tuple[int, int], ...]
    pixel_mm: tuple[float, float]
    depth_mm: float

    def offset_mm(self, tile: int) -> tuple[float, float]:
        """Where the first pixel of a tile lies on the slide: x and y."""
        column, row = self.tiles[tile]
        origin = self.header.TotalPixelMatrixOriginSequence[0]
        along = [float(value) for value in self.header.ImageOrientationSlide]
        across, down = (column - 1) * self.pixel_mm[1], (row - 1) * self.pixel_mm[0]
        return (
            float(origin.XOffsetInSlideCoordinateSystem) + across * along[0] + down * along[3],
            float(origin.YOffsetInSlideCoordinateSystem) + across * along[1] + down * along[4],
        )


def slide_of(header: Dataset) -> Slide | None:
    """How an image lies on its slide; None where it is none that is tiled."""
    if str(header.get("SOPClassUID")) != SLIDE_IMAGE or "TotalPixelMatrixRows" not in header:
        return None
    kept = Dataset()
    for keyword in KEPT:
        if keyword in header:
            kept[keyword] = deepcopy(header[keyword])
    measures = header.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    row, column = (float(value) for value in measures.PixelSpacing)
    depth = float(measures.get("SliceThickness") or header.ImagedVolumeDepth)
    return Slide(kept, tuple(tiles_of(header)), (row, column), depth)


def tiles_of(header: Dataset) -> Iterator[tuple[int, int]]:
    """Column and row of each tile: as frames say, or all by rows where the image is full."""
    for own in header.get("PerFrameFunctionalGroupsSequence") or ():
        place = own.PlanePositionSlideSequence[0]
        yield (
            int(place.ColumnPositionInTotalImagePixelMatrix),
            int(place.RowPositionInTotalImagePixelMatrix),
        )
    if "PerFrameFunctionalGroupsSequence" not in header:
        for row in range(1, int(header.TotalPixelMatrixRows) + 1, int(header.Rows)):
            for column in range(1, int(header.TotalPixelMatrixColumns) + 1, int(header.Columns)):
                yield column, row
