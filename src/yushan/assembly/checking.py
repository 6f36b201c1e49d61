"""``yushan config check``: everything about a settings file that can be known before a start."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import sqlalchemy as sa

from yushan.assembly.expiry import certificate_days
from yushan.base import YushanError, codes
from yushan.engines.database import Database
from yushan.engines.net import server_tls
from yushan.engines.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yushan.assembly.settings import Role

#: Settings that name a file which must be there.
FILES: Final = frozenset({
    "share", "identity", "site_key", "commons_key", "sealing_key", "signing_key", "consent_key",
    "members", "linkage_group", "linkage_members", "commons_public", "ledger_public",
    "consent_public", "certificate", "key", "ca", "client_ca", "tls_cert", "tls_key", "tls_ca",
    "token_file", "metrics_token_file", "demo_accounts",
})  # fmt: skip
#: Of those, files that nobody but the role may read.
SECRET: Final = frozenset({
    "share", "identity", "site_key", "commons_key", "sealing_key", "signing_key", "consent_key",
    "key", "tls_key", "token_file", "metrics_token_file", "demo_accounts",
})  # fmt: skip
#: Settings that are lists of networks.
NETWORKS: Final = frozenset({"proxies", "metrics_from"})


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a settings file: where, a code, whether the role would not start."""

    where: str
    code: str
    is_fatal: bool = True


def check(settings: Role, *, is_running: bool = False) -> list[Finding]:
    """All findings, those about files first; with ``is_running`` a taken port is fine."""
    tree = msgspec.to_builtins(settings)
    found = list(check_tree(tree, ""))
    found += check_tls(settings)
    found += check_ends(settings)
    if not is_running:
        found += check_ports(tree)
    found += check_engines(settings)
    return found


def check_tree(tree: Any, prefix: str) -> Iterator[Finding]:  # noqa: ANN401 - a tree of settings
    """Files, networks, token digests."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            where = f"{prefix}.{name}" if prefix else name
            yield from check_value(name, value, where)
            yield from check_tree(value, where)
    elif isinstance(tree, list | tuple):
        for number, value in enumerate(tree):
            yield from check_tree(value, f"{prefix}.{number}")


def check_value(name: str, value: Any, where: str) -> Iterator[Finding]:  # noqa: ANN401 - any plain value
    """One setting."""
    if name in FILES and isinstance(value, str) and value:
        yield from check_file(Path(value), where, is_secret=name in SECRET)
    elif name in NETWORKS and not all(is_network(one) for one in value):
        yield Finding(where, "config.network-malformed")
    elif name == "token_sha256" and not is_digest(value):
        yield Finding(where, "config.digest-malformed")
    elif name == "data" and not Path(value).is_absolute():
        yield Finding(where, "config.path-relative", is_fatal=False)


def check_file(path: Path, where: str, *, is_secret: bool) -> Iterator[Finding]:
    """A file that must be there, and who may read it."""
    try:
        mode = path.stat().st_mode
        with path.open("rb") as file:
            file.read(1)
    except OSError:
        yield Finding(where, "config.file-missing")
        return
    if is_secret and mode & 0o077:
        yield Finding(where, "base.secret-exposed")


def is_network(text: str) -> bool:
    """Whether it is an address or a network."""
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def is_digest(text: str) -> bool:
    """Whether it is a SHA-256 in hexadecimal digits."""
    return len(text) == 64 and all(one in "0123456789abcdef" for one in text)


def check_tls(settings: Role) -> list[Finding]:
    """Whether certificate and key belong together."""
    http = settings.http
    if bool(http.certificate) != bool(http.key) or (http.client_ca and not http.certificate):
        if http.client_ca and http.proxies and not http.certificate and not http.key:
            return []  # the proxy asks for certificates
        return [Finding("http.certificate", "config.tls-incomplete")]
    if not http.certificate:
        far = not http.host.startswith("127.") and not http.proxies
        return [Finding("http.host", "config.plain-text", is_fatal=False)] if far else []
    return asked("http.certificate", lambda: server_tls(http.certificate, http.key, http.client_ca))


def check_ends(settings: Role) -> list[Finding]:
    """Certificates that end soon or have ended."""
    found = []
    for name, days in certificate_days(settings).items():
        if days < settings.observe.certificate_days:
            code = "health.certificate-ends-soon" if days >= 0 else "health.certificate-ended"
            found.append(Finding(name, code, is_fatal=False))
    return found


def check_ports(tree: dict[str, Any]) -> Iterator[Finding]:
    """Whether anybody else listens where the role wants to."""
    places = [("http", tree["http"])]
    places += [(f"dimse.{n}", one) for n, one in enumerate(tree.get("dimse", ()))]
    for where, place in places:
        with socket.socket() as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                door.bind((place["host"], place["port"]))
            except OSError:
                yield Finding(f"{where}.port", "assembly.port-taken")


def check_engines(settings: Role) -> Iterator[Finding]:
    """Whether database and store answer, where they are servers."""
    if settings.database:
        yield from asked("database", lambda: ask_database(settings.database_url()))
        if not settings.flows:
            yield Finding("flows", "config.flows-embedded")
    store = str(getattr(settings, "store", ""))
    if store.startswith("s3:"):
        yield from asked("store", lambda: open_store(store).exists("config/probe"))


def ask_database(url: str) -> None:
    """One question to a database."""
    database = Database(url)
    try:
        with database.read() as tx:
            tx.scalar(sa.select(sa.literal(1)))
    finally:
        database.dispose()


def asked(where: str, question: Callable[[], object]) -> list[Finding]:
    """No finding when the question is answered; else its code."""
    try:
        question()
    except YushanError as error:
        return [Finding(where, error.code)]
    except (sa.exc.SQLAlchemyError, ValueError, OSError):
        return [Finding(where, "config.no-answer")]
    return []


def told(findings: list[Finding], language: str) -> list[dict[str, Any]]:
    """Findings for people."""
    english, known = language == "en", codes()
    return [
        {
            "where": one.where,
            "code": one.code,
            "detail": known[one.code].en if english else known[one.code].zh,
            "remedy": known[one.code].remedy_en if english else known[one.code].remedy_zh,
            "fatal": one.is_fatal,
        }
        for one in findings
    ]
