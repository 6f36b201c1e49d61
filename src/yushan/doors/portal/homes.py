"""`/home`: what waits for whoever is signed in, and what the role may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.base import Forbidden
from yushan.doors.portal.shell import account_of, language_of
from yushan.doors.portal.studies import scope_words
from yushan.doors.portal.words import Words, mark
from yushan.services.accounts import ROLES, may, permission_name

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from yushan.doors.portal.shell import Shell
    from yushan.services.accounts import Account
    from yushan.services.archive import Admissions

#: Pages worth a card: permission (empty: everybody), address, title, sentence.
DOORS: Final = (
    ("see_images", "/studies", mark("Studies"), mark("Find studies and open them in the viewer.")),
    (
        "see_accounting",
        "/accounting",
        mark("Accounting"),
        mark("Where each image is that we gave a receipt for."),
    ),
    (
        "audit_ledger",
        "/audit",
        mark("Audit"),
        mark("Who looked at what, when, and what for."),
    ),
    (
        "approve_accounts",
        "/people",
        mark("People"),
        mark("Who has an account, and what waits for a second person."),
    ),
    ("", "/statistics", mark("Statistics"), mark("What is held, by class, at this moment.")),
    ("", "/record", mark("Public record"), mark("What was taken in, sealed and decided.")),
)


@dataclass(frozen=True, slots=True)
class Wait:
    """Something that waits: a badge's class, what, and where to do it."""

    badge: str
    title: str
    text: str
    href: str
    link: str


@dataclass(frozen=True, slots=True)
class Doorway:
    """A card that leads to a page."""

    href: str
    title: str
    text: str


class Homes:
    """One home for all roles: the rows of the tables make the difference."""

    def __init__(self, shell: Shell, admissions: Admissions) -> None:
        self.shell, self.admissions = shell, admissions

    def routes(self) -> list[BaseRoute]:
        """The address."""
        return [self.shell.get("/home", self.show)]

    def show(self, request: Request) -> Response:
        """What waits, then where to go."""
        account, words = account_of(request), Words(language_of(request))
        if account is None:
            raise Forbidden("portal.sign-in-first")
        permissions = sorted(ROLES[account.role].may)
        sees_images = may(account, "see_images")
        return self.shell.page(
            request, "home_role.html", here="home", waits=self.waits(account, words),
            doors=[
                Doorway(href, words.translate(title), words.translate(text))
                for needs, href, title, text in DOORS
                if not needs or may(account, needs)
            ],
            permissions=[permission_name(one, words.language) for one in permissions],
            scope=scope_words(account.scope, words, self.shell.place) if sees_images else "",
            checked=self.shell.clock.now(),
        )  # fmt: skip

    def waits(self, account: Account, words: Words) -> list[Wait]:
        """What needs a person who sees the accounting: sums first, then what is stopped."""
        if not may(account, "see_accounting"):
            return []
        sites, found = self.admissions.accounting(), []
        link = words.translate("To the accounting")
        if broken := sum(not site.closes for site in sites):
            title = words.count(
                "The sum of {n} hospital does not close",
                "The sums of {n} hospitals do not close",
                broken,
            )
            text = words.translate("Run: yushan archive check")
            found.append(Wait("stop", title, text, "/accounting", link))
        if stopped := sum(site.quarantined for site in sites):
            title = words.count(
                "{n} image is stopped at the centre",
                "{n} images are stopped at the centre",
                stopped,
            )
            text = words.translate("The second verifier found something; nothing of it is shown.")
            found.append(Wait("wait", title, text, "/accounting", link))
        return found
