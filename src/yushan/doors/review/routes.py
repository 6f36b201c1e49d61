"""The pages: what waits, one picture with its boxes, and its decision."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from jinja2 import DictLoader, Environment, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from yushan.base import Absent, Rejected, codes, translator
from yushan.doors.review.answers import LONGEST, checked, read_answer, read_box, written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from yushan.base import Language
    from yushan.doors.review.answers import Answer
    from yushan.doors.review.ports import Held, Table

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
KINDS: Final = {"css": "text/css", "js": "text/javascript"}


def application(
    table: Table, *, secret: str, language: Language, assets: Mapping[str, bytes]
) -> Starlette:
    """The pages under ``/SECRET/``; every other address is absent.

    Parameters
    ----------
    table
        What waits, and where decisions go.
    secret
        Part of each address, of this run alone.
    language
        Of the pages.
    assets
        Style sheets and scripts by name: ``desk.js``, ``tokens.css``.
    """
    pages = Pages(table, language, assets)
    routes = [
        Route(f"/{secret}/", pages.all, name="all"),
        Route(f"/{secret}/files/{{name}}", pages.asset),
        Route(f"/{secret}/{{number:int}}", pages.one, methods=["GET"]),
        Route(f"/{secret}/{{number:int}}", pages.decide, methods=["POST"]),
        Route(f"/{secret}/{{number:int}}/picture", pages.picture),
    ]
    # A page of another origin may not reach this one under a name of its own.
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1"])
    return Starlette(routes=routes, middleware=[hosts], exception_handlers={Absent: absent})


async def absent(_request: Request, _error: Exception) -> Response:
    """Nothing here."""
    return PlainTextResponse("404", 404, HEADERS)


class Pages:
    """The handlers, over one table."""

    def __init__(self, table: Table, language: Language, assets: Mapping[str, bytes]) -> None:
        self.table, self.language = table, language
        own = (files("yushan.doors.review") / "data" / "review.css").read_bytes()
        self.assets = {**assets, "review.css": own}
        #: Who decided last: most likely who decides next.
        self.who = ""

    def asset(self, request: Request) -> Response:
        """A style sheet or script."""
        name = request.path_params["name"]
        if name not in self.assets:
            raise Absent("review.absent")
        return Response(
            self.assets[name], media_type=KINDS[name.rpartition(".")[2]], headers=HEADERS
        )

    def all(self, _request: Request) -> Response:
        """All that waits."""
        return self.page("all.html", held=[self.told(one) for one in self.table.held()])

    def one(self, request: Request) -> Response:
        """One picture and its decision."""
        number = self.number(request)
        return self.drawn(request, number, None, "")

    def picture(self, request: Request) -> Response:
        """A frame as PNG, with the boxes that are on filled if asked for."""
        number, query = self.number(request), request.query_params
        try:
            filled = tuple(map(read_box, query.getlist("box")))
        except Rejected:
            raise Absent("gateway.no-picture") from None
        content = self.table.png(number, frame_of(query), filled)
        return Response(content, media_type="image/png", headers=HEADERS)

    async def decide(self, request: Request) -> Response:
        """Take a decision, and go to the next picture about which nobody decided."""
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > LONGEST:
                break
        return await run_in_threadpool(self.taken, request, body)

    def taken(self, request: Request, body: bytes) -> Response:
        """The same, in a thread."""
        number = self.number(request)
        answer = None
        try:
            answer = read_answer(body)
            boxes = checked(answer, self.table.sheet(number))
        except Rejected as error:
            return self.drawn(request, number, answer, error.code)
        self.who = answer.who
        self.table.decide(number, answer.choice, boxes, answer.who)
        held = self.table.held()
        order = (*range(number + 1, len(held)), *range(number))
        following = next((one for one in order if not held[one].choice), None)
        target = "./" if following is None else f"./{following}"
        return RedirectResponse(target, 303, HEADERS)

    def drawn(self, request: Request, number: int, answer: Answer | None, code: str) -> Response:
        """The page of one picture, with what was typed and what is wrong with it."""
        held, sheet = self.table.held(), self.table.sheet(number)
        one, frame = held[number], frame_of(request.query_params)
        boxes = [*dict.fromkeys((*one.found, *one.chosen))]
        on = answer.kept if answer else (one.chosen if one.choice else one.found)
        return self.page(
            "one.html", status=400 if code else 200, number=number, count=len(held),
            one=self.told(one), sheet=sheet, frame=frame, error=self.text(code),
            boxes=[(written(box), box, box in on) for box in boxes],
            choice=answer.choice if answer else one.choice, added=answer.added if answer else "",
            who=answer.who if answer else one.who or self.who,
        )  # fmt: skip

    def told(self, one: Held) -> dict[str, Any]:
        """One that waits, with its reasons in words."""
        return {"name": one.name, "choice": one.choice, "who": one.who,
                "why": [self.text(code) for code in one.reasons]}  # fmt: skip

    def text(self, code: str) -> str:
        """A code in words."""
        found = codes().get(code)
        if found is None:
            return code
        return found.zh if self.language == "zh-Hant" else found.en

    def number(self, request: Request) -> int:
        """The number of an address; ``Absent`` if nothing has it."""
        number: int = request.path_params["number"]
        if not 0 <= number < len(self.table.held()):
            raise Absent("review.absent")
        return number

    def page(self, name: str, *, status: int = 200, **values: Any) -> Response:  # noqa: ANN401 - a template's
        """A template in the language of the pages."""
        tell = translator(self.language)
        drawn = templates().get_template(name).render(_=tell, language=self.language, **values)
        return HTMLResponse(drawn, status, HEADERS)


def frame_of(query: Mapping[str, str]) -> int:
    """The frame asked for, from 0; the first if none makes sense."""
    text = query.get("frame", "")
    return max(int(text) - 1, 0) if text.isascii() and text.isdigit() and len(text) < 7 else 0


@cache
def templates() -> Environment:
    """The templates of this room."""
    folder = files("yushan.doors.review") / "data"
    names = ("base.html", "all.html", "one.html")
    pages = DictLoader({name: (folder / name).read_text("utf-8") for name in names})
    return Environment(loader=pages, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
