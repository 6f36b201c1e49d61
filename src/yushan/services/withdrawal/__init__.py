"""Withdrawal: who is here by consent token, who is leaving, and what every room answered.

Owns the ``withdrawal_*`` tables of the commons. Promises: a case that was opened is ended, in
whatever life; once it has ended nothing in it says who it was. Start at ``register.py`` and
``cases.py``.
"""

from yushan.services.withdrawal.cases import Case, Cases, Stage
from yushan.services.withdrawal.register import Person, Register
from yushan.services.withdrawal.tables import METADATA

__all__ = ["METADATA", "Case", "Cases", "Person", "Register", "Stage"]
