"""Linkage: one person in many hospitals is one pseudonym, and no single party can tell who.

Three sides of one protocol (``docs/reference/linkage.md``): `LinkageClient` in the hospital,
`KeyHolder` (three, any two suffice), `LinkageCommons`. Owns ``linkage_*`` at a key holder.
Promises: the hospital never learns the token, key holders never see a number, the commons cannot
compute a token. Start at ``client.py``.
"""

from yushan.services.linkage.adopting import adopted_factor, adopted_groups
from yushan.services.linkage.ceremony import Ceremony, Progress
from yushan.services.linkage.client import LinkageClient
from yushan.services.linkage.commons import LONGEST_SHIFT_DAYS, LinkageCommons, Subject
from yushan.services.linkage.envelope import commons_public
from yushan.services.linkage.envelope import sealer as commons_sealer
from yushan.services.linkage.holder import DAILY_LIMIT, KeyHolder, SiteEvaluator
from yushan.services.linkage.identity import Identity, holder_signer, read_members
from yushan.services.linkage.keeping import Keeper
from yushan.services.linkage.ports import Answer, Evaluator
from yushan.services.linkage.table import Plan, Table
from yushan.services.linkage.wire import BATCH, EvaluateReply, EvaluateRequest, PeerEvaluator

__all__ = [
    "BATCH",
    "DAILY_LIMIT",
    "LONGEST_SHIFT_DAYS",
    "Answer",
    "Ceremony",
    "EvaluateReply",
    "EvaluateRequest",
    "Evaluator",
    "Identity",
    "Keeper",
    "KeyHolder",
    "LinkageClient",
    "LinkageCommons",
    "PeerEvaluator",
    "Plan",
    "Progress",
    "SiteEvaluator",
    "Subject",
    "Table",
    "adopted_factor",
    "adopted_groups",
    "commons_public",
    "commons_sealer",
    "holder_signer",
    "read_members",
]
