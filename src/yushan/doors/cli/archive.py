"""``yushan archive stats | check | rebuild-index | index | export | verify | seal``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from yushan.doors.cli.archive_ports import ExportWish
from yushan.doors.cli.parts import FOLDER, NEW_FOLDER, as_json, config
from yushan.doors.cli.say import say

if TYPE_CHECKING:
    from yushan.doors.cli.ports import House


def add_to(root: click.Group) -> None:
    """Hang the commands on."""
    root.add_command(group)


@click.group("archive")
def group() -> None:
    """The commons' archive."""


def progress(done: int, total: int) -> None:
    """How far it is, on a terminal."""
    if sys.stderr.isatty() and (done % 10 == 0 or done == total):
        sys.stderr.write(f"\r{done}/{total}" + ("\n" if done == total else ""))


@group.command()
@config
@as_json
@click.pass_obj
def stats(house: House, config: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """How much is held, when it was read last, which keys protect it."""
    say(house.archives.stats(config), as_json=as_json)


@group.command()
@config
@click.option("--pack", "packs", multiple=True, help="Only this pack; may be given again.")
@as_json
@click.pass_obj
def check(house: House, config: Path, packs: tuple[str, ...], as_json: bool) -> int:  # noqa: FBT001 - a flag
    """Read and hash every byte; name what changed by pack, member and instance."""
    found = house.archives.check(config, packs, progress)
    say(found, as_json=as_json)
    return 0 if found["holds"] else 1


@group.command("rebuild-index")
@config
@click.option("--verify", is_flag=True, help="Only compare: is the index what the packs say?")
@as_json
@click.pass_obj
def rebuild_index(house: House, config: Path, verify: bool, as_json: bool) -> int:  # noqa: FBT001 - flags
    """Make the index again from the packs alone."""
    found = house.archives.rebuild_index(config, verify=verify)
    say(found, as_json=as_json)
    return 0 if found["holds"] else 1


@group.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@config
@as_json
@click.pass_obj
def index(house: House, file: Path, config: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Write the index as text, a JSON document a line."""
    say(house.archives.index(config, file), as_json=as_json)


@group.command()
@click.argument("folder", type=NEW_FOLDER)
@config
@click.option("--pack", "packs", multiple=True, help="All series of a pack.")
@click.option("--series", multiple=True, help="A series.")
@click.option("--study", "studies", multiple=True, help="All series of a study.")
@click.option("--all", "everything", is_flag=True, help="Everything.")
@click.option("--form", type=click.Choice(["files", "packs"]), default="files", show_default=True)
@as_json
@click.pass_obj
def export(house: House, /, folder: Path, config: Path, as_json: bool, **chosen: Any) -> None:  # noqa: FBT001, ANN401 - a flag; the options by their names
    """Write series as plain files or as packs, with a manifest to verify them by."""
    say(house.archives.export(config, ExportWish(folder=folder, **chosen)), as_json=as_json)


@group.command()
@click.argument("folder", type=FOLDER)
@as_json
@click.pass_obj
def verify(house: House, folder: Path, as_json: bool) -> int:  # noqa: FBT001 - a flag
    """Hold an export against its manifest; needs nothing but the folder."""
    found = house.archives.verify(folder)
    say(found, as_json=as_json)
    return 0 if found["holds"] else 1


@group.command()
@config
@as_json
@click.pass_obj
def seal(house: House, config: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Seal files that lie plain; wrap all data keys under the first of archive.keys."""
    say(house.archives.seal(config, progress), as_json=as_json)
