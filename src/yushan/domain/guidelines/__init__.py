"""Guidelines: published rule sets as tables, evaluated exactly, with reasons (D20).

Owns the tables in ``data/``: one file per rule set with edition, source, inputs with units and
ranges, rows and worked examples. Promises: support for a reader, never a diagnosis; thresholds as
printed; what is missing or out of range is said, never guessed; every answer names its rows. Start
at ``evaluating.py``; how a file is read is in ``definitions.py``.
"""

from yushan.domain.guidelines.definitions import Input, Label, Row, RuleSet, Table
from yushan.domain.guidelines.evaluating import evaluate, highest
from yushan.domain.guidelines.library import rule_set, rule_sets
from yushan.domain.guidelines.percentiles import (
    Control,
    Percentile,
    PercentileTable,
    percentile_of,
    percentiles_csv,
    percentiles_from,
    read_percentiles,
    with_percentile,
)
from yushan.domain.guidelines.results import Asked, Outcome, Reason, Result
from yushan.domain.guidelines.telling import (
    condition_text,
    edition_label,
    outcome_label,
    reason_text,
    unit_label,
    value_label,
    with_unit,
)

__all__ = [
    "Asked",
    "Control",
    "Input",
    "Label",
    "Outcome",
    "Percentile",
    "PercentileTable",
    "Reason",
    "Result",
    "Row",
    "RuleSet",
    "Table",
    "condition_text",
    "edition_label",
    "evaluate",
    "highest",
    "outcome_label",
    "percentile_of",
    "percentiles_csv",
    "percentiles_from",
    "read_percentiles",
    "reason_text",
    "rule_set",
    "rule_sets",
    "unit_label",
    "value_label",
    "with_percentile",
    "with_unit",
]
