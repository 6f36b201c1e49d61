"""`/witness` of a gateway: whether the commons' ledger goes on from all that was seen of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from yushan.base import codes
from yushan.doors.portal.shell import language_of
from yushan.services.ledger import RECORD

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from yushan.base import Language
    from yushan.doors.portal.shell import Shell
    from yushan.flows.witness import Agreement


class Watches(Protocol):
    """Whoever looks after the ledger (``flows.witness.Watch``)."""

    def agreement(self) -> Agreement:
        """As it stands; asks nobody."""
        ...


class WitnessPages:
    """The page, and the bar that all pages bear while something does not fit."""

    def __init__(self, shell: Shell, watch: Watches) -> None:
        self.shell, self.watch = shell, watch
        shell.templates.globals["alarm"] = lambda: watch.agreement().alarm

    def routes(self) -> list[BaseRoute]:
        """The address."""
        return [self.shell.get("/witness", self.show, needs="see_accounting")]

    def show(self, request: Request) -> Response:
        """What was seen of both logs, and what is wrong."""
        agreement, language = self.watch.agreement(), language_of(request)
        return self.shell.page(
            request, "gateway_witness.html", here="witness", agreement=agreement,
            seen=[(one, moment(one.seen), moment(one.alarmed)) for one in agreement.sightings],
            public=RECORD, told=told(agreement.alarm or agreement.reason, language),
        )  # fmt: skip


def moment(text: str) -> datetime | None:
    """A time that was kept as text."""
    return datetime.fromisoformat(text) if text else None


def told(code: str, language: Language) -> tuple[str, str] | None:
    """What a code says, and its remedy; None without one."""
    known = codes().get(code)
    if known is None:
        return None
    if language == "en":
        return known.en, known.remedy_en
    return known.zh, known.remedy_zh
