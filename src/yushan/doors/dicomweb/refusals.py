"""Refusals as answers: ``application/problem+json`` with the status that DICOMweb asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from yushan.base import Rejected, YushanError, problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    Handler = Callable[[Request], Response]

#: Codes whose status is not that of their class.
STATUS: Final = {
    "dicomweb.sign-in": 401,
    "dicomweb.not-acceptable": 406,
    "dicomweb.range-outside": 416,
    "dicomweb.store-metadata": 415,
    "dicomweb.store-location": 400,
    "dicomweb.store-too-large": 413,
    "dicomweb.store-too-many": 413,
    "dicomweb.store-too-slow": 408,
    "dicomweb.store-type": 415,
    "imaging.frame-undecodable": 406,
    "imaging.not-encoded": 406,
    "imaging.round-trip": 406,
    "imaging.syntax-not-decoded": 406,
    "dicomweb.no-picture": 406,
    "sandbox.child-died": 406,
    "sandbox.failed": 406,
    "sandbox.out-of-memory": 406,
    "sandbox.too-slow": 406,
    "store.full": 507,
}


def refusal(error: YushanError, request: Request) -> Response:
    """The answer for an error."""
    said = problem(error, request.state.language)
    status = STATUS.get(error.code, error.status)
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="dicom-web"'
    if status == 503:
        headers["Retry-After"] = "5"
    if status == 416:
        headers["Content-Range"] = f"bytes */{error.facts['size']}"
    body = msgspec.json.encode(msgspec.structs.replace(said, status=status))
    return Response(body, status, headers, "application/problem+json")


def guarded(
    handler: Handler, options: Handler, at_once: Callable[[Request], Response | None] | None = None
) -> Callable[[Request], Awaitable[Response]]:
    """The handler in a thread, for people who are signed in; its errors as answers.

    ``options`` answers who only asks what can be asked; ``at_once`` is asked first and without a
    thread, and says None where it would have to wait.
    """

    async def answer(request: Request) -> Response:
        try:
            if request.state.account is None:
                raise Rejected("dicomweb.sign-in")
            if request.method == "OPTIONS":
                return options(request)
            if at_once is not None and (found := at_once(request)) is not None:
                return found
            return await run_in_threadpool(handler, request)
        except YushanError as error:
            return refusal(error, request)

    return answer
