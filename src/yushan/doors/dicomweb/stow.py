"""Store (STOW-RS, PS3.18 10.5): objects in, each answered for; success means on disk and found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from yushan.base import Forbidden, Rejected, SiteName, YushanError
from yushan.doors.dicomweb.asking import base_of, scope_of
from yushan.doors.dicomweb.media import JSON, accepted, choose
from yushan.doors.dicomweb.refusals import refusal
from yushan.doors.dicomweb.routes import ROOT, STUDY
from yushan.doors.dicomweb.search import UID
from yushan.doors.dicomweb.stow_answer import answer_of, status_of, xml_of
from yushan.doors.dicomweb.stow_body import Limits, kind_of, spool
from yushan.flows.store import Asking
from yushan.services.accounts import require

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from yushan.flows.store import Store

XML: Final = "application/dicom+xml"
OFFERED: Final = (JSON, XML, "application/json", "application/xml")
#: The site of what comes from people who belong to none.
NO_SITE: Final = SiteName("stow")
DEFAULT_LIMITS: Final = Limits()


def store_routes(store: Store, limits: Limits = DEFAULT_LIMITS) -> list[Route]:
    """``POST /dicom-web/studies`` and ``POST /dicom-web/studies/{study}``."""
    handler = storing(store, limits)
    return [
        Route(ROOT + path, handler, methods=["POST"], name=f"dicomweb-store{path}")
        for path in ("/studies", STUDY)
    ]


def storing(store: Store, limits: Limits) -> Callable[[Request], Awaitable[Response]]:
    """What answers a request to store."""

    async def answer(request: Request) -> Response:
        try:
            return await stored(request, store, limits)
        except YushanError as error:
            return refusal(error, request)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it

    return answer


async def stored(request: Request, store: Store, limits: Limits) -> Response:
    """Judge the head of the request, spool its body, store, answer."""
    asking = asking_of(request)
    media_type = choose(accepted(request), OFFERED)
    kind = kind_of(
        request.headers.get("content-type", ""), request.headers.get("content-encoding", "")
    )
    refuse_too_large(request, limits)
    folder = await run_in_threadpool(store.begin)
    try:
        spooled = await spool(request, kind, folder, limits)
        if not spooled.files:
            raise Rejected("dicomweb.body-malformed")
        fates = await run_in_threadpool(spooled.fates, store, asking)
    finally:
        await run_in_threadpool(store.end, folder)
    said = answer_of(fates, base_of(request), request.state.language)
    body = xml_of(said) if media_type.endswith("xml") else msgspec.json.encode(said)
    return Response(body, status_of(fates), {"Cache-Control": "no-store"}, media_type)


def asking_of(request: Request) -> Asking:
    """Who stores, for whom, into which study.

    Raises
    ------
    Rejected
        ``dicomweb.sign-in``, ``dicomweb.value-invalid``.
    Forbidden
        ``accounts.not-allowed``, ``dicomweb.store-masked``.
    """
    account = request.state.account
    if account is None:
        raise Rejected("dicomweb.sign-in")
    require(account, "store")
    scope = scope_of(request)
    if getattr(scope, "mask", ""):
        raise Forbidden("dicomweb.store-masked")
    study = request.path_params.get("study", "")
    if study and (len(study) > 64 or not UID.fullmatch(study)):
        raise Rejected("dicomweb.value-invalid", tag="0020000D")
    return Asking(account.id, scope, account.site or NO_SITE, study)


def refuse_too_large(request: Request, limits: Limits) -> None:
    """Refuse by the declared length before anything is read; the bytes are counted in any case."""
    said = request.headers.get("content-length", "0")
    if said.isascii() and said.isdigit() and int(said[:18]) > limits.request_bytes:
        raise Rejected("dicomweb.store-too-large", limit=limits.request_bytes)
