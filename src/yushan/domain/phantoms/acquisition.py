"""Whole series of the phantoms as files, with the private attributes of their makers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.phantoms import lettering
from yushan.domain.phantoms.head import Contrast, slice_of_head
from yushan.domain.phantoms.headers import Series, Study, start
from yushan.domain.phantoms.images import add_ct, add_mr, add_radiograph, add_ultrasound
from yushan.domain.phantoms.private import add_ge, add_philips, add_siemens
from yushan.domain.phantoms.radiograph import film
from yushan.domain.phantoms.sample import SampleFile
from yushan.domain.phantoms.sonogram import clip
from yushan.domain.phantoms.syntaxes import encode, syntax_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pydicom.dataset import Dataset

    from yushan.domain.phantoms.canvas import Image
    from yushan.domain.phantoms.chest import Chest

    #: Lettering of a film: text, row, column, whether it is mirrored.
    Marks = Sequence[tuple[str, int, int, bool]]

MAKERS: Final[dict[str, Callable[[Dataset, Study], None]]] = {
    "SIEMENS": add_siemens,
    "GE MEDICAL SYSTEMS": add_ge,
    "Philips": add_philips,
    "Philips Medical Systems": add_philips,
}


@dataclass(frozen=True, slots=True)
class Stack:
    """Where the slices of a series lie.

    Parameters
    ----------
    first_mm
        Height of the first slice.
    step_mm
        Distance between two slices.
    count
        Number of slices.
    size
        Pixels a side.
    field_mm
        Width of a slice.
    """

    first_mm: float
    step_mm: float
    count: int
    size: int
    field_mm: float

    def heights(self) -> list[float]:
        """Heights of the slices, mm."""
        return [self.first_mm + number * self.step_mm for number in range(self.count)]

    def place(self, z: float) -> tuple[float, float, float]:
        """Height, pixel and thickness in mm of the slice at ``z``."""
        return z, self.field_mm / self.size, abs(self.step_mm)


def made(
    series: Series, number: int, fill: Callable[[Dataset], None], syntax: str = "explicit"
) -> bytes:
    """One instance: common modules, what ``fill`` adds, private attributes, in a syntax."""
    spelling = series.study.spelling
    dataset = start(series, number, spelling)
    fill(dataset)
    if private := MAKERS.get(series.device.maker):
        private(dataset, series.study)
    encode(dataset, syntax_of(syntax))
    return spelling.write(dataset)


def named(series: Series, number: int, data: bytes) -> SampleFile:
    """The file of one instance under a path that tells what it is."""
    folder = f"{series.study.key}/{series.number:02d}-{series.device.modality}"
    return SampleFile(f"{folder}/IM{number:04d}.dcm", data)


def ct_series(series: Series, chest: Chest, stack: Stack) -> Iterator[SampleFile]:
    """Axial CT slices of a chest."""
    for number, z in enumerate(stack.heights(), 1):
        hu = chest.slice(z, stack.size, stack.field_mm)

        def fill(dataset: Dataset, hu: Image = hu, z: float = z) -> None:
            add_ct(dataset, series, hu, stack.place(z))

        yield named(series, number, made(series, number, fill))


def mr_series(series: Series, contrast: Contrast, seed: int, stack: Stack) -> Iterator[SampleFile]:
    """Axial MR slices of a head."""
    for number, z in enumerate(stack.heights(), 1):
        signal = slice_of_head(z, stack.size, stack.field_mm, contrast, seed)

        def fill(dataset: Dataset, signal: Image = signal, z: float = z) -> None:
            add_mr(dataset, series, signal, stack.place(z))

        yield named(series, number, made(series, number, fill))


def radiograph(
    series: Series, view: str, line_integrals: Image, number: int = 1, marks: Marks = ()
) -> SampleFile:
    """One film of a chest, with lettering burned in: text, row, column, and if it is mirrored."""
    picture = film(line_integrals, 820, 1024, number)
    for text, row, column, mirrored in marks:
        lettering.expose(picture, text, row, column, mirrored=mirrored)

    def fill(dataset: Dataset) -> None:
        add_radiograph(dataset, series, picture, view)

    return named(series, number, made(series, number, fill))


def ultrasound(series: Series, frames: int, seed: int) -> SampleFile:
    """An ultrasound still or clip with the patient's name and number burned in."""
    study = series.study
    person = study.person
    shown = clip(frames, seed)
    moment = (
        f"{study.date[:4]}-{study.date[4:6]}-{study.date[6:]} {study.time[:2]}:{study.time[2:4]}"
    )
    for frame in shown:
        lettering.write(frame, f"{person.name} {person.romanised.replace('^', ' ')}", 4, 8)
        lettering.write(
            frame, f"ID {person.identity or person.charts[study.hospital.site]}", 4, 330
        )
        lettering.write(frame, study.hospital.name, 28, 8)
        lettering.write(frame, moment, 28, 330)
        lettering.write(frame, "MI 1.1  TIS 0.4  16 Hz", 452, 8)

    def fill(dataset: Dataset) -> None:
        add_ultrasound(dataset, shown)

    return named(series, 1, made(series, 1, fill))


def single(series: Series, fill: Callable[[Dataset], None]) -> SampleFile:
    """The only instance of a series."""
    return named(series, 1, made(series, 1, fill))


def picture_of(image: Image) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """A film in 0..1 as bytes."""
    return np.rint(image * 255).astype(np.uint8)
