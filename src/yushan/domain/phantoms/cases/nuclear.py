"""Nuclear medicine of bodies as series: PET, SPECT of the heart, bone scintigram."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from yushan.domain.bodies import Body, label, mask, paint
from yushan.domain.phantoms.cases.case import device
from yushan.domain.phantoms.cases.truths import Truths, source_of
from yushan.domain.phantoms.cases.volumes import body_of, grid_of, header_of, truths
from yushan.domain.phantoms.classes.enhanced_pet import ENHANCED_PT, add_enhanced_pet
from yushan.domain.phantoms.classes.planar import NM, add_scintigram, add_tomogram
from yushan.domain.phantoms.classes.sections import PT, add_pet
from yushan.domain.scanners import (
    Defect,
    Dose,
    activity_look,
    attenuation,
    ct_look,
    nm_planar,
    nm_spect,
    pet_scan,
    profile,
    profiles,
    spect_grid,
    with_defect,
)
from yushan.domain.volumes import Grid, Volume

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydicom.dataset import Dataset

    from yushan.domain.phantoms.cases.case import Case, Counter
    from yushan.domain.phantoms.recipes import Step
    from yushan.domain.phantoms.sample import SampleFile

Tracer = Literal["fdg", "perfusion", "bone"]
#: Energies of the photons, keV.
PAIR_KEV, TECHNETIUM_KEV = 511, 140


def camera(case: Case, step: Step, modality: str) -> Any:  # noqa: ANN401 - the type follows the modality
    """The scanner of a step, drawn by the seed where the recipe names none."""
    known = profiles(modality)
    return profile(step.device) if step.device else known[case.seed % len(known)]


def uptake(body: Body, grid: Grid, tracer: Tracer, seed: int, kev: int) -> tuple[Volume, Volume]:
    """Activity, and attenuation per mm at an energy."""
    hu = paint(body, grid, ct_look("native", seed))
    return paint(body, grid, activity_look(tracer, seed)), Volume(grid, attenuation(hu.values, kev))


def pet(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """A PET of a body: slices in Bq/ml whose SUV are the truth's."""
    body, grid = body_of(case, step), grid_of(case, step)
    chosen = camera(case, step, "PT")
    activity, mu = uptake(body, grid, "fdg", case.seed, PAIR_KEV)
    dose = Dose(weight_kg=round(case_weight(body), 1))
    scan = pet_scan(activity, mu, chosen, case.seed, dose)
    header = header_of(chosen.header)
    machine = device("PT", chosen.maker, chosen.model, chosen.software)
    series = counter.series(machine, step.description, PT, step.part)
    becquerels = scan.stored.values.astype(np.float32) * np.float32(scan.slope)
    first = b""
    for number, plane in enumerate(becquerels):

        def fill(dataset: Dataset, number: int = number, plane: Any = plane) -> None:  # noqa: ANN401
            add_pet(dataset, series, plane, (grid, number, grid.spacing[0]), header)
            add_dose(dataset, dose)

        one = case.instance(series, number + 1, fill)
        first = first or one.data
        yield one
    counter.keep(series, grid.shape)
    if step.enhanced:
        whole = counter.series(machine, f"{step.description} MF", ENHANCED_PT, step.part)

        def fill_whole(dataset: Dataset) -> None:
            add_enhanced_pet(dataset, whole, becquerels, (grid, grid.spacing[0]), header)
            add_dose(dataset, dose)

        yield case.instance(whole, 1, fill_whole)
    shown = Truths(case, counter, series, source_of(first, series, grid))
    facts = {
        "scanner": chosen.name, "dose_mbq": dose.dose_mbq, "weight_kg": dose.weight_kg,
        "suv_per_bq_ml": scan.suv_per_bq,
    }  # fmt: skip
    labels = label(body, grid) if case.options.truths else None
    yield from truths(shown, step, body, labels, facts)


def case_weight(body: Body) -> float:
    """Weight in kg by height and body mass index."""
    height = float(body.parameters.get("height_mm", 1650)) / 1000
    return float(body.parameters.get("bmi", 23)) * height**2


def add_dose(dataset: Dataset, dose: Dose) -> None:
    """Weight and what was injected, so that SUV can be worked out."""
    drug = dataset.RadiopharmaceuticalInformationSequence[0]
    for keyword, value in dose.header.items():
        setattr(dataset if keyword.startswith("Patient") else drug, keyword, value)


def spect(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """Perfusion of the heart muscle with a defect whose place is known, as one object."""
    body = body_of(case, step)
    chosen = camera(case, step, "NM")
    middle, muscle = heart(body)
    grid = spect_grid(chosen, middle)
    activity, mu = uptake(body, grid, "perfusion", case.seed, TECHNETIUM_KEV)
    rng = np.random.default_rng((case.seed, 0x5C))
    at = muscle[int(rng.integers(len(muscle)))]
    defect = Defect((float(at[0]), float(at[1]), float(at[2])), float(rng.uniform(14, 24)),
                    float(rng.uniform(0.5, 0.9)))  # fmt: skip
    image = nm_spect(with_defect(activity, defect), mu, chosen, case.seed)
    machine = device("NM", chosen.maker, chosen.model, chosen.software)
    series = counter.series(machine, step.description, NM, "HEART")
    one = case.instance(
        series, 1,
        lambda d: add_tomogram(d, series, image.values, grid, "Technetium Tc^99m^ sestamibi"),
    )  # fmt: skip
    yield one
    shown = Truths(case, counter, series, source_of(one.data, series, grid, frames=True))
    if case.options.truths:
        facts = {
            "scanner": chosen.name,
            "defect": {
                "centre_mm": defect.centre_mm, "radius_mm": defect.radius_mm,
                "severity": defect.severity,
            },
        }  # fmt: skip
        yield from shown.of_volume(label(body, grid), body, step, facts)


def heart(body: Body) -> tuple[tuple[float, float, float], np.ndarray[Any, Any]]:
    """Middle of the heart muscle, and points in it, mm."""
    grid = Grid.axial((36, 40, 40), (6.0, 6.0, 6.0), (10.0, -10.0, -75.0))
    points = grid.points(np.argwhere(mask(body, grid, "heart_myocardium")))
    middle = points.mean(axis=0)
    return (float(middle[0]), float(middle[1]), float(middle[2])), points


def scintigram(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """A bone scintigram, front and back, as one object."""
    body = body_of(case, step)
    chosen = camera(case, step, "NM")
    grid = grid_of(case, step)
    activity, mu = uptake(body, grid, "bone", case.seed, TECHNETIUM_KEV)
    views = [nm_planar(activity, mu, chosen, case.seed, view) for view in ("anterior", "posterior")]
    machine = device("NM", chosen.maker, chosen.model, chosen.software)
    series = counter.series(machine, step.description, NM, "WHOLEBODY")
    counts = np.stack([one.counts for one in views])
    yield case.instance(
        series, 1,
        lambda d: add_scintigram(d, counts, views[0].pixel_mm, "Technetium Tc^99m^ medronate"),
    )  # fmt: skip
