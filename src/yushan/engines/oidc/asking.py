"""Asking a provider over HTTP: bounded, no redirects, no proxy of the environment, only TLS.

The standard library's client is enough for three small requests a sign-in.
"""

from __future__ import annotations

import json
import ssl
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import (
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from yushan.base import Unavailable

#: What an answer may be at most, and how long it may take.
MOST_BYTES: Final = 1 << 20
SECONDS: Final = 10.0
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class NoRedirects(HTTPRedirectHandler):
    """A redirect is an answer like any other: it is not followed (ASVS 5.0 15.3.2)."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as inherited
        """Never."""


class Asker:
    """Asks one provider; ``ca`` is a file of its authority's certificate, empty: the system's."""

    def __init__(self, issuer: str, ca: str) -> None:
        self.may_be_plain = urlsplit(issuer).scheme == "http"
        context = ssl.create_default_context(cafile=ca or None)
        self.opener: OpenerDirector = build_opener(
            ProxyHandler({}), HTTPSHandler(context=context), NoRedirects()
        )

    def is_allowed(self, address: object) -> bool:
        """HTTPS; plain HTTP only on this machine, and only if the issuer itself is so."""
        parts = urlsplit(str(address or ""))
        if parts.scheme == "https":
            return bool(parts.hostname)
        return self.may_be_plain and parts.scheme == "http" and parts.hostname in LOOPBACK

    def get(self, address: str) -> dict[str, Any]:
        """A JSON document; ``Unavailable("oidc.unreachable")``."""
        status, found = self.ask(Request(address))  # noqa: S310 - checked in ask
        if status != 200:
            raise Unavailable("oidc.unreachable")
        return found

    def post(self, address: str, form: dict[str, str], basic: str) -> tuple[int, dict[str, Any]]:
        """Send a form with HTTP Basic credentials; status and JSON document."""
        kind = "application/x-www-form-urlencoded"
        headers = {"Authorization": f"Basic {basic}", "Content-Type": kind}
        request = Request(address, urlencode(form).encode(), headers)  # noqa: S310 - checked in ask
        return self.ask(request)

    def ask(self, request: Request) -> tuple[int, dict[str, Any]]:
        """Status and JSON document of a request; ``Unavailable("oidc.unreachable")``."""
        if not self.is_allowed(request.full_url):
            raise Unavailable("oidc.unreachable")
        request.add_header("Accept", "application/json")
        try:
            with self.opener.open(request, timeout=SECONDS) as answer:
                return answer.status, document(answer.read(MOST_BYTES + 1))
        except HTTPError as error:
            with error:
                return error.code, document(error.read(MOST_BYTES + 1) or b"{}")
        except (URLError, HTTPException, OSError) as error:
            raise Unavailable("oidc.unreachable") from error


def document(body: bytes) -> dict[str, Any]:
    """A JSON object within bounds; ``Unavailable("oidc.unreachable")``."""
    if len(body) > MOST_BYTES:
        raise Unavailable("oidc.unreachable")
    try:
        found = json.loads(body)
    except ValueError as error:
        raise Unavailable("oidc.unreachable") from error
    if not isinstance(found, dict):
        raise Unavailable("oidc.unreachable")
    return found
