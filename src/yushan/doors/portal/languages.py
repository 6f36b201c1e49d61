"""Which language and theme a request asks for; cookies keep both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from yushan.base import LANGUAGES

if TYPE_CHECKING:
    from starlette.requests import Request

    from yushan.base import Language

LANGUAGE_COOKIE: Final = "yushan_lang"
THEME_COOKIE: Final = "yushan_theme"
DENSE_COOKIE: Final = "yushan_dense"
THEMES: Final = ("device", "light", "dark")
YEAR_S: Final = 365 * 86400

#: ``lang`` of the html element.
TAGS: Final[dict[Language, str]] = {"zh-Hant": "zh-Hant-TW", "en": "en"}


def asked_language(request: Request) -> Language | None:
    """What ``?lang=`` asks for, None if it does not or we do not speak it."""
    asked = request.query_params.get("lang", "")
    return asked if asked in LANGUAGES else None


def choose_language(request: Request) -> Language:
    """``?lang=``, else the cookie, else the account's, else the browser's, else zh-Hant."""
    if asked := asked_language(request):
        return asked
    kept = request.cookies.get(LANGUAGE_COOKIE, "")
    if kept in LANGUAGES:
        return kept
    account = getattr(request.state, "account", None)
    if account is not None:
        return cast("Language", account.language)
    first = request.headers.get("accept-language", "").partition(",")[0].strip().lower()
    return "en" if first.startswith("en") else "zh-Hant"


def theme_of(request: Request, *, reading: bool) -> str | None:
    """``light``, ``dark`` or None (the device decides); pages for reading images are dark."""
    kept = request.cookies.get(THEME_COOKIE, "")
    if kept in {"light", "dark"}:
        return kept
    return "dark" if reading else None
