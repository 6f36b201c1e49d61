"""The root of all commands: groups, how an answer is printed, how a refusal ends."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from yushan import __version__
from yushan.base import YushanError, problem
from yushan.doors.cli import (
    accounts,
    archive,
    audit,
    backup,
    certificates,
    consent,
    deid,
    gateway,
    guideline,
    keys,
    linkage,
    phantom,
    radiomics,
    roles,
    viewer,
    words,
)
from yushan.doors.cli.say import language

if TYPE_CHECKING:
    from yushan.doors.cli.ports import House

GROUPS = (
    deid,
    words,
    roles,
    accounts,
    gateway,
    archive,
    consent,
    linkage,
    audit,
    viewer,
    backup,
    guideline,
    phantom,
    radiomics,
    certificates,
    keys,
)


def build(house: House) -> click.Group:
    """All commands over a house."""

    @click.group(context_settings={"help_option_names": ["-h", "--help"]})
    @click.version_option(__version__, prog_name="yushan")
    @click.pass_context
    def yushan(context: click.Context) -> None:
        """Yushan (玉山): a national medical-imaging commons."""
        context.obj = house

    for group in GROUPS:
        group.add_to(yushan)
    return yushan


def run(house: House, arguments: list[str] | None = None) -> int:
    """Run a command; its exit code. Refusals say what happened and what to do."""
    try:
        answer = build(house).main(arguments, prog_name="yushan", standalone_mode=False)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.Abort:
        return 1
    except click.ClickException as error:
        error.show()
        return 2
    except YushanError as error:
        refuse(error)
        return error.exit_code
    return answer if isinstance(answer, int) else 0


def refuse(error: YushanError) -> None:
    """Say on standard error what was refused and what to do."""
    told = problem(error, language())
    details = ", ".join(f"{name} {value}" for name, value in told.facts.items())
    lines = [told.detail, told.remedy, f"[{told.code}] {details}".rstrip()]
    sys.stderr.write("\n".join(line for line in lines if line) + "\n")
