"""``yushan audit export | verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from yushan.doors.cli.parts import FOLDER, NEW_FOLDER, as_json, config
from yushan.doors.cli.say import say

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.doors.cli.ports import House


def add_to(root: click.Group) -> None:
    """Hang the commands on."""
    root.add_command(group)


@click.group("audit")
def group() -> None:
    """The ledger."""


@group.command("export")
@config
@click.argument("folder", type=NEW_FOLDER)
@as_json
@click.pass_obj
def export(house: House, config: Path, folder: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Write the ledger as files that anybody can verify."""
    say(house.audit_export(config, folder), as_json=as_json)


@group.command()
@click.argument("folder", type=FOLDER)
@click.option("--key", help="The ledger's verifier key, from elsewhere than the files.")
@as_json
@click.pass_obj
def verify(house: House, folder: Path, key: str | None, as_json: bool) -> int:  # noqa: FBT001 - a flag
    """Verify an exported ledger from its files alone."""
    found = house.audit_verify(folder, key)
    say(found, as_json=as_json)
    return 0 if found["holds"] else 1
