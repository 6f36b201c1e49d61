"""``yushan certificates authority | issue | show``: TLS where no other authority is at hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from yushan.doors.cli.parts import FILE, FOLDER, NEW_FOLDER, as_json
from yushan.doors.cli.say import say

if TYPE_CHECKING:
    from yushan.doors.cli.ports import House


def add_to(root: click.Group) -> None:
    """Hang the commands on."""
    root.add_command(certificates)


@click.group()
def certificates() -> None:
    """Certificates of a small authority of one's own."""


@certificates.command()
@click.argument("folder", type=NEW_FOLDER)
@click.option("--name", default="Yushan", show_default=True, help="What the authority is called.")
@as_json
@click.pass_obj
def authority(house: House, folder: Path, name: str, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Make an authority: FOLDER/authority.pem for everybody, FOLDER/authority.key for nobody."""
    say(house.certificates.authority(folder, name), as_json=as_json)


@certificates.command()
@click.argument("name")
@click.option("--authority", "folder", type=FOLDER, required=True, help="The authority's folder.")
@click.option("--address", "addresses", multiple=True, help="IP address or host name; repeatable.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--days", type=click.IntRange(1, 825), default=397, show_default=True)
@as_json
@click.pass_obj
def issue(  # noqa: PLR0913, PLR0917 - click's options
    house: House, name: str, folder: Path, addresses: tuple[str, ...], out: Path, days: int,
    as_json: bool,  # noqa: FBT001 - a flag
) -> None:  # fmt: skip
    """Issue NAME.pem and NAME.key for a role; again renews them in their place."""
    say(house.certificates.issue(folder, name, addresses, out, days), as_json=as_json)


@certificates.command()
@click.argument("files", type=FILE, nargs=-1, required=True)
@as_json
@click.pass_obj
def show(house: House, files: tuple[Path, ...], as_json: bool) -> int:  # noqa: FBT001 - a flag
    """Names and days left; exit code 1 when one has ended."""
    found = house.certificates.show(files)
    say(found, as_json=as_json)
    return 0 if found["well"] else 1
