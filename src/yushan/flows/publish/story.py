"""The story of *publish*.

1. Series that an older release read are read anew from their sidecars.
2. The table for everybody is made, when a day has passed and enough has changed.
3. From the same moment the public index is written: combinations that enough persons share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.domain.statistics import RULES, shared
from yushan.engines.observe import facts, log_for
from yushan.flows.publish.public_index import LICENCE, Manifest
from yushan.services.catalogue import RELEASED

if TYPE_CHECKING:
    from yushan.base import Clock
    from yushan.flows.publish.public_index import PublicIndex
    from yushan.services.archive import Archive
    from yushan.services.catalogue import Catalogue, Shown

log = log_for(__name__)
#: Studies that are read anew in one go.
SOME: Final = 100


class Publish:
    """What a round does."""

    def __init__(
        self, catalogue: Catalogue, archive: Archive, index: PublicIndex, clock: Clock
    ) -> None:
        self.catalogue, self.archive, self.index, self.clock = catalogue, archive, index, clock

    def round(self) -> None:
        """One round; again changes nothing until it is time."""
        self.renew()
        self.catalogue.search.warm()
        shown = self.catalogue.figures.shown(self.clock.now())
        manifest = self.index.manifest()
        if manifest is None or manifest.number != shown.number:
            self.write(shown)

    def renew(self) -> int:
        """Read anew what an older release read; how many studies."""
        count = 0
        while old := self.catalogue.outdated(SOME):
            for _, series in old:
                sidecars = [one for uid in series for one in self.archive.series_sidecars(uid)]
                with self.catalogue.db.begin() as tx:
                    self.catalogue.renew(tx, sidecars)
                count += 1
        if count:
            log.info("catalogue.renewed", extra=facts(count=count))
        return count

    def write(self, shown: Shown) -> Manifest:
        """Write the public index of this moment."""
        rows = shared(self.catalogue.released(), RELEASED, RULES)
        day = shown.at[:10]
        about = Manifest(
            version=f"{day}.{shown.number}", number=shown.number, made_on=day, licence=LICENCE,
            lines=sum(one.lines for one in rows), columns=RELEASED, step=RULES.step,
            persons=RULES.release.persons, files=(),
        )  # fmt: skip
        manifest = self.index.write(about, ((one.values, one.lines) for one in rows))
        log.info("index.published", extra=facts(count=manifest.lines))
        return manifest
