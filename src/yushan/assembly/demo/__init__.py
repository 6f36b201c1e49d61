"""The demo: the real thing small. Separate processes, folders, databases and keys on loopback.

Start at ``story.py``, which tells it in order.
"""

from yushan.assembly.demo.story import Wanted, run_demo

__all__ = ["Wanted", "run_demo"]
