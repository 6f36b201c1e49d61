"""Ledger: who did what to which data, for ever and provably.

Owns the ``ledger_*`` tables. Promises: an entry is there exactly if the fact is (one
transaction); nothing can be changed, left out or put in later without `Ledger.verify` or
`verify_export` naming it; personal fields stand in the tree as salted commitments only.
Start at ``ledger.py``; the mathematics is ``merkle.py``.
"""

from yushan.services.ledger.audit import Audit, Thing
from yushan.services.ledger.export import verify_export
from yushan.services.ledger.ledger import Ledger
from yushan.services.ledger.merkle import consistent, included, leaf_hash
from yushan.services.ledger.ports import Signer
from yushan.services.ledger.tables import METADATA
from yushan.services.ledger.values import Entry, Fault, Head, Inclusion, Verdict, commitment

__all__ = [
    "METADATA",
    "Audit",
    "Entry",
    "Fault",
    "Head",
    "Inclusion",
    "Ledger",
    "Signer",
    "Thing",
    "Verdict",
    "commitment",
    "consistent",
    "included",
    "leaf_hash",
    "verify_export",
]
