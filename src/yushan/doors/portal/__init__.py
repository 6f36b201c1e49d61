"""Portal: the pages of the commons and of a gateway, in two languages, without script.

Owns templates, style and texts; no tables. Promises: nothing is drawn that the account may not
see; forms are ours or refused; every page carries the strict policy of `shell.POLICY`.
Start at ``doors.py``, then ``shell.py``.
"""

from yushan.doors.portal.doors import CommonsRooms, GatewayRooms, commons_routes, gateway_routes
from yushan.doors.portal.languages import choose_language
from yushan.doors.portal.oidc_pages import House
from yushan.doors.portal.place import Place
from yushan.doors.portal.ports import (
    Connections,
    Demo,
    DemoGateway,
    DemoNow,
    Destination,
    Line,
    QuarantineDesk,
)
from yushan.doors.portal.shell import POLICY, Shell
from yushan.doors.portal.signing_in import DemoAccount

__all__ = [
    "POLICY",
    "CommonsRooms",
    "Connections",
    "Demo",
    "DemoAccount",
    "DemoGateway",
    "DemoNow",
    "Destination",
    "GatewayRooms",
    "House",
    "Line",
    "Place",
    "QuarantineDesk",
    "Shell",
    "choose_language",
    "commons_routes",
    "gateway_routes",
]
