"""What a house asks of those who sign in; settings of a role."""

from __future__ import annotations

from typing import Literal

import msgspec

from yushan.services.accounts.roles import ROLES


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Rules of signing in.

    ``second_factor`` says of whom one is asked: ``everyone``, ``powerful`` roles, or ``nobody``
    (whoever has one is asked for it in any case). Without it a session may only what a visitor
    may, and set a factor up. ``session_s`` and ``idle_s`` bound a session, ``most_sessions`` how
    many an account may hold: the least used ends when one more begins.
    """

    second_factor: Literal["everyone", "powerful", "nobody"] = "everyone"
    session_s: int = 12 * 3600
    idle_s: int = 2 * 3600
    most_sessions: int = 10

    def asks_factor(self, role: str) -> bool:
        """Whether sessions of a role need a second factor."""
        if self.second_factor == "powerful":
            return ROLES[role].powerful
        return self.second_factor == "everyone"


#: For tests and demos on one machine.
EASY = Policy(second_factor="nobody")
