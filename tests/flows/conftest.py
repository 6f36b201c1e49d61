"""The world of intake that most stories begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.flows.intaking import World

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.engines.database import Database


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    return World(database, tmp_path)
