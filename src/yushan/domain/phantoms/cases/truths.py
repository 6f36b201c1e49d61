"""What is true of a volume, as objects: masks, contours, report, labels and plain facts."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import pydicom

from yushan.domain.phantoms.acquisition import named
from yushan.domain.phantoms.cases.case import VERSION, moment
from yushan.domain.phantoms.cases.lesions import (
    COLOURS,
    TRUTH,
    evaluated,
    kind_of,
    lesion_facts,
    lesion_masks,
    measured,
    organ,
    relabelled,
    site_of,
)
from yushan.domain.phantoms.cases.texts import sentences, written
from yushan.domain.phantoms.headers import Device, Series
from yushan.domain.phantoms.sample import SampleFile
from yushan.domain.results import (
    ABNORMAL,
    Finding,
    Maker,
    Output,
    Segment,
    SourceFrame,
    SourceSeries,
    measurement_report,
    segmentation,
    structure_set,
    truth_json,
)
from yushan.domain.volumes import Labels, nifti

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    from yushan.domain.bodies import Body, Lesion
    from yushan.domain.phantoms.cases.case import Case, Counter
    from yushan.domain.phantoms.recipes import Step
    from yushan.domain.volumes import Grid

MAKER: Final = Maker("Yushan", "Phantom", "0", str(VERSION))
STATION: Final = Device("OT", "Yushan", "Phantom", "PHANTOM", "0", str(VERSION))
CLASSES: Final = {
    "SEG": "1.2.840.10008.5.1.4.1.1.66.4",
    "RTSTRUCT": "1.2.840.10008.5.1.4.1.1.481.3",
    "SR": "1.2.840.10008.5.1.4.1.1.88.34",
}


def source_of(first: bytes, series: Series, grid: Grid, *, frames: bool = False) -> SourceSeries:
    """The series of which ``first`` is the first instance, on its grid.

    With ``frames`` it is one multi-frame object.
    """
    header = pydicom.dcmread(BytesIO(first), stop_before_pixels=True)
    made = SourceSeries.from_headers([header])
    places = grid.points([[number, 0, 0] for number in range(grid.shape[0])]).tolist()
    return replace(
        made,
        shape=grid.shape,
        grid=grid,
        frame_of_reference_uid=series.frame_of_reference_uid,
        frames=tuple(
            SourceFrame(
                series.sop_class, series.sop_instance_uid(1 if frames else number),
                number if frames else None, (place[0], place[1], place[2]),
            )
            for number, place in enumerate(places, 1)
        ),
    )  # fmt: skip


class Truths:
    """Writes what is true of the images of one series.

    Parameters
    ----------
    case, counter
        Whose truth, and the numbers of its series.
    series, source
        The images, as ours and as results see them.
    """

    def __init__(self, case: Case, counter: Counter, series: Series, source: SourceSeries) -> None:
        self.case, self.counter, self.series, self.source = case, counter, series, source

    def wants(self, kind: str) -> bool:
        """Whether a kind of truth is wished."""
        return kind in self.case.options.truths

    def next(self, modality: str, description: str, label: str) -> tuple[Series, Output]:
        """The next series of derived objects."""
        series = self.counter.series(
            replace(STATION, modality=modality), description, CLASSES[modality]
        )
        output = Output(
            series.series_instance_uid, series.sop_instance_uid(1), series.number, description,
            moment(series.study), MAKER, label=label,
        )  # fmt: skip
        return series, output

    def of_volume(
        self,
        labels: Labels,
        body: Body,
        step: Step,
        facts: Mapping[str, Any],
        earlier: tuple[Body, date] | None = None,
    ) -> Iterator[SampleFile]:
        """All truths of a labelled volume of a body; ``earlier``: as it was, for the report."""
        organs, procedure = step.organs, step.procedure
        shown = [name for name in organs if name in labels.names]
        if shown and (self.wants("seg") or self.wants("rtstruct")):
            masks = relabelled(labels, shown, body)
            yield from self.masks("Organs", "ORGANS", [organ(name) for name in shown], masks)
        lesions, numbers = lesion_masks(labels, body.lesions)
        parts = [self.segment(number, body.lesions[number]) for number in numbers]
        drawn = None
        if parts:
            drawn = self.next("SEG", "Lesions", "LESIONS")
            yield from self.masks("Lesions", "LESIONS", parts, lesions, drawn)
        findings = self.findings(body.lesions, numbers)
        if self.wants("sr"):
            series, output = self.next("SR", "Findings", "FINDINGS")
            masks_output = drawn[1] if drawn else None
            if not (drawn and self.wants("seg")):
                findings_shown = [replace(one, segment=None) for one in findings]
                masks_output = None
            else:
                findings_shown = findings
            data = measurement_report(
                self.source, findings_shown, output, algorithm=TRUTH, masks=masks_output
            )
            yield named(series, 1, data)
        if self.wants("report") and procedure:
            told = written(self.case, body, procedure, earlier)
            folder = f"{self.series.study.key}/truth/{self.series.number:02d}"
            yield SampleFile(f"{folder}-report.txt", told.text.encode())
            facts = {**facts, "report": sentences(told)}
        yield from self.plain(labels, body, findings, facts)

    def masks(
        self,
        title: str,
        label: str,
        segments: Sequence[Segment],
        masks: NDArray[Any] | Sequence[NDArray[np.bool_]],
        drawn: tuple[Series, Output] | None = None,
    ) -> Iterator[SampleFile]:
        """A SEG and an RTSTRUCT of the same masks."""
        if self.wants("seg"):
            series, output = drawn or self.next("SEG", title, label)
            yield named(series, 1, segmentation(self.source, segments, masks, output))
        if self.wants("rtstruct") and self.source.grid is not None:
            series, output = self.next("RTSTRUCT", f"{title} contours", label)
            self.counter.structures = output.sop_instance_uid
            yield named(series, 1, structure_set(self.source, segments, masks, output))

    def segment(self, number: int, lesion: Lesion) -> Segment:
        """A lesion as a segment."""
        name, tracking = self.case.tracking(number + 1)
        return Segment(
            f"{lesion.kind} {number + 1}", kind_of(lesion.kind), ABNORMAL, None,
            COLOURS[number % len(COLOURS)], TRUTH, None, name, tracking,
        )  # fmt: skip

    def findings(self, lesions: Sequence[Lesion], numbers: Sequence[int]) -> list[Finding]:
        """Lesions with their numbers by construction."""
        found = []
        for number, lesion in enumerate(lesions):
            name, tracking = self.case.tracking(number + 1)
            segment = numbers.index(number) + 1 if number in numbers else None
            note = ", ".join(f"{key}={value}" for key, value in lesion.properties.items())
            found.append(
                Finding(
                    name, tracking, kind_of(lesion.kind), *site_of(lesion), category=ABNORMAL,
                    measurements=measured(lesion), evaluations=evaluated(lesion),
                    segment=segment, note=note,
                )
            )  # fmt: skip
        return found

    def plain(
        self, labels: Labels, body: Body, findings: Sequence[Finding], facts: Mapping[str, Any]
    ) -> Iterator[SampleFile]:
        """Labels as NIfTI, and the facts."""
        folder = f"{self.series.study.key}/truth/{self.series.number:02d}"
        if self.wants("nifti"):
            yield SampleFile(f"{folder}-labels.nii.gz", nifti(labels))
        if self.wants("json"):
            grid = labels.grid
            told = {
                **self.facts(),
                "grid": {
                    "shape": grid.shape, "origin_mm": grid.origin, "spacing_mm": grid.spacing,
                    "axes": grid.axes,
                },
                "labels": {str(k): name for k, name in enumerate(labels.names, 1)},
                "body": {
                    "name": body.name, "version": body.version, "seed": body.seed,
                    "parameters": body.parameters, "landmarks_mm": body.landmarks,
                },
                "lesions": [lesion_facts(one) for one in body.lesions],
                **facts,
            }  # fmt: skip
            yield SampleFile(f"{folder}-truth.json", truth_json(told, findings))

    def facts(self) -> dict[str, Any]:
        """What every truth says first."""
        return {
            "generator": "yushan phantom", "version": VERSION, "recipe": self.case.recipe.name,
            "seed": self.case.seed, "size": self.case.options.size,
            "study_instance_uid": self.source.study_instance_uid,
            "series_instance_uid": self.source.series_instance_uid,
        }  # fmt: skip
