"""Another role over HTTP: one address, one token, one way to fail."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import httpx
import msgspec

from yushan.base import (
    Absent,
    Broken,
    Conflict,
    Forbidden,
    Problem,
    Rejected,
    Unavailable,
    YushanError,
)
from yushan.engines.net.tls import Tls, client_tls
from yushan.engines.observe import REQUEST_HEADER, request_id

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")

BY_STATUS: Final[dict[int, type[YushanError]]] = {
    401: Forbidden, 403: Forbidden, 404: Absent, 409: Conflict, 429: Unavailable, 500: Broken,
    502: Unavailable, 503: Unavailable, 504: Unavailable, 507: Unavailable,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class Peer:
    """An HTTP peer; no redirects are followed, no proxy of the environment is used."""

    def __init__(
        self,
        base_url: str,
        *,
        token: str | None = None,
        ca: str | None = None,
        certificate: tuple[str, str] | None = None,
    ) -> None:
        shown = certificate or ("", "")
        plain = base_url.startswith("http:")
        # without TLS a context is never used, and reads no file
        self.tls = (
            Tls(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), {})
            if plain
            else (client_tls(ca or "", *shown))
        )
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.base_url = base_url
        #: Our clock minus the other's as its answers say (whole seconds); None before the first.
        self.clock_off_s: float | None = None
        self.client = httpx.Client(
            base_url=base_url, headers=headers, verify=self.tls.context, trust_env=False
        )

    def call(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 30.0,
    ) -> Reply:
        """Ask once; ``Unavailable("net.unreachable")`` when no answer came."""
        self.tls.renew_now_and_then()
        sent = dict(headers or {})
        if carried := request_id():
            sent[REQUEST_HEADER] = carried
        try:
            answer = self.client.request(
                method, path, content=body, headers=sent, timeout=timeout_s
            )
        except httpx.HTTPError as error:
            raise Unavailable("net.unreachable") from error
        self.clock_off_s = offset_s(answer.headers.get("date"), time.time())
        return Reply(answer.status_code, answer.content, answer.headers)

    def ask(
        self,
        method: str,
        path: str,
        kind: type[T],
        value: Any = None,  # noqa: ANN401 - any value of its kind passes here
        *,
        timeout_s: float = 30.0,
    ) -> T:
        """Send a value as JSON, get a value of ``kind``; refusals come as our errors."""
        body = b"" if value is None else msgspec.json.encode(value)
        headers = {"Content-Type": "application/json"} if body else {}
        reply = self.call(method, path, body=body, headers=headers, timeout_s=timeout_s)
        if reply.status >= 400:
            raise refusal(reply)
        try:
            return msgspec.json.decode(reply.body, type=kind)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise Unavailable("net.answer-unreadable") from error

    def close(self) -> None:
        """Close the connections."""
        self.client.close()


def offset_s(date: str | None, now: float) -> float | None:
    """``now`` minus the time that an answer bears; within a second both are one."""
    if date is None:
        return None
    try:
        theirs = parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None
    return max(0.0, now - theirs - 1.0) if now >= theirs else now - theirs


def refusal(reply: Reply) -> YushanError:
    """The error that a peer's ``application/problem+json`` describes."""
    kind = BY_STATUS.get(reply.status, Rejected)
    try:
        said = msgspec.json.decode(reply.body, type=Problem)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return kind("net.refused", status=reply.status)
    return kind(said.code, **said.facts)
