"""Statistics: numbers about groups that betray nobody in them. Pure.

Promises: whatever is added up from protected cells leaves every small count open. The rules are
``data/protection.toml``. Start at ``stepping.py``, then ``cells.py``; ``release.py`` makes rows
that anybody may have.
"""

from yushan.domain.statistics.cells import Amounts, protected
from yushan.domain.statistics.release import Combination, Shared, shared
from yushan.domain.statistics.rules import RULES, Release, Rules
from yushan.domain.statistics.stepping import floored, followed, stepped

__all__ = [
    "RULES",
    "Amounts",
    "Combination",
    "Release",
    "Rules",
    "Shared",
    "floored",
    "followed",
    "protected",
    "shared",
    "stepped",
]
