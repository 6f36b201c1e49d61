"""What ``yushan backup``, ``yushan restore`` and ``yushan certificates`` ask of the house."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Answer = dict[str, Any]


class Backups(Protocol):
    """Acts on backup places; refusals are ``YushanError``."""

    def make(self, config: Path, place: str, recipient: Path | None, *, whole: bool) -> Answer:
        """One set of a role."""
        ...

    def listing(self, place: str) -> Answer:
        """All whole sets."""
        ...

    def check(self, place: str, name: str) -> Answer:
        """Read and hash every byte of a set; ``holds``."""
        ...

    def drill(self, config: Path, place: str, name: str, opener: Path | None) -> Answer:
        """Restore into a scratch place and prove everything; ``holds``."""
        ...

    def prune(self, place: str, keep: int) -> Answer:
        """Forget old sets."""
        ...

    def recipient(self, opener: Path) -> Answer:
        """Make the pair of keys for which keys are sealed."""
        ...

    def restore(self, config: Path, place: str, name: str, opener: Path | None) -> Answer:
        """A set into the empty places that the settings name."""
        ...


class Certificates(Protocol):
    """Acts on a small authority."""

    def authority(self, folder: Path, name: str) -> Answer:
        """A new authority."""
        ...

    def issue(
        self, folder: Path, name: str, addresses: Sequence[str], out: Path, days: int
    ) -> Answer:
        """A certificate with its key."""
        ...

    def show(self, files: Sequence[Path]) -> Answer:
        """Names and days left; ``well``."""
        ...
