"""Forms: read within bounds, and only from our own pages (CSRF).

Three checks, each enough for a modern browser: the cookie is ``SameSite=Lax``; the request must
come from this origin (``Sec-Fetch-Site``, else ``Origin``); the form carries a token derived from
the cookie's secret, which another site cannot read.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException

from yushan.base import Forbidden, Rejected

if TYPE_CHECKING:
    from starlette.requests import Request

    from yushan.doors.portal.place import Place

FIELD: Final = "csrf"
FIELDS: Final = 160
LONGEST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Form:
    """Fields of a form as text; what was not sent is empty."""

    values: dict[str, str]

    def get(self, name: str) -> str:
        """One field, without blanks around it."""
        return self.values.get(name, "").strip()

    def raw(self, name: str) -> str:
        """One field exactly as typed (passwords)."""
        return self.values.get(name, "")


def new_guest() -> str:
    """A secret for the guest cookie."""
    return secrets.token_urlsafe(24)


def token_of(secret: str) -> str:
    """The form's token for a cookie's secret."""
    return hmac.new(secret.encode(), b"yushan form 1", hashlib.sha256).hexdigest()


def secret_of(request: Request, place: Place) -> str:
    """The secret that this browser's forms are tied to; empty if it has none."""
    cookies = request.cookies
    return cookies.get(place.session_cookie) or cookies.get(place.guest_cookie) or ""


async def read_form(request: Request, place: Place) -> Form:
    """The checked form.

    Raises
    ------
    Rejected
        ``portal.form-unreadable``: not a form, or too large.
    Forbidden
        ``portal.form-not-ours``: it does not come from one of our pages, or the page is too old.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Rejected("portal.form-unreadable")
    if int(request.headers.get("content-length") or 0) > LONGEST:
        raise Rejected("portal.form-unreadable")
    check_origin(request)
    try:
        async with request.form(max_files=0, max_fields=FIELDS) as sent:
            values = {name: value for name, value in sent.items() if isinstance(value, str)}
    except HTTPException as error:
        raise Rejected("portal.form-unreadable") from error
    secret = secret_of(request, place)
    if not secret or not hmac.compare_digest(token_of(secret), values.pop(FIELD, "")):
        raise Forbidden("portal.form-not-ours")
    return Form(values)


def check_origin(request: Request) -> None:
    """Refuse what another site sent."""
    fetched = request.headers.get("sec-fetch-site")
    if fetched is not None:
        ours = fetched in {"same-origin", "none"}
    else:
        origin = request.headers.get("origin")
        ours = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not ours:
        raise Forbidden("portal.form-not-ours")


def local_path(target: str, otherwise: str) -> str:
    """A path on this host to go on to after a form; anything else becomes ``otherwise``."""
    parts = urlsplit(target)
    is_local = not parts.scheme and not parts.netloc and target.startswith("/")
    is_plain = target.isprintable() and "\\" not in target and not target.startswith("//")
    return target if is_local and is_plain else otherwise
