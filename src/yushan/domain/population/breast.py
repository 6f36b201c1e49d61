"""Breast screening every two years, recalls, cancers found by it or between."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from yushan.domain.population.brain import metastases
from yushan.domain.population.cancers import OPERATED, Care, cancer, fate, follow, treat
from yushan.domain.population.draws import Urn
from yushan.domain.population.events import Statement, Visit, Wanted
from yushan.domain.population.tables import tree

if TYPE_CHECKING:
    from yushan.domain.population.story import Story

BREAST: Final = tree("courses")["breast"]
CODES: Final = {"right": "C50.911", "left": "C50.912"}
SIZE: Final = {"0": (4, 16), "I": (6, 20), "II": (15, 45), "III": (30, 70), "IV": (25, 80)}
QUADRANTS: Final = (
    "upper outer quadrant", "upper inner quadrant", "lower outer quadrant", "lower inner quadrant",
)  # fmt: skip
#: Days before the diagnosis within which a film shows the cancer.
VISIBLE: Final = 400


@cache
def densities() -> Urn[str]:
    """Densities a to d."""
    return Urn(BREAST["density"].items())


def screen(story: Story) -> None:
    """Films at screening, and cancer where it comes."""
    if story.patient.sex != "F" or story.age(story.last) < 30:
        return
    found = cancer(story, "breast")
    cancer_at = found[0] if found and found[0] < story.last else None
    density = story.draws.pick(densities())
    seen_at = films(story, density, cancer_at) if story.draws.chance(BREAST["screened"]) else None
    if found and cancer_at is not None:
        malignant(story, seen_at or cancer_at, found[1], density)


def films(story: Story, density: str, cancer_at: int | None) -> int | None:
    """Screening films until one shows the cancer; the day of that one."""
    draws = story.draws
    at = max(story.first, story.at_age(BREAST["from"])) + draws.between(0, BREAST["every-days"])
    while at <= min(story.last, story.at_age(BREAST["until"] + 1)):
        if cancer_at is not None and at > cancer_at - VISIBLE:
            is_seen = at <= cancer_at and draws.chance(BREAST["sensitivity"][density])
            return at if is_seen else None
        film(story, at, density, is_recalled=draws.chance(BREAST["recall"]))
        at += BREAST["every-days"] + draws.between(-20, 120)
    return None


def film(story: Story, at: int, density: str, *, is_recalled: bool) -> None:
    """A film without cancer; a recalled one is looked at again by ultrasound."""
    draws = story.draws
    dense = Statement("breast-density", grade=density)
    if not is_recalled:
        mass, specks = Statement("breast-mass", "absent"), Statement("microcalcification", "absent")
        statements: tuple[Statement, ...] = (dense, mass, specks, Statement("bi-rads", grade="1"))
    else:
        side = draws.one_of(("left", "right"))
        found = Statement(
            "breast-mass",
            "uncertain",
            side,
            draws.one_of(QUADRANTS),
            (round(draws.spread(4, 12), 1),),
        )
        statements = (dense, found, Statement("bi-rads", grade="0"))
    wanted = Wanted("IM-MG", "Z12.31", "breast", statements)
    story.add(Visit(at, "checkup", "SURG", ("Z12.31",), (), (), 0, (wanted,)))
    if is_recalled:
        again = Wanted("IM-US-BREAST", "R92.8", "breast", ())
        story.add(
            Visit(at + draws.between(10, 40), "outpatient", "SURG", ("R92.8",), (), (), 0, (again,))
        )


def malignant(story: Story, at: int, stage: str, density: str) -> None:
    """The film that shows the cancer, treatment, follow-up, the end."""
    draws = story.draws
    side, place = draws.one_of(("left", "right")), draws.one_of(QUADRANTS)
    size = round(draws.spread(*SIZE[stage]), 1)
    code = CODES[side]
    grade = draws.one_of(("4B", "4C", "5")) if stage != "0" else draws.one_of(("4A", "4B"))
    mass = Statement(
        "breast-mass", "present", side, place, (size, round(size * 0.8, 1)), lesion="mass-1"
    )
    specks = Statement("microcalcification", "absent")
    if stage == "0":
        specks = Statement("microcalcification", "present", side, "breast")
    statements = (
        Statement("breast-density", grade=density),
        mass,
        specks,
        Statement("bi-rads", grade=grade),
    )
    wanted = Wanted("IM-MG", "R92.8", "breast", statements)
    story.add(Visit(at, "outpatient", "SURG", ("R92.8",), (), (), 0, (wanted,)))
    found = at + draws.between(7, 25)
    story.add(Visit(found, "outpatient", "SURG", (code,), (), ("PA-BIOPSY",)))
    drugs = (("L01AA01", 21),) if stage in {"II", "III", "IV"} else ()
    care = Care(
        code, "SURG", drugs, "OP-BREAST" if stage in {*OPERATED, "III"} else "", stage != "0"
    )
    treat(story, care, found)
    follow(story, care, found)
    dead = fate(story, "breast", stage, found, code)
    if stage in {"III", "IV"}:
        metastases(story, found, code, dead)
    story.tell("breast-cancer", at, stage=stage, side=side, size_mm=size, density=density)
