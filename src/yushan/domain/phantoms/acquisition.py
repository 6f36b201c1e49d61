"""Instances as files, with the private attributes of their makers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.domain.phantoms.headers import Series, Study, start
from yushan.domain.phantoms.private import add_ge, add_philips, add_siemens
from yushan.domain.phantoms.sample import SampleFile
from yushan.domain.phantoms.syntaxes import encode, syntax_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydicom.dataset import Dataset

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
