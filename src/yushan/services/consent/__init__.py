"""Consent: what people decided about the use of their images, and who may know it.

`ConsentOffice` owns the ``consent_*`` tables in the citizen role and keeps tokens,
never numbers. `ConsentClient` is the gateway's side, `ConsentList` the commons' own check before
use. Promises: a choice whose receipt was given is on disk; when the list is stale or the office
silent, nothing is said to be allowed. Start at ``choices.py``.
"""

from yushan.services.consent.choices import (
    Choice,
    Decision,
    Part,
    Use,
    What,
    decide,
    stops_all,
)
from yushan.services.consent.client import ConsentClient
from yushan.services.consent.identity import checked_identity
from yushan.services.consent.office import DAILY_LIMIT, ConsentOffice, SiteOffice
from yushan.services.consent.optouts import OptOut, SignedList, Stamp, read_entries, read_stamp
from yushan.services.consent.ports import Office
from yushan.services.consent.receipts import Channel, History, Receipt, Wish, is_genuine
from yushan.services.consent.rotating import Change, change_key, read_change
from yushan.services.consent.standing import ConsentList, Verdict
from yushan.services.consent.texts import UseText, use_texts
from yushan.services.consent.tokens import Epochs, token_of
from yushan.services.consent.wire import BATCH, PeerOffice, TokenReply, TokenRequest

__all__ = [
    "BATCH",
    "DAILY_LIMIT",
    "Change",
    "Channel",
    "Choice",
    "ConsentClient",
    "ConsentList",
    "ConsentOffice",
    "Decision",
    "Epochs",
    "History",
    "Office",
    "OptOut",
    "Part",
    "PeerOffice",
    "Receipt",
    "SignedList",
    "SiteOffice",
    "Stamp",
    "TokenReply",
    "TokenRequest",
    "Use",
    "UseText",
    "Verdict",
    "What",
    "Wish",
    "change_key",
    "checked_identity",
    "decide",
    "is_genuine",
    "read_change",
    "read_entries",
    "read_stamp",
    "stops_all",
    "token_of",
    "use_texts",
]
