"""Measurement reports: groups with tracking, numbers, answers; nothing found is a result."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

import pydicom
import pytest
from tests.unit.results.making import faults, output, source

from yushan.base import Rejected
from yushan.domain.results import (
    ABNORMAL,
    LEFT,
    Algorithm,
    Code,
    Evaluation,
    Finding,
    ImageRegion,
    Kind,
    Measurement,
    measurement_report,
    truth_json,
)

if TYPE_CHECKING:
    from pathlib import Path

    from pydicom.dataset import Dataset

NODULE = Code("27925004", "SCT", "Nodule")
VOLUME = Code("118565006", "SCT", "Volume")
FINDER = Algorithm("finder", "1.2", Kind.EXACT)
FINDINGS = (
    Finding(
        "n1", "1.2.840.99.1", NODULE, Code("39607008", "SCT", "Lung"), LEFT, ABNORMAL,
        (Measurement(VOLUME, 123.456789, "mm3", convention="voxels times their volume"),),
        (Evaluation(Code("density", "99YUSHAN", "Density"), Code("solid", "99YUSHAN", "Solid")),),
        segment=2, note="seen before",
    ),
    Finding(
        "n2", "1.2.840.99.2", NODULE,
        measurements=(Measurement(Code("410668003", "SCT", "Length"), 12.0, "mm"),),
        regions=(ImageRegion(2, ((1, 2), (10.5, 20))),),
    ),
    Finding("n3", "1.2.840.99.3", NODULE),
)  # fmt: skip


def groups(report: Dataset) -> list[Dataset]:
    """Measurement groups of a report."""
    return [
        one
        for part in report.ContentSequence
        if name(part) == "126010"
        for one in part.get("ContentSequence", ())
    ]


def name(item: Dataset) -> str:
    return (
        str(item.ConceptNameCodeSequence[0].CodeValue) if "ConceptNameCodeSequence" in item else ""
    )


def by_name(group: Dataset) -> dict[str, Dataset]:
    return {name(one): one for one in group.ContentSequence}


def test_findings_carry_tracking_segment_numbers_and_answers() -> None:
    on, masks = source(), output(7)
    data = measurement_report(on, FINDINGS, output(1), algorithm=FINDER, masks=masks)
    found = groups(pydicom.dcmread(BytesIO(data)))
    templates = [one.ContentTemplateSequence[0].TemplateIdentifier for one in found]
    assert templates == ["1411", "1410", "1501"]
    first = by_name(found[0])
    assert first["112039"].TextValue == "n1"
    assert first["112040"].UID == "1.2.840.99.1"
    segment = first["121191"].ReferencedSOPSequence[0]
    assert segment.ReferencedSegmentNumber == 2
    assert segment.ReferencedSOPInstanceUID == masks.sop_instance_uid
    volume = first["118565006"].MeasuredValueSequence[0]
    assert float(volume.FloatingPointValue) == 123.456789
    assert volume.MeasurementUnitsCodeSequence[0].CodeValue == "mm3"
    assert first["118565006"].ContentSequence[0].TextValue == "voxels times their volume"
    assert first["density"].ConceptCodeSequence[0].CodeValue == "solid"
    assert first["111002"].TextValue == "kind=exact"
    drawn = by_name(found[1])["111030"]
    assert list(drawn.GraphicData) == [1, 2, 10.5, 20]
    image = drawn.ContentSequence[0].ReferencedSOPSequence[0]
    assert image.ReferencedSOPInstanceUID == on.frames[2].sop_instance_uid


@pytest.mark.parametrize("count", [0, 3])
def test_nothing_found_is_said(count: int) -> None:
    data = measurement_report(
        source(), FINDINGS[:count], output(1), algorithm=FINDER, masks=output(7)
    )
    report = pydicom.dcmread(BytesIO(data))
    assert len(groups(report)) == count
    summary = report.ContentSequence[-1].ContentSequence[0].ConceptCodeSequence[0].CodeValue
    assert summary == ("111242" if count else "111241")


@pytest.mark.peer
@pytest.mark.parametrize("by", ["device", "person", "nothing"])
def test_a_validator_finds_nothing(by: str, tmp_path: Path) -> None:
    findings = () if by == "nothing" else FINDINGS
    algorithm = None if by == "person" else FINDER
    data = measurement_report(source(), findings, output(1), algorithm=algorithm, masks=output(7))
    assert faults(data, tmp_path) == []


def test_what_cannot_be_said_is_refused() -> None:
    nobody = replace(output(1), creator="")
    far = (Finding("n", "1.2.3", NODULE, regions=(ImageRegion(99, ((1, 1),)),)),)
    for call, code in (
        (lambda: measurement_report(source(), (), nobody), "results.no-observer"),
        (lambda: measurement_report(source(), FINDINGS, output(1)), "results.no-segmentation"),
        (lambda: measurement_report(source(), far, output(1)), "results.region"),
    ):
        with pytest.raises(Rejected) as refused:
            call()
        assert refused.value.code == code


def test_truth_is_plain_and_sorted() -> None:
    data = truth_json({"seed": 3, "b": (1.23456789, None), "a": {"x": date(2026, 1, 8)}}, FINDINGS)
    told = json.loads(data)
    assert list(told) == sorted(told)
    assert told["b"] == [1.23457, None]
    assert told["a"] == {"x": "2026-01-08"}
    assert told["findings"][0]["measurements"][0]["unit"] == "mm3"
    assert truth_json({"seed": 3}) == truth_json({"seed": 3})
