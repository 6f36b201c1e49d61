"""Volumes of bodies as series: CT and MR, each with what is true of it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from yushan.domain.bodies import (
    Body,
    HeadWishes,
    LesionWish,
    TrunkWishes,
    head,
    label,
    paint,
    paint_and_label,
    trunk,
)
from yushan.domain.phantoms.cases.case import device
from yushan.domain.phantoms.cases.truths import Truths, source_of
from yushan.domain.phantoms.classes.enhanced import ENHANCED_CT, add_enhanced_ct
from yushan.domain.phantoms.classes.enhanced_mr import ENHANCED_MR, add_enhanced_mr
from yushan.domain.phantoms.classes.sections import CT, MR, add_ct, add_mr
from yushan.domain.phantoms.recipes import Reconstruction
from yushan.domain.scanners import (
    CtOptions,
    CtProfile,
    MrOptions,
    MrProfile,
    ct_header,
    ct_look,
    ct_profile,
    ct_scan,
    exposed,
    mr_look,
    mr_profile,
    mr_scan,
    profiles,
)
from yushan.domain.volumes import Grid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydicom.dataset import Dataset

    from yushan.domain.phantoms.cases.case import Case, Counter
    from yushan.domain.phantoms.headers import Series
    from yushan.domain.phantoms.recipes import Step
    from yushan.domain.phantoms.sample import SampleFile
    from yushan.domain.volumes import Labels, Shade, Volume

#: Attributes of profiles that the common modules say already.
SAID = ("Manufacturer", "ManufacturerModelName", "SoftwareVersions", "SeriesDescription",
        "PatientPosition", "SliceThickness", "SpacingBetweenSlices")  # fmt: skip
#: Painted slices to one of an MR with gaps.
FINE = 4


@cache
def regions() -> dict[str, Any]:
    """Parts of bodies that are scanned, out of ``data/regions.toml``."""
    page = files("yushan.domain.phantoms") / "data" / "regions.toml"
    return tomllib.loads(page.read_text("utf-8"))


def body_of(case: Case, step: Step) -> Body:
    """The body of a step: the person's sex and age, and what is wished."""
    wishes = msgspec.json.encode(step.wishes)
    return built(step.body, case.seed, case.patient.sex, case.age, wishes)


@lru_cache(maxsize=4)
def built(kind: str, seed: int, sex: str, age: int, wished: bytes) -> Body:
    """A body; those of one study are built once."""
    wishes: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in msgspec.json.decode(wished).items()
    }
    if kind == "head":
        return head(seed, HeadWishes(**{"sex": sex, "age": age, **wishes}))
    if "lesions" in wishes:
        wishes["lesions"] = tuple(
            LesionWish(**one) if isinstance(one, dict) else one for one in wishes["lesions"]
        )
    named = {"sex": "female" if sex == "F" else "male", "age_years": float(age)}
    return trunk(seed, TrunkWishes(**{**named, **wishes}))


def grid_of(case: Case, step: Step, wanted: tuple[int, int, int] | None = None) -> Grid:
    """Where the scan of a step lies; ``wanted`` is another shape than the step's."""
    area = regions()[step.region]
    shape = wanted or (step.shape if case.options.size == "full" else step.small)
    height = (area["high"] - area["low"]) / shape[0]
    pixel = area["field"] / shape[2]
    middle = (float(area["middle"][0]), float(area["middle"][1]))
    centre = (*middle, (area["high"] + area["low"]) / 2)
    return Grid.axial(shape, (round(height, 4), round(pixel, 6), round(pixel, 6)), centre)


def header_of(found: Mapping[str, Any]) -> dict[str, Any]:
    """A profile's attributes without those the common modules say."""
    header = {key: value for key, value in found.items() if key not in SAID}
    if "InversionTime" in header and "IR" not in header["ScanningSequence"]:
        header["ScanningSequence"] = [header["ScanningSequence"], "IR"]
    return header


def ct_device(case: Case, step: Step) -> CtProfile:
    """The scanner of a step, drawn by the seed where the recipe names none."""
    if step.device:
        return ct_profile(step.device)
    able = [one for one in profiles("CT") if any(k.use == step.kernel for k in one.kernels)]
    choice: CtProfile = able[case.seed % len(able)]
    return choice


@dataclass(frozen=True, eq=False)
class CtSeries:
    """One reconstruction of a CT: where it goes, what it shows, how it was made."""

    series: Series
    image: Volume
    thick_mm: float
    header: Mapping[str, Any]
    use: str

    def slices(self, case: Case) -> Iterator[SampleFile]:
        """Its slices as objects."""
        for number, plane in enumerate(self.image.values):
            at = (self.image.grid, number, self.thick_mm)

            def fill(dataset: Dataset, at: Any = at, plane: Any = plane) -> None:  # noqa: ANN401
                add_ct(dataset, self.series, plane, at, self.header, self.use)

            yield case.instance(self.series, number + 1, fill)


def ct(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """A CT of a body: its reconstructions, one enhanced object where wished, truths."""
    body, chosen = body_of(case, step), ct_device(case, step)
    hu, labels = drawn(case, body, grid_of(case, step), ct_look(step.phase, case.seed))
    made = [
        reconstructed(case, counter, step, (chosen, hu), which)
        for which in (Reconstruction(step.description, step.kernel, step.every), *step.also)
    ]
    del hu
    first = b""
    for one in made:
        for file in one.slices(case):
            first = first or file.data
            yield file
    series, image = made[0].series, made[0].image
    counter.keep(series, image.grid.shape)
    if step.enhanced:
        whole = counter.series(series.device, f"{step.description} MF", ENHANCED_CT, step.part)
        at = (image.grid, made[0].thick_mm)
        yield case.instance(
            whole, 1, lambda d: add_enhanced_ct(d, whole, image.values, at, made[0].header)
        )
    facts = {"scanner": chosen.name, "kernel": step.kernel, "phase": step.phase}
    shown = Truths(case, counter, series, source_of(first, series, image.grid))
    if labels is not None and step.every > 1:
        labels = label(body, image.grid)
    yield from truths(shown, step, body, labels, facts)


def reconstructed(
    case: Case, counter: Counter, step: Step, scan: tuple[CtProfile, Volume], which: Reconstruction
) -> CtSeries:
    """One reconstruction of a scan: slices joined by ``which.every``, with a kernel."""
    chosen, hu = scan
    kernel = which.kernel if any(k.use == which.kernel for k in chosen.kernels) else None
    thick = step.thickness_mm if which.every == 1 else None
    options = CtOptions(kernel=kernel, thickness_mm=thick, every=which.every,
                        couch="head" if step.body == "head" else True)  # fmt: skip
    options = exposed(hu, chosen, options)
    image = ct_scan(hu, chosen, case.seed, options)
    header = header_of(ct_header(chosen, options, case.seed))
    if step.phase != "native":
        header["ContrastBolusAgent"] = "Iohexol 350"
    machine = device("CT", chosen.maker, chosen.model, chosen.software)
    series = counter.series(machine, which.description, CT, step.part)
    return CtSeries(series, image, thick or image.grid.spacing[0], header, which.kernel)


def mr(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """An MR of a body; as :func:`ct`."""
    body, chosen = body_of(case, step), mr_profile(step.device)
    image, labels, thick_mm = acquired(case, step, body, chosen)
    grid, header = image.grid, header_of(chosen.header)
    machine = device("MR", chosen.maker, chosen.model)
    series = counter.series(machine, chosen.description, MR, step.part)
    top = float(np.percentile(image.values[:: max(grid.shape[0] // 8, 1)], 99.5))
    first = b""
    for number, plane in enumerate(image.values):

        def fill(dataset: Dataset, number: int = number, plane: Any = plane) -> None:  # noqa: ANN401
            add_mr(dataset, series, plane, (grid, number, thick_mm), header, (top / 2, top))

        one = case.instance(series, number + 1, fill)
        first = first or one.data
        yield one
    counter.keep(series, grid.shape)
    if step.enhanced:
        whole = counter.series(machine, f"{step.description} MF", ENHANCED_MR, step.part)
        yield case.instance(
            whole, 1,
            lambda d: add_enhanced_mr(d, whole, image.values, (grid, thick_mm), header),
        )  # fmt: skip
    facts = {"scanner": chosen.name}
    shown = Truths(case, counter, series, source_of(first, series, grid))
    yield from truths(shown, step, body, labels, facts)


def acquired(
    case: Case, step: Step, body: Body, chosen: MrProfile
) -> tuple[Volume, Labels | None, float]:
    """What an MR stores, its labels, and the thickness of its slices in mm.

    Slices with gaps between them are joined of finer ones, thinner or thicker than the profile's
    by the step's number of slices; a voxel of theirs belongs to what its centre lies in.
    """
    grid, look = grid_of(case, step), mr_look(chosen, case.seed)
    if chosen.gap_mm == 0:
        signal, labels = drawn(case, body, grid, look)
        return mr_scan(signal, chosen, case.seed), labels, grid.spacing[0]
    count, rows, columns = grid.shape
    share = grid.spacing[0] / (chosen.slice_mm + chosen.gap_mm)
    slab = replace(chosen, slice_mm=chosen.slice_mm * share, gap_mm=chosen.gap_mm * share)
    signal = paint(body, grid_of(case, step, (count * FINE, rows, columns)), look)
    image = mr_scan(signal, slab, case.seed, MrOptions(thick=True))
    return image, label(body, image.grid) if case.options.truths else None, slab.slice_mm


def drawn(
    case: Case, body: Body, grid: Grid, look: Mapping[str, Shade]
) -> tuple[Volume, Labels | None]:
    """A body painted, and labelled where truths are wished."""
    if case.options.truths:
        return paint_and_label(body, grid, look)
    return paint(body, grid, look), None


def truths(
    shown: Truths, step: Step, body: Body, labels: Labels | None, facts: Mapping[str, Any]
) -> Iterator[SampleFile]:
    """What is true of a series of a body."""
    if labels is not None:
        yield from shown.of_volume(labels, body, step, facts, earlier(shown.case, step))


def earlier(case: Case, step: Step) -> tuple[Body, date] | None:
    """The body at the visit before, and the day of that visit."""
    visit = step.wishes.get("visit", 0)
    if not visit:
        return None
    before = msgspec.structs.replace(step, wishes={**step.wishes, "visit": visit - 1})
    day = case.study(visit, case.recipe.visits[visit - 1]).date
    return body_of(case, before), date(int(day[:4]), int(day[4:6]), int(day[6:]))
