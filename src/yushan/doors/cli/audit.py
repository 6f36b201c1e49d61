"""``yushan audit export | verify | receipt | check | reconcile | rotate-key | retire-witness``."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from yushan.doors.cli.parts import FILE, FOLDER, NEW_FOLDER, as_json, config
from yushan.doors.cli.say import say

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.doors.cli.audit_ports import AuditForm
    from yushan.doors.cli.ports import House

key = click.option("--key", help="The ledger's verifier key, from elsewhere than the files.")


def add_to(root: click.Group) -> None:
    """Hang the commands on."""
    root.add_command(group)


@click.group("audit")
def group() -> None:
    """The ledger."""


@group.command("export")
@config
@click.argument("folder", type=NEW_FOLDER)
@click.option(
    "--format",
    "form",
    type=click.Choice(["tiles", "fhir"]),
    default="tiles",
    show_default=True,
    help="Files that anybody can verify, or FHIR AuditEvents (with what is personal in them).",
)
@click.option("--public", is_flag=True, help="The public log alone.")
@as_json
@click.pass_obj
def export(
    house: House, config: Path, folder: Path, form: str, public: bool, as_json: bool,  # noqa: FBT001 - flags
) -> None:  # fmt: skip
    """Write the ledger as files that anybody can verify."""
    made = house.audits.export(config, folder, cast("AuditForm", form), public=public)
    say(made, as_json=as_json)


@group.command()
@click.argument("folder", type=FOLDER)
@key
@as_json
@click.pass_obj
def verify(house: House, folder: Path, key: str | None, as_json: bool) -> int:  # noqa: FBT001 - a flag
    """Verify an exported ledger from its files alone."""
    return said(house.audits.verify(folder, key), as_json=as_json)


@group.command()
@click.argument("file", type=FILE)
@key
@as_json
@click.pass_obj
def receipt(house: House, file: Path, key: str | None, as_json: bool) -> int:  # noqa: FBT001 - a flag
    """Verify a receipt by itself."""
    return said(house.audits.receipt(file, key), as_json=as_json)


@group.command()
@config
@as_json
@click.pass_obj
def check(house: House, config: Path, as_json: bool) -> int:  # noqa: FBT001 - a flag
    """Compare every row of the ledger in its database with what was hashed and signed."""
    return said(house.audits.check(config), as_json=as_json)


@group.command()
@config
@as_json
@click.pass_obj
def reconcile(house: House, config: Path, as_json: bool) -> int:  # noqa: FBT001 - a flag
    """Hold the ledger against the archive's accounting."""
    return said(house.audits.reconcile(config), as_json=as_json)


@group.command("rotate-key")
@config
@as_json
@click.pass_obj
def rotate_key(house: House, config: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Sign heads with a new key from now on (the role must not run)."""
    say(house.audits.rotate_key(config), as_json=as_json)


@group.command("retire-witness")
@config
@click.confirmation_option(prompt="Forget what was seen of the commons' ledger?")
@as_json
@click.pass_obj
def retire_witness(house: House, config: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Begin anew as a witness after an alarm was looked into, with another key."""
    say(house.audits.retire_witness(config), as_json=as_json)


def said(found: dict[str, object], *, as_json: bool) -> int:
    """Print what was found; 1 if it does not hold."""
    say(found, as_json=as_json)
    return 0 if found["holds"] else 1
