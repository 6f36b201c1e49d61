"""Pictures as series: films, mammograms, ultrasound, eyes, endoscopes, slides, angiograms, ECG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from yushan.domain.bodies import label, paint
from yushan.domain.phantoms.cases.case import device
from yushan.domain.phantoms.cases.flat import picture_truths
from yushan.domain.phantoms.cases.volumes import body_of, grid_of
from yushan.domain.phantoms.classes import planar, visible, waveforms
from yushan.domain.phantoms.classes.pixels import add_header
from yushan.domain.phantoms.lettering import glyphs
from yushan.domain.phantoms.sample import SampleFile
from yushan.domain.results import truth_json
from yushan.domain.scanners import (
    BreastLesion,
    ChestParts,
    Cine,
    Exposure,
    FundusWishes,
    Injection,
    Legend,
    Picture,
    Polyp,
    angiogram,
    attenuation,
    chest_truth,
    ct_look,
    ecg,
    endoscopy,
    fundus,
    histology,
    mammogram,
    oct_scan,
    projection,
    pyramid,
    radiograph,
    radiography_unit,
    radiography_units,
    rhythms,
    ultrasound,
    view_of,
)
from yushan.domain.volumes import Grid, Volume

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydicom.dataset import Dataset

    from yushan.domain.bodies import Body
    from yushan.domain.phantoms.cases.case import Case, Counter
    from yushan.domain.phantoms.recipes import Step

#: A film's side.
FILM_MM = 430.0
#: Mean energy of a radiograph's rays, keV.
FILM_KEV = 60
#: Slices, rows, columns of the body behind a film.
BEHIND = {"full": (170, 190, 190), "small": (40, 48, 48)}


def film(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """Chest films of a body: ``choice.views`` of PA, AP, LL; the first with its truth."""
    body = body_of(case, step)
    grid = grid_of(case, step, BEHIND[case.options.size])
    hu = paint(body, grid, ct_look("native", case.seed))
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
        if number == 0 and case.options.truths:
            truth = chest_truth(chest_parts(body, grid), seen, (rows, rows))
            yield from picture_truths(case, counter, (series, one.data), truth)


def chest_parts(body: Body, grid: Grid) -> ChestParts:
    """Masks of lungs, heart and opacities on the grid behind a film."""
    labels = label(body, grid)
    names = labels.names
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

        one = case.instance(series, 1, fill)
        yield one
        yield from picture_truths(case, counter, (series, one.data), shown)


def place(values: Any) -> tuple[float, float, float]:  # noqa: ANN401 - an array
    """Three plain numbers."""
    return float(values[0]), float(values[1]), float(values[2])


def sonography(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """A still and a clip with the patient's name burnt in."""
    study, person = counter.study, case.patient
    legend = Legend(
        study.hospital.name, drawable(person.name, person.romanised),
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


def drawable(name: str, romanised: str) -> str:
    """A name as a screen shows it: its characters only where there are bitmaps of them."""
    latin = romanised.replace("^", " ")
    return f"{name} {latin}" if set(name) <= set(glyphs()) else latin


def electrocardiogram(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """Twelve leads at rest; the rhythm is ``choice.rhythm`` or drawn by the seed."""
    known = rhythms()
    rhythm = step.choice.get("rhythm", known[case.seed % len(known)])
    found = ecg(case.seed, rhythm)
    leads = [waveforms.lead(name, found.step_uv) for name in found.leads]
    machine = device("ECG", "Yushan Cardio", "YC-12", "V04")
    series = counter.series(machine, step.description, waveforms.TWELVE_LEAD)
    note = f"{case.patient.romanised.replace('^', ' ')} resting"
    yield case.instance(
        series, 1,
        lambda d: waveforms.add_waveform(d, found.samples, leads, found.rate_hz, note),
    )  # fmt: skip
    if "json" in case.options.truths:
        told = {
            "generator": "yushan phantom", "recipe": case.recipe.name, "seed": case.seed,
            "facts": found.facts,
            "beats": [
                {"kind": one.kind, "p_on": one.p_on, "p_off": one.p_off, "qrs_on": one.qrs_on,
                 "qrs_off": one.qrs_off, "t_off": one.t_off}
                for one in found.beats
            ],
        }  # fmt: skip
        yield SampleFile(f"{series.study.key}/truth/01-truth.json", truth_json(told))


def other_waveforms(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """Pressure, breathing, EEG, and electrocardiograms of the other classes."""
    found = ecg(case.seed, "sinus")
    eeg = waveforms.brain_waves(case.seed)
    rows: tuple[tuple[str, str, Any, list[waveforms.Channel], float], ...] = (
        ("ECG", waveforms.GENERAL_ECG, found.samples[:, :3],
         [waveforms.lead(n, found.step_uv) for n in found.leads[:3]], found.rate_hz),
        ("ECG", waveforms.AMBULATORY_ECG, found.samples[:, :2],
         [waveforms.lead(n, found.step_uv) for n in found.leads[:2]], found.rate_hz),
        ("HD", waveforms.HEMODYNAMIC, waveforms.pressure(case.seed), [waveforms.PRESSURE], 240),
        ("RESP", waveforms.RESPIRATORY, waveforms.breathing(case.seed), [waveforms.BREATH], 25),
        ("EEG", waveforms.EEG, eeg,
         [waveforms.electrode(f"E{n}", n) for n in range(1, eeg.shape[1] + 1)], 200),
    )  # fmt: skip
    for modality, kind, samples, channels, rate in rows:
        machine = device(modality, "Yushan Cardio", "YC-M", "V04")
        series = counter.series(machine, step.description or modality, kind)

        def fill(
            dataset: Dataset, samples: Any = samples,  # noqa: ANN401 - samples by time and channel
            of: tuple[Any, float] = (channels, rate),
        ) -> None:  # fmt: skip
            waveforms.add_waveform(dataset, samples, *of)

        yield case.instance(series, 1, fill)


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
    frames, side = (50, 448) if case.options.size == "full" else (3, 96)
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
    yield from picture_truths(case, counter, (series, first), shown, segmented=False)


def coronary_angiogram(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """Two runs of one coronary artery from two sides."""
    frames, rate, size = (45, 15.0, 512) if case.options.size == "full" else (6, 4.0, 96)
    for left, head in ((40.0, 0.0), (-30.0, 0.0)):
        run = Injection(frames=frames, frame_hz=rate, left_deg=left, head_deg=head)
        shown = angiogram(case.seed, run=run, size=size)
        machine = device("XA", "Yushan Angio", "YA-1", "VC20")
        series = counter.series(machine, step.description, planar.XA, "HEART")

        def fill(dataset: Dataset, picture: Picture = shown, run: Injection = run) -> None:
            angles = (run.left_deg, run.head_deg)
            planar.add_angiogram(dataset, picture.pixels, angles, 1000 / run.frame_hz)
            detector = float(picture.facts["detector_pixel_mm"])
            add_header(dataset, {"ImagerPixelSpacing": [f"{detector:.6g}"] * 2})

        one = case.instance(series, 1, fill)
        yield one
        yield from picture_truths(case, counter, (series, one.data), shown)
