"""What is given, checked: names, kinds, units, ranges. Nothing is guessed or rounded early."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from yushan.base import Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yushan.domain.guidelines.definitions import Input, RuleSet

#: Factors between units of one quantity: (written, wanted) -> multiply by.
UNITS: Final = {
    ("cm", "mm"): Decimal(10),
    ("mm", "cm"): Decimal("0.1"),
    ("mL", "mm3"): Decimal(1000),
    ("mm3", "mL"): Decimal("0.001"),
    ("m", "cm"): Decimal(100),
}
#: Factors that hold for one substance only (molar mass): (substance, written, wanted).
SUBSTANCES: Final = {
    ("cholesterol", "mmol/L", "mg/dL"): 1 / Decimal("0.02586"),
    ("cholesterol", "mg/dL", "mmol/L"): Decimal("0.02586"),
    ("triglyceride", "mmol/L", "mg/dL"): 1 / Decimal("0.01129"),
    ("glucose", "mmol/L", "mg/dL"): 1 / Decimal("0.0555"),
    ("creatinine", "umol/L", "mg/dL"): 1 / Decimal("88.4"),
}
#: Which substance an input measures, by its name.
MEASURES: Final = {
    "total_cholesterol": "cholesterol",
    "hdl_cholesterol": "cholesterol",
    "triglyceride": "triglyceride",
    "fasting_glucose": "glucose",
    "creatinine": "creatinine",
}
#: Numbers longer than this are a fault, not a measurement.
MOST_DIGITS: Final = 20
MOST_ITEMS: Final = 1000


class Given(NamedTuple):
    """Values by input, ``None`` where nothing is known, and the inputs out of the rule's range."""

    values: dict[str, Any]
    outside: tuple[str, ...]


def checked(rule: RuleSet, given: Mapping[str, Any]) -> Given:
    """The inputs of a case, in the rule's units.

    Raises
    ------
    Rejected
        ``guidelines.unknown-input``, ``guidelines.not-a-number``, ``guidelines.not-a-choice``,
        ``guidelines.unit-unknown``, with the input's name.
    """
    for name in given:
        if name not in rule.inputs or rule.inputs[name].derived:
            raise Rejected("guidelines.unknown-input", input=str(name)[:60], rule=rule.id)
    values = {name: value_of(name, one, given.get(name)) for name, one in rule.inputs.items()}
    outside = tuple(name for name, one in rule.inputs.items() if is_outside(one, values[name]))
    return Given(values, outside)


def value_of(name: str, one: Input, value: Any) -> Any:  # noqa: ANN401 - whatever a person wrote
    """One value as its kind asks."""
    if value is None:
        return as_default(one)
    if one.kind == "list":
        if not isinstance(value, list) or len(value) > MOST_ITEMS:
            raise Rejected("guidelines.not-a-list", input=name)
        return tuple(item(name, one, each) for each in value)
    if one.kind == "flag":
        if not isinstance(value, bool):
            raise Rejected("guidelines.not-a-flag", input=name)
        return value
    return item(name, one, value)


def as_default(one: Input) -> Any:  # noqa: ANN401 - a file's value
    """What stands when nothing is said."""
    if isinstance(one.default, list):
        return tuple(one.default)
    return Decimal(one.default) if type(one.default) is int else one.default


def item(name: str, one: Input, value: Any) -> Any:  # noqa: ANN401 - whatever a person wrote
    """A choice, a measured lesion, or a number rounded as the guideline rounds."""
    if one.choices:
        if not isinstance(value, str) or value not in one.choices:
            raise Rejected("guidelines.not-a-choice", input=name, choices=", ".join(one.choices))
        return value
    if isinstance(value, dict) and one.kind == "list":
        return {key: number(f"{name}.{key}", "", each) for key, each in value.items()}
    return rounded(number(name, one.unit, value), one.decimals)


def number(name: str, unit: str, value: Any) -> Decimal:  # noqa: ANN401 - whatever a person wrote
    """A number, or ``{"value": 5.2, "unit": "mmol/L"}``, in ``unit``."""
    if isinstance(value, dict):
        if set(value) != {"value", "unit"}:
            raise Rejected("guidelines.not-a-number", input=name)
        return number(name, "", value["value"]) * factor(name, str(value["unit"]), unit)
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        raise Rejected("guidelines.not-a-number", input=name)
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise Rejected("guidelines.not-a-number", input=name) from None
    if not found.is_finite() or len(found.as_tuple().digits) > MOST_DIGITS:
        raise Rejected("guidelines.not-a-number", input=name)
    return found


def factor(name: str, written: str, wanted: str) -> Decimal:
    """What a value in ``written`` is multiplied by to be in ``wanted``."""
    if written == wanted:
        return Decimal(1)
    found = UNITS.get((written, wanted)) or SUBSTANCES.get(
        (MEASURES.get(name, ""), written, wanted)
    )
    if found is None:
        raise Rejected("guidelines.unit-unknown", input=name, unit=written[:20], wanted=wanted)
    return found


def rounded(value: Decimal, decimals: int | None) -> Decimal:
    """Half up, as guidelines round; never half to even."""
    if decimals is None:
        return value
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def is_outside(one: Input, value: Any) -> bool:  # noqa: ANN401 - any kind of value
    """Whether a number is out of the range in which the rule may be used."""
    numbers = value if isinstance(value, tuple) else (value,)
    return any(
        isinstance(each, Decimal)
        and ((one.least is not None and each < one.least)
             or (one.most is not None and each > one.most))
        for each in numbers
    )  # fmt: skip
