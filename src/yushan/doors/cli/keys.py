"""``yushan keys make``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from yushan.doors.cli.parts import as_json
from yushan.doors.cli.say import say

if TYPE_CHECKING:
    from yushan.doors.cli.ports import House

ROLES = ("commons", "citizen", "keyholder", "gateway")


def add_to(root: click.Group) -> None:
    """Hang the commands on."""
    root.add_command(keys)


@click.group()
def keys() -> None:
    """Secrets of a role."""


@keys.command()
@click.argument("role", type=click.Choice(ROLES))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@as_json
@click.pass_obj
def make(house: House, role: str, folder: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Make the secrets of a role in FOLDER, readable for you alone; none is ever overwritten.

    What others must know of it goes to FOLDER/public. Of the token they get the SHA-256 printed.
    """
    say(house.make_keys(role, folder), as_json=as_json)
