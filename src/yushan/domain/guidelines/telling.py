"""Reasons as people read them: drawn from the rows themselves, so text and threshold agree."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from yushan.domain.guidelines.results import Outcome

if TYPE_CHECKING:
    from yushan.base import Language
    from yushan.domain.guidelines.conditions import Condition
    from yushan.domain.guidelines.definitions import Input, RuleSet
    from yushan.domain.guidelines.results import Reason


#: Outcomes in both languages.
OUTCOMES: Final = {
    Outcome.DECIDED: ("decided", "已判定"),
    Outcome.AT_LEAST: ("at least this", "至少為此（資料不足以排除更嚴重）"),
    Outcome.NOT_EVALUABLE: ("not evaluable", "資料不足，無法判定"),
    Outcome.NOT_APPLICABLE: ("not applicable", "不適用"),
    Outcome.NEEDS_READER: ("a reader decides", "由判讀者決定"),
}
#: Units that are words, in Chinese, and units as they are printed.
UNITS_ZH: Final = {"years": "歲", "months": "個月"}
PRINTED: Final = {"mm3": "mm³", "mm2": "mm²"}


def unit_label(unit: str, language: Language) -> str:
    """A unit as people read it; those that are words are said in the language."""
    return PRINTED.get(unit) or (unit if language == "en" else UNITS_ZH.get(unit, unit))


def with_unit(value: object, unit: str, language: Language) -> str:
    """A value with its unit after a space; per cent without one."""
    return f"{value}{'' if unit == '%' else ' '}{unit_label(unit, language)}".strip()


def edition_label(rule: RuleSet, language: Language) -> str:
    """The edition as people read it."""
    return rule.edition if language == "en" else rule.edition_zh or rule.edition


def outcome_label(outcome: Outcome, language: Language) -> str:
    """Whether there is an answer, as people read it."""
    return OUTCOMES[outcome][0 if language == "en" else 1]


def input_label(rule: RuleSet, name: str, language: Language) -> str:
    """An input or an earlier table as people read it."""
    for place in (rule.inputs, rule.tables, rule.numbers):
        if (one := place.get(name)) is not None:
            return str(one.en if language == "en" else one.zh)
    return name


def value_label(rule: RuleSet, name: str, value: Any, language: Language) -> str:  # noqa: ANN401
    """A value as people read it, with its unit."""
    if isinstance(value, bool):
        words = ("yes", "no") if language == "en" else ("是", "否")
        return words[0] if value else words[1]
    if isinstance(value, (tuple, list)):
        return ", ".join(value_label(rule, name, each, language) for each in value)
    if name in rule.tables and value in rule.tables[name].values:
        label = rule.tables[name].values[value]
        return label.en if language == "en" else label.zh
    one = rule.inputs.get(name)
    if one is not None and value in one.choices:
        return one.choices[value][0 if language == "en" else 1]
    return measured(one, value, language)


def measured(one: Input | None, value: Any, language: Language) -> str:  # noqa: ANN401 - any kind of value
    """A number and its unit."""
    if isinstance(value, dict):
        return " × ".join(str(each) for each in value.values())
    unit = one.unit if one is not None and isinstance(value, Decimal) else ""
    return with_unit(value, unit, language)


def condition_text(rule: RuleSet, condition: Condition, language: Language) -> str:
    """A condition: ``mean diameter ≥ 6, < 8 mm``."""
    label = input_label(rule, condition.name, language)
    if condition.holds:
        return f"{label} ∋ {value_label(rule, condition.name, condition.holds, language)}"
    if condition.bounds:
        one = rule.inputs.get(condition.name)
        bounds = ", ".join(map(str, condition.bounds))
        return f"{label} {with_unit(bounds, one.unit if one is not None else '', language)}"
    joint = " or " if language == "en" else "或"
    values = (value_label(rule, condition.name, one, language) for one in condition.values)
    return (
        f"{label}: {joint.join(values)}" if language == "en" else f"{label}：{joint.join(values)}"
    )


def reason_text(rule: RuleSet, reason: Reason, language: Language) -> str:
    """One reason as a sentence: what is concluded, from which row, because of what."""
    label = input_label(rule, reason.table, language)
    value = value_label(rule, reason.table, reason.value, language)
    opening, closing = (" (", ")") if language == "en" else ("（", "）")
    parts = [
        f"{condition_text(rule, one.condition, language)}{opening}"
        f"{value_label(rule, one.condition.name, one.value, language)}{closing}"
        for one in reason.asked
    ]
    if language == "en":
        return f"{label}: {value} [{reason.row}]" + (
            f", because {'; '.join(parts)}" if parts else ""
        )
    return f"{label}：{value}［{reason.row}］" + (f"，因為{'；'.join(parts)}" if parts else "")
