"""The life of one person, told once: the same patient and seed give the same life."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.domain.population import (
    births,
    breast,
    cancers,
    choices,
    chronic,
    heart,
    infection,
    lung,
    nasopharynx,
    pancreas,
)
from yushan.domain.population.calendar import day
from yushan.domain.population.claims import claims_of
from yushan.domain.population.draws import LIFE, Draws
from yushan.domain.population.events import Death, Life
from yushan.domain.population.filing import Filing
from yushan.domain.population.story import CONTACTS, Story, natural_end

if TYPE_CHECKING:
    from yushan.domain.population.events import Risk
    from yushan.domain.population.patients import Patient

ADULT: Final = 20


def life(patient: Patient, seed: int | None = None, *, is_thinned: bool = True) -> Life:
    """What happens to a person within the window.

    Parameters
    ----------
    patient
        Of :func:`yushan.domain.population.person`.
    seed
        Of the life; that of the patient unless given, so that one person can have several lives.
    is_thinned
        Tell a share of the small contacts and follow-ups only, so that tables stay small.
    """
    chosen = patient.seed if seed is None else seed
    story = Story(patient, Draws(LIFE, chosen, patient.number), is_thinned=is_thinned)
    if patient.kind == "newborn":
        births.be_born(story)
        risk = None
    else:
        risk = tell(story)
    filing = Filing(story)
    filing.file()
    claims, lines = claims_of(filing)
    is_dead = bool(story.cause)
    return Life(
        patient.number, chosen, day(story.first), day(story.last), story.smoker,
        tuple(filing.encounters), tuple(filing.diagnoses), tuple(filing.drugs),
        tuple(filing.procedures), tuple(filing.measurements), tuple(filing.orders),
        tuple(claims), tuple(lines),
        choices.choose(story),
        tuple(one for one in story.courses if one.began <= day(story.last)),
        Death(patient.number, day(story.last), story.cause) if is_dead else None,
        None if risk is None else heart.settled(risk, story.last),
    )  # fmt: skip


def tell(story: Story) -> Risk | None:
    """All that happens, in an order that never changes: chance is drawn along it.

    Ends come first where they shorten what follows; what lies beyond the last day is dropped when
    it is filed.
    """
    natural_end(story)
    share = CONTACTS["smoking"][story.patient.sex]
    story.smoker = story.draws.chance(share) and story.age(story.first) >= ADULT
    chronic.fall_ill(story)
    risk = heart.beat(story)
    lung.breathe(story)
    breast.screen(story)
    pancreas.digest(story)
    nasopharynx.swallow(story)
    cancers.plain_cancers(story)
    infection.catch(story)
    births.be_born(story)
    births.give_birth(story)
    chronic.follow_up(story)
    chronic.check_ups(story)
    chronic.small_ills(story)
    return risk
