"""Access: may this person do this to that thing now, why not, and what must be done with it.

Owns the decision table (``data/access.toml``) and the conditions of use (``data/duo.toml``).
Promises: pure, deny by default, every refusal has a code with texts, every rule is a row that is
drawn in ``docs/access.md``. Start at ``deciding.py``.
"""

from yushan.domain.access.deciding import decide
from yushan.domain.access.drawing import drawn
from yushan.domain.access.duo import TERMS, Term, unmet_terms
from yushan.domain.access.names import Action, Kind
from yushan.domain.access.table import TABLE, Row, Rule, Table, actions_of, kept
from yushan.domain.access.values import ANYTHING, Actor, Decision, Purpose, Thing

__all__ = [
    "ANYTHING",
    "TABLE",
    "TERMS",
    "Action",
    "Actor",
    "Decision",
    "Kind",
    "Purpose",
    "Row",
    "Rule",
    "Table",
    "Term",
    "Thing",
    "actions_of",
    "decide",
    "drawn",
    "kept",
    "unmet_terms",
]
