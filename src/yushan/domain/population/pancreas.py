"""Pancreatic cancer: new diabetes before it, the CT, the vessels it touches, the short rest."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from yushan.domain.population.cancers import Care, cancer, fate, treat
from yushan.domain.population.draws import Urn
from yushan.domain.population.events import Statement, Visit, Wanted
from yushan.domain.population.tables import tree

if TYPE_CHECKING:
    from yushan.domain.population.story import Story

PANCREAS: Final = tree("courses")["pancreas"]
CODES: Final = {"head": "C25.0", "body": "C25.1", "tail": "C25.2"}
#: Months between new diabetes and diagnosis, in days.
BEFORE: Final = (60, 330)


@cache
def places() -> Urn[str]:
    """Parts of the pancreas."""
    return Urn(PANCREAS["places"].items())


def digest(story: Story) -> None:
    """The course of pancreatic cancer, for the few who get it."""
    found = cancer(story, "pancreas")
    if found is None or found[0] >= story.last:
        return
    at, stage = found
    draws = story.draws
    place = draws.pick(places())
    code = CODES[place]
    omens(story, at, place)
    size = round(draws.spread(*PANCREAS["size-mm"][stage]), 1)
    degrees = round(draws.spread(*PANCREAS["contact-degrees"][stage]) / 10) * 10
    statements = seen(stage, place, size, degrees)
    wanted = Wanted("IM-CT-ABD", code, "pancreas", statements)
    story.add(Visit(at, "outpatient", "GI", (code,), (), ("LA-CA199", "PA-BIOPSY"), 0, (wanted,)))
    is_resected = draws.chance(PANCREAS["resected"][stage])
    operation = ("OP-WHIPPLE" if place == "head" else "OP-OTHER") if is_resected else ""
    treat(story, Care(code, "GI", (("L01BC05", 21),), operation), at)
    fate(story, "pancreas", stage, at, code)
    story.tell("pancreatic-cancer", at, stage=stage, place=place, size_mm=size, contact=degrees)


def omens(story: Story, at: int, place: str) -> None:
    """New diabetes months before, weight loss, jaundice."""
    draws = story.draws
    if draws.chance(PANCREAS["new-diabetes"]) and "E11.9" not in story.known:
        known = at - draws.between(*BEFORE)
        if known > story.first:
            story.known["E11.9"] = known
            story.add(Visit(known, "outpatient", "META", ("E11.9", "R63.4"), (), ("LA-GLU",)))
    if place == "head" and draws.chance(PANCREAS["jaundice-head"]):
        when = at - draws.between(3, 20)
        if when > story.first:
            wanted = Wanted("IM-US-ABD", "R17", "pancreas", ())
            story.add(Visit(when, "emergency", "EM", ("R17",), (), ("LA-CBC",), 0, (wanted,)))


def seen(stage: str, place: str, size: float, degrees: int) -> tuple[Statement, ...]:
    """What the CT says."""
    axes = (size, round(size * 0.8, 1))
    duct = place != "tail"
    contact = (
        Statement("sma-contact", grade=str(degrees))
        if degrees
        else Statement("sma-contact", "absent")
    )
    spread = stage == "IV"
    return (
        Statement("pancreatic-mass", "present", "", f"pancreatic {place}", axes, lesion="mass-1"),
        Statement("duct-dilatation", sizes_mm=(round(3.4 + size / 12, 1),))
        if duct
        else Statement("duct-dilatation", "absent"),
        contact,
        Statement("liver-metastasis", "present" if spread else "absent"),
        Statement("ascites", "uncertain" if spread else "absent"),
    )
