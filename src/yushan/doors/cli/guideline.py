"""``yushan guideline list`` and ``yushan guideline RULE --input F``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from yushan.base import Rejected
from yushan.doors.cli.parts import as_json
from yushan.doors.cli.say import language, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yushan.domain.guidelines import Percentile, PercentileTable, Result, RuleSet

#: Exit code by outcome: 1 where there is no answer.
ANSWERED: Final = frozenset({"decided", "at-least"})


def add_to(root: click.Group) -> None:
    """Hang the command on."""
    root.add_command(guideline)


@click.command("guideline")
@click.argument("rule")
@click.option("--input", "source", type=click.Path(exists=True, dir_okay=False, allow_dash=True),
              help="JSON object of inputs; - reads standard input.")  # fmt: skip
@click.option("--percentiles", "table", type=click.Path(exists=True, dir_okay=False),
              help="Table (CSV) of calcium percentiles; the case needs age and sex.")  # fmt: skip
@click.option("--help-inputs", "is_help", is_flag=True, help="The inputs of RULE, with units.")
@as_json
def guideline(
    rule: str,
    source: str | None,
    table: str | None,
    is_help: bool,  # noqa: FBT001 - a flag
    as_json: bool,  # noqa: FBT001 - a flag
) -> int:
    """Evaluate one case under RULE, a published rule set; ``list`` shows which there are.

    Support for a reader, never a diagnosis.
    """
    from yushan.domain.guidelines import evaluate, rule_set, rule_sets  # noqa: PLC0415 - fast start

    if rule == "list":
        say({one.id: told_of(one) for one in rule_sets().values()}, as_json=as_json)
        return 0
    found = rule_set(rule)
    if is_help or source is None:
        say(inputs_of(found), as_json=as_json)
        return 0
    case = read(source)
    compared = placed(found, case, table)
    result = evaluate(found, compared.case if compared else case)
    if as_json:
        place = {"percentile": place_of(compared)} if compared else {}
        say(answer(found, result) | place, as_json=True)
    else:
        more = place_lines(compared) if compared else ()
        sys.stdout.write("\n".join([*lines(found, result), *more]) + "\n")
    return 0 if result.outcome in ANSWERED else 1


class Compared(NamedTuple):
    """A case with its percentile, where that lies, and by which table."""

    case: dict[str, Any]
    place: Percentile
    table: PercentileTable


def placed(rule: RuleSet, case: dict[str, Any], path: str | None) -> Compared | None:
    """The case among people of its age, sex and group, if a table is given.

    Raises
    ------
    Rejected
        ``guidelines.percentiles-other-rule``, and as `read_percentiles` and `with_percentile`.
    """
    from yushan.domain.guidelines import evaluate, read_percentiles, with_percentile  # noqa: PLC0415 - fast start

    if path is None:
        return None
    if "agatston_score" not in rule.numbers:
        raise Rejected("guidelines.percentiles-other-rule", rule=rule.id)
    try:
        table = read_percentiles(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Rejected("guidelines.percentiles-unreadable", line=1, what="text") from error
    score = evaluate(rule, case).numbers.get("agatston_score")
    if score is None:
        return None
    return Compared(*with_percentile(table, case, float(score)), table)


def place_of(compared: Compared) -> dict[str, Any]:
    """A percentile for programs."""
    place, table, people = compared.place, compared.table, compared.place.stratum
    return {
        "least": place.least,
        "most": place.most,
        "estimate": None if place.estimate is None else round(place.estimate, 1),
        "people": {"sex": people.sex, "group": people.group or None,
                   "age_from": people.age_from, "age_to": people.age_to},
        "table": {"title": table.title, "edition": table.edition, "source": table.source},
    }  # fmt: skip


def place_lines(compared: Compared) -> Iterator[str]:
    """The same for people."""
    place, table = compared.place, compared.table
    is_english = language() == "en"
    drawn = place.estimate
    about = "" if drawn is None else f", about {drawn:.0f}" if is_english else f"，約{drawn:.0f}"
    yield (
        f"  Percentile: at least {place.least:g}, below {place.most:g}{about}"
        if is_english
        else f"  百分位：不低於{place.least:g}，低於{place.most:g}{about}"
    )
    yield f"    {table.title} [{table.edition}], {table.source}"


def read(source: str) -> dict[str, Any]:
    """The inputs of a case."""
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text("utf-8")
        found = json.loads(text)
    except (OSError, ValueError) as error:
        raise Rejected("guidelines.unreadable") from error
    if not isinstance(found, dict):
        raise Rejected("guidelines.unreadable")
    return found


def told_of(rule: RuleSet) -> str:
    """A rule set in one line."""
    title = rule.title_en if language() == "en" else rule.title_zh
    return f"{title} [{rule.edition}; {rule.checked}]"


def inputs_of(rule: RuleSet) -> dict[str, Any]:
    """The inputs of a rule set: words, unit, range, choices."""
    is_english = language() == "en"
    given = {name: one for name, one in rule.inputs.items() if not one.derived}
    return {
        name: {
            "is": one.en if is_english else one.zh,
            "kind": one.kind,
            **({"unit": one.unit} if one.unit else {}),
            **({"least": float(one.least)} if one.least is not None else {}),
            **({"most": float(one.most)} if one.most is not None else {}),
            **({"choices": list(one.choices)} if one.choices else {}),
            **({"required": True} if one.required else {}),
        }
        for name, one in given.items()
    }


def answer(rule: RuleSet, result: Result) -> dict[str, Any]:
    """The result as one document, reasons in both languages."""
    from yushan.domain.guidelines import reason_text  # noqa: PLC0415 - fast start

    return {
        "rule": result.rule,
        "edition": result.edition,
        "source": rule.source,
        "checked": rule.checked,
        "second_source": rule.second_source,
        "outcome": str(result.outcome),
        "result": {**result.values, **{name: float(n) for name, n in result.numbers.items()}},
        "because": [
            {
                "table": one.table,
                "row": one.row,
                "value": one.value,
                "en": reason_text(rule, one, "en"),
                "zh-Hant": reason_text(rule, one, "zh-Hant"),
            }
            for one in result.because
        ],
        "missing": list(result.missing),
        "outside": list(result.outside),
        "used": json.loads(json.dumps(result.used, default=float)),
        "remark": {"en": rule.remark_en, "zh-Hant": rule.remark_zh},
    }


def lines(rule: RuleSet, result: Result) -> Iterator[str]:
    """The same for people."""
    from yushan.domain.guidelines import (  # noqa: PLC0415 - fast start
        edition_label,
        outcome_label,
        reason_text,
        value_label,
        with_unit,
    )

    spoken = language()
    pick: Callable[[str, str], str] = lambda en, zh: en if spoken == "en" else zh  # noqa: E731
    yield pick(rule.title_en, rule.title_zh) + f" [{edition_label(rule, spoken)}]"
    told = outcome_label(result.outcome, spoken)
    yield pick(f"Outcome: {told}", f"結果：{told}")
    for name, value in result.values.items():
        table = rule.tables[name]
        yield f"  {pick(table.en, table.zh)}: {value_label(rule, name, value, spoken)}"
        label = table.values.get(value)
        if label is not None and label.advice_en:
            yield f"    {pick(label.advice_en, label.advice_zh)}"
    for name, number in result.numbers.items():
        shown = rule.numbers[name]
        yield f"  {pick(shown.en, shown.zh)}: {with_unit(number, shown.unit, spoken)}"
    for one in result.because:
        yield f"  · {reason_text(rule, one, spoken)}"
    if result.missing:
        yield f"{pick('Missing', '缺少')}: {', '.join(result.missing)}"
    if result.outside:
        yield f"{pick('Out of range', '超出適用範圍')}: {', '.join(result.outside)}"
    yield pick(rule.remark_en, rule.remark_zh)
    yield pick("Support for a reader, never a diagnosis.", "供判讀參考，並非診斷。")
