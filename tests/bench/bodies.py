"""Sizes of organs of synthetic trunks beside published ones, and calcium against its truth.

``python -m tests.bench.bodies 20`` prints both tables as Markdown for 20 men and 20 women.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from yushan.domain.bodies import Body, LesionWish, TrunkWishes, paint, trunk
from yushan.domain.bodies.abdomen import kidneys, liver_surface, spleen
from yushan.domain.bodies.calcium import MG_MM3_HU
from yushan.domain.bodies.heart import Heart
from yushan.domain.bodies.lungs import lung
from yushan.domain.bodies.pancreas import pancreas_surface
from yushan.domain.bodies.shapes import volume_of
from yushan.domain.bodies.trunk import planned
from yushan.domain.measures import calcium_score
from yushan.domain.scanners import CtOptions, ct_look, ct_profile, ct_scan
from yushan.domain.volumes import Grid

if TYPE_CHECKING:
    from yushan.domain.bodies import Lesion
    from yushan.domain.bodies.plan import Plan

#: What is published of adults: figure, and where.
PUBLISHED: Final = {
    "liver, mL": "1205 ± 258 (Chinese, Feng 2017); 825 to 1700 (Korean donors, Kim 2021)",
    "spleen, mL": "81 to 322 (Korean donors, Kim 2021); 238, 180 (US, Geraghty 2004)",
    "kidney, mL": "193, 157 with sinus (US, Geraghty 2004); 155 g, 138 g (ICRP 89)",
    "pancreas, mL": "87, 64 (US, Geraghty 2004); 78 ± 22 (Abdom Radiol 2019)",
    "both lungs, mL": "full breath: textbooks 4000 to 6000",
    "heart with sac and fat, mL": "840 g, 620 g with blood (ICRP 89)",
    "left ventricle's cavity, mL": "textbooks 70 to 150 in diastole",
    "ascending aorta, mm": "29.9 ± 5.7 (Korean, Lee 2013)",
    "descending aorta, mm": "22.3 ± 3.7 (Korean, Lee 2013)",
}
#: Where slices of a calcium scan begin, mm.
PHASES: Final = (0.0, 0.75, 1.5, 2.25)
#: How far from a plaque its calcium is looked for, mm.
REACH_MM: Final = 2.5
#: Plaques nearer than this to another are left out, mm.
ALONE_MM: Final = 15.0
MM3_ML: Final = 1000


def sizes(plan: Plan) -> dict[str, float]:
    """Sizes of one person's organs."""
    heart = Heart(plan)
    both = sum(volume_of(lung(plan, side), step_mm=7)[0] for side in (1, -1))
    cavity = volume_of(heart.cavity("ventricle_left"), (heart.floor(-25),), step_mm=3)[0]
    found = {
        "liver, mL": volume_of(liver_surface(plan), step_mm=5)[0],
        "spleen, mL": volume_of(spleen(plan), step_mm=4)[0],
        "kidney, mL": volume_of(kidneys(plan)[0].surface, step_mm=4)[0],
        "pancreas, mL": volume_of(pancreas_surface(plan), step_mm=3)[0],
        "both lungs, mL": both,
        "heart with sac and fat, mL": volume_of(heart.sac, step_mm=5)[0],
        "left ventricle's cavity, mL": cavity,
    }
    millilitres = {name: value / MM3_ML for name, value in found.items()}
    return millilitres | {
        "ascending aorta, mm": 2 * plan["aorta_ascending_mm"],
        "descending aorta, mm": 2 * plan["aorta_descending_mm"],
    }


def organs(count: int) -> None:
    """Means, spreads and ranges of both sexes beside what is published."""
    people = {
        sex: [sizes(planned(seed, TrunkWishes(sex=sex))) for seed in range(count)]
        for sex in ("male", "female")
    }
    print("| organ | men: mean ± SD (range) | women: mean ± SD (range) | published |")
    print("|---|---|---|---|")
    for name, published in PUBLISHED.items():
        cells = [spread(np.array([one[name] for one in people[sex]])) for sex in people]
        print(f"| {name} | {cells[0]} | {cells[1]} | {published} |")


def spread(values: np.ndarray) -> str:
    """Mean, standard deviation and range."""
    return f"{values.mean():.0f} ± {values.std():.0f} ({values.min():.0f} to {values.max():.0f})"


class Ratio(NamedTuple):
    """Scores of one plaque as shares of its truth, and its true Agatston score."""

    truth: float
    without: np.ndarray
    noisy: np.ndarray


def calcium(count: int) -> None:
    """Scores of scans against the truth of plaques, by size, with and without noise."""
    found = [
        ratio(body, one)
        for seed in range(count)
        for body in [planted(seed)]
        for one in body.lesions
        if float(one.properties["agatston"]) > 0 and alone(body, one)
    ]
    print("\n| true Agatston score | plaques | noise | Agatston | volume score | mass score |")
    print("|---|---|---|---|---|---|")
    for low, high in ((0.5, 20), (20, 60), (60, 400)):
        mine = [one for one in found if low <= one.truth < high]
        for noise in ("without", "noisy"):
            values = np.array([getattr(one, noise) for one in mine]).reshape(-1, 3)
            if len(values):
                cells = " | ".join(
                    f"{a:.2f} ± {b:.2f}" for a, b in zip(values.mean(0), values.std(0), strict=True)
                )
                print(f"| {low:g} to {high:g} | {len(mine)} | {noise} | {cells} |")


def alone(body: Body, one: Lesion) -> bool:
    """Whether no other plaque lies so near that slices show both as one."""
    gaps = [np.subtract(one.centre_mm, other.centre_mm) for other in body.lesions]
    return sum(bool(np.linalg.norm(gap) < ALONE_MM) for gap in gaps) == 1


def planted(seed: int) -> Body:
    """A person with a plaque in three arteries."""
    places = ("LAD", "RCA", "LCX")
    return trunk(
        seed, TrunkWishes(lesions=tuple(LesionWish("plaque", place=name) for name in places))
    )


def ratio(body: Body, one: Lesion) -> Ratio:
    """Mean scores over places of slices, as shares of the truth."""
    keys = ("agatston", "volume_score_mm3", "mass_score_mg")
    truth = np.array([float(one.properties[key]) for key in keys])
    both = []
    for noise in (False, True):
        scores = [measured(body, one, shift, noise=noise) for shift in PHASES]
        both.append(np.mean(scores, axis=0) / truth)
    return Ratio(float(truth[0]), both[0], both[1])


def measured(body: Body, one: Lesion, shift_mm: float, *, noise: bool) -> tuple[float, ...]:
    """Agatston, volume and mass score of slices of 3 mm about a plaque."""
    x, y, z = one.centre_mm
    grid = Grid.axial((24, 44, 44), (1.0, 0.43, 0.43), (x, y, z + shift_mm))
    options = CtOptions(kernel="calcium", every=3, noise=noise, couch=False)
    hu = paint(body, grid, ct_look("native", body.seed))
    scan = ct_scan(hu, ct_profile("ct-siemens-force"), body.seed, options)
    places = np.stack(np.indices(scan.grid.shape), axis=-1).reshape(-1, 3)
    at = scan.grid.points(places).astype(np.float32).T
    shape = next(s.surface for s in body.structures if s.name == one.structure)
    near = (shape.distance(at[0], at[1], at[2]) < REACH_MM).reshape(scan.grid.shape)
    found = calcium_score(scan.values, scan.grid.spacing, mask=near, mg_per_mm3_hu=MG_MM3_HU)
    return (found.agatston, found.volume_mm3, found.mass_mg or 0.0)


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    organs(wanted)
    calcium(wanted)
