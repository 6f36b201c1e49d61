"""Accounts: who people are, how they prove it, and what their role may do.

Owns the ``accounts_*`` tables; what roles may is the decision table of ``domain/access``. Promises:
passwords are kept as argon2id, sessions and tokens only as SHA-256; a name that does not exist
answers exactly like a wrong password; whatever is closed, closes at once. Start at ``accounts.py``.
"""

from yushan.services.accounts.accounts import Accounts
from yushan.services.accounts.limits import Limits
from yushan.services.accounts.passwords import Hasher
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
from yushan.services.accounts.tables import METADATA
from yushan.services.accounts.tokens import Token
from yushan.services.accounts.values import Account

__all__ = [
    "METADATA",
    "ROLES",
    "Account",
    "Accounts",
    "Hasher",
    "Limits",
    "Permission",
    "Role",
    "Token",
    "judge",
    "may",
    "permission_name",
    "require",
    "role_name",
]
