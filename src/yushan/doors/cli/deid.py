"""``yushan deid`` and ``yushan verify``: de-identification for those who need nothing else."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from yushan.doors.cli.parts import FILE, FOLDER, NEW_FOLDER, as_json
from yushan.doors.cli.ports import CheckWish, DeidWish

if TYPE_CHECKING:
    from yushan.doors.cli.ports import House

ANY = click.Path(exists=True, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
jobs = click.option(
    "--jobs", type=click.IntRange(1, 256), help="Processes side by side; all there are if left out."
)

switches = click.option(
    "--option", "options", multiple=True, metavar="+NAME|-NAME",
    help="Switch an option of PS3.15 Annex E, e.g. +retain_uids; may be given again.",
)  # fmt: skip

words = click.option("--words", type=FILE, help="Learned words that descriptors may keep.")


def add_to(root: click.Group) -> None:
    """Hang the commands on."""
    for command in (deid, review, verify):
        root.add_command(command)


@click.command()
@click.argument("source", metavar="IN", type=ANY)
@click.argument("out", metavar="OUT", type=NEW_FOLDER)
@click.option("--policy", default="tw-hospital", show_default=True, help="A name, or a file.")
@switches
@words
@click.option("--policy-key", type=FILE, help="Whose signature a policy file must bear, in hex.")
@click.option("--keys", type=NEW_FOLDER, help="The folder of the keys; OUT.keys if left out.")
@click.option("--report", type=NEW_FILE, help="The report; report.json by the keys if left out.")
@jobs
@click.option("--resume", "beginning", flag_value="resume", help="Only go on with an earlier run.")
@click.option("--fresh", "beginning", flag_value="fresh", help="Take earlier outputs away first.")
@click.option("--ocr/--no-ocr", default=True, help="Read pictures that may carry text.")
@click.option("--decisions", type=FILE, help="What people decided; by the keys if left out.")
@as_json
@click.pass_obj
def deid(house: House, /, **asked: Any) -> int:  # noqa: ANN401 - click's options by name
    """De-identify IN (a folder, a file, a disc, a ZIP) into the folder OUT, without any server.

    The same command goes on where it was stopped. Keys are made on first use beside OUT: keep them,
    and never give them away.
    """
    asked["beginning"] = asked["beginning"] or ""
    return house.deid(DeidWish(**asked, is_seen=sys.stderr.isatty()))


@click.command()
@click.argument("out", metavar="OUT", type=ANY)
@click.option("--keys", type=FOLDER, help="Those OUT was made with; OUT.keys if left out.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="A free one if left out.")
@click.pass_obj
def review(house: House, /, out: Path, keys: Path | None, port: int) -> int:
    """Look at pictures of OUT's last run that wait, in a browser on this machine, and decide.

    Then give the same yushan deid again: it does what was decided.
    """
    return house.review_folder(out, keys, port)


@click.command()
@click.argument("out", metavar="OUT", type=ANY)
@click.option("--against", type=ANY, metavar="IN", help="Search for the people of these originals.")
@click.option("--keys", type=FOLDER, help="Those OUT was made with; OUT.keys if it is there.")
@click.option("--policy", default="tw-hospital", show_default=True, help="What may be kept.")
@switches
@words
@jobs
@as_json
@click.pass_obj
def verify(house: House, /, **asked: Any) -> int:  # noqa: ANN401 - click's options by name
    """Look through any folder for reasons not to give it away; 0 when there are none."""
    return house.verify_folder(CheckWish(**asked, is_seen=sys.stderr.isatty()))
