"""``yushan archive stats | check | rebuild-index``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from yushan.doors.cli.parts import as_json, config
from yushan.doors.cli.say import say

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.doors.cli.ports import House


def add_to(root: click.Group) -> None:
    """Hang the commands on."""
    root.add_command(group)


@click.group("archive")
def group() -> None:
    """The commons' archive."""


@group.command()
@config
@as_json
@click.pass_obj
def stats(house: House, config: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """How much is held."""
    say(house.archive_stats(config), as_json=as_json)


@group.command()
@config
@as_json
@click.pass_obj
def check(house: House, config: Path, as_json: bool) -> int:  # noqa: FBT001 - a flag
    """Read and hash every byte of every pack; name what is wrong."""
    found = house.archive_check(config)
    say(found, as_json=as_json)
    return 0 if found["holds"] else 1


@group.command("rebuild-index")
@config
@as_json
@click.pass_obj
def rebuild_index(house: House, config: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Make the index again from the packs alone."""
    say(house.archive_rebuild_index(config), as_json=as_json)
