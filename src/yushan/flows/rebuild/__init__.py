"""Rebuild: the index made anew from packs alone. The story is in ``story.py``."""

from yushan.flows.rebuild.story import (
    Compared,
    Rebuilt,
    compare_index,
    rebuild_index,
    write_index,
)

__all__ = ["Compared", "Rebuilt", "compare_index", "rebuild_index", "write_index"]
