"""Rounds: a thread that does one thing again and again, until told to stop.

Promises: one guard around each round, no storm of failures, counts for machines, and an answer to
"does it still go round?". Start at ``rounds.py``.
"""

from yushan.engines.rounds.rounds import Rounds

__all__ = ["Rounds"]
