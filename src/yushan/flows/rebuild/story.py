"""Flow *rebuild* (B6): the index is lost or doubted; packs and sidecars make it again.

1. Forget all rows that follow from packs, of archive and catalogue.
2. Read every pack's sidecars from the store and enter them as admission did.
3. Tell the change feed in what the new index differs from the old one.

One transaction: whoever reads meanwhile sees the old index, and whatever fails leaves it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yushan.engines.observe import facts, log_for

if TYPE_CHECKING:
    from yushan.engines.database import Database
    from yushan.services.archive import Archive
    from yushan.services.catalogue import Catalogue
    from yushan.services.ledger import Ledger

log = log_for(__name__)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What the index was made of."""

    packs: int
    instances: int


def rebuild_index(db: Database, archive: Archive, catalogue: Catalogue, ledger: Ledger) -> Rebuilt:
    """Make the index anew; ``Rejected("packs.bad-sidecar")`` leaves the old one."""
    packs = instances = 0
    with db.begin() as tx:
        number = ledger.append(tx, "archive.rebuilt", {})  # first: keeps admissions out meanwhile
        before = archive.places(tx)
        archive.clear(tx)
        catalogue.clear(tx)
        for staged in archive.stored():
            archive.enter(tx, staged)
            catalogue.add(tx, staged.sidecars)
            packs += 1
            instances += sum(len(sidecar.instances) for sidecar in staged.sidecars)
        archive.tell_difference(tx, before)
    log.info("archive.rebuilt", extra=facts(index=number, count=packs, instances=instances))
    return Rebuilt(packs, instances)
