"""What ``yushan archive`` asks of the house."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ExportWish:
    """What to export, where to, and as what."""

    folder: Path
    packs: tuple[str, ...]
    series: tuple[str, ...]
    studies: tuple[str, ...]
    everything: bool
    form: Literal["files", "packs"]


class Archives(Protocol):
    """Acts on a commons' archive; refusals are ``YushanError``."""

    def stats(self, config: Path) -> Answer:
        """How much is held."""
        ...

    def check(self, config: Path, packs: Sequence[str], tell: Callable[[int, int], None]) -> Answer:
        """Read and hash every byte of all packs, or of those named; ``holds``."""
        ...

    def rebuild_index(self, config: Path, *, verify: bool) -> Answer:
        """Make the index again from the packs alone, or only compare it; ``holds``."""
        ...

    def index(self, config: Path, target: Path) -> Answer:
        """Write the index as text."""
        ...

    def export(self, config: Path, wish: ExportWish) -> Answer:
        """Write chosen series as files or packs."""
        ...

    def verify(self, folder: Path) -> Answer:
        """Hold an export against its manifest; ``holds``."""
        ...

    def seal(self, config: Path, tell: Callable[[int, int], None]) -> Answer:
        """Seal what lies plain; wrap all data keys under the newest key."""
        ...
