"""What a person may see of the commons' images, as a value that doors hand to rooms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yushan.base.ids import SiteName, StudyUID


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything, or the studies of some sites and some single studies; empty means nothing.

    ``mask`` names the pseudonyms under which all of it is seen; empty are the commons' own.
    ``studies`` are always the commons' own UIDs.
    """

    everything: bool = False
    sites: frozenset[SiteName] = field(default_factory=frozenset)
    studies: frozenset[StudyUID] = field(default_factory=frozenset)
    mask: str = ""

    def is_empty(self) -> bool:
        """Nothing may be seen."""
        return not (self.everything or self.sites or self.studies)

    def admits(self, study: StudyUID, sites: frozenset[SiteName]) -> bool:
        """Whether a study that came from ``sites`` may be seen."""
        return self.everything or study in self.studies or bool(self.sites & sites)


NOTHING = Scope()
EVERYTHING = Scope(everything=True)
