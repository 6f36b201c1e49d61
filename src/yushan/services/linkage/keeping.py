"""Where a holder keeps its share, the next one, and a ceremony's draft: private files beside it."""

from __future__ import annotations

from pathlib import Path

from yushan.base import Rejected
from yushan.engines.keys import Share, load_secret, make_secret


class Keeper:
    """The share's file ``PATH``, ``PATH.next`` after a rotation, ``PATH.draft`` meanwhile."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.next = self.path.with_name(self.path.name + ".next")
        self.draft_path = self.path.with_name(self.path.name + ".draft")

    def share(self) -> Share | None:
        """The share in use."""
        return read_share(self.path)

    def shares(self) -> list[Share]:
        """The share in use and the next one, those that are there."""
        return [one for path in (self.path, self.next) if (one := read_share(path)) is not None]

    def keep(self, share: Share) -> None:
        """Write a share: into its place if that is empty, else beside it until `switch`."""
        place = self.next if self.path.exists() else self.path
        if read_share(place) != share:
            place.unlink(missing_ok=True)
            make_secret(place, share.to_bytes())

    def switch(self) -> Share:
        """Use the next share; the old one is gone. ``Rejected("linkage.nothing-to-switch")``."""
        share = read_share(self.next)
        if share is None:
            raise Rejected("linkage.nothing-to-switch")
        self.next.replace(self.path)
        return share

    def draft(self) -> bytes | None:
        """What was drawn for a ceremony under way."""
        return load_secret(self.draft_path) if self.draft_path.exists() else None

    def keep_draft(self, data: bytes) -> None:
        """Keep what was drawn; an older draft's ceremony was broken off."""
        self.drop_draft()
        make_secret(self.draft_path, data)

    def drop_draft(self) -> None:
        """Destroy what was drawn."""
        self.draft_path.unlink(missing_ok=True)


def read_share(path: Path) -> Share | None:
    """A share's file; None where there is none."""
    return Share.from_bytes(load_secret(path)) if path.exists() else None
