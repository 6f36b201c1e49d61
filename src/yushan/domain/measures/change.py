"""Change between two times: growth, doubling, what a chamber ejects."""

from __future__ import annotations

import math

from yushan.base import Rejected


def percent_change(before: float, after: float) -> float:
    """(after - before) / before, in percent.

    Raises
    ------
    Rejected
        ``measures.not-positive`` when there was nothing before.
    """
    if before <= 0:
        raise Rejected("measures.not-positive")
    return (after - before) / before * 100


def doubling_days(before: float, after: float, days: float) -> float:
    """Volume doubling time in days under exponential growth; negative when it shrinks.

    ``math.inf`` when nothing changed. Volumes in any one unit; of diameters give the cubes.

    Raises
    ------
    Rejected
        ``measures.not-positive`` for a volume or a time that is not.
    """
    if min(before, after, days) <= 0:
        raise Rejected("measures.not-positive")
    grown = math.log(after / before)
    return math.inf if grown == 0 else days * math.log(2) / grown


def ejection_fraction(end_diastolic: float, end_systolic: float) -> float:
    """Share of the end-diastolic volume that is ejected, in percent.

    Raises
    ------
    Rejected
        ``measures.not-positive``; ``measures.chamber-grows`` when systole is the larger one.
    """
    if end_diastolic <= 0 or end_systolic < 0:
        raise Rejected("measures.not-positive")
    if end_systolic > end_diastolic:
        raise Rejected("measures.chamber-grows")
    return (end_diastolic - end_systolic) / end_diastolic * 100
