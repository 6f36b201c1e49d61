"""Witness: a hospital looks after the commons' ledger. The story is ``story.py``."""

from yushan.flows.witness.story import Agreement, Watch

__all__ = ["Agreement", "Watch"]
