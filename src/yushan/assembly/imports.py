"""Import a folder at a gateway from outside its process: the spool is a public format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from yushan.assembly.parts import open_database
from yushan.base import SystemClock
from yushan.services.gateway import Journal

if TYPE_CHECKING:
    from yushan.assembly.gateway_settings import Gateway
    from yushan.services.gateway import ImportReport


def import_folder(gateway: Gateway, folder: Path) -> ImportReport:
    """Take a folder's files into the gateway's spool and journal; the running gateway goes on."""
    database = open_database(gateway)
    try:
        journal = Journal(database, SystemClock(), Path(gateway.data) / "spool", gateway.rules)
        return journal.import_folder(folder)
    finally:
        database.dispose()
