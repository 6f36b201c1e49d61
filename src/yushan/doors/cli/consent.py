"""``yushan consent record | show``: the counter's way; the number is asked for, never an argument.

A number on the command line would stand in the process list and the shell's history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from yushan.doors.cli.parts import as_json, config
from yushan.doors.cli.say import say

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.doors.cli.ports import House

USES = ("academic", "public-health", "industry")


def add_to(root: click.Group) -> None:
    """Hang the commands on."""
    root.add_command(group)


@click.group("consent")
def group() -> None:
    """People's choices, at the consent office."""


def ask_identity() -> str:
    """The person's number, typed or piped."""
    return str(click.prompt("National ID", hide_input=True, err=True)).strip()


@group.command()
@config
@click.argument("decision", type=click.Choice(["stop", "allow"]))
@click.option("--use", type=click.Choice(USES), help="Only this kind of use.")
@click.option("--site", help="Only images of this hospital.")
@click.option("--modality", help="Only images of this modality.")
@as_json
@click.pass_obj
def record(  # noqa: PLR0913, PLR0917 - click gives one argument per option
    house: House,
    config: Path,
    decision: str,
    use: str | None,
    site: str | None,
    modality: str | None,
    as_json: bool,  # noqa: FBT001 - a flag
) -> None:
    """Record a choice and print its receipt."""
    part = {"use": use, "site": site, "modality": modality}
    chosen = {name: value for name, value in part.items() if value}
    say(house.consent_record(config, ask_identity(), decision, chosen), as_json=as_json)


@group.command()
@config
@as_json
@click.pass_obj
def show(house: House, config: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """A person's choices and where each kind of use stands."""
    say(house.consent_show(config, ask_identity()), as_json=as_json)
