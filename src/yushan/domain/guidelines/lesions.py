"""Sizes of lesions: mean diameters and growth of nodules, sums of diameters, sums of scores."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yushan.domain.guidelines.definitions import RuleSet

    Values = dict[str, Any]

TENTH: Final = Decimal("0.1")


def half_up(value: Decimal, step: Decimal) -> Decimal:
    """Rounded to a step, halves away from zero."""
    return value.quantize(step, ROUND_HALF_UP)


def nodule_size(rule: RuleSet, values: Values) -> Mapping[str, Decimal]:
    """Mean diameter (mm) of each axis pair, as the guideline rounds it, and growth since before.

    ``parameters``: ``step_mm`` is the digit of the mean, ``growth_mm`` and ``growth_months`` say
    what counts as growth, ``volumes`` pairs of (mean diameter mm, volume mm³) that the guideline
    prints side by side: a volume decides by its own threshold.
    """
    step = Decimal(rule.parameters["step_mm"])
    for prefix in ("", "solid_"):
        values[f"{prefix}mean_mm"] = mean_of(rule, values, prefix, step)
    if values.get("state") is None and (grown := growth(rule, values)) is not None:
        values["state"] = "growing" if grown else "stable"
    if "solid_part_state" in rule.inputs and values.get("solid_part_state") is None:
        values["solid_part_state"] = values.get("state")
    return {}


def mean_of(rule: RuleSet, values: Values, prefix: str, step: Decimal) -> Decimal | None:
    """The mean of both axes; else the mean as given; else the one that a volume stands for."""
    long, short = values.get(f"{prefix}long_mm"), values.get(f"{prefix}short_mm")
    if long is not None and short is not None:
        return half_up((long + short) / 2, step)
    if (mean := values.get(f"{prefix}mean_diameter_mm")) is not None:
        return half_up(mean, step)
    volume = values.get(f"{prefix}volume_mm3")
    return None if volume is None else by_volume(rule, volume, step)


def by_volume(rule: RuleSet, volume: Decimal, step: Decimal) -> Decimal:
    """The mean diameter of a ball of this volume, kept on its volume's side of each threshold."""
    ball = Decimal(str(math.cbrt(6 * float(volume) / math.pi)))
    mean = half_up(ball, step)
    for diameter, threshold in rule.parameters.get("volumes", ()):
        if volume >= threshold and mean < diameter:
            mean = Decimal(diameter)
        elif volume < threshold and mean >= diameter:
            mean = Decimal(diameter) - step
    return mean


def growth(rule: RuleSet, values: Values) -> bool | None:
    """Whether the mean diameter grew more than the guideline allows within its months."""
    now, before, months = (
        values.get(n) for n in ("mean_mm", "prior_mean_mm", "months_since_prior")
    )
    if now is None or before is None or months is None or "growth_mm" not in rule.parameters:
        return None
    grown = Decimal(now) - Decimal(before) > rule.parameters["growth_mm"]
    return bool(grown and months <= rule.parameters["growth_months"])


def rano(_rule: RuleSet, values: Values) -> Mapping[str, Decimal]:
    """Change of the sum of longest diameters against baseline and nadir, in percent."""
    return changed(values, "sld")


def recist(_rule: RuleSet, values: Values) -> Mapping[str, Decimal]:
    """Change of the sum of diameters, its increase in mm, and whether all targets are gone."""
    now, lowest = values.get("sum_now_mm"), lowest_of(values, "sum")
    if now is not None and lowest is not None:
        values["increase_mm"] = now - lowest
    if now is not None:
        values["targets_gone"] = not now or values["only_small_nodes"]
    return changed(values, "sum")


def changed(values: Values, name: str) -> Mapping[str, Decimal]:
    """A sum of diameters against baseline and nadir, percent; rows compare what is not rounded."""
    now, baseline = values.get(f"{name}_now_mm"), values.get(f"{name}_baseline_mm")
    numbers: dict[str, Decimal] = {}
    if now is not None and baseline:
        numbers["from_baseline_percent"] = (now - baseline) / baseline * 100
    if now is not None and values.get(f"{name}_nadir_mm") is not None:
        lowest = lowest_of(values, name) or Decimal(0)
        numbers["from_nadir_percent"] = (now - lowest) / lowest * 100 if lowest else Decimal(100)
        values["is_nadir_zero"] = not lowest
    values["change_from_baseline"] = numbers.get("from_baseline_percent")
    values["change_from_nadir"] = numbers.get("from_nadir_percent")
    return numbers


def lowest_of(values: Values, name: str) -> Decimal | None:
    """The smallest sum so far; that of the baseline counts."""
    nadir, baseline = values.get(f"{name}_nadir_mm"), values.get(f"{name}_baseline_mm")
    if nadir is None:
        return None
    return Decimal(nadir if baseline is None else min(nadir, baseline))


def sums(rule: RuleSet, values: Values) -> Mapping[str, Decimal]:
    """Sums of lists: ``parameters["sums"]`` says which list, how long, and its weights' list."""
    numbers: dict[str, Decimal] = {}
    for name, asked in rule.parameters["sums"].items():
        scores = values.get(asked["of"])
        weights = values.get(asked["times"]) if "times" in asked else (Decimal(1),) * asked["count"]
        if scores is None or weights is None:
            continue
        if len(scores) != asked["count"] or len(weights) != asked["count"]:
            continue
        numbers[name] = sum((s * w for s, w in zip(scores, weights, strict=True)), Decimal(0))
    return numbers
