"""Stand-alone de-identification: originals on a disk become released files, without any server.

Owns the folder of the keys with journal, maps and reports, and what it writes to OUT. Promises: IN
is never written; what is in OUT is whole, passed the verifier and bears new names; equal keys and
equal IN give equal OUT; every input has one outcome. Start at ``story.py``.
"""

from yushan.flows.deid.checking import Check, Verdict, check
from yushan.flows.deid.decisions import Decision, write_decisions
from yushan.flows.deid.deidentifier import Deidentifier, Object
from yushan.flows.deid.learning import count_words
from yushan.flows.deid.pool import Stopped
from yushan.flows.deid.private import private_file
from yushan.flows.deid.report import OUTCOMES, Report, Summary
from yushan.flows.deid.reviewing import Review, review
from yushan.flows.deid.running import run
from yushan.flows.deid.wish import (
    DEFAULT_POLICY,
    Wish,
    is_signed,
    policy_for,
    with_vocabulary,
)

__all__ = [
    "DEFAULT_POLICY",
    "OUTCOMES",
    "Check",
    "Decision",
    "Deidentifier",
    "Object",
    "Report",
    "Review",
    "Stopped",
    "Summary",
    "Verdict",
    "Wish",
    "check",
    "count_words",
    "is_signed",
    "policy_for",
    "private_file",
    "review",
    "run",
    "with_vocabulary",
    "write_decisions",
]
