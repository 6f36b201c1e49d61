"""From the table of operations to addresses: parameters read, rights asked, answers written."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from yushan.base import Forbidden, Rejected, YushanError, problem
from yushan.doors.api.asker import asker_of
from yushan.doors.api.description import description
from yushan.doors.api.operations import ANYBODY, OPERATIONS, SIGNED_IN
from yushan.services.accounts import require

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from yushan.doors.api.asker import Asker
    from yushan.doors.api.operations import Operation
    from yushan.doors.api.ports import Rooms

ROOT: Final = "/api/v1"
DESCRIBED: Final = "/api/openapi.json"
BODY_BYTES: Final = 16 << 10
MOST_PARAMETERS: Final = 32
#: Codes whose status is not that of their class.
STATUS: Final = {"api.sign-in": 401, "api.type-unknown": 415}


def routes(rooms: Rooms) -> list[Route]:
    """Everything below ``/api``; who asks is in ``request.state.account``."""
    found = [
        Route(ROOT + one.path, handler(one, rooms), methods=[one.method], name=f"api-{one.name}")
        for one in OPERATIONS
    ]
    return [Route(DESCRIBED, described, name="api-description"), *found]


async def described(request: Request) -> Response:
    """The description, for programs."""
    return tagged(request, description(), "application/json")


def handler(operation: Operation, rooms: Rooms) -> Callable[[Request], Awaitable[Response]]:
    """What answers one operation."""

    async def answer(request: Request) -> Response:
        try:
            asker = asker_of(request, rooms.masks)
            admit(operation, asker, request)
            taken = await taken_from(request, operation)
            found = await run_in_threadpool(operation.answers, rooms, asker, taken)
        except YushanError as error:
            return refusal(error, request)
        body = msgspec.json.encode(found)
        if operation.method != "GET":
            kept = {"Cache-Control": "no-store"}
            return Response(body, operation.status, kept, "application/json")
        return tagged(request, body, "application/json")

    return answer


def admit(operation: Operation, asker: Asker, request: Request) -> None:
    """Refuse who may not.

    Raises
    ------
    Rejected
        ``api.sign-in``.
    Forbidden
        ``accounts.not-allowed``; ``api.token-needed``: a browser's cookie changes nothing here.
    """
    if operation.who == ANYBODY:
        return
    if asker.account is None:
        raise Rejected("api.sign-in")
    if operation.who != SIGNED_IN:
        require(asker.account, operation.who)
    if request.method not in ("GET", "HEAD") and not asker.by_token:
        raise Forbidden("api.token-needed")


async def taken_from(request: Request, operation: Operation) -> msgspec.Struct:
    """The parameters, or the body, as the operation's type.

    Raises
    ------
    Rejected
        ``api.parameter-invalid``, ``api.body-invalid``, ``api.type-unknown``.
    """
    said = request.query_params.multi_items()
    names = [name for name, _ in said if name != "lang"]
    if len(names) != len(set(names)) or len(said) > MOST_PARAMETERS:
        raise Rejected("api.parameter-invalid")
    found: dict[str, Any] = {name: value for name, value in said if name != "lang"}
    if found.keys() & request.path_params.keys():
        raise Rejected("api.parameter-invalid")
    try:
        taken = msgspec.convert(found | request.path_params, operation.asked, strict=False)
    except msgspec.ValidationError as error:
        raise Rejected("api.parameter-invalid") from error
    return taken if operation.body is None else await sent(request, operation.body)


async def sent(request: Request, kind: type[msgspec.Struct]) -> msgspec.Struct:
    """The body as a ``kind``."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise Rejected("api.type-unknown")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            raise Rejected("api.body-invalid")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Rejected("api.body-invalid") from error


def tagged(request: Request, body: bytes, media_type: str) -> Response:
    """The answer with its tag; the same again is not sent again (RFC 9110 13.1.2)."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "ETag": tag,
        "Cache-Control": "private, no-cache",
        "Vary": "Authorization, Cookie, Accept-Language",
    }
    known = {one.strip().removeprefix("W/") for one in
             request.headers.get("if-none-match", "").split(",")}  # fmt: skip
    if known & {tag, "*"}:
        return Response(b"", 304, headers)
    return Response(body, 200, headers, media_type)


def refusal(error: YushanError, request: Request) -> Response:
    """An error as ``application/problem+json``."""
    status = STATUS.get(error.code, error.status)
    told = msgspec.structs.replace(problem(error, request.state.language), status=status)
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="api"'
    if status == 503:
        headers["Retry-After"] = "5"
    return Response(msgspec.json.encode(told), status, headers, "application/problem+json")
