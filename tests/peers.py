"""Foreign programs that tests talk to: the path, a loud skip, or a failure where all must be."""

from __future__ import annotations

import os
import shutil

import pytest

PLACES = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"


def need(program: str) -> str:
    """The path of a foreign program.

    Skips the test when it is not installed; with ``YUSHAN_REQUIRE_PEERS=1`` that is a failure.
    """
    found = shutil.which(program, path=PLACES)
    if found:
        return found
    if os.environ.get("YUSHAN_REQUIRE_PEERS") == "1":
        pytest.fail(f"{program} is not installed")
    pytest.skip(f"{program} is not installed")
