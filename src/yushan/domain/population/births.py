"""Deliveries: what happens to a mother on the day her child is born, and to the child."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.domain.population.calendar import FIRST, YEAR
from yushan.domain.population.draws import BIRTH, Draws
from yushan.domain.population.events import Visit
from yushan.domain.population.patients import FERTILE, children_of
from yushan.domain.population.story import CONTACTS, Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.domain.population.patients import Patient

BIRTHS: Final = CONTACTS["birth"]
#: Yearly chance of a birth by age: (from, until, rate).
RATES: Final = tuple(tuple(row) for row in BIRTHS["rates"])
#: Days before the birth on which the pregnancy is looked after, where that is told.
CARE: Final = (210, 168, 126, 98, 70, 42, 21, 7)
#: Days after a birth before which nobody gives birth again.
APART: Final = 400


class Birth(NamedTuple):
    """How a child comes: the same in its own life and in its mother's."""

    is_preterm: bool
    is_caesarean: bool

    @property
    def mother(self) -> tuple[str, ...]:
        """Codes of the mother's stay, the main one first."""
        if self.is_preterm:
            return ("O60.14X0", "Z37.0")
        return ("O82", "Z37.0") if self.is_caesarean else ("O80", "Z37.0")

    @property
    def child(self) -> tuple[str, ...]:
        """Codes of the child's stay."""
        code = "Z38.01" if self.is_caesarean else "Z38.00"
        return (code, "P07.39") if self.is_preterm else (code,)

    @property
    def procedure(self) -> str:
        """What is done."""
        return "OP-CAESAR" if self.is_caesarean else "OP-BIRTH"

    @property
    def stay(self) -> int:
        """Days in hospital."""
        return int(BIRTHS["stay-caesarean" if self.is_caesarean else "stay"])


def birth_of(draws: Draws) -> Birth:
    """How a child comes, by chance."""
    is_preterm = draws.chance(BIRTHS["preterm"])
    return Birth(is_preterm, draws.chance(BIRTHS["caesarean"]))


def be_born(story: Story) -> None:
    """The stay after birth, for those born within the window."""
    if not FIRST <= story.birth <= story.last:
        return
    patient = story.patient
    one = birth_of(Draws(BIRTH, patient.seed, patient.number, 1))
    story.visits.append(
        Visit(story.birth, "inpatient", "PED", one.child, (), ("LA-CBC",), one.stay)
    )


def give_birth(story: Story) -> None:
    """Deliveries of a woman: of the children that are among the people, and of others.

    Drawn on a stream of its own, so that who has no child lives as before.
    """
    patient = story.patient
    if patient.sex != "F" or story.age(story.first) > FERTILE[1]:
        return
    draws = Draws(BIRTH, patient.seed, patient.number)
    told: list[int] = []
    for child in children_of(patient):
        at = child.birth.toordinal()
        deliver(story, at, birth_of(Draws(BIRTH, child.seed, child.number, 1)), child)
        told.append(at)
    for at in days_of(story, draws):
        if all(abs(at - other) >= APART for other in told):
            deliver(story, at, birth_of(draws), None)
            told.append(at)


def days_of(story: Story, draws: Draws) -> Iterator[int]:
    """Days of births by chance, from year to year of age."""
    for low, high, rate in RATES:
        for age in range(low, high):
            at = story.at_age(age) + int(draws.unit() * YEAR)
            if draws.chance(rate) and story.first <= at <= story.last:
                yield at


def deliver(story: Story, at: int, one: Birth, child: Patient | None) -> None:
    """The care before and the stay; a child's own chart says in which hospital."""
    for before in CARE:
        if at - before >= story.first and (not story.is_thinned or before in BIRTHS["told"]):
            story.add(Visit(at - before, "outpatient", "OBG", ("Z34.90",), (), ("LA-CBC",)))
    stay = Visit(at, "inpatient", "OBG", one.mother, (), (one.procedure,), one.stay)
    story.visits.append(stay if child is None else stay._replace(site=child.home))
    way = "caesarean" if one.is_caesarean else "vaginal"
    facts: dict[str, str | float] = {"way": way, "preterm": float(one.is_preterm)}
    story.tell("delivery", at, **facts, **({} if child is None else {"child": float(child.number)}))
