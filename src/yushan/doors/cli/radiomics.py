"""``yushan radiomics SEG --images DIR``: features of every segment over its series."""

from __future__ import annotations

import csv
import json
import math
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from yushan.doors.cli.parts import FILE, FOLDER, as_json
from yushan.doors.cli.say import language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.flows.features import Measured, SegmentMeasures

COLUMNS: Final = (
    "segment", "label", "code", "scheme", "meaning", "side", "feature", "ibsi", "aggregation",
    "value", "unit",
)  # fmt: skip
#: Families that people see in the terminal.
SHORT: Final = ("morph_volume", "morph_sphericity", "stat_mean", "stat_p10", "stat_p90")


def add_to(root: click.Group) -> None:
    """Hang the command on."""
    root.add_command(radiomics)


@click.command()
@click.argument("segmentation", metavar="SEG", type=FILE)
@click.option("--images", type=FOLDER, required=True, help="A folder that holds its series.")
@click.option("--family", "families", multiple=True, help="Only this family, e.g. morph, stat, cm.")
@click.option("--bin-width", type=float, help="Width of a bin of grey levels, in the image's unit.")
@click.option("--bins", type=click.IntRange(1), help="Number of bins over each segment.")
@click.option("--lowest", type=float, help="Where the first bin of a width begins.")
@click.option("--csv", "as_csv", is_flag=True, help="A row for each feature on stdout.")
@as_json
def radiomics(segmentation: Any, images: Any, as_csv: bool, as_json: bool, **how: Any) -> int:  # noqa: ANN401, FBT001 - click's options
    """Measure every segment of SEG, a DICOM segmentation, over the series it was drawn on.

    Volume, axes, and the features of the image biomarker standardisation initiative under its names
    and codes. Bins are 25 HU wide on CT and 32 in number elsewhere unless said. Another frame of
    reference or grid is refused. For research, never a diagnosis.
    """
    from yushan.flows.features import Binning, measure_segments  # noqa: PLC0415 - fast start

    binning = Binning(how["bin_width"], how["bins"], how["lowest"])
    found = measure_segments(segmentation, images, binning=binning, families=how["families"])
    if as_json:
        sys.stdout.write(json.dumps(document(found), ensure_ascii=False) + "\n")
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows(found))
    else:
        sys.stdout.write("\n".join(lines(found)) + "\n")
    return 0


def document(found: Measured) -> dict[str, Any]:
    """All of it as one document; what is not defined is null."""
    from yushan.domain.radiomics import name_of  # noqa: PLC0415 - fast start

    names = {full for one in found.segments for full in one.features}
    return {
        "series": found.series_instance_uid,
        "modality": found.modality,
        "unit": found.unit,
        "spacing_mm": list(found.spacing_mm),
        "bins": {name: one for name, one in found.binning._asdict().items() if one is not None},
        "segments": [
            {
                "number": one.number,
                "label": one.label,
                "type": dict(zip(("value", "scheme", "meaning"), one.kind, strict=True)),
                "side": one.side,
                "voxels": one.voxels,
                "measures": {
                    name: {"value": value, "unit": unit}
                    for name, (value, unit) in one.measures.items()
                },
                "features": {name: defined(value) for name, value in one.features.items()},
            }
            for one in found.segments
        ],
        "names": {
            full: {
                "feature": (name := name_of(full)).feature,
                "aggregation": name.aggregation,
                "ibsi": name.code,
                "unit": name.unit_of(found.unit),
            }
            for full in sorted(names)
        },
    }


def defined(value: float) -> float | None:
    """A number, or nothing where it is not defined."""
    return value if math.isfinite(value) else None


def rows(found: Measured) -> Iterator[tuple[Any, ...]]:
    """A row for each measure and feature of each segment."""
    from yushan.domain.radiomics import name_of  # noqa: PLC0415 - fast start

    for one in found.segments:
        head = (one.number, one.label, *one.kind, one.side)
        for measure, (value, unit) in one.measures.items():
            yield (*head, measure, "", "", repr(value), unit)
        for full, value in one.features.items():
            name = name_of(full)
            told = "" if defined(value) is None else repr(float(value))
            yield (*head, name.feature, name.code, name.aggregation, told,
                   name.unit_of(found.unit))  # fmt: skip


def lines(found: Measured) -> Iterator[str]:
    """What people want to see first."""
    is_english = language() == "en"
    spacing = " × ".join(f"{step:g}" for step in found.spacing_mm)
    yield f"{found.modality} {found.series_instance_uid} · {spacing} mm · {found.unit}"
    for one in found.segments:
        side = f", {one.side}" if one.side else ""
        yield f"{one.number} {one.label} ({one.kind[2]}{side})"
        yield from shown(one, found.unit)
    count = len({full for one in found.segments for full in one.features})
    yield (
        f"{count} features of each; --csv or --json gives all. For research, never a diagnosis."
        if is_english
        else f"每個區段共{count}項特徵，以--csv或--json輸出全部。僅供研究，並非診斷。"
    )


def shown(one: SegmentMeasures, unit: str) -> Iterator[str]:
    """A segment's measures and a few of its features."""
    from yushan.domain.radiomics import name_of  # noqa: PLC0415 - fast start

    if not one.voxels:
        yield "  no voxels" if language() == "en" else "  無體素"
    for measure, (value, of) in one.measures.items():
        yield f"  {measure}: {value:.6g} {of}"
    for full in SHORT:
        if full in one.features:
            name = name_of(full)
            yield f"  {full} [{name.code}]: {one.features[full]:.6g} {name.unit_of(unit)}"
