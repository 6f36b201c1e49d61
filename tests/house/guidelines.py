"""The pages of the guidelines, drawn from their tables: one index, one page per rule set."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from yushan.domain.guidelines import condition_text, rule_sets, value_label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yushan.domain.guidelines import Input, RuleSet, Table

DISCLAIMER = (
    "Support for a reader, never a diagnosis. A rule says which rows it used, says what is missing "
    "instead of guessing, and does not answer outside the range it was made for."
)

COMMANDS = (
    "`yushan guideline list` names them, `yushan guideline RULE --help-inputs` the inputs, "
    "`yushan guideline RULE --input CASE.json` evaluates a case (`--json` for programs)."
)
CHECKED = (
    "*verified*: compared with a second public source; *unverified*: written from knowledge of the "
    "guideline, check it before clinical use. Each page says what is which."
)

COMMANDS = (
    "`yushan guideline list` names them, `yushan guideline RULE --help-inputs` the inputs, "
    "`yushan guideline RULE --input CASE.json` evaluates a case (`--json` for programs)."
)
CHECKED = (
    "*verified*: compared with a second public source; *unverified*: written from knowledge of the "
    "guideline, check it before clinical use. Each page says what is which."
)


def index() -> str:
    """All rule sets."""
    lines = [
        f"# Guidelines\n\n{DISCLAIMER}\n\n{COMMANDS}\n\n{CHECKED}\n",
        "| rule | 中文 | edition | checked | worked examples |\n|---|---|---|---|---|",
    ]
    lines += [
        f"| [{rule.title_en}](../guidelines/{name}.md) | {rule.title_zh} | {rule.edition} "
        f"| {rule.checked} | {len(rule.examples)} |"
        for name, rule in rule_sets().items()
    ]
    return "\n".join(lines) + "\n"


def page(name: str) -> str:
    """One rule set."""
    return "\n".join(lines_of(rule_sets()[name])) + "\n"


def lines_of(rule: RuleSet) -> Iterator[str]:
    """Head, inputs, tables, examples."""
    yield f"# {rule.title_en}\n\n{rule.title_zh}\n"
    yield f"- name: `{rule.id}`\n- edition: {rule.edition}, in force from {rule.effective_from}"
    second = f"\n- second source: {rule.second_source}" if rule.second_source else ""
    yield f"- source: {rule.source}{second}"
    yield f"- {rule.checked}: {rule.remark_en}\n- {rule.remark_zh}\n"
    yield "## Inputs\n\n| input | meaning | 中文 | unit, choices | range |\n|---|---|---|---|---|"
    for name, one in rule.inputs.items():
        yield f"| `{name}` | {one.en}{marks(one)} | {one.zh} | {kind(one)} | {span(one)} |"
    for name, table in rule.tables.items():
        yield from table_lines(rule, name, table)
    yield "\n## Worked examples\n\n| id | given | must give |\n|---|---|---|"
    for example in rule.examples:
        given = "; ".join(f"{key} {value}" for key, value in example.given.items())
        wanted = "; ".join(f"{key} {value}" for key, value in example.expect.items())
        yield f"| {example.id} | {given} | {wanted} |"


def marks(one: Input) -> str:
    """Whether it must be given, or may not be."""
    if one.derived:
        return " (derived)"
    return " (required)" if one.required else ""


def kind(one: Input) -> str:
    """Unit or choices."""
    if one.choices:
        return ", ".join(f"`{name}`" for name in one.choices)
    return one.unit or one.kind


def span(one: Input) -> str:
    """The range of use."""
    if one.least is None and one.most is None:
        return ""
    return f"{'' if one.least is None else one.least} to {'' if one.most is None else one.most}"


def table_lines(rule: RuleSet, name: str, table: Table) -> Iterator[str]:
    """The rows of one table, in the order in which they are tried."""
    order = ", most severe first" if table.is_ranked else ""
    yield f"\n## {table.en} (`{name}`{order})\n\n{table.zh}\n\n| row | when | then | 中文 |"
    yield "|---|---|---|---|"
    for row in table.rows:
        asked = "; ".join(condition_text(rule, one, "en") for one in row.conditions())
        then = [value_label(rule, name, row.then, language) for language in ("en", "zh-Hant")]
        yield f"| `{row.id}` | {asked} | {then[0]} | {then[1]} |"
    if table.otherwise:
        yield f"| otherwise | | {value_label(rule, name, table.otherwise, 'en')} | |"
    for value in table.values.values():
        if value.advice_en:
            yield f"\n- {value.en}: {value.advice_en} {value.advice_zh}"


PAGES: dict[str, Callable[[], str]] = {
    "guidelines.md": index,
    **{f"../guidelines/{name}.md": partial(page, name) for name in rule_sets()},
}
