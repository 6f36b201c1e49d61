"""`/guidelines`: the rule sets, and a form to try one on a case. The address is the case."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from yushan.base import Rejected, codes
from yushan.domain.guidelines import (
    condition_text,
    edition_label,
    evaluate,
    outcome_label,
    reason_text,
    rule_set,
    rule_sets,
    unit_label,
    value_label,
    with_unit,
)
from yushan.doors.portal.shell import language_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.datastructures import QueryParams
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from yushan.base import Language
    from yushan.domain.guidelines import Input, Result, RuleSet, Table
    from yushan.doors.portal.shell import Shell

#: Between the numbers of a list; a lesion is written area/HU.
BETWEEN: Final = re.compile(r"[\s,;，、；]+")
#: Lists whose items are more than numbers.
LISTS: Final = {"lesions": "lesions"}
#: Class of the badge of an outcome; the others wait for somebody.
BADGES: Final = {"decided": "done", "not-applicable": "calm"}
#: Parameters of every page, which are no inputs.
COMMON: Final = frozenset({"lang", "print"})


@dataclass(frozen=True, slots=True)
class Field:
    """One input as drawn: what was typed stays."""

    name: str
    label: str
    hint: str
    kind: str
    value: str
    choices: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A value or number as drawn: what it is, its value, what is advised."""

    label: str
    value: str
    advice: str


class GuidelinePages:
    """The list and the page of one rule set."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell

    def routes(self) -> list[BaseRoute]:
        """The addresses; anybody may read rules."""
        return [
            self.shell.get("/guidelines", self.index),
            self.shell.get("/guidelines/{rule}", self.show),
        ]

    def index(self, request: Request) -> Response:
        """All rule sets."""
        return self.shell.page(
            request, "guidelines.html", rules=list(rule_sets().values()), edition=edition_label
        )

    def show(self, request: Request) -> Response:
        """A rule set, and what it says of the case in the address."""
        rule, language = rule_set(request.path_params["rule"]), language_of(request)
        asked = request.query_params
        result, errors = None, dict[str, str]()
        if set(asked) - COMMON:
            result, errors = tried(rule, asked, language)
        return self.shell.page(
            request,
            "guideline.html",
            status=422 if errors else 200,
            rule=rule,
            fields=list(fields(rule, asked, language)),
            result=result,
            badge=BADGES.get(result.outcome, "wait") if result else "",
            outcome=outcome_label(result.outcome, language) if result else "",
            answers=list(answers(rule, result, language)) if result else [],
            reasons=[reason_text(rule, one, language) for one in result.because] if result else [],
            lacking=labels(rule, result.missing, language) if result else [],
            outside=labels(rule, result.outside, language) if result else [],
            tables=list(tables(rule, language)),
            edition=edition_label(rule, language),
            errors=errors,
        )


def tried(
    rule: RuleSet, asked: QueryParams, language: Language
) -> tuple[Result | None, dict[str, str]]:
    """The result of the case, or what is wrong with it by input."""
    try:
        return evaluate(rule, given(rule, asked)), {}
    except Rejected as error:
        told = codes()[error.code]
        name = str(error.facts.get("input", "")).partition(".")[0]
        return None, {name: told.en if language == "en" else told.zh}


def given(rule: RuleSet, asked: QueryParams) -> dict[str, Any]:
    """The case as the rule set takes it; what was left empty is not known."""
    found: dict[str, Any] = {}
    for name in asked:
        one = rule.inputs.get(name)
        values = [value.strip() for value in asked.getlist(name) if value.strip()]
        if name in COMMON or not values:
            continue
        found[name] = values[0] if one is None else written(one, values)
    return found


def written(one: Input, values: list[str]) -> Any:  # noqa: ANN401 - by the input's kind
    """What was typed, by the input's kind."""
    if one.kind == "flag":
        return {"yes": True, "no": False}.get(values[0], values[0])
    if one.kind != "list":
        return values[0]
    if one.choices:
        return values
    pieces = [piece for piece in BETWEEN.split(values[0]) if piece]
    return [lesion(piece) if "/" in piece else piece for piece in pieces]


def lesion(piece: str) -> dict[str, str]:
    """``5/150``: area and highest HU."""
    area, _, highest = piece.partition("/")
    return {"area_mm2": area, "max_hu": highest}


def fields(rule: RuleSet, asked: QueryParams, language: Language) -> Iterator[Field]:
    """The form, in the order of the file."""
    for name, one in rule.inputs.items():
        if one.derived:
            continue
        label, chosen = one.en if language == "en" else one.zh, asked.getlist(name)
        offered = choices(one, chosen, language)
        kind = one.kind if one.choices or one.kind != "list" else LISTS.get(name, "numbers")
        yield Field(name, label, hint(one, language), kind, asked.get(name, ""), offered)


def choices(one: Input, chosen: list[str], language: Language) -> tuple[tuple[str, str, bool], ...]:
    """Values, words, and whether each is chosen."""
    if one.kind == "flag":
        words = ("yes", "no") if language == "en" else ("是", "否")
        return tuple((v, w, v in chosen) for v, w in zip(("yes", "no"), words, strict=True))
    place = 0 if language == "en" else 1
    return tuple((value, words[place], value in chosen) for value, words in one.choices.items())


def hint(one: Input, language: Language) -> str:
    """Unit and range; units that are words are said in the language."""
    unit = unit_label(one.unit, language)
    span = ""
    if one.least is not None and one.most is not None:
        span = f"{one.least}–{one.most}"
    elif one.least is not None:
        span = f"≥ {one.least}"
    return " ".join(part for part in (span, unit) if part)


def answers(rule: RuleSet, result: Result, language: Language) -> Iterator[Answer]:
    """What is concluded: tables without steps on the way, and numbers."""
    is_english = language == "en"
    for name, value in result.values.items():
        table = rule.tables[name]
        if not table.is_step:
            label = table.values.get(value)
            advice = "" if label is None else label.advice_en if is_english else label.advice_zh
            title = table.en if is_english else table.zh
            yield Answer(title, value_label(rule, name, value, language), advice)
    for name, number in result.numbers.items():
        shown = rule.numbers[name]
        title = shown.en if is_english else shown.zh
        yield Answer(title, with_unit(number, shown.unit, language), "")


def labels(rule: RuleSet, names: tuple[str, ...], language: Language) -> list[str]:
    """Inputs by the words of the form."""
    found = (rule.inputs[name] for name in names if name in rule.inputs)
    return [one.en if language == "en" else one.zh for one in found]


def tables(rule: RuleSet, language: Language) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Each table's title and rows: identifier, conditions, value."""
    for name, table in rule.tables.items():
        yield table.en if language == "en" else table.zh, rows(rule, name, table, language)


def rows(rule: RuleSet, name: str, table: Table, language: Language) -> list[tuple[str, str, str]]:
    """The rows of one table in words."""
    joint = "; " if language == "en" else "；"
    return [
        (
            row.id,
            joint.join(condition_text(rule, one, language) for one in row.conditions()),
            value_label(rule, name, row.then, language),
        )
        for row in table.rows
    ]
