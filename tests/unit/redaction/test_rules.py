"""Places known by maker, model and size, and those people signed."""

from __future__ import annotations

from tests.spec.deid.objects import ct, part10, us

from yushan.domain.dicom import Lookup, tag_of, walk
from yushan.domain.redaction import Box, Device, Learned, device_of, region_rules
from yushan.domain.redaction.rules import must_be_read, ruled_boxes


def header(**changes: object) -> Lookup:
    part = walk(part10(ct(**changes)))  # type: ignore[arg-type]
    return Lookup(part, part.elements)


ULTRASOUND = {
    "Modality": ("CS", "US"), "Manufacturer": ("LO", "Philips Medical Systems"),
    "ManufacturerModelName": ("LO", "iU22"), "Rows": ("US", us(600)), "Columns": ("US", us(790)),
}  # fmt: skip


def test_the_table_is_whole() -> None:
    rules = region_rules()
    assert len(rules) == 115
    assert sum(len(rule.boxes) for rule in rules) > 100
    for rule in rules:
        assert rule.listed in ("white", "gray", "black")
        assert rule.when
        assert all(group and all(group) for group in rule.when)
        for test in (one for group in rule.when for line in group for one in line):
            assert tag_of(test[0]) is not None
            assert test[1] in ("contains", "notcontains", "equals", "missing", "empty")
        assert all(box.width > 0 and box.height > 0 for box in rule.boxes)


def test_a_known_device_has_its_bar_filled_within_the_picture() -> None:
    [found] = ruled_boxes(header(**ULTRASOUND))
    assert (found.box, found.kind, found.redact) == (Box(0, 0, 790, 59), "rule", True)
    assert not ruled_boxes(header(**ULTRASOUND | {"ManufacturerModelName": ("LO", "unheard of")}))


def test_a_signed_place_counts_for_its_device_alone() -> None:
    data = part10(ct(**ULTRASOUND | {"ManufacturerModelName": ("LO", "New One")}))  # type: ignore[arg-type]
    device = device_of(data)
    assert device == Device("US", "Philips Medical Systems", "New One", "", 600, 790)
    part = walk(data)
    found = Lookup(part, part.elements)
    [signed] = ruled_boxes(found, [Learned(device, (Box(5, 5, 90, 20), Box(900, 0, 5, 5)))])
    assert (signed.box, signed.kind) == (Box(5, 5, 90, 20), "learned")
    assert not ruled_boxes(found, [Learned(device._replace(rows=601), (Box(5, 5, 90, 20),))])


def test_pictures_that_are_said_to_hold_text_are_read() -> None:
    assert not must_be_read(header())
    assert must_be_read(header(BurnedInAnnotation=("CS", "YES")))
    assert must_be_read(header(ImageType=None))
    assert must_be_read(header(ImageType=("CS", "")))
    assert must_be_read(header(SeriesDescription=("LO", "Dose Report")))
