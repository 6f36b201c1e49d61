"""``yushan consent …``: the counter's way; the number is asked for, never an argument.

A number on the command line would stand in the process list and the shell's history.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

import click

from yushan.doors.cli.parts import FILE, as_json, config
from yushan.doors.cli.say import say

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from yushan.doors.cli.ports import House

USES: Final = ("academic", "public-health", "industry")
CHANNELS: Final = ("counter", "phone", "paper", "portal")
DAY: Final = click.DateTime(["%Y-%m-%d"])
NEW_FILE: Final = click.Path(dir_okay=False, path_type=str)

channel = click.option(
    "--channel", type=click.Choice(CHANNELS), default="counter", show_default=True,
    help="How the person asked.",
)  # fmt: skip


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
@click.option("--from", "examined_from", type=DAY, help="Only examinations from this day on.")
@click.option("--until", "examined_until", type=DAY, help="Only examinations until this day.")
@click.option("--effective", type=click.DateTime(), help="From then on (UTC), not at once.")
@channel
@as_json
@click.pass_obj
def record(house: House, /, config: Path, as_json: bool, **asked: Any) -> None:  # noqa: ANN401, FBT001 - click's options by name
    """Record a choice and print its receipt.

    What is not named is meant whole; "allow" takes back an earlier "stop" for what it covers.
    """
    wish = {name: value for name, value in asked.items() if value is not None}
    for name in ("examined_from", "examined_until"):
        if name in wish:
            wish[name] = wish[name].date()
    effective: datetime | None = wish.pop("effective", None)
    if effective is not None:
        wish["effective_at"] = effective.replace(tzinfo=UTC)
    say(house.people.consent.record(config, ask_identity(), wish), as_json=as_json)


@group.command()
@config
@click.argument("receipt")
@channel
@as_json
@click.pass_obj
def withdraw(house: House, config: Path, receipt: str, channel: str, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Take back the choice of this receipt: the opposite is recorded for the same part.

    What has left by then does not come back by itself; hospitals may send it again.
    """
    answer = house.people.consent.withdraw(config, ask_identity(), receipt, channel)
    say(answer, as_json=as_json)


@group.command()
@config
@click.argument("receipt")
@click.argument("out", type=NEW_FILE)
@as_json
@click.pass_obj
def prove(house: House, config: Path, receipt: str, out: str, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Write a file that proves that the choice of this receipt stands in the office's ledger.

    Anybody checks it with "yushan audit receipt", or on the page /record/verify of the centre.
    """
    from pathlib import Path as FilePath  # noqa: PLC0415 - start fast

    answer = house.people.consent.prove(config, ask_identity(), receipt, FilePath(out))
    say(answer, as_json=as_json)


@group.command()
@config
@as_json
@click.pass_obj
def show(house: House, config: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Where each kind of use stands for a person, and the choices that make it so."""
    say(house.people.consent.show(config, ask_identity()), as_json=as_json)


@group.command()
@config
@as_json
@click.pass_obj
def history(house: House, config: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Every choice a person ever made, in order, with signed receipts."""
    say(house.people.consent.history(config, ask_identity()), as_json=as_json)


@group.command("list")
@config
@click.option("--after", default=0, help="Only choices after this number.")
@click.option("--limit", default=100, show_default=True, help="At most so many.")
@as_json
@click.pass_obj
def listing(house: House, config: Path, after: int, limit: int, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Choices of everybody, by handle: nobody's number is there to be shown."""
    say(house.people.consent.listing(config, after, limit), as_json=as_json)


@group.command()
@click.argument("receipt", type=FILE)
@click.option("--public", type=FILE, required=True, help="The office's public key.")
@as_json
@click.pass_obj
def check(house: House, receipt: Path, public: Path, as_json: bool) -> int:  # noqa: FBT001 - a flag
    """Check a receipt (as ``--json`` printed it) against the office's public key."""
    found = house.people.consent.check(receipt, public)
    say(found, as_json=as_json)
    return 0 if found["genuine"] else 1


@group.command()
@config
@click.argument("out", type=NEW_FILE)
@as_json
@click.pass_obj
def rotate(house: House, config: Path, out: str, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Change the key of all tokens, while the office is stopped; OUT goes to the commons.

    Hospitals need nothing: they learn the new public key from the signed list.
    """
    from pathlib import Path as FilePath  # noqa: PLC0415 - start fast

    say(house.people.consent.rotate(config, FilePath(out)), as_json=as_json)


@group.command()
@config
@click.argument("order", type=FILE)
@as_json
@click.pass_obj
def adopt(house: House, config: Path, order: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """At the commons, with its settings: go along with a changed key; then start it again."""
    say(house.people.consent.adopt(config, order), as_json=as_json)


@group.command()
@config
@click.option("--limit", default=50, show_default=True, help="At most so many.")
@as_json
@click.pass_obj
def withdrawals(house: House, config: Path, limit: int, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """At the commons, with its settings: who left, how far each case is, what rooms answered."""
    say(house.people.withdrawals(config, limit), as_json=as_json)
