"""Nasopharyngeal carcinoma: neck node, MR with T and N, chemoradiotherapy, follow-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.domain.population.calendar import YEAR
from yushan.domain.population.cancers import Care, cancer, fate, follow, treat
from yushan.domain.population.events import Statement, Visit, Wanted
from yushan.domain.population.tables import tree

if TYPE_CHECKING:
    from yushan.domain.population.story import Story

NPC: Final = tree("courses")["npc"]
CODE: Final = "C11.9"
#: Compartments by T: what a tumour of that class reaches first.
REACHES: Final = {
    "T1": (),
    "T2": ("parapharyngeal",),
    "T3": ("parapharyngeal", "skull-base"),
    "T4": ("parapharyngeal", "skull-base", "intracranial"),
}
COMPARTMENTS: Final = ("parapharyngeal", "skull-base", "intracranial")
SIZE: Final = {"T1": (8, 22), "T2": (16, 34), "T3": (22, 48), "T4": (32, 65)}


def swallow(story: Story) -> None:
    """The course of nasopharyngeal carcinoma, for those who get it."""
    found = cancer(story, "npc")
    if found is None or found[0] >= story.last:
        return
    at, stage = found
    draws = story.draws
    t = draws.one_of(NPC["t-by-stage"][stage])
    n = draws.one_of(NPC["n-by-stage"][stage])
    side = draws.one_of(("left", "right"))
    size = round(draws.spread(*SIZE[t]), 1)
    if at - 12 > story.first:
        story.add(Visit(at - 12, "outpatient", "ENT", ("R59.0",), (), ("PA-BIOPSY", "LA-EBV")))
    wanted = Wanted("IM-MR-NECK", CODE, "npc", seen(t, n, side, size))
    story.add(Visit(at, "outpatient", "ENT", (CODE,), (), ("LA-EBV",), 0, (wanted,)))
    fate(story, "npc", stage, at, CODE)
    care = Care(CODE, "ENT", (("L01XA01", 21),) if stage != "I" else (), "", radiotherapy=True)
    treat(story, care, at)
    follow(story, care, at)
    controls(story, at, side)
    story.tell("npc", at, stage=stage, t=t, n=n, side=side, size_mm=size)


def seen(t: str, n: str, side: str, size: float) -> tuple[Statement, ...]:
    """What the first MR says: tumour, each compartment, nodes, T."""
    axes = (size, round(size * 0.7, 1))
    reached = [
        Statement(f"{one}-extension", "present" if one in REACHES[t] else "absent")
        for one in COMPARTMENTS
    ]
    sides = {"N0": "", "N1": side, "N2": "bilateral", "N3": "bilateral"}[n]
    length = {"N0": 0.0, "N1": 22.0, "N2": 31.0, "N3": 64.0}[n]
    nodes = (
        Statement("neck-node", "absent")
        if n == "N0"
        else Statement("neck-node", "present", sides, "neck", (length,))
    )
    tumour = Statement("npc-tumour", "present", side, "nasopharynx", axes, lesion="tumour-1")
    return (tumour, *reached, nodes, Statement("t-stage", grade=t), Statement("n-stage", grade=n))


def controls(story: Story, at: int, side: str) -> None:
    """MRs 4, 10, 16 and 28 months later; a recurrence now and then."""
    recurs = at + int(story.draws.wait(YEAR / NPC["recurs-per-year"]))
    for month in (4, 10, 16, 28):
        when = at + month * 30
        if when > story.last:
            return
        is_back = when >= recurs
        tumour = (
            Statement("npc-tumour", "uncertain", side, "nasopharynx", (9.0,), "new")
            if is_back
            else Statement("npc-tumour", "absent")
        )
        wanted = Wanted("IM-MR-NECK", CODE, "npc", (tumour, Statement("neck-node", "absent")))
        story.add(Visit(when, "outpatient", "ENT", ("Z08", CODE), (), (), 0, (wanted,)))
