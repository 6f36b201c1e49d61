"""Continuous archiving as ``deploy/postgresql`` has it: back to a moment between two backups."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgres import Postgres

KEEP = Path(__file__).parents[2] / "deploy" / "postgresql" / "keep-wal"


def keep(segment: Path, target: Path) -> int:
    return subprocess.run([KEEP, segment, target], check=False).returncode


def keep_all(server: Postgres, wal: Path) -> None:
    """What ``archive_command`` does with each segment that is full."""
    with server.connect("postgres") as line:
        line.execute("select pg_switch_wal()")
    for segment in (server.base / "d" / "pg_wal").glob("[0-9A-F]" * 24):
        assert keep(segment, wal / segment.name) in (0, 1)  # 1: the one being written


@contextmanager
def restored(server: Postgres, folder: Path, until: str) -> Iterator[str]:
    """A second server over a base backup, played forward to a named moment; its address."""
    folder.chmod(0o700)
    (folder / "recovery.signal").touch()
    with (folder / "postgresql.auto.conf").open("a") as out:
        out.write(f"restore_command = 'cp {server.base}/wal/%f %p'\n")
        out.write(f"recovery_target_name = '{until}'\nrecovery_target_action = 'promote'\n")
        out.write(f"unix_socket_directories = '{folder}'\n")
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*"), *(server.base / "wal").iterdir()):
            shutil.chown(path, "nobody", "nogroup")
    server._run("pg_ctl", "-D", str(folder), "-l", f"{folder}/log", "-w", "-t", "60", "start")
    try:
        yield f"postgresql://yushan@/place?host={folder}"
    finally:
        server._run("pg_ctl", "-D", str(folder), "-w", "-m", "immediate", "stop")


def test_a_segment_is_kept_once_and_never_replaced(tmp_path: Path) -> None:
    segment, target = tmp_path / "segment", tmp_path / "kept"
    segment.write_bytes(b"one" * 1000)
    assert keep(segment, target) == keep(segment, target) == 0
    assert target.read_bytes() == segment.read_bytes()
    segment.write_bytes(b"two" * 1000)
    assert keep(segment, target) != 0
    assert target.read_bytes() == b"one" * 1000
    assert keep(tmp_path / "absent", tmp_path / "other") != 0
    assert sorted(one.name for one in tmp_path.iterdir()) == ["kept", "segment"]


@pytest.mark.peer
def test_a_database_goes_back_to_the_moment_before_a_mistake(postgres: Postgres) -> None:
    postgres.create("place")
    with postgres.connect("place") as line:
        line.execute("create table made (what text); insert into made values ('first')")
    base, wal = postgres.base / "base", postgres.base / "wal"
    wal.mkdir()
    postgres._run("pg_basebackup", "-h", str(postgres.base), "-U", "yushan", "-D", str(base),
                  "-X", "none", "--no-sync", "--checkpoint=fast")  # fmt: skip
    postgres._run("pg_verifybackup", "-n", str(base))
    with postgres.connect("place") as line:
        line.execute("insert into made values ('after the backup')")
        line.execute("select pg_create_restore_point('before-the-mistake')")
        line.execute("update made set what = 'mistaken'")
    keep_all(postgres, wal)
    with restored(postgres, base, "before-the-mistake") as address:
        with psycopg.connect(address) as line:
            found = line.execute("select what from made order by what").fetchall()
        assert found == [("after the backup",), ("first",)]
    shutil.rmtree(base)
    postgres.drop("place")
