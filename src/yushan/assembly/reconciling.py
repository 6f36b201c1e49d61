"""Once a day it is looked whether the ledger tells of everything that others counted.

Three counts are held against each other: instances by site in ledger and archive's accounting;
requests for images that the door answered and those that the ledger tells of. What differs is
logged, counted and entered into the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from yushan.engines.observe import counter, facts, gauge, log_for
from yushan.services.ledger import balance, told_requests

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from yushan.services.archive import Admissions, SiteAccount
    from yushan.services.ledger import Audit, Ledger

log = log_for(__name__)

DAY_S: Final = 86400.0
#: Routes that hand out images, and the kind of entry that each request for them makes.
ROUTES: Final = "/dicom-web/studies/{"
KINDS: Final = ("image.read",)
ANSWERED: Final = frozenset({"200", "206"})


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was compared; ``differences`` name what does not agree, with both numbers.

    ``answered`` requests for images since the process began, ``told`` by the ledger since then.
    """

    differences: dict[str, tuple[int, int]]
    answered: int
    told: int

    @property
    def closes(self) -> bool:
        """Everything that was counted is told."""
        return not self.differences


class Reconciling:
    """Compares; ``answered`` gives the door's own count, None outside of a running role."""

    def __init__(
        self,
        ledger: Ledger,
        admissions: Admissions,
        audit: Audit | None = None,
        answered: Callable[[], int] | None = None,
    ) -> None:
        self.ledger, self.admissions, self.audit, self.answered = (
            ledger, admissions, audit, answered,
        )  # fmt: skip
        self.after, self.told = ledger.size() - 1, 0
        self.before = answered() if answered is not None else 0

    def round(self) -> Reconciled:
        """Compare, and tell the ledger."""
        found = self.compare()
        gauge("ledger_closes", "1: the ledger tells of all that was counted").set(found.closes)
        if not found.closes:
            log.error("ledger.open", extra=facts(count=len(found.differences)))
        entry: dict[str, Any] = {"closes": found.closes, "differences": found.differences}
        with self.ledger.db.begin() as tx:
            self.ledger.append(tx, "record.reconciled", entry)
        return found

    def compare(self) -> Reconciled:
        """Both sums, without telling anybody."""
        answered = self.answered() - self.before if self.answered is not None else 0
        if self.audit is not None:
            self.audit.flush()
        more, self.after = told_requests(self.ledger, KINDS, "dicomweb", self.after)
        self.told += more
        found = differences(balance(self.ledger).sites, self.admissions.accounting())
        if answered > self.told:
            found["requests"] = (self.told, answered)
        return Reconciled(found, answered, self.told)


def differences(
    told: Mapping[str, Mapping[str, int]], accounts: Sequence[SiteAccount]
) -> dict[str, tuple[int, int]]:
    """Site and count → (ledger, accounting), where they do not agree.

    What left by an opt-out is still told as admitted, so the ledger may say more, never less.
    """
    found: dict[str, tuple[int, int]] = {}
    known = {str(one.site): one for one in accounts}
    for site in sorted({*told, *known}):
        sums, account = told.get(site, {}), known.get(site)
        received = (sums.get("received", 0), account.received if account else 0)
        admitted = (sums.get("admitted", 0), account.admitted if account else 0)
        if received[0] != received[1]:
            found[f"{site} received"] = received
        if admitted[0] < admitted[1]:
            found[f"{site} admitted"] = admitted
    return found


def answered_images() -> int:
    """How many requests for images this process has answered with some."""
    labels = ("method", "route", "status")
    count = 0.0
    for metric in counter("http_requests_total", "answered requests", labels).collect():
        for sample in metric.samples:
            said = sample.labels
            is_image = said.get("route", "").startswith(ROUTES) and said.get("method") == "GET"
            if is_image and sample.name.endswith("_total") and said.get("status") in ANSWERED:
                count += sample.value
    return int(count)
