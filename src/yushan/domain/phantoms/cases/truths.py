"""What is true of a volume, as objects: masks, contours, report, labels and plain facts."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pydicom

from yushan.domain.bodies import code_of
from yushan.domain.phantoms.acquisition import named
from yushan.domain.phantoms.cases.case import VERSION, moment
from yushan.domain.phantoms.headers import Device, Series
from yushan.domain.phantoms.sample import SampleFile
from yushan.domain.results import (
    ABNORMAL,
    Algorithm,
    Code,
    Evaluation,
    Finding,
    Maker,
    Measurement,
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

    from numpy.typing import NDArray

    from yushan.domain.bodies import Body, Lesion
    from yushan.domain.phantoms.cases.case import Case, Counter
    from yushan.domain.volumes import Grid

TRUTH: Final = Algorithm("Yushan phantom", str(VERSION))
MAKER: Final = Maker("Yushan", "Phantom", "0", str(VERSION))
STATION: Final = Device("OT", "Yushan", "Phantom", "PHANTOM", "0", str(VERSION))
STRUCTURE: Final = Code("91723000", "SCT", "Anatomical structure")
VOLUME: Final = Code("118565006", "SCT", "Volume")
LONG: Final = Code("103339001", "SCT", "Long Axis")
SHORT: Final = Code("103340004", "SCT", "Short Axis")
HEIGHT: Final = Code("121207", "DCM", "Height")
CLASSES: Final = {
    "SEG": "1.2.840.10008.5.1.4.1.1.66.4",
    "RTSTRUCT": "1.2.840.10008.5.1.4.1.1.481.3",
    "SR": "1.2.840.10008.5.1.4.1.1.88.34",
}
#: Colours of lesions, one after the other.
COLOURS: Final = ((235, 70, 60), (250, 170, 40), (80, 190, 240), (200, 90, 220), (120, 220, 90))


@cache
def kinds() -> dict[str, Any]:
    """Kinds of lesions with their codes, out of ``data/lesions.toml``."""
    page = files("yushan.domain.phantoms") / "data" / "lesions.toml"
    return tomllib.loads(page.read_text("utf-8"))


def kind_of(name: str) -> Code:
    """The code of a kind of lesion."""
    row = kinds().get(name) or kinds()["lesion"]
    return Code(row["code"], row["scheme"], row["meaning"])


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
        self, labels: Labels, body: Body, organs: Sequence[str], facts: Mapping[str, Any]
    ) -> Iterator[SampleFile]:
        """All truths of a labelled volume of a body."""
        shown = [name for name in organs if name in labels.names]
        if shown and (self.wants("seg") or self.wants("rtstruct")):
            masks = relabelled(labels, shown)
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
                    name, tracking, kind_of(lesion.kind), category=ABNORMAL,
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


def organ(name: str) -> Segment:
    """A structure as a segment, with its code where it has one."""
    found = code_of(name)
    if found is None:
        return Segment(name.replace("_", " "), STRUCTURE, algorithm=TRUTH)
    side = Code(found.laterality[0], "SCT", found.laterality[1]) if found.laterality[0] else None
    return Segment(
        name.replace("_", " "), Code(found.value, found.scheme, found.meaning),
        Code(found.category[0], "SCT", found.category[1]), side, found.rgb, TRUTH,
    )  # fmt: skip


def relabelled(labels: Labels, names: Sequence[str]) -> NDArray[np.uint8]:
    """Only some structures, numbered in the order of their names."""
    table = np.zeros(len(labels.names) + 1, np.uint8)
    for number, name in enumerate(names, 1):
        table[labels.names.index(name) + 1] = number
    return np.asarray(table[labels.values])


def lesion_masks(labels: Labels, lesions: Sequence[Lesion]) -> tuple[NDArray[np.uint8], list[int]]:
    """Labels of the lesions that are in the volume, and their numbers from 0.

    Lesions that share a structure's name are told apart by the nearest centre.
    """
    made = np.zeros(labels.values.shape, np.uint8)
    shown: list[int] = []
    for name in dict.fromkeys(one.structure for one in lesions if one.structure in labels.names):
        where = np.argwhere(labels.values == labels.names.index(name) + 1)
        if not len(where):
            continue
        own = [number for number, one in enumerate(lesions) if one.structure == name]
        centres = np.array([lesions[number].centre_mm for number in own])
        gaps = ((labels.grid.points(where)[:, None] - centres[None]) ** 2).sum(axis=2)
        nearest = gaps.argmin(axis=1)
        for place, number in enumerate(own):
            part = where[nearest == place]
            if len(part):
                shown.append(number)
                made[tuple(part.T)] = len(shown)
    return made, shown


def measured(lesion: Lesion) -> tuple[Measurement, ...]:
    """Numbers of a lesion by construction."""
    long, short, height = lesion.diameters_mm
    how = "by construction"
    return (
        Measurement(VOLUME, float(lesion.volume_mm3), "mm3", convention=how),
        Measurement(LONG, float(long), "mm", convention=how),
        Measurement(SHORT, float(short), "mm", convention=how),
        Measurement(HEIGHT, float(height), "mm", convention=how),
    )


def evaluated(lesion: Lesion) -> tuple[Evaluation, ...]:
    """Properties of a lesion that have codes."""
    found = []
    for key, value in lesion.properties.items():
        row = kinds()["evaluations"].get(f"{key}={value}")
        if row:
            found.append(Evaluation(Code(*row["concept"]), Code(*row["value"])))
    return tuple(found)


def lesion_facts(lesion: Lesion) -> dict[str, Any]:
    """A lesion as plain values."""
    return {
        "kind": lesion.kind, "structure": lesion.structure, "centre_mm": lesion.centre_mm,
        "diameters_mm": lesion.diameters_mm, "volume_mm3": lesion.volume_mm3,
        "properties": lesion.properties,
    }  # fmt: skip
