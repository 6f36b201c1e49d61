"""TLS for doors and for calls to other roles: 1.2 at least, own authority pinned, files renewed."""

from __future__ import annotations

import ssl
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.engines.observe import facts, log_for

if TYPE_CHECKING:
    from collections.abc import Callable

log = log_for(__name__)

#: Files are looked at this often (seconds); a renewed certificate holds for new connections.
LOOK_S: Final = 30.0
#: Of TLS 1.2 only what gives forward secrecy and authenticates while it encrypts.
CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"


class Tls:
    """A context and the files it was made of; ``renew`` reads them again when they changed."""

    def __init__(self, context: ssl.SSLContext, files: dict[str, Callable[[], None]]) -> None:
        self.context, self.files = context, {name: use for name, use in files.items() if name}
        self.seen = dict.fromkeys(self.files, "")
        self.looked = time.monotonic()
        self.read_all()

    def read_all(self) -> None:
        """Use every file; ``Rejected("net.certificate-unusable")`` naming it."""
        for name, use in self.files.items():
            try:
                use()
            except (OSError, ssl.SSLError) as error:
                raise Rejected("net.certificate-unusable", name=Path(name).name) from error
            self.seen[name] = stamp(name)

    def renew(self) -> bool:
        """Whether files changed and were taken; bad ones leave the old in use, and are logged."""
        self.looked = time.monotonic()
        if all(stamp(name) == seen for name, seen in self.seen.items()):
            return False
        try:
            self.read_all()
        except Rejected as error:
            log.warning("tls.not-renewed", extra=facts(code=error.code))
            return False
        log.info("tls.renewed")
        return True

    def renew_now_and_then(self) -> None:
        """The same, when the last look is old."""
        if self.files and time.monotonic() - self.looked >= LOOK_S:
            self.renew()


def stamp(name: str) -> str:
    """What changes when a file does."""
    try:
        seen = Path(name).stat()
    except OSError:
        return ""
    return f"{seen.st_mtime_ns}-{seen.st_size}-{seen.st_ino}"


def server_tls(certificate: str, key: str, client_ca: str = "") -> Tls:
    """For a door; clients may show a certificate of ``client_ca`` where it is given."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    strict(context)
    files: dict[str, Callable[[], None]] = {
        certificate: lambda: context.load_cert_chain(certificate, key)
    }
    if client_ca:
        context.verify_mode = ssl.CERT_OPTIONAL
        files[client_ca] = lambda: context.load_verify_locations(client_ca)
    return Tls(context, files)


def client_tls(ca: str = "", certificate: str = "", key: str = "") -> Tls:
    """For calls: to whoever ``ca`` vouches for and nobody else; without one, the system's list."""
    context = ssl.create_default_context() if not ca else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    strict(context)
    files: dict[str, Callable[[], None]] = {}
    if ca:
        files[ca] = lambda: context.load_verify_locations(ca)
    if certificate:
        files[certificate] = lambda: context.load_cert_chain(certificate, key)
    return Tls(context, files)


def strict(context: ssl.SSLContext) -> None:
    """What holds for both sides."""
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.options |= ssl.OP_NO_RENEGOTIATION
