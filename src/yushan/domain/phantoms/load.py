"""Many small valid CT instances of many people, cheaply, for load and kill tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.phantoms.acquisition import Stack, made
from yushan.domain.phantoms.headers import Device, Hospital, Series, Study, accession, study_id
from yushan.domain.phantoms.images import CT, add_ct
from yushan.domain.phantoms.sample import SampleFile
from yushan.domain.population import load_person

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Instances of a series; every series is another study, every fourth another person.
SLICES: Final = 20
STUDIES: Final = 4
SIZE: Final = 64
HOSPITAL: Final = Hospital(
    "load", "LOAD TEST HOSPITAL", "LOAD ROAD 1", "utf-8", ("Chen^WenHsiung", "陳文雄"),
    ("Lin^HsiuYing", "林秀英"),
)  # fmt: skip
DEVICE: Final = Device("CT", "SIEMENS", "SOMATOM Force", "CTLOAD", "1", "VA50A")
#: Stand-ins of fixed length in the bytes of a template.
NUMBER: Final = b"111111"
HEIGHT: Final = b"-2222.0"


def load_series(count: int, seed: int) -> Iterator[SampleFile]:
    """``count`` instances of 64 by 64 pixels, the same for the same seed; a million in a minute.

    Only the first of each person is written by the DICOM library; the others are copies with
    their own UIDs, date, number, height and pixels.
    """
    rng = np.random.default_rng(seed)
    template, first = b"", series_of(seed, 0)
    for block in range((count + SLICES - 1) // SLICES):
        series = series_of(seed, block)
        if block % STUDIES == 0:
            template, first = template_of(series), series
        own = renamed(template, first, series)
        pixels = rng.integers(0, 4096, SIZE * SIZE + SLICES, dtype=np.uint16).astype("<u2")
        for number in range(1, min(SLICES, count - block * SLICES) + 1):
            shown = pixels[number : number + SIZE * SIZE].tobytes()
            yield SampleFile(f"{block:05d}/IM{number:04d}.dcm", filled(own, series, number, shown))


def series_of(seed: int, block: int) -> Series:
    """The series of one block."""
    who = load_person((seed * 31 + block // STUDIES) % 1000, HOSPITAL.site)
    date = f"2025{1 + block % 12:02d}{1 + block // 12 % 28:02d}"
    study = Study(HOSPITAL, who, f"load-{seed}-{block}", date, "120000", "CT CHEST")
    return Series(study, DEVICE, 1, "CHEST", CT)


def template_of(series: Series) -> bytes:
    """Head of an instance with stand-ins for what differs, without its pixels."""
    place = Stack(float(HEIGHT), 5, 1, SIZE, 320).place(float(HEIGHT))
    hu = np.zeros((SIZE, SIZE), dtype=np.float32)
    whole = made(series, int(NUMBER), lambda dataset: add_ct(dataset, series, hu, place))
    return whole[: -SIZE * SIZE * 2]


def renamed(template: bytes, first: Series, series: Series) -> bytes:
    """The template of a person's first series as that of another one."""
    for old, new in zip(identity_of(first), identity_of(series), strict=True):
        template = template.replace(old, new)
    return template


def identity_of(series: Series) -> tuple[bytes, ...]:
    """What differs between two series of a person, longer texts before their parts."""
    study = series.study
    numbers = (accession(study), study_id(study))
    uids = (study.study_instance_uid, series.series_instance_uid, series.frame_of_reference_uid)
    names = (*uids, series.sop_instance_uid(int(NUMBER)), *numbers, study.date)
    return tuple(name.encode() for name in names)


def filled(template: bytes, series: Series, number: int, pixels: bytes) -> bytes:
    """The template with one instance's UID, number, height and pixels."""
    standing = series.sop_instance_uid(int(NUMBER)).encode()
    head = template.replace(standing, series.sop_instance_uid(number).encode())
    head = head.replace(NUMBER, b"%6d" % number).replace(HEIGHT, b"%7.1f" % (number * 5 - 50))
    return head + pixels
