"""The program ``yushan``."""

from __future__ import annotations

import sys

from yushan.assembly.house import TheHouse
from yushan.doors.cli import run


def main() -> None:
    """Run a command and leave with its exit code."""
    sys.exit(run(TheHouse()))
