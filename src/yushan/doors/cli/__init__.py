"""CLI: every act of an operator. Start at ``root.py``; what stands behind it is ``ports.py``.

Exit codes: 0 ok, 1 refused or found wrong, 2 usage, 3 unavailable. ``--json`` everywhere.
"""

from yushan.doors.cli.ports import DemoWish, House
from yushan.doors.cli.root import build, run

__all__ = ["DemoWish", "House", "build", "run"]
