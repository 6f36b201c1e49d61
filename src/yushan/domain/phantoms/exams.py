"""Exams of the samples: bodies scanned by the steps of cases, films, clips and pictures."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yushan.domain.bodies import TrunkWishes, paint, trunk
from yushan.domain.phantoms import lettering
from yushan.domain.phantoms.acquisition import made, named
from yushan.domain.phantoms.cases.case import Case, Counter, Options
from yushan.domain.phantoms.cases.making import KINDS
from yushan.domain.phantoms.classes.planar import (
    add_angiogram,
    add_film,
    add_mammogram,
    add_ultrasound,
)
from yushan.domain.phantoms.classes.sections import add_pet
from yushan.domain.phantoms.recipes import Recipe, Step
from yushan.domain.scanners import (
    Cine,
    Exposure,
    Injection,
    Legend,
    activity_look,
    angiogram,
    attenuation,
    ct_look,
    machine,
    mammogram,
    pet_scan,
    profile,
    projection,
    radiograph,
    tree_of,
    ultrasound,
    view_of,
)
from yushan.domain.volumes import Grid, Volume

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

    from yushan.domain.bodies import Body
    from yushan.domain.phantoms.headers import Series, Study
    from yushan.domain.phantoms.sample import SampleFile
    from yushan.domain.scanners import Picture

    #: Lettering of a film: text, row, column, whether it is mirrored.
    Marks = Sequence[tuple[str, int, int, bool]]

#: What cases are told of the samples: no recipe of the book.
SAMPLES: Final = Recipe("sample", "Sample", "樣本", "", "", 0, ())
#: Rows and columns of a film; chests of films are drawn in voxels of so many mm.
FILM: Final = (1000, 820)
VOXEL_MM: Final = 2.6
#: Height of the body on a film, mm, and its middle.
FIELD_MM: Final = 360.0
MIDDLE: Final = (0.0, 10.0, -30.0)
#: Centre and width of the window of PET, Bq/ml.
PET_WINDOW: Final = (5000, 10000)
#: Bits of films and mammograms as they are written.
BITS: Final = 12


def scanned(
    study: Study, seed: int, step: Step, truths: tuple[str, ...] = (), first: int = 1
) -> Iterator[SampleFile]:
    """One step of a case in a study of the samples; ``first`` is the number of its series."""
    case = Case(SAMPLES, seed, Options(truths=truths))
    yield from KINDS[step.kind](case, Counter(study, first - 1), step)


@cache
def chest(seed: int, *, woman: bool, age: float, scale: float = 1.0) -> Volume:
    """Attenuation of a chest with raised arms and nothing wrong, per mm.

    ``scale`` is the size of the body against an adult's; films of it have the same.
    """
    body = trunk(seed, TrunkWishes("female" if woman else "male", age, lesions=()))
    deep, wide = round(280 / VOXEL_MM), round(430 / VOXEL_MM)
    voxel = round(VOXEL_MM * scale, 4)
    shape = (round(FIELD_MM / VOXEL_MM) + 12, deep, wide)
    grid = Grid.axial(shape, (voxel,) * 3, middle(scale))
    hu = paint(body, grid, ct_look("native", seed))
    return Volume(grid, attenuation(hu.values, 60))


def middle(scale: float) -> tuple[float, float, float]:
    """The middle of a chest that is so large against an adult's, mm."""
    x, y, z = MIDDLE
    return x * scale, y * scale, z * scale


def film_of(
    body: Volume,
    view: str,
    seed: int,
    size: tuple[int, int] = FILM,
    mark: str = "",
    scale: float = 1.0,
) -> NDArray[np.uint16]:
    """A film for presentation, bright where much was absorbed."""
    rows, columns = size[0] // 2, size[1] // 2
    detector = view_of(view, middle(scale), (rows, columns), 1.15 * FIELD_MM * scale / rows)
    shown = radiograph(projection(body, detector), "dx-a", seed, Exposure(mark=mark), size)
    return twelve_bits(shown)


def twelve_bits(shown: Picture) -> NDArray[np.uint16]:
    """Pixels of a picture in as many bits as films of the samples have."""
    return np.asarray(shown.pixels >> max(shown.bits - BITS, 0), dtype=np.uint16)


def film(
    series: Series,
    view: str,
    pixels: NDArray[np.uint16],
    number: int = 1,
    marks: Marks = (),
    scale: float = 1.0,
) -> SampleFile:
    """A film as an object, with lettering burned in: text, row, column, and if it is mirrored."""
    shown = pixels.astype(np.float32) / np.float32((1 << BITS) - 1)
    for text, row, column, mirrored in marks:
        lettering.expose(shown, text, row, column, mirrored=mirrored)
    whole = np.rint(shown * ((1 << BITS) - 1)).astype(np.uint16)

    def fill(dataset: Dataset) -> None:
        add_film(dataset, whole, view, 1.15 * FIELD_MM * scale / whole.shape[0])
        if marks:
            dataset.BurnedInAnnotation = "YES"

    return named(series, number, made(series, number, fill))


def sonogram(series: Series, seed: int, cine: Cine | None = None) -> SampleFile:
    """A still or a clip of the upper abdomen with the patient's name and number burned in."""
    study, probe = series.study, machine("convex-a")
    person, day, time = study.person, study.date, study.time
    legend = Legend(
        hospital=study.hospital.name,
        name=f"{person.name} {person.romanised.replace('^', ' ')}",
        number=f"ID {person.identity or person.charts[study.hospital.site]}",
        born=f"{person.birth_date[:4]}-{person.birth_date[4:6]}-{person.birth_date[6:]}",
        taken=f"{day[:4]}-{day[4:6]}-{day[6:]} {time[:2]}:{time[2:4]}",
    )
    shown = ultrasound(None, probe, seed, cine, legend)
    frames = shown.pixels if shown.pixels.ndim == 4 or cine else shown.pixels[None]
    top, left, bottom, right = probe.window

    def fill(dataset: Dataset) -> None:
        add_ultrasound(dataset, frames, shown.pixel_mm[0], (left, top, right, bottom))

    return named(series, 1, made(series, 1, fill, "jpeg" if cine else "explicit"))


def breast(series: Series, seed: int, side: str, view: str, lesions: Sequence[Any]) -> SampleFile:
    """One view of one breast."""
    shown = mammogram(seed, side, view, lesions, pixel_mm=0.4)
    pixels = twelve_bits(shown)
    return single(series, lambda d: add_mammogram(d, pixels, side, view, 0.4))


def coronary(series: Series, seed: int, body: Body) -> SampleFile:
    """A run of contrast through the left coronary tree of a body."""
    run = Injection(frames=10, frame_hz=5, left_deg=-30, head_deg=25)
    shown = angiogram(seed, tree_of(body.vessels, "LM"), run, size=320)
    angles = (run.left_deg, run.head_deg)
    return single(series, lambda d: add_angiogram(d, shown.pixels, angles, 1000 / run.frame_hz))


def uptake(series: Series, seed: int, body: Body, grid: Grid) -> Iterator[SampleFile]:
    """FDG-PET of a body, slice by slice."""
    mu = Volume(grid, attenuation(paint(body, grid, ct_look("native", seed)).values, 511))
    activity = paint(body, grid, activity_look("fdg", seed))
    scanner = profile("pt-siemens-mct")
    shown = pet_scan(activity, mu, scanner, seed)
    for number, plane in enumerate(shown.stored.values):
        bq = plane.astype(np.float32) * np.float32(shown.slope)

        def fill(dataset: Dataset, number: int = number, bq: Any = bq) -> None:  # noqa: ANN401
            add_pet(dataset, series, bq, (grid, number, grid.spacing[0]), {})
            dataset.WindowCenter, dataset.WindowWidth = PET_WINDOW

        yield named(series, number + 1, made(series, number + 1, fill))


def single(series: Series, fill: Callable[[Dataset], None]) -> SampleFile:
    """The only instance of a series."""
    return named(series, 1, made(series, 1, fill))
