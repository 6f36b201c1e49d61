"""A key holder: multiplies blinded elements with its share, counts them, and knows nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from yushan.base import Rejected, Unavailable
from yushan.engines.database import Usage, count_within
from yushan.engines.keys import evaluate_veiled, read_element
from yushan.engines.observe import facts, log_for
from yushan.services.linkage import queries
from yushan.services.linkage.envelope import CommonsPublic
from yushan.services.linkage.ports import Answer
from yushan.services.linkage.tables import QUOTA, REFUSED
from yushan.services.linkage.wire import BATCH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from yushan.engines.database import Database
    from yushan.engines.keys import Share
    from yushan.services.ledger import Ledger

log = log_for(__name__)

#: Evaluations a site may have in one day (UTC). At this rate all valid numbers take 140 years.
DAILY_LIMIT: Final = 10_000


@dataclass(frozen=True, slots=True)
class SiteEvaluator:
    """A holder as one site's ``Evaluator``, without a network between."""

    holder: KeyHolder
    site: str

    def evaluate(self, blinded: Sequence[bytes]) -> Answer:
        """As `KeyHolder.evaluate` for this site."""
        return self.holder.evaluate(self.site, blinded)


class KeyHolder:
    """One of three; owns the ``linkage_*`` tables.

    Days that are over go into the holder's own ``ledger``: what was counted can then no longer be
    changed without notice.
    """

    def __init__(
        self,
        share: Share,
        commons_public: bytes,
        db: Database,
        ledger: Ledger,
        *,
        daily_limit: int = DAILY_LIMIT,
    ) -> None:
        self.index = share.index
        self._share = share
        self._reader = CommonsPublic.from_bytes(commons_public).reader
        self._db = db
        self._clock, self._ledger = ledger.clock, ledger
        self.daily_limit = daily_limit

    def evaluate(self, site: str, blinded: Sequence[bytes]) -> Answer:
        """A veiled part per element and one proof; counted on disk before it is given.

        Raises
        ------
        Rejected
            ``linkage.batch-too-large``, ``keys.element-invalid``.
        Unavailable
            ``linkage.quota``: the site's allowance of today would be passed; nothing was evaluated.
        """
        if not 0 < len(blinded) <= BATCH:
            raise Rejected("linkage.batch-too-large", count=len(blinded), limit=BATCH)
        elements = [read_element(element) for element in blinded]
        day = self._clock.now().date()
        with self._db.begin() as tx:
            allowed = count_within(tx, QUOTA, (site, day), len(elements), self.daily_limit)
            if not allowed:
                count_within(tx, REFUSED, (site, day), len(elements))
        if not allowed:
            log.warning("linkage.quota", extra=facts(site=site, limit=self.daily_limit))
            raise Unavailable("linkage.quota", limit=self.daily_limit)
        parts, proof = evaluate_veiled(self._share.secret, elements, self._reader)
        return Answer(parts, proof, self._share.public)

    def usage(self, since: date) -> tuple[Usage, ...]:
        """Counts by site and day from ``since`` on; what the holder publishes."""
        with self._db.read() as tx:
            return tuple(Usage(*row) for row in queries.usage(tx, since))

    def close_days(self) -> int:
        """Enter into the ledger what was asked on days that are over, and sign it; how many days.

        Called now and then by the role. A day stands there once, whoever dies in between.
        """
        today = self._clock.now().date()
        with self._db.begin() as tx:
            self._ledger.hold(tx)
            days = queries.open_days(tx, today)
            for day in days:
                counts = [row for row in queries.usage(tx, day) if row[1] == day]
                entry: dict[str, Any] = {"holder": self.index, "day": day.isoformat()}
                entry["sites"] = {site: [made, refused] for site, _, made, refused in counts}
                queries.close_day(tx, day, self._ledger.append(tx, "linkage.day", entry))
        self._ledger.seal()
        return len(days)

    def at(self, site: str) -> SiteEvaluator:
        """The ``Evaluator`` of one site."""
        return SiteEvaluator(self, site)
