"""Stand-alone de-identification: originals on a disk become released files, without any server."""

from yushan.flows.deid.deidentifier import run
from yushan.flows.deid.wish import DEFAULT_POLICY, Wish, policy_for

__all__ = ["DEFAULT_POLICY", "Wish", "policy_for", "run"]
