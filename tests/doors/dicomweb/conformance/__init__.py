"""A conformance suite for DICOMweb servers: named checks, of ours in the tests, of any by address.

``python -m tests.doors.dicomweb.conformance URL [--token T]`` stores a few small objects, prints a
table. Start at ``checking.py``; the checks are in ``finding_checks.py`` and its neighbours.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.doors.dicomweb.conformance.checking import Check

GROUPS = ("finding", "retrieving", "frames", "storing", "joining", "bodies", "apart", "rights")


def all_checks() -> list[Check]:
    """Every check, in the order of its group."""
    for group in GROUPS:
        import_module(f"{__name__}.{group}_checks")
    from tests.doors.dicomweb.conformance.checking import CHECKS

    return CHECKS
