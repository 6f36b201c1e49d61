"""The shell around every page: templates, language, navigation, policy, refusals."""

from __future__ import annotations

from functools import wraps
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

import msgspec
from jinja2 import Environment, FunctionLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Match, Route

from yushan import __version__
from yushan.base import Forbidden, YushanError, problem
from yushan.doors.portal import forms, languages
from yushan.doors.portal.addresses import with_changes
from yushan.doors.portal.assets import Assets
from yushan.doors.portal.navigation import strip
from yushan.doors.portal.packing import packed
from yushan.doors.portal.states import STATES
from yushan.doors.portal.words import Words
from yushan.engines.observe import facts, log_for
from yushan.services.accounts import may, require, role_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from yushan.base import Clock, Language
    from yushan.doors.portal.forms import Form
    from yushan.doors.portal.place import Place
    from yushan.services.accounts import Account

log = log_for(__name__)

#: INTERFACE §11. The viewer has a policy of its own and our pages never inherit it.
POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'none'; connect-src 'self'; form-action 'self'; frame-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": "Cookie, Accept-Language, Accept-Encoding",
}


def account_of(request: Request) -> Account | None:
    """Who is signed in, as the middleware found out."""
    found: Account | None = getattr(request.state, "account", None)
    return found


def language_of(request: Request) -> Language:
    """The request's language, as the middleware chose, else our own choice."""
    found: Language | None = getattr(request.state, "language", None)
    return languages.asked_language(request) or found or languages.choose_language(request)


def wants_page(request: Request) -> bool:
    """A person's browser asks, not a program."""
    accepts = request.headers.get("accept", "")
    is_data = request.url.path.endswith((".csv", ".json"))
    return not is_data and ("json" not in accepts or "text/html" in accepts)


def read_template(name: str) -> str | None:
    """A template's text from the package."""
    page = files("yushan.doors.portal") / "templates" / name
    return page.read_text("utf-8") if page.is_file() else None


class Shell:
    """What all pages of one portal share."""

    def __init__(self, place: Place, clock: Clock) -> None:
        self.place = place
        self.clock = clock
        self.assets = Assets()
        self.templates = Environment(
            loader=FunctionLoader(read_template),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.globals.update(
            asset=self.assets.address,
            place=place,
            STATES=STATES,
            version=__version__,
            alarm=lambda: "",
        )

    def page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        **values: Any,  # noqa: ANN401 - whatever the template names
    ) -> Response:
        """Draw a page in the request's language and theme."""
        visit = Visit(self, request)
        reading, waiting = bool(values.pop("reading", False)), values.pop("waiting", {})
        links = strip(self.place, visit.account, visit.language, waiting)
        names = {**visit.context(reading=reading), "nav": links, **values}
        text = self.templates.get_template(template).render(names)
        body, how = packed(request, text.encode())
        answer = HTMLResponse(body, status_code=status, headers=HEADERS | how)
        if asked := languages.asked_language(request):
            self.keep(answer, languages.LANGUAGE_COOKIE, asked)
        if visit.guest:
            answer.set_cookie(
                self.place.guest_cookie, visit.guest, httponly=True, samesite="lax",
                secure=self.place.secure,
            )  # fmt: skip
        return answer

    def keep(self, answer: Response, name: str, value: str) -> None:
        """Keep a choice of appearance for a year."""
        answer.set_cookie(
            name, value, max_age=languages.YEAR_S, samesite="lax", httponly=True,
            secure=self.place.secure,
        )  # fmt: skip

    def get(
        self, path: str, handler: Callable[[Request], Response], *, needs: str | None = None
    ) -> Route:
        """A page or list: read only, in a thread of its own."""

        @wraps(handler)
        def guarded(request: Request) -> Response:
            try:
                self.admit(request, needs)
                return handler(request)
            except YushanError as error:
                return self.problem(request, error)

        return Route(path, guarded, methods=["GET"])

    def post(
        self, path: str, handler: Callable[[Request, Form], Response], *, needs: str | None = None
    ) -> Route:
        """A form: checked to be ours before anything is done."""

        @wraps(handler)
        async def guarded(request: Request) -> Response:
            try:
                self.admit(request, needs)
                form = await forms.read_form(request, self.place)
                return await run_in_threadpool(handler, request, form)
            except YushanError as error:
                return await run_in_threadpool(self.problem, request, error)

        return Route(path, guarded, methods=["POST"])

    def admit(self, request: Request, needs: str | None) -> None:
        """Refuse whoever may not: ``portal.sign-in-first`` or ``accounts.not-allowed``."""
        if needs is None:
            return
        if account_of(request) is None:
            raise Forbidden("portal.sign-in-first")
        require(account_of(request), needs)

    def problem(self, request: Request, error: YushanError) -> Response:
        """The refusal as a page for people, as ``application/problem+json`` for programs."""
        if error.status >= 500:
            log.warning("portal.refused", extra=facts(code=error.code, status=error.status))
        told = problem(error, language_of(request))
        if not wants_page(request):
            body = msgspec.json.encode(told)
            return Response(body, error.status, HEADERS, "application/problem+json")
        if error.code == "portal.sign-in-first" and request.method == "GET":
            target = quote(f"{request.url.path}?{request.url.query}".rstrip("?"), safe="/")
            return RedirectResponse(f"/sign-in?next={target}", 303, HEADERS)
        return self.page(request, "problem.html", status=error.status, told=told)


class Visit:
    """One request as the templates see it."""

    def __init__(self, shell: Shell, request: Request) -> None:
        self.shell = shell
        self.request = request
        self.account = account_of(request)
        self.language = language_of(request)
        self.words = Words(self.language)
        self.guest = ""

    def context(self, *, reading: bool) -> dict[str, Any]:
        """Names that every template may use."""
        return {
            "_": self.words.say,
            "n_": self.words.count,
            "w": self.words,
            "dot": " · " if self.words.english else "・",
            "gap": " " if self.words.english else "\u3000",
            "language": self.language,
            "tag": languages.TAGS[self.language],
            "theme": languages.theme_of(self.request, reading=reading),
            "dense": bool(self.request.cookies.get(languages.DENSE_COOKIE)),
            "account": self.account,
            "role": role_name(self.account.role, self.language) if self.account else "",
            "may": lambda permission: may(self.account, permission),
            "csrf": self.csrf,
            "url": self.url,
            "other_language": self.other_language(),
            "here_again": quote(self.readable(), safe="/"),
            "path": self.request.url.path,
            "site_name": lambda site: self.shell.place.site_name(site, self.language),
            "idle_s": self.idle_s,
            "here": "",
            "at": "",
        }

    def idle_s(self) -> int:
        """Seconds until this session ends if nothing more is done; 0 without a session."""
        account = self.account
        if account is None or account.ends is None:
            return 0
        left = (account.ends - self.shell.clock.now()).total_seconds()
        return max(1, min(int(left), account.idle_s))

    def csrf(self) -> str:
        """The token for a form on this page; a browser without cookie gets one."""
        secret = forms.secret_of(self.request, self.shell.place) or self.guest
        if not secret:
            secret = self.guest = forms.new_guest()
        return forms.token_of(secret)

    def url(self, **changes: object) -> str:
        """The address with some of its query changed."""
        return with_changes(self.request.url.path, self.request.query_params, changes)

    def readable(self) -> str:
        """The path of this page if it can be asked for again, else of the one before it."""
        url = self.request.url
        before = urlsplit(self.request.headers.get("referer", ""))
        scope = {**self.request.scope, "method": "GET"}
        routes = getattr(self.request.scope.get("router"), "routes", ())
        if self.request.method == "GET" or any(
            route.matches(scope)[0] is Match.FULL for route in routes
        ):
            return url.path
        is_ours = before.netloc == url.netloc and before.path.startswith("/")
        return before.path if is_ours else "/"

    def other_language(self) -> str:
        """The address in the other language."""
        here = with_changes(self.readable(), self.request.query_params, {})
        other = "en" if self.language == "zh-Hant" else "zh-Hant"
        return f"{here}{'&' if '?' in here else '?'}lang={other}"
