"""Join: small packs of one study become one pack. The story is in ``story.py``."""

from yushan.flows.join.story import Join

__all__ = ["Join"]
