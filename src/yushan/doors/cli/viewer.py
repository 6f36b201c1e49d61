"""``yushan viewer install``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from yushan.doors.cli.parts import NEW_FOLDER, as_json
from yushan.doors.cli.say import say

if TYPE_CHECKING:
    from yushan.doors.cli.ports import House


def add_to(root: click.Group) -> None:
    """Hang the commands on."""
    root.add_command(group)


@click.group("viewer")
def group() -> None:
    """The image viewer (OHIF)."""


@group.command()
@click.option("--to", "folder", type=NEW_FOLDER, default=Path(".cache/viewer"), show_default=True)
@click.option("--npm", default="npm", show_default=True, help="The npm program.")
@as_json
@click.pass_obj
def install(house: House, folder: Path, npm: str, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Fetch the viewer's package, check it, put it under /viewer/."""
    say(house.install_viewer(folder, npm), as_json=as_json)
