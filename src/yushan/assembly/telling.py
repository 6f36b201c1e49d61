"""``/health`` for balancers and people, ``/metrics`` for Prometheus."""

from __future__ import annotations

import hmac
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any, Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from yushan.assembly.health import worst
from yushan.assembly.settings import Observe
from yushan.base import Absent, codes
from yushan.engines.keys import load_secret
from yushan.engines.observe import exposition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yushan.assembly.health import Part

#: Prometheus' text form.
METRICS_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class Telling:
    """The addresses by which operators and machines ask how a role is.

    Parameters
    ----------
    health
        Every part as it is now.
    take
        Sets the figures that are taken when they are asked for.
    """

    def __init__(
        self,
        health: Callable[[], Iterable[Part]] = tuple,
        take: Callable[[], object] = tuple,
        observe: Observe | None = None,
    ) -> None:
        observe = observe or Observe()
        self.health, self.take = health, take
        self.networks = tuple(ip_network(one) for one in observe.metrics_from)
        file = observe.metrics_token_file
        self.token = load_secret(file).strip() if file else b""

    def routes(self) -> list[BaseRoute]:
        """``/health`` (all parts), ``/health/live``, ``/health/ready``, ``/metrics``."""
        return [
            Route("/health", self.ready),
            Route("/health/ready", self.ready),
            Route("/health/live", self.live),
            Route("/metrics", self.metrics),
        ]

    def may_see(self, request: Request) -> bool:
        """Whether the asker is of the operators' networks or shows their token."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if self.token and kind.lower() == "bearer":
            return hmac.compare_digest(token.strip().encode(), self.token)
        try:
            address = ip_address(request.client.host if request.client else "")
        except ValueError:
            return False
        return any(address in network for network in self.networks)

    async def live(self, _request: Request) -> Response:
        """That the process answers; what it stands on is not asked."""
        return as_json({"ok": True}, 200)

    async def ready(self, request: Request) -> Response:
        """200 while the role can do its work, 503 when not; to operators, part by part and why."""
        parts = await run_in_threadpool(lambda: tuple(self.health()))
        level = worst(parts)
        told: dict[str, Any] = {"ok": level != "down", "state": level}
        if self.may_see(request):
            language = getattr(request.state, "language", "en")
            told["parts"] = {one.name: spelled(one, language) for one in parts}
        return as_json(told, 503 if level == "down" else 200)

    async def metrics(self, request: Request) -> Response:
        """All figures; ``Absent`` to whom they are not for."""
        if not self.may_see(request):
            raise Absent("assembly.no-such-address")
        await run_in_threadpool(self.take)
        return PlainTextResponse(exposition(), media_type=METRICS_TYPE)


def spelled(part: Part, language: str) -> dict[str, str]:
    """One part: its level, and what ails it with what to do."""
    texts = codes().get(part.code)
    if texts is None:
        return {"state": part.level} | ({"code": part.code} if part.code else {})
    english = language == "en"
    return {
        "state": part.level,
        "code": part.code,
        "detail": texts.en if english else texts.zh,
        "remedy": texts.remedy_en if english else texts.remedy_zh,
    }


def as_json(value: Any, status: int) -> Response:  # noqa: ANN401 - any plain value
    """An answer for machines."""
    headers = {"Retry-After": "5"} if status == 503 else {}
    return Response(msgspec.json.encode(value), status, headers, "application/json")
