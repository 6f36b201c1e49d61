"""``yushan backup make | list | check | drill | prune | recipient``, ``yushan restore``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from yushan.doors.cli.parts import FILE, as_json, config
from yushan.doors.cli.say import say

if TYPE_CHECKING:
    from yushan.doors.cli.ports import House

place = click.argument("place")
one_set = click.option("--set", "name", default="", help="A set's name; the newest without it.")
opener = click.option("--opener", type=FILE, help="Private key that opens the set's sealed keys.")


class MakesByDefault(click.Group):
    """``yushan backup --config F PLACE`` is ``yushan backup make …``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the missing word in."""
        if args and args[0] not in self.commands and args[0] not in {"-h", "--help"}:
            args = ["make", *args]
        return super().parse_args(ctx, args)


@click.group("backup", cls=MakesByDefault)
def backup() -> None:
    """Backups of a role, and the proof that they can be restored."""


def add_to(root: click.Group) -> None:
    """Hang the commands on."""
    root.add_command(backup)
    root.add_command(restore)


@backup.command()
@config
@place
@click.option("--recipient", type=FILE, help="Public key (hex); seals the secrets into the set.")
@click.option("--full", "whole", is_flag=True, help="Read every file again, known or not.")
@as_json
@click.pass_obj
def make(house: House, /, as_json: bool, **asked: Any) -> None:  # noqa: ANN401, FBT001 - click's options by name
    """Back up a role beside its running process into PLACE (a folder or an s3 address)."""
    say(house.backups.make(asked.pop("config"), asked.pop("place"), **asked), as_json=as_json)


@backup.command("list")
@place
@as_json
@click.pass_obj
def listing(house: House, place: str, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """All whole sets, oldest first."""
    say(house.backups.listing(place), as_json=as_json)


@backup.command()
@place
@one_set
@as_json
@click.pass_obj
def check(house: House, place: str, name: str, as_json: bool) -> int:  # noqa: FBT001 - a flag
    """Read and hash every byte of a set."""
    found = house.backups.check(place, name)
    say(found, as_json=as_json)
    return 0 if found["holds"] else 1


@backup.command()
@config
@place
@one_set
@opener
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write it here.")
@as_json
@click.pass_obj
def drill(house: House, /, report: Path | None, as_json: bool, **asked: Any) -> int:  # noqa: ANN401, FBT001 - click's options by name
    """Restore into a scratch place, start the role there, prove everything; a signed report."""
    found = house.backups.drill(asked["config"], asked["place"], asked["name"], asked["opener"])
    if report is not None:
        import json  # noqa: PLC0415 - only here

        report.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    say(found, as_json=as_json)
    return 0 if found["holds"] else 1


@backup.command()
@place
@click.option("--keep", type=click.IntRange(min=1), required=True, help="Newest sets to keep.")
@as_json
@click.pass_obj
def prune(house: House, place: str, keep: int, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Forget old sets, and every object that only they needed."""
    say(house.backups.prune(place, keep), as_json=as_json)


@backup.command()
@click.argument("opener", type=click.Path(dir_okay=False, path_type=Path))
@as_json
@click.pass_obj
def recipient(house: House, opener: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Make the private key OPENER (kept by people, off this machine); print its public key."""
    say(house.backups.recipient(opener), as_json=as_json)


@click.command()
@config
@place
@one_set
@opener
@as_json
@click.pass_obj
def restore(house: House, /, as_json: bool, **asked: Any) -> None:  # noqa: ANN401, FBT001 - click's options by name
    """Restore a role that does not run into the empty places that its settings name."""
    done = house.backups.restore(asked["config"], asked["place"], asked["name"], asked["opener"])
    say(done, as_json=as_json)
