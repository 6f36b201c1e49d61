"""Exchange: what gateways, key holders, the consent office and the commons say to each other.

``/exchange/v1/…`` over HTTP, by site tokens. Each part gives a list of routes that assembly mounts.
"""

from yushan.doors.exchange.evaluate import holder_routes
from yushan.doors.exchange.heads import head_routes
from yushan.doors.exchange.optouts import office_routes
from yushan.doors.exchange.packs import pack_routes

__all__ = ["head_routes", "holder_routes", "office_routes", "pack_routes"]
