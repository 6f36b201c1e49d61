"""Coronary calcium from lesions on slices, and the worst stenosis of the coronary tree."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from yushan.base import Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yushan.domain.guidelines.definitions import RuleSet

    Values = dict[str, Any]

LESION: Final = frozenset({"area_mm2", "max_hu"})
MAIN: Final = ("lad", "lcx", "rca")


def agatston(rule: RuleSet, values: Values) -> Mapping[str, Decimal]:
    """Agatston score of lesions ``{"area_mm2", "max_hu"}`` (Agatston et al., JACC 1990;15:827).

    Area times the weight of the highest HU, times slice spacing over 3 mm. A score that is given
    (``score``) is taken as it is; the total is rounded half up when it is printed.
    """
    lesions, score = values.get("lesions"), values.get("score")
    if score is None and lesions is not None:
        spacing = values["spacing_mm"] / Decimal(rule.parameters["reference_spacing_mm"])
        score = sum((lesion_score(rule, lesion) for lesion in lesions), Decimal(0)) * spacing
    if score is None:
        return {}
    values["agatston"] = score.quantize(Decimal(1), "ROUND_HALF_UP")
    return {"agatston_score": score}


def lesion_score(rule: RuleSet, lesion: Mapping[str, Decimal]) -> Decimal:
    """One lesion on one slice; 0 below the least HU or area."""
    if not isinstance(lesion, dict) or set(lesion) != LESION:
        raise Rejected("guidelines.not-a-lesion", input="lesions")
    if lesion["area_mm2"] < rule.parameters["least_area_mm2"]:
        return Decimal(0)
    weights = [weight for least, weight in rule.parameters["weights"] if lesion["max_hu"] >= least]
    return lesion["area_mm2"] * Decimal(weights[-1]) if weights else Decimal(0)


def coronary_stenosis(_rule: RuleSet, values: Values) -> Mapping[str, Decimal]:
    """The highest stenosis (percent) and in how many of three vessels it is 70 or more."""
    found = [values.get(f"{vessel}_percent") for vessel in ("lm", *MAIN)]
    known = [one for one in found if one is not None]
    values["worst_percent"] = max(known) if known and None not in found else None
    severe = [one for one in found[1:] if one is not None and one >= 70]
    values["severe_vessels"] = None if None in found else Decimal(len(severe))
    values["found_percent"] = max(known) if known else None
    return {}
