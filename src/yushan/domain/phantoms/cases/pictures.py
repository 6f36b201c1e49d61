"""Pictures as series: ultrasound, eyes, endoscopes, slides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from yushan.domain.phantoms.cases.case import device
from yushan.domain.phantoms.cases.flat import picture_truths
from yushan.domain.phantoms.classes import planar, visible
from yushan.domain.scanners import (
    Cine,
    FundusWishes,
    Legend,
    Picture,
    Polyp,
    endoscopy,
    fundus,
    histology,
    oct_scan,
    pyramid,
    ultrasound,
)
from yushan.domain.volumes import Grid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydicom.dataset import Dataset

    from yushan.domain.phantoms.cases.case import Case, Counter
    from yushan.domain.phantoms.recipes import Step
    from yushan.domain.phantoms.sample import SampleFile


def sonography(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """A still and a clip with the patient's name burnt in."""
    study, person = counter.study, case.patient
    legend = Legend(
        study.hospital.name, f"{person.name} {person.romanised.replace('^', ' ')}",
        person.identity or person.charts[study.hospital.site], person.birth_date,
        f"{study.date} {study.time[:4]}", step.description,
    )  # fmt: skip
    frames = 24 if case.options.size == "full" else 2
    for count, title, kind in (
        (1, "Still", planar.US), (frames, "Clip", planar.US_MULTIFRAME)
    ):  # fmt: skip
        shown = ultrasound(
            seed=case.seed, probe=step.device or "convex-a", cine=Cine(frames=count), legend=legend
        )
        facts = shown.facts
        machine = device("US", str(facts["maker"]), str(facts["model"]))
        series = counter.series(machine, title, kind, step.part)

        def fill(dataset: Dataset, shown: Picture = shown) -> None:
            corner = [int(shown.facts[name]) for name in ("left", "top", "right", "bottom")]
            still = shown.pixels.ndim == 2
            pixels = shown.pixels[None] if still else shown.pixels
            window = (corner[0], corner[1], corner[2], corner[3])
            planar.add_ultrasound(dataset, pixels, float(shown.pixel_mm[0]), window)

        one = case.instance(series, 1, fill)
        yield one
        yield from picture_truths(case, counter, (series, one.data), shown)


def eyes(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """Both eyes' backgrounds, with the lesions of ``wishes``."""
    size = 1536 if case.options.size == "full" else 192
    wishes = FundusWishes(**step.wishes)
    for eye in ("R", "L"):
        shown = fundus(case.seed, eye, wishes, size)
        machine = device("OP", "Yushan Optics", "YO-45", "2.1")
        series = counter.series(machine, f"{step.description} {eye}", visible.FUNDUS, "EYE")

        def fill(dataset: Dataset, picture: Picture = shown, eye: str = eye) -> None:
            visible.add_fundus(dataset, picture.pixels, eye, 14.0 / size)

        one = case.instance(series, 1, fill)
        yield one
        yield from picture_truths(case, counter, (series, one.data), shown)


def retina(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """A macula in cross-sections, as one object."""
    count = 25 if case.options.size == "full" else 5
    shape = (496, 768) if case.options.size == "full" else (124, 192)
    offsets = (np.arange(count) - count // 2) * 6.0 / count
    wishes = {"drusen": 0, "fluid_um": 0.0, **step.wishes}
    scans = [oct_scan(case.seed, offset_mm=float(at), shape=shape, **wishes) for at in offsets]
    row, column = (float(value) for value in scans[0].pixel_mm)
    grid = Grid.coronal((count, *shape), (6.0 / count, row, column))
    names = dict.fromkeys(name for one in scans for name in one.masks)
    empty = np.zeros(shape, np.bool_)
    whole = Picture(
        np.stack([one.pixels for one in scans]), scans[0].pixel_mm, 8,
        {name: np.stack([one.masks.get(name, empty) for one in scans]) for name in names},
        (), scans[count // 2].facts,
    )  # fmt: skip
    machine = device("OPT", "Yushan Optics", "YO-OCT", "3.0")
    series = counter.series(machine, step.description, visible.OCT, "EYE")
    eye = "RL"[case.seed % 2]
    one = case.instance(series, 1, lambda d: visible.add_oct(d, series, whole.pixels, grid, eye))
    yield one
    yield from picture_truths(case, counter, (series, one.data), whole)


def colonoscopy(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """A picture and a short video of a colon with polyps."""
    rng = np.random.default_rng((case.seed, 0xE0))
    polyps = tuple(
        Polyp(float(rng.uniform(30, 55)), float(rng.uniform(0, 360)), float(rng.uniform(4, 12)))
        for _ in range(step.choice.get("polyps", 2))
    )
    frames, side = (25, 448) if case.options.size == "full" else (3, 96)
    legend = (case.patient.romanised.replace("^", " "), counter.study.date)
    for count, title, kind in (
        (1, "Picture", visible.ENDOSCOPE), (frames, "Video", visible.ENDOSCOPE_VIDEO)
    ):  # fmt: skip
        shown = endoscopy(case.seed, polyps, count, legend, side)
        machine = device("ES", "Yushan Optics", "YO-C1", "1.4")
        series = counter.series(machine, f"{step.description} {title}", kind, step.part)

        def fill(dataset: Dataset, picture: Picture = shown) -> None:
            visible.add_endoscopy(dataset, picture.pixels, step.part)

        one = case.instance(series, 1, fill)
        yield one
        yield from picture_truths(case, counter, (series, one.data), shown)


def slide(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """A slide in the levels of its pyramid, finest first."""
    size = 2048 if case.options.size == "full" else 384
    shown = histology(case.seed, size, **step.wishes)
    machine = device("SM", "Yushan Optics", "YO-WSI", "1.0")
    series = counter.series(machine, step.description, visible.SLIDE)
    pixel = float(shown.pixel_mm[0])
    first = b""
    for level, pixels in enumerate(pyramid(shown.pixels)):

        def fill(dataset: Dataset, pixels: Any = pixels, level: int = level) -> None:  # noqa: ANN401
            visible.add_slide(dataset, series, pixels, pixel * 2**level, level)

        one = case.instance(series, level + 1, fill)
        first = first or one.data
        yield one
    yield from picture_truths(case, counter, (series, first), shown, tile=min(visible.TILE, size))
