"""A report that compares: statements of two examinations of the same lesions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.domain.population.events import Statement

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

#: Nodules of the lung: change of the mean diameter in mm that counts (Lung-RADS v2022).
GROWTH_MM: Final = 1.5
#: All else: factors of the longest diameter that count (RANO-BM, RECIST 1.1).
LARGER, SMALLER = 1.2, 0.7


def compared(
    now: Iterable[Statement], before: Iterable[Statement], prior_day: date
) -> tuple[Statement, ...]:
    """The statements of now, each lesion compared with its statement of before.

    Lesions are matched by name; those that are no longer there are told as resolved, others as
    new, and what has no name or size stays as it is.
    """
    old = {one.lesion: one for one in before if one.lesion and one.status == "present"}
    told = [one_compared(one, old.pop(one.lesion, None), prior_day) for one in now]
    gone = (
        Statement(
            one.concept, "absent", one.side, one.place, change="resolved", prior_day=prior_day
        )
        for one in old.values()
    )
    return (*told, *gone)


def one_compared(one: Statement, old: Statement | None, prior_day: date) -> Statement:
    """One statement with its change."""
    if not one.lesion or not one.sizes_mm or one.status == "absent":
        return one
    if old is None or not old.sizes_mm:
        return one._replace(change="new", prior_day=prior_day)
    change = changed(one.concept, one.sizes_mm, old.sizes_mm)
    return one._replace(change=change, prior_mm=old.sizes_mm, prior_day=prior_day)


def changed(concept: str, now: tuple[float, ...], before: tuple[float, ...]) -> str:
    """``larger``, ``smaller`` or ``stable``, by the rule of the kind of lesion."""
    if concept == "nodule":
        grown = sum(now) / len(now) - sum(before) / len(before)
        return "larger" if grown > GROWTH_MM else "smaller" if grown < -GROWTH_MM else "stable"
    if now[0] >= LARGER * before[0]:
        return "larger"
    return "smaller" if now[0] <= SMALLER * before[0] else "stable"
