"""Looking at one study: within the scope, with a purpose where one is asked, told to the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.responses import RedirectResponse

from yushan.base import Forbidden
from yushan.doors.portal.shell import HEADERS, account_of, language_of
from yushan.doors.portal.studies import scope_of
from yushan.doors.portal.words import Words
from yushan.services.ledger import Thing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from yushan.base import Language
    from yushan.doors.portal.finder import Finder
    from yushan.services.accounts import Accounts
    from yushan.services.catalogue import SeriesRow, StudyRow
    from yushan.services.ledger import Audit

PURPOSE_FIRST = "accounts.purpose-first"


@dataclass(frozen=True, slots=True)
class Seen:
    """The study of one request, as its asker may see it."""

    row: StudyRow
    series: Sequence[SeriesRow]
    language: Language

    @property
    def words(self) -> Words:
        """The request's words."""
        return Words(self.language)


@dataclass(frozen=True, slots=True)
class Looking:
    """What stands between a study and whoever looks at it."""

    finder: Finder
    accounts: Accounts
    audit: Audit

    def at(self, request: Request) -> Seen:
        """The study of the address, once the ledger knows that it is looked at.

        Raises
        ------
        Absent
            It is not there, or not within the scope.
        Forbidden
            ``accounts.purpose-first``: `guard` asks for the purpose.
        """
        account = account_of(request)
        row, series = self.finder.study(scope_of(request), request.path_params["uid"])
        purpose = self.accounts.purposes.check(account, row.study_instance_uid)
        thing = Thing("study", subject=row.subject, study=row.study_instance_uid)
        self.audit.saw(account, "study.seen", thing, purpose=purpose)
        return Seen(row, series, language_of(request))

    def guard(self, handler: Callable[[Request], Response]) -> Callable[[Request], Response]:
        """The handler; where a purpose is asked first, the way to its page."""

        @wraps(handler)
        def looked(request: Request) -> Response:
            try:
                return handler(request)
            except Forbidden as error:
                if error.code != PURPOSE_FIRST:
                    raise
            target = f"{request.url.path}?{request.url.query}".rstrip("?")
            asked = urlencode({"study": request.path_params["uid"], "next": target})
            return RedirectResponse(f"/purpose?{asked}", 303, HEADERS)

        return looked
