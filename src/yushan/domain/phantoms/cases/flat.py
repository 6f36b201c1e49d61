"""What is true of pictures: masks, marks and facts as SEG, SR, NIfTI and JSON."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom

from yushan.domain.phantoms.acquisition import named
from yushan.domain.phantoms.cases.lesions import (
    COLOURS,
    LONG,
    SHORT,
    STRUCTURE,
    TRUTH,
    kind_of,
    kinds,
)
from yushan.domain.phantoms.cases.truths import Truths
from yushan.domain.phantoms.classes.visible import tiles
from yushan.domain.phantoms.sample import SampleFile
from yushan.domain.results import (
    ABNORMAL,
    ANATOMY,
    Code,
    Finding,
    ImageRegion,
    Measurement,
    Segment,
    Shape,
    SourceSeries,
    measurement_report,
    truth_json,
)
from yushan.domain.volumes import Grid, Labels, nifti

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from yushan.domain.phantoms.cases.case import Case, Counter
    from yushan.domain.phantoms.headers import Series
    from yushan.domain.scanners import Mark, Picture

#: Marks that are told one by one; of more (nuclei) the facts hold the counts.
MANY = 60


def picture_truths(
    case: Case, counter: Counter, shown: tuple[Series, bytes], picture: Picture,
    *, tile: int = 0,
) -> Iterator[SampleFile]:  # fmt: skip
    """All truths of a picture that is the instance ``shown[1]`` of a series.

    ``tile``: pixels a side of the tiles it is cut into, 0 for none; marks are told of whole
    pictures only.
    """
    if not case.options.truths:
        return
    series, data = shown
    source = SourceSeries.from_headers([pydicom.dcmread(BytesIO(data), stop_before_pixels=True)])
    truths = Truths(case, counter, series, source)
    masks = {name: stacked(mask) for name, mask in picture.masks.items() if mask.any()}
    segments = [segment(name, number) for number, name in enumerate(masks)]
    if masks:
        cut = [tiles(one[0], tile, 0) if tile else one for one in masks.values()]
        yield from truths.masks("Masks", "MASKS", segments, cut)
    findings = [finding(case, number, one) for number, one in enumerate(picture.marks[:MANY])]
    if truths.wants("sr") and len(picture.marks) <= MANY and not tile:
        report, output = truths.next("SR", "Findings", "FINDINGS")
        yield named(report, 1, measurement_report(source, findings, output, algorithm=TRUTH))
    yield from plain(truths, picture, masks, findings)


def plain(
    truths: Truths, picture: Picture, masks: Mapping[str, NDArray[np.bool_]],
    findings: list[Finding],
) -> Iterator[SampleFile]:  # fmt: skip
    """Masks as NIfTI, and the facts."""
    series = truths.series
    folder = f"{series.study.key}/truth/{series.number:02d}"
    if truths.wants("nifti") and masks:
        yield SampleFile(f"{folder}-labels.nii.gz", nifti(labelled(picture, masks)))
    if truths.wants("json"):
        told: dict[str, Any] = {
            **truths.facts(),
            "facts": picture.facts,
            "labels": {str(k): name for k, name in enumerate(masks, 1)},
            "marks": [mark_facts(one) for one in picture.marks],
        }
        yield SampleFile(f"{folder}-truth.json", truth_json(told, findings))


def stacked(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A mask as ``[frame, row, column]``."""
    return mask if mask.ndim == 3 else mask[None]


def labelled(picture: Picture, masks: Mapping[str, NDArray[np.bool_]]) -> Labels:
    """Masks as labels on a flat grid; where they overlap, the later one stands."""
    count, rows, columns = (int(length) for length in np.shape(next(iter(masks.values()))))
    values = np.zeros((count, rows, columns), np.uint8)
    for number, mask in enumerate(masks.values(), 1):
        values[mask] = number
    row, column = (float(value) or 1.0 for value in picture.pixel_mm)
    grid = Grid((count, rows, columns), (0.0, 0.0, 0.0), (1.0, row, column))
    return Labels(grid, values, tuple(masks))


def segment(name: str, number: int) -> Segment:
    """A mask as a segment."""
    row = kinds()["masks"].get(name)
    colour = COLOURS[number % len(COLOURS)]
    if row is not None:
        return Segment(name.replace("_", " "), Code(*row), ANATOMY, None, colour, TRUTH)
    if name in kinds():
        return Segment(name.replace("_", " "), kind_of(name), ABNORMAL, None, colour, TRUTH)
    return Segment(name.replace("_", " "), STRUCTURE, ANATOMY, None, colour, TRUTH)


def finding(case: Case, number: int, mark: Mark) -> Finding:
    """A mark as a finding with a circle on the first frame."""
    name, tracking = case.tracking(number + 1)
    long, short = (float(value) for value in mark.size_mm)
    measured = (Measurement(LONG, long, "mm"), Measurement(SHORT, short, "mm")) if long else ()
    column, row = mark.column + 0.5, mark.row + 0.5
    radius = float(mark.properties.get("radius_px", 12.0))
    note = ", ".join(f"{key}={value}" for key, value in mark.properties.items())
    return Finding(
        name, tracking, kind_of(mark.kind), measurements=measured, note=note,
        regions=(ImageRegion(0, ((column, row), (column + radius, row)), Shape.CIRCLE),),
    )  # fmt: skip


def mark_facts(mark: Mark) -> dict[str, Any]:
    """A mark as plain values."""
    return {
        "kind": mark.kind, "row": mark.row, "column": mark.column, "size_mm": mark.size_mm,
        "properties": mark.properties,
    }  # fmt: skip
