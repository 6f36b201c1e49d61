"""Functional groups of a segmentation's frames (PS3.3 C.7.6.16), the per-frame ones as bytes.

Some thousand frames with their nested items are slow as objects; here an item is put together
from bytes that were laid out once for each slice.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from pydicom.dataset import Dataset

from yushan.domain.results.codes import Code
from yushan.domain.results.writing import element, item, laid, sequence

if TYPE_CHECKING:
    from yushan.domain.results.slide import Slide
    from yushan.domain.results.source import SourceFrame, SourceSeries

SOURCE_IMAGE = Code("121322", "DCM", "Source Image for Image Processing Operation")
SEGMENTING = Code("113076", "DCM", "Segmentation")


def decimal(value: float) -> str:
    """A number as DICOM DS, at most 16 characters."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    if text in {"-0", ""}:
        return "0"
    return text if len(text) <= 16 else f"{value:.9e}"


def shared_groups(source: SourceSeries) -> Dataset:
    """What all frames have in common: spacing and orientation."""
    groups = Dataset()
    if source.grid is None:
        if source.pixel_mm is not None:
            measures = Dataset()
            measures.PixelSpacing = [decimal(value) for value in source.pixel_mm]
            groups.PixelMeasuresSequence = [measures]
        if source.slide is not None:
            measures = Dataset()
            measures.PixelSpacing = [decimal(value) for value in source.slide.pixel_mm]
            measures.SliceThickness = decimal(source.slide.depth_mm)
            groups.PixelMeasuresSequence = [measures]
        return groups
    step, row, column = source.grid.spacing
    _, down, right = source.grid.axes
    measures, orientation = Dataset(), Dataset()
    measures.SliceThickness = decimal(source.thickness_mm)
    measures.SpacingBetweenSlices = decimal(step)
    measures.PixelSpacing = [decimal(row), decimal(column)]
    orientation.ImageOrientationPatient = [decimal(value) for value in (*right, *down)]
    groups.PixelMeasuresSequence = [measures]
    groups.PlaneOrientationSequence = [orientation]
    return groups


class PerFrame:
    """Items of the Per-Frame Functional Groups Sequence."""

    def __init__(self, source: SourceSeries) -> None:
        self.source = source
        derivation = Dataset()
        derivation.DerivationCodeSequence = [SEGMENTING.item()]
        purpose = Dataset()
        purpose.PurposeOfReferenceCodeSequence = [SOURCE_IMAGE.item()]
        self.derivation, self.purpose = laid(derivation), laid(purpose)
        tiles = source.slide.tiles if source.slide is not None else ()
        self.columns, self.rows = (
            {at: rank for rank, at in enumerate(sorted({tile[axis] for tile in tiles}), 1)}
            for axis in (0, 1)
        )
        self.places = [
            (self.derived(one), self.positioned(number, one))
            for number, one in enumerate(source.frames)
        ]

    def derived(self, frame: SourceFrame) -> bytes:
        """Derivation Image Sequence of a slice."""
        parts = [
            element(0x00081150, "UI", frame.sop_class_uid.encode()),
            element(0x00081155, "UI", frame.sop_instance_uid.encode()),
        ]
        if frame.frame is not None:
            parts.append(element(0x00081160, "IS", str(frame.frame).encode()))
        pointed = sequence(0x00082112, [item(*parts, self.purpose)])
        return sequence(0x00089124, [item(pointed, self.derivation)])

    def positioned(self, number: int, frame: SourceFrame) -> bytes:
        """Plane Position Sequence of a slice or tile, or nothing where it has no place."""
        if self.source.slide is not None:
            return tiled(self.source.slide, number)
        if self.source.grid is None:
            return b""
        text = "\\".join(decimal(value) for value in frame.position)
        return sequence(0x00209113, [item(element(0x00200032, "DS", text.encode()))])

    def item(self, segment: int, place: int, position: int) -> bytes:
        """One frame's groups: derivation, dimension index, position, segment."""
        derived, positioned = self.places[place]
        index = self.index(segment, place, position)
        values = element(0x00209157, "UL", struct.pack(f"<{len(index)}L", *index))
        content = sequence(0x00209111, [item(values)])
        which = sequence(0x0062000A, [item(element(0x0062000B, "US", struct.pack("<H", segment)))])
        return item(derived, content, positioned, which)

    def index(self, segment: int, place: int, position: int) -> tuple[int, ...]:
        """Dimension Index Values of a frame: its segment, then its place, where it has one."""
        slide = self.source.slide
        if slide is not None:
            column, row = slide.tiles[place]
            return segment, self.rows[row], self.columns[column]
        return (segment, position) if self.source.grid is not None else (segment,)


def tiled(slide: Slide, number: int) -> bytes:
    """Plane Position (Slide) Sequence of a tile."""
    (column, row), (x_mm, y_mm) = slide.tiles[number], slide.offset_mm(number)
    parts = (
        element(0x0040072A, "DS", decimal(x_mm).encode()),
        element(0x0040073A, "DS", decimal(y_mm).encode()),
        element(0x0040074A, "DS", b"0"),
        element(0x0048021E, "SL", struct.pack("<l", column)),
        element(0x0048021F, "SL", struct.pack("<l", row)),
    )
    return sequence(0x0048021A, [item(*parts)])
