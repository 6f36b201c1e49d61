"""``yushan demo | up | upgrade | config check | doctor``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from yushan.doors.cli.parts import FILE, FOLDER, NEW_FOLDER, as_json, config
from yushan.doors.cli.ports import DemoWish
from yushan.doors.cli.say import say

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.doors.cli.ports import House


def add_to(root: click.Group) -> None:
    """Hang the commands on."""
    for command in (demo, up, upgrade, config_group, doctor):
        root.add_command(command)


@click.command()
@click.option("--from", "source", type=FOLDER, help="Send this folder instead of the samples.")
@click.option("--exit", "leave", is_flag=True, help="Stop after the report.")
@click.option("--keep", type=NEW_FOLDER, help="Keep everything in this empty folder.")
@click.option("--port", default=8080, show_default=True, help="The portal's port, if it is free.")
@click.option("--tls", is_flag=True, help="TLS with certificates between all roles.")
@as_json
@click.pass_obj
def demo(house: House, /, **asked: Any) -> int:  # noqa: ANN401 - click's options by name
    """The main job: two hospitals' images in, a de-identified, searchable commons out."""
    return house.demo(DemoWish(**asked))


@click.command()
@config
@click.argument("role", required=False)
@click.pass_obj
def up(house: House, config: Path, role: str | None) -> None:
    """Start a role (gateway, keyholder, citizen, commons) and serve until told to stop."""
    if role is not None and house.check_config(config)["role"] != role:
        raise click.UsageError(f"this settings file is not for a {role}")
    house.up(config)


@click.group("config")
def config_group() -> None:
    """Settings files."""


@config_group.command("check")
@click.argument("config", type=FILE)
@as_json
@click.pass_obj
def check(house: House, config: Path, as_json: bool) -> int:  # noqa: FBT001 - a flag
    """Check a settings file: files, keys, certificates, ports, servers; nothing is started."""
    found = house.check_config(config)
    say(found, as_json=as_json)
    return 0 if found["well"] else 1


@config_group.command("explain")
@click.argument("role", type=click.Choice(["gateway", "keyholder", "citizen", "commons"]))
@click.argument("name", default="")
@as_json
@click.pass_obj
def explain(house: House, role: str, name: str, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Say what the settings of a role mean: all, or those whose name holds NAME."""
    say(house.explain_settings(role, name), as_json=as_json)


@click.command()
@config
@click.option("--backup", "place", default="", help="Back the role up into this place first.")
@click.option("--plan", is_flag=True, help="Only say what is pending.")
@as_json
@click.pass_obj
def upgrade(house: House, config: Path, place: str, plan: bool, as_json: bool) -> None:  # noqa: FBT001 - flags
    """Bring the tables of a role that does not run to what this program needs."""
    say(house.upgrade(config, place, plan=plan), as_json=as_json)


@click.command()
@as_json
@click.pass_obj
def doctor(house: House, as_json: bool) -> int:  # noqa: FBT001 - a flag
    """Say what this machine lacks and the command that mends it."""
    found = house.doctor()
    say(found, as_json=as_json)
    return 0 if found["well"] else 1
