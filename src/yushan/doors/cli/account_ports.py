"""What the commands about accounts ask of the house."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pathlib import Path

Answer = dict[str, Any]


class Registers(Protocol):
    """Acts on a portal's accounts."""

    def invite(self, config: Path, wish: Answer) -> Answer:
        """A one-time link by which somebody opens an account."""
        ...

    def listing(self, config: Path) -> Answer:
        """Everybody who has or had an account, and links that are open."""
        ...

    def close(self, config: Path, user: str) -> Answer:
        """Close an account with its sessions and tokens, at once."""
        ...

    def reset(self, config: Path, user: str, *, factors: bool) -> Answer:
        """A link for a new password."""
        ...

    def revoke(self, config: Path, link: str) -> Answer:
        """Make a link void."""
        ...

    def token(self, config: Path, user: str, wish: Answer) -> Answer:
        """A token for a program: ``name``, ``days``, ``reads_only``."""
        ...
