"""What is worked out before the rows are tried: derived inputs, and the numbers of formulas.

A rule set names its function; its coefficients stand in the file, the arithmetic here. A number
whose inputs are not all known is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from yushan.domain.guidelines import calcium, lesions, risks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from yushan.domain.guidelines.definitions import RuleSet

    Values = dict[str, Any]
    Derive = Callable[[RuleSet, Values], Mapping[str, Decimal]]

#: Functions fill derived inputs into the values they are given, and answer numbers.
FUNCTIONS: Final[dict[str, Derive]] = {
    "agatston": calcium.agatston,
    "brock": risks.brock,
    "coronary_stenosis": calcium.coronary_stenosis,
    "egfr": risks.egfr,
    "mayo": risks.mayo,
    "mesa": risks.mesa,
    "metabolic": risks.metabolic,
    "nodule_size": lesions.nodule_size,
    "pooled_cohort": risks.pooled_cohort,
    "prevent": risks.prevent,
    "rano": lesions.rano,
    "recist": lesions.recist,
    "score2": risks.score2,
    "sums": lesions.sums,
}


def derived(rule: RuleSet, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Decimal]]:
    """All values with the derived ones, and the numbers of the rule's formula."""
    values = dict(given)
    if not rule.derive:
        return values, {}
    return values, dict(FUNCTIONS[rule.derive](rule, values))
