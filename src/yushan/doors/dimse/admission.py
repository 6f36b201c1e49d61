"""Who may associate: title, address and certificate must agree, and the request make sense."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from yushan.base import Rejected
from yushan.doors.dimse.associate import APPLICATION_CONTEXT
from yushan.doors.dimse.settings import Caller, is_ae_title, networks

if TYPE_CHECKING:
    from ipaddress import IPv4Address

    from yushan.doors.dimse.associate import Request
    from yushan.doors.dimse.settings import ReceiverSettings


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end of a connection: its address and the names in its certificate."""

    address: str
    certificates: tuple[str, ...] = ()
    tls: bool = False


def plain_address(text: str) -> IPv4Address | IPv6Address:
    """An address; IPv4 written as IPv6 becomes IPv4 again, a zone is dropped."""
    address = ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def is_within(address: str, allowed: tuple[str, ...]) -> bool:
    """Whether an address lies in one of the networks; no networks means any."""
    place = plain_address(address)
    return not allowed or any(place in network for network in networks(allowed))


def fits(caller: Caller, calling_ae: str, peer: Peer) -> bool:
    """Whether all that a caller's entry names agrees with this connection."""
    return (
        caller.ae_title == calling_ae
        and is_within(peer.address, caller.addresses)
        and (not caller.certificates or not set(peer.certificates).isdisjoint(caller.certificates))
    )


def is_known(calling_ae: str, peer: Peer, settings: ReceiverSettings) -> bool:
    """Whether this device may send here."""
    if not is_ae_title(calling_ae) or not is_within(peer.address, settings.allowed_addresses):
        return False
    if settings.any_caller_from_loopback and plain_address(peer.address).is_loopback:
        return True
    return any(fits(caller, calling_ae, peer) for caller in settings.callers())


def check_request(request: Request, peer: Peer, settings: ReceiverSettings) -> None:
    """Refuse an association that must not be.

    Raises
    ------
    Rejected
        ``dimse.protocol-version-unknown``, ``dimse.application-context-unknown``,
        ``dimse.called-unknown``, ``dimse.caller-unknown``
    """
    if not request.protocol_version & 1:
        raise Rejected("dimse.protocol-version-unknown")
    if request.application_context != APPLICATION_CONTEXT:
        raise Rejected("dimse.application-context-unknown")
    if request.called_ae != settings.ae_title:
        raise Rejected("dimse.called-unknown")
    if not is_known(request.calling_ae, peer, settings):
        raise Rejected("dimse.caller-unknown")
