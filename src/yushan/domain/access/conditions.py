"""Conditions by name: each is one question about the actor, the thing and the time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.base import SiteName, StudyUID
from yushan.domain.access.duo import unmet_terms

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from yushan.domain.access.values import Actor, Thing

    Condition = Callable[[Actor, Thing, datetime], bool]


def in_scope(actor: Actor, thing: Thing, _now: datetime) -> bool:
    """The actor's scope admits the study."""
    sites = frozenset(SiteName(site) for site in thing.sites)
    return actor.scope.admits(StudyUID(thing.study), sites)


def own_site(actor: Actor, thing: Thing, _now: datetime) -> bool:
    """It belongs to the actor's hospital."""
    return bool(actor.site) and actor.site == thing.site


def own(actor: Actor, thing: Thing, _now: datetime) -> bool:
    """It is the actor's own."""
    return bool(actor.id) and actor.id == thing.owner


def not_own(actor: Actor, thing: Thing, _now: datetime) -> bool:
    """It is somebody else's."""
    return bool(actor.id) and actor.id != thing.owner


def named(actor: Actor, thing: Thing, _now: datetime) -> bool:
    """The actor is named in it."""
    return bool(actor.id) and actor.id in thing.members


def another_person(actor: Actor, thing: Thing, _now: datetime) -> bool:
    """Somebody else has sealed it, the actor has not."""
    return bool(actor.id) and bool(thing.sealed_by) and actor.id not in thing.sealed_by


def no_conflict(actor: Actor, thing: Thing, _now: datetime) -> bool:
    """Neither the actor nor their hospital has an interest in it."""
    return not {actor.id, actor.site} & (thing.conflicted - {""})


def active(_actor: Actor, thing: Thing, _now: datetime) -> bool:
    """It is in use."""
    return thing.state == "active"


def waiting(_actor: Actor, thing: Thing, _now: datetime) -> bool:
    """It waits for a decision."""
    return thing.state == "waiting"


def in_time(_actor: Actor, thing: Thing, now: datetime) -> bool:
    """Its time has begun and is not over."""
    begun = thing.starts is None or thing.starts <= now
    return begun and (thing.ends is None or now < thing.ends)


def trained(actor: Actor, _thing: Thing, now: datetime) -> bool:
    """The actor's training in data protection is valid."""
    return actor.trained_until is not None and now < actor.trained_until


def not_withdrawn(_actor: Actor, thing: Thing, _now: datetime) -> bool:
    """Nobody in it has withdrawn."""
    return "withdrawn" not in thing.facts


def checked(_actor: Actor, thing: Thing, _now: datetime) -> bool:
    """The machine's checks were passed."""
    return "checked" in thing.facts


def export_agreed(_actor: Actor, thing: Thing, _now: datetime) -> bool:
    """An agreement lets a copy out."""
    return "export-agreed" in thing.facts


def weights_may_leave(_actor: Actor, thing: Thing, _now: datetime) -> bool:
    """No condition of use keeps models inside."""
    return "YS:NO-WEIGHTS-OUT" not in thing.terms


def purpose_fits(actor: Actor, thing: Thing, now: datetime) -> bool:
    """The conditions of use admit the actor's purpose."""
    return actor.purpose is not None and not unmet_terms(thing.terms, actor.purpose, now)


CONDITIONS: Final[dict[str, Condition]] = {
    one.__name__: one
    for one in (
        active, another_person, checked, export_agreed, in_scope, in_time, named, no_conflict,
        not_own, not_withdrawn, own, own_site, purpose_fits, trained, waiting, weights_may_leave,
    )
}  # fmt: skip
