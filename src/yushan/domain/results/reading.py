"""Segmentations read back: masks put where they belong in the grid of a series."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final

import numpy as np
import pydicom
from pydicom.errors import InvalidDicomError

from yushan.base import Rejected
from yushan.domain.results.codes import code_of
from yushan.domain.results.colours import rgb
from yushan.domain.results.segmentation import SEGMENTATION
from yushan.domain.results.source import SourceSeries, places_of
from yushan.domain.results.values import Algorithm, Kind, Segment

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

    from yushan.domain.results.source import Place
    from yushan.domain.volumes import Grid

#: Largest distance of a frame from a slice of the series, parts of the slices' distance.
NEAR: Final = 0.25
#: How far directions and relative spacings may differ.
SAME: Final = 1e-3


@dataclass(frozen=True, eq=False)
class Segmented:
    """A segmentation on the grid of its series.

    Parameters
    ----------
    segments
        In the order of their numbers, from 1.
    masks
        Boolean ``[slice, row, column]`` of each segment, on the grid of the series.
    series_instance_uid
        The series of the images, as the object names it.
    """

    segments: tuple[Segment, ...]
    masks: tuple[NDArray[np.bool_], ...]
    series_instance_uid: str

    def labels(self) -> NDArray[np.uint16]:
        """All masks as labels; where segments overlap, the later one stands."""
        made = np.zeros(self.masks[0].shape, np.uint16)
        for number, mask in enumerate(self.masks, 1):
            made[mask] = number
        return made


def read_segmentation(data: bytes, source: SourceSeries) -> Segmented:
    """The masks of a binary or fractional SEG, in the grid of ``source``; empty slices too.

    Frames are put by their place, which must be that of an image they name; without a place by
    the image alone. Fractional masks count from a half on.

    Raises
    ------
    Rejected
        ``results.not-segmentation``: no such object, or one that is compressed or damaged;
        ``results.other-grid``: its pixels or planes are not those of the series;
        ``results.other-frame``: it lies in another frame of reference.
    """
    try:
        found = pydicom.dcmread(BytesIO(data))
        if str(found.SOPClassUID) != SEGMENTATION:
            raise Rejected("results.not-segmentation")
        frames = frames_of(found)
        numbers = [int(one.SegmentNumber) for one in found.SegmentSequence]
        check_frame(found, source)
        masks = {number: np.zeros(source.shape, np.bool_) for number in numbers}
        slices = Slices(source)
        for which, place, mask in zip(segments_of(found), places_of(found), frames, strict=True):
            masks[which][slices.of(named(found, place.frame.frame), place)] |= mask
    except (InvalidDicomError, AttributeError, KeyError, IndexError, ValueError) as error:
        raise Rejected("results.not-segmentation") from error
    return Segmented(
        tuple(segment_of(one) for one in found.SegmentSequence),
        tuple(masks[number] for number in numbers),
        str(found.ReferencedSeriesSequence[0].SeriesInstanceUID)
        if found.get("ReferencedSeriesSequence") else "",
    )  # fmt: skip


def check_frame(found: Dataset, source: SourceSeries) -> None:
    """Refuse masks of other sizes or in another frame of reference."""
    if (int(found.Rows), int(found.Columns)) != source.shape[1:]:
        raise Rejected("results.other-grid")
    frame = str(found.get("FrameOfReferenceUID", ""))
    if frame and source.frame_of_reference_uid and frame != source.frame_of_reference_uid:
        raise Rejected("results.other-frame")


def frames_of(found: Dataset) -> NDArray[np.bool_]:
    """Masks ``[frame, row, column]`` of an uncompressed object."""
    if found.file_meta.TransferSyntaxUID.is_compressed or found.SegmentationType == "LABELMAP":
        raise Rejected("results.not-segmentation")
    shape = (int(found.NumberOfFrames), int(found.Rows), int(found.Columns))
    octets = np.frombuffer(found.PixelData, np.uint8)
    if found.SegmentationType == "BINARY":
        bits = np.unpackbits(octets, bitorder="little", count=int(np.prod(shape)))
        return bits.reshape(shape).view(np.bool_)
    half = int(found.get("MaximumFractionalValue", 255)) / 2
    return np.asarray(octets[: int(np.prod(shape))].reshape(shape) >= half)


def segments_of(found: Dataset) -> list[int]:
    """Segment number of each frame."""
    shared = found.SharedFunctionalGroupsSequence[0]
    return [
        int((one.get("SegmentIdentificationSequence") or shared.SegmentIdentificationSequence)[0]
            .ReferencedSegmentNumber)
        for one in found.PerFrameFunctionalGroupsSequence
    ]  # fmt: skip


def named(found: Dataset, number: int | None) -> list[tuple[str, int | None]]:
    """The images a frame says it was drawn on: instance and frame."""
    own = found.PerFrameFunctionalGroupsSequence[(number or 1) - 1]
    return [
        (
            str(image.ReferencedSOPInstanceUID),
            int(image.ReferencedFrameNumber) if image.get("ReferencedFrameNumber") else None,
        )
        for derivation in own.get("DerivationImageSequence") or ()
        for image in derivation.get("SourceImageSequence") or ()
    ]


class Slices:
    """Finds the slice of a series a frame belongs to."""

    def __init__(self, source: SourceSeries) -> None:
        self.source = source
        self.by_image = {
            (one.sop_instance_uid, one.frame): place for place, one in enumerate(source.frames)
        }

    def of(self, images: list[tuple[str, int | None]], place: Place) -> int:
        """Index of the slice of a frame that names images and has a place.

        Raises
        ------
        Rejected
            ``results.other-grid``.
        """
        by_image = [self.by_image[image] for image in images if image in self.by_image]
        if self.source.grid is None or not place.axes:
            if not by_image:
                raise Rejected("results.other-grid")
            return by_image[0]
        by_place = self.by_place(self.source.grid, place)
        if by_image and by_place not in by_image:
            raise Rejected("results.other-grid")
        return by_place

    def by_place(self, grid: Grid, place: Place) -> int:
        """Index of the slice on which the frame's first pixel lies, pixels on pixels."""
        index = grid.index([place.frame.position])[0]
        whole = int(np.rint(index[0]))
        beside = np.abs(index - (whole, 0, 0)).max()
        turned = np.abs(np.array(place.axes) - (*grid.axes[2], *grid.axes[1])).max()
        apart = np.abs(np.array(place.spacing) / grid.spacing[1:] - 1).max()
        if not 0 <= whole < grid.shape[0] or beside > NEAR or max(turned, apart) > SAME:
            raise Rejected("results.other-grid")
        return whole


def segment_of(item: Dataset) -> Segment:
    """One item of a Segment Sequence as a value."""
    kind = item.SegmentedPropertyTypeCodeSequence[0]
    sides = kind.get("SegmentedPropertyTypeModifierCodeSequence")
    region = item.get("AnatomicRegionSequence")
    lab = item.get("RecommendedDisplayCIELabValue")
    return Segment(
        name=str(item.SegmentLabel),
        type=code_of(kind),
        category=code_of(item.SegmentedPropertyCategoryCodeSequence[0]),
        laterality=code_of(sides[0]) if sides else None,
        colour=rgb((int(lab[0]), int(lab[1]), int(lab[2]))) if lab else (128, 128, 128),
        algorithm=algorithm_of(item),
        region=code_of(region[0]) if region else None,
        tracking_id=str(item.get("TrackingID", "")),
        tracking_uid=str(item.get("TrackingUID", "")),
    )


def algorithm_of(item: Dataset) -> Algorithm | None:
    """What drew a segment; None where a person did."""
    if str(item.SegmentAlgorithmType) == "MANUAL":
        return None
    said = item.get("SegmentationAlgorithmIdentificationSequence")
    name = str(item.get("SegmentAlgorithmName", ""))
    if not said:
        return Algorithm(name, "", Kind.PLUGGED)
    words = dict(
        word.partition("=")[::2] for word in str(said[0].get("AlgorithmParameters", "")).split()
    )
    kind = words.get("kind", "")
    return Algorithm(
        name, str(said[0].AlgorithmVersion), Kind(kind) if kind in set(Kind) else Kind.PLUGGED,
        words.get("card", ""),
    )  # fmt: skip
