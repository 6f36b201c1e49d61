"""One synthetic patient under way: who it is, where, and what is wished of the objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.domain.phantoms.acquisition import made, named
from yushan.domain.phantoms.headers import Device, Hospital, Series, Study, uid
from yushan.domain.phantoms.spelling import WAYS
from yushan.domain.phantoms.syntaxes import syntax_of
from yushan.domain.population import person

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydicom.dataset import Dataset

    from yushan.domain.phantoms.recipes import Recipe, Size, Visit
    from yushan.domain.phantoms.sample import SampleFile
    from yushan.domain.population import Patient

#: Version of cases; it grows when the same seed would give other bytes.
VERSION: Final = 1
#: Kinds of truth that can be written beside the images.
TRUTHS: Final = ("seg", "sr", "rtstruct", "report", "nifti", "json")
#: Where all cases are taken.
HOSPITAL: Final = Hospital(
    "hospital-b", "示範醫院乙", "示範市示範路二號", "utf-8",
    ("Chiu^ChunChieh", "邱俊傑"), ("Tseng^YiChun", "曾怡君"),
)  # fmt: skip
FIRST_DAY: Final = date(2026, 1, 5)


@dataclass(frozen=True, slots=True)
class Options:
    """How the objects of a case are to be written.

    Parameters
    ----------
    size
        ``full`` as scanners make them, or ``small`` for tests and looking around.
    syntax
        A name of ``SYNTAXES``; objects that cannot take it stay Explicit VR Little Endian.
    charset
        A way of writing Chinese of ``WAYS``.
    truths
        Kinds of ``TRUTHS``.

    Raises
    ------
    Rejected
        ``phantoms.no-syntax``, ``phantoms.no-charset``, ``phantoms.no-truth``.
    """

    size: Size = "full"
    syntax: str = "explicit"
    charset: str = "utf-8"
    truths: tuple[str, ...] = TRUTHS

    def __post_init__(self) -> None:
        syntax_of(self.syntax)
        if self.charset not in WAYS:
            raise Rejected("phantoms.no-charset", known=", ".join(WAYS))
        if set(self.truths) - set(TRUTHS):
            raise Rejected("phantoms.no-truth", known=", ".join(TRUTHS))


@dataclass(frozen=True)
class Case:
    """A recipe with its seed."""

    recipe: Recipe
    seed: int
    options: Options = field(default_factory=Options)

    @property
    def key(self) -> str:
        """Name of the case: recipe and seed."""
        return f"{self.recipe.name}-{self.seed}"

    @cached_property
    def patient(self) -> Patient:
        """The first person from the seed on who may be the recipe's."""
        number = self.seed * 7 % 900
        while not self.may_be(found := person(number, self.seed)):
            number += 1
        return found

    def may_be(self, found: Patient) -> bool:
        """Whether a person fits the recipe and has a chart here."""
        is_adult = 1931 <= int(found.birth_date[:4]) <= 2000
        fits = self.recipe.people == "adult" or found.sex == "F"
        return is_adult and fits and HOSPITAL.site in found.charts

    @property
    def age(self) -> int:
        """Years at the first study."""
        return FIRST_DAY.year - int(self.patient.birth_date[:4])

    def study(self, number: int, visit: Visit) -> Study:
        """The study of one visit."""
        day = FIRST_DAY + timedelta(days=self.seed % 200 + visit.days)
        time = f"{8 + self.seed % 9:02d}{self.seed * 7 % 60:02d}{self.seed * 13 % 60:02d}"
        return Study(
            HOSPITAL, self.patient, f"{self.key}-{number}", day.strftime("%Y%m%d"), time,
            visit.description, self.options.charset,
        )  # fmt: skip

    def instance(self, series: Series, number: int, fill: Callable[[Dataset], None]) -> SampleFile:
        """One instance of a series, in the syntax that is wished."""
        return named(series, number, made(series, number, fill, self.options.syntax))

    def tracking(self, lesion: int) -> tuple[str, str]:
        """Tracking identifier and UID of a lesion, the same at all visits."""
        name = f"{self.key}-lesion-{lesion}"
        return name, uid(HOSPITAL.site, name)


@dataclass(frozen=True, slots=True)
class Taken:
    """A series of images that is there: slices, rows, columns."""

    series: Series
    shape: tuple[int, int, int]

    def uid(self, number: int) -> str:
        """The instance of slice ``number``, from 0."""
        return self.series.sop_instance_uid(number + 1)


@dataclass(slots=True)
class Counter:
    """What there is of one study so far: numbers of series, images, a structure set."""

    study: Study
    last: int = 0
    before: tuple[Taken, ...] = ()
    taken: list[Taken] = field(default_factory=list)
    structures: str = ""

    def series(self, device: Device, description: str, sop_class: str, part: str = "") -> Series:
        """The next series."""
        self.last += 1
        return Series(self.study, device, self.last, description, sop_class, part)

    def keep(self, series: Series, shape: tuple[int, int, int]) -> None:
        """Remember a series of sections."""
        self.taken.append(Taken(series, shape))


def moment(study: Study) -> datetime:
    """When a study was done, an hour later for what is made of it."""
    found = datetime.strptime(study.date + study.time, "%Y%m%d%H%M%S")  # noqa: DTZ007 - DICOM's local time
    return found + timedelta(hours=1)


def device(modality: str, maker: str, model: str, software: str = "1.0") -> Device:
    """A machine by its maker; station and serial number follow from its name."""
    serial = uid(maker, model)[-5:]
    return Device(modality, maker, model, f"{modality}{serial[-3:]}", serial, software)
