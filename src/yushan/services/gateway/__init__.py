"""Gateway: the hospital's journal: what came, where every object is, what was sent and received.

Owns the ``gateway_*`` tables (they hold identifiers of origin and never leave the hospital), reads
the spool folder, owns the outbox folder. Promises: every spooled object is in exactly one state and
the sum always closes; a pack is deleted only after the commons' receipt; nothing a person did is
unrecorded. Start at ``states.py``, then ``journal.py``, ``batches.py``, ``outbox.py``; for what
people decide ``decisions.py``.
"""

from yushan.services.gateway.accounting import (
    ALWAYS,
    Accounting,
    Period,
    ReasonCount,
    Share,
)
from yushan.services.gateway.batches import Batches, unfinished_batches
from yushan.services.gateway.commons import HttpCommons
from yushan.services.gateway.decisions import (
    Choice,
    Decision,
    Decisions,
    Wish,
    needs_second,
)
from yushan.services.gateway.desk_queue import DeskQueue
from yushan.services.gateway.forgetting import Forgetting, Present
from yushan.services.gateway.handling import Act, Handling
from yushan.services.gateway.importing import ImportReport, disk_room
from yushan.services.gateway.journal import Entry, Journal
from yushan.services.gateway.outbox import Outbox, OutboxTotals, Parcel
from yushan.services.gateway.ports import CommonsLink, ReceiptCheck
from yushan.services.gateway.region_rules import (
    RegionRule,
    RegionRules,
    RuleState,
    Suggestion,
)
from yushan.services.gateway.regions import Finding, Picture, Region
from yushan.services.gateway.rules import Rules, backoff_s
from yushan.services.gateway.runs import Batch, Member, Output, Run
from yushan.services.gateway.sending import Sender
from yushan.services.gateway.spool import AssociationHead, sync_folder
from yushan.services.gateway.states import LIFE, Stage, State, can_follow, check_follow, diagram
from yushan.services.gateway.tables import METADATA
from yushan.services.gateway.waiting import Waiting, waiting
from yushan.services.gateway.watching import Alarm

__all__ = [
    "ALWAYS",
    "LIFE",
    "METADATA",
    "Accounting",
    "Act",
    "Alarm",
    "AssociationHead",
    "Batch",
    "Batches",
    "Choice",
    "CommonsLink",
    "Decision",
    "Decisions",
    "DeskQueue",
    "Entry",
    "Finding",
    "Forgetting",
    "Handling",
    "HttpCommons",
    "ImportReport",
    "Journal",
    "Member",
    "Outbox",
    "OutboxTotals",
    "Output",
    "Parcel",
    "Period",
    "Picture",
    "Present",
    "ReasonCount",
    "ReceiptCheck",
    "Region",
    "RegionRule",
    "RegionRules",
    "RuleState",
    "Rules",
    "Run",
    "Sender",
    "Share",
    "Stage",
    "State",
    "Suggestion",
    "Waiting",
    "Wish",
    "backoff_s",
    "can_follow",
    "check_follow",
    "diagram",
    "disk_room",
    "needs_second",
    "sync_folder",
    "unfinished_batches",
    "waiting",
]
