"""Behind a reverse proxy: who really asks, over what, and with which certificate.

Only proxies that the settings name are believed; from everybody else such headers are taken away
before anything sees them.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Receive, Scope, Send

#: What a proxy may say; the certificate is PEM with percent signs, as nginx escapes it.
SAID: Final = (b"x-forwarded-for", b"x-forwarded-proto", b"x-client-cert", b"x-client-verify")


class Behind:
    """Middleware: sets ``client``, ``scheme`` and ``state["certificate"]`` as a proxy says."""

    def __init__(self, app: ASGIApp, proxies: Sequence[str] = ()) -> None:
        self.app = app
        self.networks = tuple(ip_network(one) for one in proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Believe, or take away."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            client = scope.get("client")
            if client is not None and self.is_proxy(client[0]):
                scope = {**scope, **self.as_said(scope, headers)}
            kept = [one for one in scope["headers"] if one[0] not in SAID]
            scope = {**scope, "headers": kept}
        await self.app(scope, receive, send)

    def is_proxy(self, address: str) -> bool:
        """Whether an address is one of our proxies."""
        if not self.networks:
            return False
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self.networks)

    def as_said(self, scope: Scope, headers: Headers) -> Scope:
        """What the proxy says of the caller."""
        state = dict(scope.get("state", {}))
        if headers.get("x-client-verify") == "SUCCESS":
            state["certificate"] = unquote_to_bytes(headers.get("x-client-cert", ""))
        scheme = headers.get("x-forwarded-proto", scope["scheme"])
        return {
            "state": state,
            "scheme": scheme if scheme in {"http", "https"} else scope["scheme"],
            "client": (self.caller(headers.getlist("x-forwarded-for")) or scope["client"][0], 0),
        }

    def caller(self, told: list[str]) -> str:
        """The last address in the chain that is no proxy of ours."""
        chain = [one.strip() for one in ",".join(told).split(",") if one.strip()]
        for address in reversed(chain):
            if not self.is_proxy(address):
                return address
        return ""
