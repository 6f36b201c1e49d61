"""Rebuild: the index made anew from packs alone. The story is in ``story.py``."""

from yushan.flows.rebuild.story import Rebuilt, rebuild_index

__all__ = ["Rebuilt", "rebuild_index"]
