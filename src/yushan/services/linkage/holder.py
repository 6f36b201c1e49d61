"""A key holder: multiplies blinded elements with its share, counts them, and knows nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected, Unavailable
from yushan.engines.keys import evaluate_veiled, read_element
from yushan.engines.observe import facts, log_for
from yushan.services.linkage import queries
from yushan.services.linkage.envelope import CommonsPublic
from yushan.services.linkage.ports import Answer
from yushan.services.linkage.wire import BATCH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from yushan.base import Clock
    from yushan.engines.database import Database
    from yushan.engines.keys import Share

log = log_for(__name__)

#: Evaluations a site may have in one day (UTC). At this rate all valid numbers take 140 years.
DAILY_LIMIT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Usage:
    """How many elements a site had evaluated on one day (UTC)."""

    site: str
    day: date
    evaluations: int


@dataclass(frozen=True, slots=True)
class SiteEvaluator:
    """A holder as one site's ``Evaluator``, without a network between."""

    holder: KeyHolder
    site: str

    def evaluate(self, blinded: Sequence[bytes]) -> Answer:
        """As `KeyHolder.evaluate` for this site."""
        return self.holder.evaluate(self.site, blinded)


class KeyHolder:
    """One of three; owns ``linkage_quota``."""

    def __init__(
        self,
        share: Share,
        commons_public: bytes,
        db: Database,
        clock: Clock,
        *,
        daily_limit: int = DAILY_LIMIT,
    ) -> None:
        self.index = share.index
        self._share = share
        self._reader = CommonsPublic.from_bytes(commons_public).reader
        self._db = db
        self._clock = clock
        self._daily_limit = daily_limit

    def evaluate(self, site: str, blinded: Sequence[bytes]) -> Answer:
        """A veiled part per element and one proof; counted on disk before it is given.

        Raises
        ------
        Rejected
            ``linkage.batch-too-large``, ``keys.element-invalid``.
        Unavailable
            ``linkage.quota``: the site's allowance of today would be exceeded; nothing was counted.
        """
        if not 0 < len(blinded) <= BATCH:
            raise Rejected("linkage.batch-too-large", count=len(blinded), limit=BATCH)
        elements = [read_element(element) for element in blinded]
        day = self._clock.now().date()
        with self._db.begin() as tx:
            allowed = queries.count_within(tx, site, day, len(elements), self._daily_limit)
        if not allowed:
            log.warning("linkage.quota", extra=facts(site=site, limit=self._daily_limit))
            raise Unavailable("linkage.quota", limit=self._daily_limit)
        parts, proof = evaluate_veiled(self._share.secret, elements, self._reader)
        return Answer(parts, proof, self._share.public)

    def usage(self, since: date) -> tuple[Usage, ...]:
        """Counts by site and day from ``since`` on; what the holder publishes."""
        with self._db.read() as tx:
            return tuple(Usage(*row) for row in queries.usage(tx, since))

    def at(self, site: str) -> SiteEvaluator:
        """The ``Evaluator`` of one site."""
        return SiteEvaluator(self, site)
