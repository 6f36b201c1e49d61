"""Objects about a study's images: key images, presentation, registration, plan, dose, papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from yushan.base import Broken
from yushan.domain.phantoms import lettering
from yushan.domain.phantoms.cases.case import device
from yushan.domain.phantoms.cases.volumes import body_of, grid_of
from yushan.domain.phantoms.classes import derived, planar
from yushan.domain.phantoms.documents import PDF, add_pdf
from yushan.domain.phantoms.headers import uid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.domain.phantoms.cases.case import Case, Counter, Taken
    from yushan.domain.phantoms.recipes import Step
    from yushan.domain.phantoms.sample import SampleFile

STATION = ("Yushan", "Phantom", "1")


def taken(counter: Counter) -> Taken:
    """The last series of images of the study.

    Raises
    ------
    Broken
        ``phantoms.recipe``: a recipe writes about images before there are any.
    """
    if not counter.taken:
        raise Broken("phantoms.recipe")
    return counter.taken[-1]


def documents(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """Key images, a presentation state, a captured screen and a paper report."""
    of = taken(counter)
    middle = of.uid(of.shape[0] // 2)
    keys = counter.series(device("KO", *STATION), "Key images", derived.KEY_OBJECTS)
    note = step.description or "For discussion"
    yield case.instance(keys, 1, lambda d: derived.add_key_objects(
        d, of.series, [middle], note, ("113000", "Of Interest")))  # fmt: skip
    state = counter.series(device("PR", *STATION), "Presentation", derived.PRESENTATION)
    size = of.shape[1:]
    circle = ("see here", size[1] / 2, size[0] / 2, size[0] / 12)
    yield case.instance(state, 1, lambda d: derived.add_presentation(
        d, (of.series, [middle]), size, (40.0, 400.0), circle))  # fmt: skip
    screen = np.full((240, 320), 24, np.uint8)
    lettering.write(screen, f"ID {case.patient.charts[counter.study.hospital.site]}", 8, 8)
    lettering.write(screen, "RESEARCH ONLY, NOT FOR DIAGNOSIS", 200, 8)
    capture = counter.series(device("OT", *STATION), "Screen", planar.SC)
    yield case.instance(capture, 1, lambda d: planar.add_capture(d, screen))
    colour = np.stack([np.repeat(screen[..., None], 3, axis=2)] * 2)
    pages = counter.series(device("OT", *STATION), "Screens", planar.SC_COLOUR)
    yield case.instance(pages, 1, lambda d: planar.add_capture(d, colour))
    paper = counter.series(device("DOC", *STATION), "Report", PDF)
    lines = (counter.study.description, case.patient.romanised.replace("^", " "), "See images.")
    yield case.instance(paper, 1, lambda d: add_pdf(d, "Report", lines))


def registration(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """The images of an earlier visit laid over these: the identity, for bodies do not move."""
    del step
    of, before = taken(counter), counter.before[-1]
    series = counter.series(device("REG", *STATION), "Registration", derived.REGISTRATION)
    moving = (before.series, [before.uid(number) for number in range(before.shape[0])])
    yield case.instance(
        series, 1, lambda d: derived.add_registration(d, of.series, moving, np.eye(4))
    )


def radiotherapy(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """A plan on the study's structure set and its dose: a ball about the first lesion."""
    of = taken(counter)
    body, grid = body_of(case, step), grid_of(case, step, (24, 48, 48))
    centre = body.lesions[0].centre_mm if body.lesions else grid.centre
    structures = counter.structures or uid(case.key, "structures")
    plan = counter.series(device("RTPLAN", *STATION), "Plan", derived.PLAN)
    yield case.instance(plan, 1, lambda d: derived.add_plan(d, structures, centre, 50.0))
    axes = [
        np.float32(grid.origin[2 - axis])
        + np.arange(grid.shape[axis], dtype=np.float32) * np.float32(grid.spacing[axis])
        - np.float32(centre[2 - axis])
        for axis in range(3)
    ]
    away = np.sqrt(
        axes[0][:, None, None] ** 2 + axes[1][None, :, None] ** 2 + axes[2][None, None] ** 2
    )
    gray = np.asarray(50 / (1 + np.exp((away - 30) / 6)), np.float32)
    dose = counter.series(device("RTDOSE", *STATION), "Dose", derived.DOSE)
    yield case.instance(
        dose, 1,
        lambda d: derived.add_dose(d, of.series, gray, grid, plan.sop_instance_uid(1)),
    )  # fmt: skip
