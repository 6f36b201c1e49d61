"""``yushan gateway status | retry | release | import``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from yushan.doors.cli.parts import FOLDER, as_json, config, who
from yushan.doors.cli.say import say

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.doors.cli.ports import House


def add_to(root: click.Group) -> None:
    """Hang the commands on."""
    root.add_command(group)


@click.group("gateway")
def group() -> None:
    """A hospital's gateway: where every image is, and what to do about those that wait."""


@group.command()
@config
@as_json
@click.pass_obj
def status(house: House, config: Path, as_json: bool) -> int:  # noqa: FBT001 - a flag
    """The accounting: received = sum of all states."""
    found = house.gateway_status(config)
    say(found, as_json=as_json)
    fits = all(said.endswith(" fit") for said in found["witness"].values())
    return 0 if found["closes"] and fits else 1


@group.command()
@config
@click.option("--state", default="quarantined", show_default=True, help="Which objects.")
@click.option("--code", help="Only those with this reason code.")
@who
@as_json
@click.pass_obj
def retry(
    house: House,
    config: Path,
    state: str,
    code: str | None,
    who: str,
    as_json: bool,  # noqa: FBT001 - a flag
) -> None:
    """Send objects back to the start, after something has changed."""
    say(house.gateway_retry(config, state, code, who), as_json=as_json)


@group.command()
@config
@click.argument("numbers", type=int, nargs=-1, required=True)
@who
@click.option("--second", required=True, help="The second person.")
@click.option("--reason", required=True, help="Why; it is recorded.")
@as_json
@click.pass_obj
def release(  # noqa: PLR0913, PLR0917 - click gives one argument per option
    house: House,
    config: Path,
    numbers: tuple[int, ...],
    who: str,
    second: str,
    reason: str,
    as_json: bool,  # noqa: FBT001 - a flag
) -> None:
    """Take objects out of the gateway's hands; nothing of them is sent."""
    say(house.gateway_release(config, numbers, who, second, reason), as_json=as_json)


@group.command("import")
@config
@click.argument("folder", type=FOLDER)
@as_json
@click.pass_obj
def import_folder(house: House, config: Path, folder: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Take a folder's files in, as if a PACS had sent them."""
    say(house.gateway_import(config, folder), as_json=as_json)
