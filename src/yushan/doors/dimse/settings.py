"""Settings of the receiver: who may call, how much is held, where certificates lie."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final, Literal

import msgspec

from yushan.base import Rejected

#: An A-ASSOCIATE-RQ carries 128 KiB at most; the same bound holds for a P-DATA-TF we announce.
LARGEST_PDU: Final = 1 << 20
SMALLEST_PDU: Final = 4096

Network = IPv4Network | IPv6Network


class Caller(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One device that may send: title, and if given also address and certificate must agree.

    ``addresses`` are networks such as ``10.1.2.0/24`` (empty: any); ``certificates`` are names
    (DNS alternative name or common name) of its TLS certificate (empty: any, or no TLS).
    """

    ae_title: str
    addresses: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()


class ReceiverSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One listening port. ``port = 0`` lets the system choose; times are seconds.

    ``any_caller_from_loopback`` lets every title in from 127.0.0.0/8 and ::1, and only from
    there: it is for demonstrations. ``tls_ca`` makes client certificates compulsory.
    ``accept_unknown_classes`` also takes private and unknown SOP classes; the Standard's
    storage classes are always taken. ``reserve_mib`` of the disk stay free.
    """

    host: str = "127.0.0.1"
    port: int = 11112
    ae_title: str = "YUSHAN"
    allowed_callers: tuple[str | Caller, ...] = ()
    allowed_addresses: tuple[str, ...] = ()
    any_caller_from_loopback: bool = False
    accept_unknown_classes: bool = False
    tls_cert: str = ""
    tls_key: str = ""
    tls_ca: str = ""
    max_associations: int = 64
    max_per_peer: int = 16
    max_pdu: int = 131072
    max_object_mib: int = 4096
    reserve_mib: int = 1024
    opening_s: float = 5.0
    idle_s: float = 60.0
    sync: Literal["always"] = "always"

    def callers(self) -> tuple[Caller, ...]:
        """The allowed callers, bare titles made whole."""
        return tuple(
            Caller(ae_title=caller) if isinstance(caller, str) else caller
            for caller in self.allowed_callers
        )


def is_ae_title(text: str) -> bool:
    """One to sixteen printable ASCII characters without backslash, no blank at either end."""
    printable = all(" " <= letter <= "~" and letter != "\\" for letter in text)
    return printable and 1 <= len(text) <= 16 and text == text.strip()


def networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """Networks from their texts; a bare address is a network of one.

    Raises
    ------
    Rejected
        ``dimse.address-malformed``
    """
    try:
        return tuple(ip_network(text) for text in texts)
    except ValueError as error:
        raise Rejected("dimse.address-malformed") from error


def check_settings(settings: ReceiverSettings) -> None:
    """Refuse settings under which the receiver could not work or would let everybody in.

    Raises
    ------
    Rejected
        ``dimse.no-callers``, ``dimse.ae-title-malformed``, ``dimse.address-malformed``,
        ``dimse.tls-incomplete``, ``dimse.limit-out-of-range``
    """
    callers = settings.callers()
    if not callers and not settings.any_caller_from_loopback:
        raise Rejected("dimse.no-callers")
    if not all(map(is_ae_title, (settings.ae_title, *(caller.ae_title for caller in callers)))):
        raise Rejected("dimse.ae-title-malformed")
    for texts in (settings.allowed_addresses, *(caller.addresses for caller in callers)):
        networks(texts)
    needs_tls = settings.tls_ca or any(caller.certificates for caller in callers)
    if bool(settings.tls_cert) != bool(settings.tls_key) or (needs_tls and not settings.tls_cert):
        raise Rejected("dimse.tls-incomplete")
    limits = (
        settings.max_associations,
        settings.max_per_peer,
        settings.max_object_mib,
        settings.opening_s,
        settings.idle_s,
    )
    if not SMALLEST_PDU <= settings.max_pdu <= LARGEST_PDU or not min(limits) > 0:
        raise Rejected("dimse.limit-out-of-range")
