"""PostgreSQL over TLS: the server's certificate is held against a pinned authority."""

from __future__ import annotations

import shutil
import socket
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from tests.postgres import Postgres

from yushan.assembly.certificates import CertificateActs
from yushan.engines.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Address of a database that takes TLS alone, and the folder of two authorities."""
    folder, acts = tmp_path_factory.mktemp("pki"), CertificateActs()
    for name in ("ours", "foreign"):
        acts.authority(folder / name, name)
    acts.issue(folder / "ours", "database", ("127.0.0.1",), folder / "out", 30)
    server = Postgres.start()
    try:
        for name in ("pem", "key"):
            target = server.base / "d" / f"server.{name}"
            shutil.copy(folder / "out" / f"database.{name}", target)
            shutil.copystat(server.base / "d" / "PG_VERSION", target)
            owner = (server.base / "d").stat()
            shutil.chown(target, owner.st_uid, owner.st_gid)
            target.chmod(0o600)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        settings = server.base / "d" / "postgresql.auto.conf"
        settings.write_text(
            settings.read_text() + f"\nlisten_addresses = '127.0.0.1'\nport = {port}\nssl = on\n"
            "ssl_cert_file = 'server.pem'\nssl_key_file = 'server.key'\n"
            "ssl_min_protocol_version = 'TLSv1.2'\n"
        )
        (server.base / "d" / "pg_hba.conf").write_text(
            "local all all trust\nhostssl all all 127.0.0.1/32 trust\n"
        )
        server._run("pg_ctl", "-D", "d", "-l", "log", "-w", "-t", "60", "restart")
        yield f"postgresql://yushan@127.0.0.1:{port}/postgres", folder
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("options", "good"),
    [
        ("sslmode=verify-full&sslrootcert={ours}", True),
        ("sslmode=verify-full&sslrootcert={foreign}", False),
        ("sslmode=disable", False),
    ],
)
def test_only_a_server_of_the_pinned_authority_is_spoken_to(
    served: tuple[str, Path], options: str, good: bool
) -> None:
    url, folder = served
    names = {name: folder / name / "authority.pem" for name in ("ours", "foreign")}
    database = Database(f"{url}?{options.format(**names)}")
    try:
        if not good:
            with pytest.raises(sa.exc.OperationalError), database.read():
                pass
            return
        with database.read() as tx:
            asked = "select ssl, version from pg_stat_ssl where pid = pg_backend_pid()"
            assert tuple(tx.execute(sa.text(asked)).one()) == (True, "TLSv1.3")
    finally:
        database.dispose()
