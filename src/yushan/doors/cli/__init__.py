"""CLI: every act of an operator. Start at ``root.py``; what stands behind it is ``ports.py``.

Exit codes: 0 ok, 1 refused or found wrong, 2 usage, 3 unavailable. ``--json`` everywhere.
"""

from yushan.doors.cli.account_ports import Registers
from yushan.doors.cli.archive_ports import Archives, ExportWish
from yushan.doors.cli.audit_ports import AuditForm, Audits
from yushan.doors.cli.backup_ports import Backups, Certificates
from yushan.doors.cli.people_ports import People
from yushan.doors.cli.ports import CheckWish, DeidWish, DemoWish, House
from yushan.doors.cli.root import build, run
from yushan.doors.cli.say import language, say

__all__ = [
    "Archives",
    "AuditForm",
    "Audits",
    "Backups",
    "Certificates",
    "CheckWish",
    "DeidWish",
    "DemoWish",
    "ExportWish",
    "House",
    "People",
    "Registers",
    "build",
    "language",
    "run",
    "say",
]
