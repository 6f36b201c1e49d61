"""What has not changed is not sent again (RFC 9110 13); of the rest, the stretch asked for (14).

Entity tags are made of what fixes the bytes: pack, place and form. A scope with names of its own
has tags of its own, so that two scopes cannot hold theirs against each other.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from yushan.base import Rejected

if TYPE_CHECKING:
    from starlette.requests import Request

    from yushan.doors.dicomweb.asking import Asker

#: To be asked about before each use: rights may have ended.
ASK_AGAIN: Final = "private, no-cache"
#: Small pictures may stand for some minutes without asking.
SOME_MINUTES: Final = "private, max-age=300"
CODINGS: Final = ("zstd", "gzip")
SPAN: Final = re.compile(r"bytes=\s*([0-9]{0,18})-([0-9]{0,18})\s*")


def entity_tag(asker: Asker, *facts: str) -> str:
    """A strong entity tag of what the facts fix, as this asker gets it."""
    said = "\n".join(facts)
    if asker.names is not None:
        said = asker.names.tag(said.encode())
    return f'"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'


def kept_headers(etag: str, *, control: str = ASK_AGAIN, vary: str = "Accept") -> dict[str, str]:
    """The headers of an answer that may be kept by its asker."""
    return {
        "ETag": etag,
        "Cache-Control": control,
        "Vary": f"{vary}, Authorization, Cookie",
    }


def unchanged(request: Request, headers: dict[str, str]) -> Response | None:
    """304 when the asker holds these very bytes."""
    said = request.headers.get("if-none-match")
    if said is None:
        return None
    held = {one.strip().removeprefix("W/") for one in said.split(",")}
    if "*" in held or headers["ETag"] in held:
        return Response(None, 304, headers)
    return None


def coding_of(request: Request) -> str:
    """The content coding to send: the best of ours that the client takes, else none."""
    said = request.headers.get("accept-encoding", "")
    taken: dict[str, float] = {}
    for one in said.split(",")[:20]:
        name, _, parameters = one.partition(";")
        quality = re.fullmatch(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*", parameters)
        taken[name.strip().lower()] = float(quality[1]) if quality else 1.0
    ranked = sorted(CODINGS, key=lambda name: -taken.get(name, taken.get("*", 0.0)))
    best = ranked[0]
    return best if taken.get(best, taken.get("*", 0.0)) > 0 else ""


def span_of(request: Request, size: int, etag: str) -> tuple[int, int] | None:
    """The stretch (start, length) that is asked for; None for all.

    Several stretches, and a range of an older answer (``If-Range``), are answered with all.

    Raises
    ------
    Rejected
        ``dicomweb.range-outside``.
    """
    said = request.headers.get("range")
    match = SPAN.fullmatch(said) if said else None
    if match is None or request.headers.get("if-range", etag) != etag or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        length = min(int(last), size)
        start = size - length
    else:
        start = int(first)
        length = (min(int(last), size - 1) if last else size - 1) - start + 1
    if length <= 0 and first and last and int(last) < int(first):
        return None
    if length <= 0:
        raise Rejected("dicomweb.range-outside", size=size)
    return start, length
