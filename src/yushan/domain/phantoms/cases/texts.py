"""Written reports that say what is true of a body, with the truth of each sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from yushan.domain.population import compared, completed, report, sight

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from yushan.domain.bodies import Body
    from yushan.domain.phantoms.cases.case import Case
    from yushan.domain.population import Report, Statement

#: Language and style by seed: most of the country's reports mix both languages.
LANGUAGES: Final[tuple[Literal["mixed", "zh", "en"], ...]] = ("mixed", "zh", "en")
STYLES: Final[tuple[Literal["structured", "prose", "terse"], ...]] = (
    "structured", "prose", "terse",
)  # fmt: skip


def seen(body: Body) -> tuple[Statement, ...]:
    """What a reader sees of a body's lesions."""
    return tuple(
        statement
        for one in body.lesions
        for statement in sight(one.kind, one.diameters_mm, one.properties, one.structure)
    )


def written(
    case: Case, body: Body, procedure: str, earlier: tuple[Body, date] | None = None
) -> Report:
    """The report of a procedure on a body; what is not there is denied or left out.

    With the body of an earlier visit and its day, lesions are compared.
    """
    told: Sequence[Statement] = seen(body)
    if earlier is not None:
        told = compared(told, seen(earlier[0]), earlier[1])
    language = LANGUAGES[case.seed % len(LANGUAGES)]
    style = STYLES[case.seed // len(LANGUAGES) % len(STYLES)]
    said = completed(told, procedure)
    return report(said, procedure, language, style, case.seed, about=case.patient)


def sentences(of: Report) -> list[dict[str, Any]]:
    """The truth of each sentence as plain values."""
    return [
        {
            "section": one.section, "start": one.start, "end": one.end,
            "statement": None if one.statement is None else {
                name: getattr(one.statement, name) for name in one.statement._fields
            },
            "spans": [{"what": s.what, "start": s.start, "end": s.end} for s in one.spans],
        }
        for one in of.truth
    ]  # fmt: skip
