"""Accounts: who people are, how they prove it, and what their role may do.

Owns the ``accounts_*`` tables; what roles may is the decision table of ``domain/access``. Promises:
passwords are kept as argon2id, sessions and tokens only as SHA-256; a name that does not exist
answers exactly like a wrong password; whatever is closed, closes at once. The only room that
imports ``argon2``, ``pyotp``, ``segno`` and ``fido2``. Start at ``accounts.py``.
"""

from yushan.services.accounts.accounts import Accounts
from yushan.services.accounts.changes import Change
from yushan.services.accounts.factors import Factor, Setup
from yushan.services.accounts.identities import Identity
from yushan.services.accounts.invitations import CONSOLE, Invitation, Wish
from yushan.services.accounts.limits import Limits
from yushan.services.accounts.passwords import LONGEST, SHORTEST, Hasher
from yushan.services.accounts.policy import EASY, Policy
from yushan.services.accounts.purposes import REASONS
from yushan.services.accounts.roles import (
    ROLES,
    Permission,
    Role,
    judge,
    may,
    permission_name,
    require,
    role_name,
)
from yushan.services.accounts.squares import square
from yushan.services.accounts.tables import METADATA
from yushan.services.accounts.tokens import Token
from yushan.services.accounts.values import Account, Person, Session

__all__ = [
    "CONSOLE",
    "EASY",
    "LONGEST",
    "METADATA",
    "REASONS",
    "ROLES",
    "SHORTEST",
    "Account",
    "Accounts",
    "Change",
    "Factor",
    "Hasher",
    "Identity",
    "Invitation",
    "Limits",
    "Permission",
    "Person",
    "Policy",
    "Role",
    "Session",
    "Setup",
    "Token",
    "Wish",
    "judge",
    "may",
    "permission_name",
    "require",
    "role_name",
    "square",
]
