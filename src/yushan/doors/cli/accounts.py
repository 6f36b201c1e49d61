"""``yushan account …``: the first administrator, and help when nobody can sign in any more.

A password is never asked for or printed here: links let people choose their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from yushan.doors.cli.parts import as_json, config
from yushan.doors.cli.say import say

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.doors.cli.ports import House


def add_to(root: click.Group) -> None:
    """Hang the commands on."""
    root.add_command(group)


@click.group("account")
def group() -> None:
    """Accounts of a portal, from the machine itself."""


@group.command()
@config
@click.option("--role", required=True, help="Such as administrator, steward, engineer.")
@click.option("--everything", is_flag=True, help="May see all images of the centre.")
@click.option("--site", "sites", multiple=True, help="May see the images of this hospital.")
@click.option("--study", "studies", multiple=True, help="May see this study.")
@click.option("--mask", default="", help="Name of the pseudonyms that are shown.")
@click.option("--home", default="", help="The hospital that the person belongs to.")
@click.option("--note", default="", help="For whom the link is.")
@click.option("--days", default=7, show_default=True, help="How long the link holds, 1 to 14.")
@as_json
@click.pass_obj
def invite(house: House, /, config: Path, as_json: bool, **wish: Any) -> None:  # noqa: ANN401, FBT001 - click's options by name
    """Print a one-time link by which somebody opens an account; it is shown once."""
    say(house.accounts.invite(config, wish), as_json=as_json)


@group.command("list")
@config
@as_json
@click.pass_obj
def listing(house: House, config: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Everybody who has or had an account, and links that are open."""
    say(house.accounts.listing(config), as_json=as_json)


@group.command()
@config
@click.argument("user")
@as_json
@click.pass_obj
def close(house: House, config: Path, user: str, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Close an account; its sessions and tokens end at once."""
    say(house.accounts.close(config, user), as_json=as_json)


@group.command()
@config
@click.argument("user")
@click.option("--factors", is_flag=True, help="Also take lost second factors away.")
@as_json
@click.pass_obj
def reset(house: House, config: Path, user: str, factors: bool, as_json: bool) -> None:  # noqa: FBT001 - flags
    """Print a one-time link by which the account's owner sets a new password."""
    say(house.accounts.reset(config, user, factors=factors), as_json=as_json)


@group.command()
@config
@click.argument("link")
@as_json
@click.pass_obj
def revoke(house: House, config: Path, link: str, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Make a link void by its id."""
    say(house.accounts.revoke(config, link), as_json=as_json)


@group.command()
@config
@click.argument("user")
@click.option("--name", required=True, help="What the token is for.")
@click.option("--days", default=30, show_default=True, help="How long it holds, 1 to 90.")
@click.option("--reads-only", is_flag=True, help="It may read and change nothing.")
@as_json
@click.pass_obj
def token(house: House, /, config: Path, user: str, as_json: bool, **wish: Any) -> None:  # noqa: ANN401, FBT001 - click's options by name
    """Print a token for a program under the account's role and scope; it is shown once."""
    say(house.accounts.token(config, user, wish), as_json=as_json)
