"""``yushan linkage …``: key holders' counts and ceremonies.

A ceremony goes over a folder that all parties can reach, or carry: everybody runs ``step`` until it
says that it is done. What lies there is signed, and sealed where it is secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from yushan.doors.cli.parts import NEW_FOLDER, as_json, config
from yushan.doors.cli.say import say

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from yushan.doors.cli.ports import House

table = click.argument("table", type=NEW_FOLDER)


def add_to(root: click.Group) -> None:
    """Hang the commands on."""
    root.add_command(group)


@click.group("linkage")
def group() -> None:
    """The shared key by which one person in many hospitals is one pseudonym."""


@group.command()
@config
@as_json
@click.pass_obj
def identity(house: House, config: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """A key holder's public identity (made if need be), for the other parties."""
    say(house.people.linkage.identity(config), as_json=as_json)


@group.command()
@config
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="From this day on (UTC).")
@as_json
@click.pass_obj
def usage(house: House, config: Path, since: datetime | None, as_json: bool) -> int:  # noqa: FBT001 - a flag
    """How much each site asked of a key holder by day, and whether its ledger says the same."""
    found = house.people.linkage.usage(config, since.date() if since else None)
    say(found, as_json=as_json)
    return 0 if found["agrees"] else 1


@group.command()
@config
@table
@as_json
@click.pass_obj
def create(house: House, config: Path, table: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Begin making a shared key that nobody ever holds as a whole; then all three run ``step``."""
    say(house.people.linkage.begin(config, table, "create", 0), as_json=as_json)


@group.command()
@config
@table
@as_json
@click.pass_obj
def rotate(house: House, config: Path, table: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Begin changing the shared key and all shares; then all three run ``step``.

    Afterwards the commons and every gateway run ``adopt``, and last the holders ``switch``.
    """
    say(house.people.linkage.begin(config, table, "rotate", 0), as_json=as_json)


@group.command()
@config
@table
@click.option("--lost", type=click.IntRange(1, 3), required=True, help="Whose share is lost.")
@as_json
@click.pass_obj
def replace(house: House, config: Path, table: Path, lost: int, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Begin giving a holder its lost share again; then all three run ``step``.

    If the share may have been stolen, ``rotate`` afterwards.
    """
    say(house.people.linkage.begin(config, table, "replace", lost), as_json=as_json)


@group.command()
@config
@table
@as_json
@click.pass_obj
def step(house: House, config: Path, table: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Do what can be done now in the ceremony on TABLE; says whom it waits for, or done."""
    say(house.people.linkage.step(config, table), as_json=as_json)


@group.command()
@config
@as_json
@click.pass_obj
def switch(house: House, config: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Use the share of the last rotation; the old one is destroyed. Start the holder again."""
    say(house.people.linkage.switch(config), as_json=as_json)


@group.command()
@config
@table
@as_json
@click.pass_obj
def adopt(house: House, config: Path, table: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """At the commons or a gateway: take over what a ceremony made; then start the role again."""
    say(house.people.linkage.adopt(config, table), as_json=as_json)
