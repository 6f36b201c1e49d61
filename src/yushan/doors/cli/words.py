"""``yushan words count | join``: words of descriptors that many patients and sites share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from yushan.doors.cli.parts import FILE, as_json
from yushan.doors.cli.say import say

if TYPE_CHECKING:
    from yushan.doors.cli.ports import House

ANY = click.Path(exists=True, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
out = click.option("--out", type=NEW_FILE, required=True, help="The table that is written.")


def add_to(root: click.Group) -> None:
    """Hang the commands on."""
    root.add_command(group)


@click.group("words")
def group() -> None:
    """A vocabulary for descriptors, learned over patients and hospitals."""


@group.command()
@click.argument("source", metavar="IN", type=ANY)
@click.option("--site", required=True, help="Short name of the hospital.")
@out
@as_json
@click.pass_obj
def count(house: House, source: Path, site: str, out: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Count in how many patients each unknown word stands; words that are names are refused."""
    say(house.count_words(source, site, out, is_seen=sys.stderr.isatty()), as_json=as_json)


@group.command()
@click.argument("tables", type=FILE, nargs=-1, required=True)
@click.option("--patients", type=click.IntRange(1), help="Patients a word needs in all.")
@click.option("--sites", type=click.IntRange(1), help="Hospitals a word needs.")
@out
@as_json
@click.pass_obj
def join(
    house: House,
    tables: tuple[Path, ...],
    patients: int | None,
    sites: int | None,
    out: Path,
    as_json: bool,  # noqa: FBT001 - a flag
) -> None:
    """Join the counts of hospitals; the result is read by a person, then given to --words."""
    say(house.join_words(tables, patients, sites, out), as_json=as_json)
