"""What a person decided, and what follows from it for one use of one image. Pure.

A choice stops or allows a **part**: a kind of use, a hospital, a modality, a period of
examination; what is not named is meant whole. The latest choice in force that covers a use
decides; without one the use is allowed (silence counts as consent, Act of 2025-12-02).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime  # noqa: TC003 - msgspec reads them at run time
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from yushan.base import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Use(StrEnum):
    """Kinds of use a person may stop; texts in ``data/uses.toml``."""

    ACADEMIC = "academic"
    PUBLIC_HEALTH = "public-health"
    INDUSTRY = "industry"


class Decision(StrEnum):
    """What a choice says."""

    STOP = "stop"
    ALLOW = "allow"


class Part(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """What a choice covers; None is every. Dates are of the examination, both included."""

    use: Use | None = None
    site: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{1,64}$")] | None = None
    modality: Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9]{1,16}$")] | None = None
    examined_from: date | None = None
    examined_until: date | None = None


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One decision about one part, from ``effective_at`` on."""

    decision: Decision
    part: Part
    effective_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """One use of one image; None is unknown."""

    use: Use
    site: str | None = None
    modality: str | None = None
    examined_on: date | None = None


class Match(Enum):
    """Whether a use lies in a part."""

    INSIDE = "inside"
    UNKNOWN = "unknown"
    OUTSIDE = "outside"


#: Does a choice apply? What is not known counts against the use.
APPLIES: Final[dict[tuple[Decision, Match], bool]] = {
    (Decision.STOP, Match.INSIDE): True,
    (Decision.STOP, Match.UNKNOWN): True,
    (Decision.STOP, Match.OUTSIDE): False,
    (Decision.ALLOW, Match.INSIDE): True,
    (Decision.ALLOW, Match.UNKNOWN): False,
    (Decision.ALLOW, Match.OUTSIDE): False,
}


def decide(choices: Iterable[Choice], what: What, when: datetime) -> Decision:
    """Whether one use of one image is stopped or allowed at a moment.

    ``choices`` are one person's, in the order they were recorded; of two with the same effective
    time the later recorded one holds.
    """
    in_force = [choice for choice in choices if choice.effective_at <= when]
    in_force.sort(key=lambda choice: choice.effective_at)
    for place, choice in reversed(list(enumerate(in_force))):
        if is_taken_back(choice, in_force[place + 1 :]):
            continue
        if APPLIES[choice.decision, match(choice.part, what)]:
            return choice.decision
    return Decision.ALLOW


def is_taken_back(choice: Choice, later: Sequence[Choice]) -> bool:
    """Whether a stop has no image left that it could mean: a later allow covers its whole part."""
    return choice.decision is Decision.STOP and any(
        one.decision is Decision.ALLOW and covers(one.part, choice.part) for one in later
    )


def covers(wide: Part, narrow: Part) -> bool:
    """Whether everything in one part lies in the other."""
    same = all(
        getattr(wide, name) in {None, getattr(narrow, name)} for name in ("use", "site", "modality")
    )
    early = wide.examined_from is None or (
        narrow.examined_from is not None and narrow.examined_from >= wide.examined_from
    )
    late = wide.examined_until is None or (
        narrow.examined_until is not None and narrow.examined_until <= wide.examined_until
    )
    return same and early and late


def stops_all(choices: Iterable[Choice], what: What, when: datetime) -> bool:
    """Whether no kind of use is left for the image; then it is not even collected."""
    known = tuple(choices)
    return all(decide(known, replace(what, use=use), when) is Decision.STOP for use in Use)


def match(part: Part, what: What) -> Match:
    """Whether a use lies in a part: inside in every respect, outside in one, or not known."""
    found = {
        same(part.use, what.use),
        same(part.site, what.site),
        same(part.modality, what.modality),
        in_period(part, what.examined_on),
    }
    if Match.OUTSIDE in found:
        return Match.OUTSIDE
    return Match.UNKNOWN if Match.UNKNOWN in found else Match.INSIDE


def same(wanted: str | None, found: str | None) -> Match:
    """One respect in which a part names one value or none."""
    if wanted is None or wanted == found:
        return Match.INSIDE
    return Match.UNKNOWN if found is None else Match.OUTSIDE


def in_period(part: Part, examined_on: date | None) -> Match:
    """Whether the examination lies in the part's period."""
    if part.examined_from is None and part.examined_until is None:
        return Match.INSIDE
    if examined_on is None:
        return Match.UNKNOWN
    early = part.examined_from is not None and examined_on < part.examined_from
    late = part.examined_until is not None and examined_on > part.examined_until
    return Match.OUTSIDE if early or late else Match.INSIDE


def check_part(part: Part) -> None:
    """Refuse a part that covers nothing.

    Raises
    ------
    Rejected
        ``consent.period-reversed``, ``consent.part-malformed``.
    """
    try:
        msgspec.convert(msgspec.to_builtins(part), Part)
    except msgspec.ValidationError as error:
        raise Rejected("consent.part-malformed") from error
    both = part.examined_from is not None and part.examined_until is not None
    if both and part.examined_from > part.examined_until:  # type: ignore[operator]
        raise Rejected("consent.period-reversed")
