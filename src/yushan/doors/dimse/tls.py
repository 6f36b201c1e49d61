"""TLS by PS3.15 2026d §B.12 (BCP 195): 1.2 at least, client certificates where a CA is named."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from yushan.base import Rejected

if TYPE_CHECKING:
    from yushan.doors.dimse.settings import ReceiverSettings


def server_context(settings: ReceiverSettings) -> ssl.SSLContext | None:
    """The context of a port, or None for plain TCP.

    Raises
    ------
    Rejected
        ``dimse.tls-unusable``: a certificate, key or CA file cannot be used.
    """
    if not settings.tls_cert:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
        if settings.tls_ca:
            context.load_verify_locations(settings.tls_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except OSError as error:
        raise Rejected("dimse.tls-unusable") from error
    return context


def names_of(certificate: dict[str, Any] | None) -> tuple[str, ...]:
    """DNS alternative names and common names of a verified certificate."""
    if not certificate:
        return ()
    alternative = [name for kind, name in certificate.get("subjectAltName", ()) if kind == "DNS"]
    common = [
        value
        for part in certificate.get("subject", ())
        for kind, value in part
        if kind == "commonName"
    ]
    return (*alternative, *common)
