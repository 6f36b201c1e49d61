"""Options that many commands share."""

from __future__ import annotations

from pathlib import Path

import click

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
NEW_FOLDER = click.Path(file_okay=False, path_type=Path)

config = click.option("--config", type=FILE, required=True, help="The role's settings file.")
as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
who = click.option("--who", required=True, help="Who does this; it is recorded.")
