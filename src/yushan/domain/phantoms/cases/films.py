"""Films as series: radiographs of bodies, mammograms, coronary angiograms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from yushan.domain.bodies import paint
from yushan.domain.phantoms.cases.case import device
from yushan.domain.phantoms.cases.flat import picture_truths
from yushan.domain.phantoms.cases.volumes import body_of, drawn, grid_of
from yushan.domain.phantoms.classes import planar
from yushan.domain.phantoms.classes.pixels import add_header
from yushan.domain.scanners import (
    BreastLesion,
    ChestParts,
    Exposure,
    Injection,
    Picture,
    angiogram,
    attenuation,
    c_arm,
    chest_truth,
    ct_look,
    mammogram,
    projection,
    radiograph,
    radiography_unit,
    radiography_units,
    tree_of,
    view_of,
)
from yushan.domain.volumes import Volume

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydicom.dataset import Dataset

    from yushan.domain.bodies import Body
    from yushan.domain.phantoms.cases.case import Case, Counter
    from yushan.domain.phantoms.recipes import Step
    from yushan.domain.phantoms.sample import SampleFile
    from yushan.domain.volumes import Labels


#: Mean energy of a radiograph's rays, keV.
FILM_KEV = 60


#: A film's side.
FILM_MM = 430.0


#: Slices, rows, columns of the body behind a film.
BEHIND = {"full": (220, 170, 250), "small": (44, 34, 50)}


def film(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """Chest films of a body: ``choice.views`` of PA, AP, LL; the first with its truth."""
    body = body_of(case, step)
    grid = grid_of(case, step, BEHIND[case.options.size])
    hu, labels = drawn(case, body, grid, ct_look("native", case.seed))
    mu = Volume(grid, attenuation(hu.values, FILM_KEV))
    units = radiography_units()
    unit = radiography_unit(step.device) if step.device else units[case.seed % len(units)]
    rows = step.shape[1] if case.options.size == "full" else step.small[1]
    for number, view in enumerate(step.choice.get("views", ["PA", "LL"])):
        seen = view_of(view, grid.centre, (512, 512), FILM_MM / 512)
        lines = ("PORTABLE", "AP SUPINE") if view == "AP" else ()
        exposure = Exposure(mark="L" if view == "LL" else "R", lines=lines)
        shown = radiograph(projection(mu, seen), unit, case.seed, exposure, (rows, rows))
        machine = device(unit.modality, unit.maker, unit.model, unit.software)
        kind = planar.CR if unit.modality == "CR" else planar.DX
        series = counter.series(machine, f"{step.description} {view}", kind, "CHEST")

        def fill(dataset: Dataset, picture: Picture = shown, view: str = view) -> None:
            planar.add_film(dataset, picture.pixels, view, FILM_MM / picture.pixels.shape[0])
            planar.finish_film(dataset, picture, unit.header)

        one = case.instance(series, 1, fill)
        yield one
        if number == 0 and labels is not None:
            truth = chest_truth(chest_parts(body, labels), seen, (rows, rows))
            yield from picture_truths(case, counter, (series, one.data), truth)


def chest_parts(body: Body, labels: Labels) -> ChestParts:
    """Masks of lungs, heart and opacities on the grid behind a film."""
    grid, names = labels.grid, labels.names
    inside = {
        side: np.isin(labels.values, [
            k for k, name in enumerate(names, 1)
            if name.startswith("lung") and name.endswith(side)
        ])
        for side in ("right", "left")
    }  # fmt: skip
    heart = np.isin(labels.values, [
        k for k, name in enumerate(names, 1) if name.startswith(("heart", "pericard"))
    ])  # fmt: skip
    parts: dict[str, Any] = {}
    for pattern, key in (("ground-glass", "hazy"), ("consolidation", "dense")):
        own = {
            one.structure for one in body.lesions
            if one.kind == "opacity" and str(one.properties.get("pattern")) == pattern
        }  # fmt: skip
        mask = np.isin(labels.values, [k for k, name in enumerate(names, 1) if name in own])
        if mask.any():
            parts[key] = mask
    below = ("liver", "stomach", "spleen")
    parts["below"] = np.isin(
        labels.values, [k for k, name in enumerate(names, 1) if name.startswith(below)]
    )
    return ChestParts(grid, inside, heart, **parts)


def mammography(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """Four views; one breast has a mass and calcifications."""
    rng = np.random.default_rng((case.seed, 0x3A))
    ill = "LR"[int(rng.integers(2))]
    at = rng.uniform(0.35, 0.65, (2, 3))
    lesions = (
        BreastLesion(
            "mass", ill, place(at[0]), float(step.choice.get("mass_mm", rng.uniform(8, 18)))
        ),
        BreastLesion("calcifications", ill, place(at[1]), float(rng.uniform(6, 12))),
    )
    pixel = 0.1 if case.options.size == "full" else 0.8
    for side, view in (("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO")):
        shown = mammogram(case.seed, side, view, lesions, pixel_mm=pixel)
        machine = device("MG", "Yushan Mammography", "YM-3", "1.9.0")
        series = counter.series(machine, f"{side} {view}", planar.MG, "BREAST")

        def fill(
            dataset: Dataset, picture: Picture = shown, which: tuple[str, str] = (side, view)
        ) -> None:
            planar.add_mammogram(dataset, picture.pixels, *which, pixel)
            dataset.PatientOrientation = str(picture.facts["patient_orientation"]).split("\\")

        one = case.instance(series, 1, fill)
        yield one
        yield from picture_truths(case, counter, (series, one.data), shown)


def place(values: Any) -> tuple[float, float, float]:  # noqa: ANN401 - an array
    """Three plain numbers."""
    return float(values[0]), float(values[1]), float(values[2])


def coronary_angiogram(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """Runs of the body's own coronary arteries before its chest, from three sides.

    At small size the background is invented, for a chest is dear to draw.
    """
    is_full = case.options.size == "full"
    frames, rate, size = (45, 15.0, 512) if is_full else (6, 4.0, 96)
    body = body_of(case, step)
    mu = None
    if is_full:
        grid = grid_of(case, step, (110, 140, 140))
        hu = paint(body, grid, ct_look("native", case.seed))
        mu = Volume(grid, attenuation(hu.values, FILM_KEV))
    for root, left, head in (("LM", -20.0, -25.0), ("LM", 40.0, 25.0), ("RCA", 40.0, 0.0)):
        tree = tree_of(body.vessels, root, case.seed)
        run = Injection(frames=frames, frame_hz=rate, left_deg=left, head_deg=head)
        points = np.concatenate([one.points for one in tree])
        arm = c_arm(place(points.mean(axis=0)), run, size // 2, 180.0)
        behind = None if mu is None else projection(mu, arm)
        shown = angiogram(case.seed, tree, run, behind, size)
        machine = device("XA", "Yushan Angio", "YA-1", "VC20")
        series = counter.series(machine, f"{step.description} {root}", planar.XA, "HEART")

        def fill(dataset: Dataset, picture: Picture = shown, run: Injection = run) -> None:
            angles = (run.left_deg, run.head_deg)
            planar.add_angiogram(dataset, picture.pixels, angles, 1000 / run.frame_hz)
            detector = float(picture.facts["detector_pixel_mm"])
            add_header(dataset, {"ImagerPixelSpacing": [f"{detector:.6g}"] * 2})

        one = case.instance(series, 1, fill)
        yield one
        yield from picture_truths(case, counter, (series, one.data), shown)
