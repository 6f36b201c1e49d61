"""What ``yushan audit`` asks of the house."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from pathlib import Path

Answer = dict[str, Any]
AuditForm = Literal["tiles", "fhir"]


class Audits(Protocol):
    """Acts on ledgers; refusals are ``YushanError``."""

    def export(self, config: Path, folder: Path, form: AuditForm, *, public: bool) -> Answer:
        """Write the ledger as files."""
        ...

    def verify(self, folder: Path, key: str | None) -> Answer:
        """Verify exported files alone; ``holds``."""
        ...

    def receipt(self, file: Path, key: str | None) -> Answer:
        """Verify one receipt by itself; ``holds``."""
        ...

    def check(self, config: Path) -> Answer:
        """Compare every row of a role's own ledger with what was hashed and signed; ``holds``."""
        ...

    def reconcile(self, config: Path) -> Answer:
        """Hold the ledger against the archive's accounting; ``closes``."""
        ...

    def rotate_key(self, config: Path) -> Answer:
        """Sign with a new key from now on; the role must not run."""
        ...

    def retire_witness(self, config: Path) -> Answer:
        """Begin anew as a witness, with another key."""
        ...
