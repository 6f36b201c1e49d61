"""Ledger: who did what to which data, for ever and provably.

Two logs: the *restricted* one (every fact) and the *public* one (what everybody may read). Owns the
``ledger_*`` tables. Promises: an entry is there exactly if the fact is (one transaction); nothing
can be changed, left out or put in later without `Ledger.verify` or `verify_export` naming it;
personal fields stand in the tree as salted commitments only. Start at ``ledger.py``; what doors
call is ``audit.py``; the mathematics is ``merkle.py``, the formats are ``notes.py``, ``tiles.py``.
"""

from yushan.services.ledger.audit import Audit, Thing, asked_from
from yushan.services.ledger.balance import Balance, balance, told_requests
from yushan.services.ledger.changes import Change
from yushan.services.ledger.check_files import read_export, verify_export
from yushan.services.ledger.cosigning import Cosigned, Cosigner, Cosigners, Offer
from yushan.services.ledger.counting import Counting, tell_policies
from yushan.services.ledger.export import Keys, published_tile
from yushan.services.ledger.fhir import Place, audit_event, kinds
from yushan.services.ledger.ledger import Ledger
from yushan.services.ledger.log import Log
from yushan.services.ledger.merkle import consistent, included, leaf_hash
from yushan.services.ledger.notes import CONSENT, LEDGER, RECORD, Head, Key, read_key, read_note
from yushan.services.ledger.ports import Signer
from yushan.services.ledger.questions import asked_for
from yushan.services.ledger.receipts import (
    Judged,
    Proven,
    Receipts,
    read_receipt,
    verify_receipt,
)
from yushan.services.ledger.search import Found, Question, Search
from yushan.services.ledger.tables import METADATA
from yushan.services.ledger.tiles import read_path
from yushan.services.ledger.values import (
    Draft,
    Entry,
    Fault,
    Inclusion,
    Verdict,
    Verdicts,
    commitment,
)
from yushan.services.ledger.witness import Sighting, Witness, sightings

__all__ = [
    "CONSENT",
    "LEDGER",
    "METADATA",
    "RECORD",
    "Audit",
    "Balance",
    "Change",
    "Cosigned",
    "Cosigner",
    "Cosigners",
    "Counting",
    "Draft",
    "Entry",
    "Fault",
    "Found",
    "Head",
    "Inclusion",
    "Judged",
    "Key",
    "Keys",
    "Ledger",
    "Log",
    "Offer",
    "Place",
    "Proven",
    "Question",
    "Receipts",
    "Search",
    "Sighting",
    "Signer",
    "Thing",
    "Verdict",
    "Verdicts",
    "Witness",
    "asked_for",
    "asked_from",
    "audit_event",
    "balance",
    "commitment",
    "consistent",
    "included",
    "kinds",
    "leaf_hash",
    "published_tile",
    "read_export",
    "read_key",
    "read_note",
    "read_path",
    "read_receipt",
    "sightings",
    "tell_policies",
    "told_requests",
    "verify_export",
    "verify_receipt",
]
