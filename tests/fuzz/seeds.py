"""What is mutated: small real files of pydicom's package, and one object full of planted words."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from pydicom.data import get_testdata_files

from tests.spec.deid.objects import IMPLICIT, ct, part10, stage1
from yushan.base import Rejected
from yushan.domain.deid import Released
from yushan.domain.dicom import walk

LARGEST = 45_000
#: Words that no released output may hold.
PLANTED = ("Zqxwvorth", "QZ87351962", "葛鵬飛", "B223456789")


class Seed(NamedTuple):
    """A file and where its elements begin, top level and below."""

    name: str
    data: bytes
    starts: tuple[int, ...]


@cache
def seeds() -> tuple[Seed, ...]:
    """All seeds, always in the same order."""
    paths = sorted(
        path for path in map(Path, get_testdata_files())
        if path.is_file() and path.stat().st_size <= LARGEST and "TINY_ALPHA" not in path.parts
    )  # fmt: skip
    real = [(path.name, path.read_bytes()) for path in paths]
    # What is held unread anyway says little: what is released comes often.
    chosen = [*planted() * 25, *real, *[one for one in real if goes(one[1])] * 3]
    known = {data: starts(data) for _, data in chosen}
    return tuple(Seed(name, data, known[data]) for name, data in chosen)


def goes(data: bytes) -> bool:
    """Whether stage 1 releases a file as it is."""
    return isinstance(stage1(data), Released)


def planted() -> list[tuple[str, bytes]]:
    """Objects whose identity is known, in two encodings."""
    name, chart, han, number = PLANTED
    inner = {
        0x0008103E: ("LO", f"chest {name}"),
        0x00400007: ("LO", f"{han} chest"),
        0x00401001: ("SH", chart),
    }
    object_ = ct(
        PatientName=("PN", f"{name}^Q={han}"),
        PatientID=("LO", chart),
        OtherPatientIDs=("LO", number),
        ImageComments=("LT", f"{name} {chart} {han} {number}"),
        StudyDescription=("LO", f"CT {name}"),
        RequestAttributesSequence=("SQ", [inner, inner]),
    )
    return [("explicit", part10(object_)), ("implicit", part10(object_, syntax=IMPLICIT))]


def starts(data: bytes) -> tuple[int, ...]:
    """Offsets at which elements begin, as far as the file can be read."""
    found: list[int] = []
    try:
        stack = list(walk(data).elements)
    except Rejected:
        return tuple(range(132, len(data), 64))
    while stack:
        element = stack.pop()
        found.append(element.start)
        for item in element.items or ():
            stack.extend(item.elements)
    return tuple(sorted(one for one in found if 0 <= one < len(data))) or (0,)
