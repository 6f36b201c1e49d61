"""Searches that an account keeps: on its home page with what is new, opened, deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.responses import RedirectResponse

from yushan.base import Forbidden
from yushan.doors.portal.addresses import with_changes
from yushan.doors.portal.findings import Seeker
from yushan.doors.portal.search import read_search
from yushan.doors.portal.shell import HEADERS, account_of, language_of
from yushan.doors.portal.studies import exact_of, scope_of
from yushan.doors.portal.words import Words

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from yushan.doors.portal.forms import Form
    from yushan.doors.portal.shell import Shell
    from yushan.services.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept search as drawn; ``new`` studies came since it was looked at."""

    number: int
    name: str
    new: int
    seen: datetime


class SavedSearchPages:
    """`/searches`: keep, list, look at, delete."""

    def __init__(self, shell: Shell, catalogue: Catalogue) -> None:
        self.shell, self.saved = shell, catalogue.saved
        self.seeker = Seeker(catalogue, shell.place)

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        needs = "see_images"
        return [
            self.shell.get("/searches", self.show, needs=needs),
            self.shell.post("/searches", self.keep, needs=needs),
            self.shell.get("/searches/{number:int}", self.look, needs=needs),
            self.shell.post("/searches/{number:int}/delete", self.drop, needs=needs),
        ]

    def show(self, request: Request) -> Response:
        """The account's searches."""
        return self.shell.page(request, "searches.html", here="studies", kept=self.kept(request))

    def kept(self, request: Request) -> list[Kept]:
        """The account's searches with what is new in each."""
        scope, exact = scope_of(request), exact_of(request)
        return [
            Kept(
                one.id,
                one.name,
                self.seeker.new(scope, query_of(one.query), one.seen, exact=exact),
                datetime.fromisoformat(one.seen_at),
            )
            for one in self.saved.all(owner_of(request))
        ]

    def keep(self, request: Request, form: Form) -> Response:
        """Keep the search of the list that the form stands on."""
        search, words = read_search(query_of(form.get("query"))), Words(language_of(request))
        told = [self.seeker.word(name, value, words) for name, value in search.values.items()]
        name = form.get("name") or words.joined([*told, search.text] if search.text else told)
        query = with_changes("", search.spelled(), {})[1:]
        owner, name = owner_of(request), name or words.translate("All studies")
        if (name, query) not in [(one.name, one.query) for one in self.saved.all(owner)]:
            self.saved.keep(owner, name, query, self.now())
        return RedirectResponse("/searches", 303, HEADERS)

    def look(self, request: Request) -> Response:
        """The list of a kept search; what it shows now is not new the next time."""
        one = self.saved.look(owner_of(request), request.path_params["number"], self.now())
        return RedirectResponse(with_changes("/studies", query_of(one.query), {}), 303, HEADERS)

    def drop(self, request: Request, form: Form) -> Response:  # noqa: ARG002 - nothing to read
        """Keep a search no longer."""
        self.saved.drop(owner_of(request), request.path_params["number"])
        return RedirectResponse("/searches", 303, HEADERS)

    def now(self) -> str:
        """The time as it is kept."""
        return self.shell.clock.now().isoformat(timespec="seconds")


def owner_of(request: Request) -> str:
    """Whose searches."""
    account = account_of(request)
    if account is None:
        raise Forbidden("portal.sign-in-first")
    return str(account.id)


def query_of(text: str) -> dict[str, str]:
    """An address' query as names and values."""
    return dict(parse_qsl(text.lstrip("?")[:2000]))
