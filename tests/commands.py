"""The program ``yushan`` as a test calls it: in this process, since starting one takes a second."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from click.testing import CliRunner

from yushan.assembly.house import TheHouse
from yushan.doors.cli import run


@dataclass(frozen=True)
class Said:
    """What a command left: named as `subprocess.CompletedProcess` names it."""

    returncode: int
    stdout: str
    stderr: str


def yushan(*arguments: object, typed: str = "") -> Said:
    """Run a command; ``typed`` is what it reads from its standard input."""
    with CliRunner().isolation(input=typed) as (out, err, _):
        code = run(TheHouse(), [str(one) for one in arguments])
        sys.stdout.flush()
        sys.stderr.flush()
        return Said(code, out.getvalue().decode(), err.getvalue().decode())
