"""`/home`: what waits for whoever is signed in, what changed, and where to go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import RedirectResponse

from yushan.base import Forbidden
from yushan.domain.access import Kind, Thing
from yushan.doors.portal.shell import HEADERS, account_of, language_of
from yushan.doors.portal.studies import scope_words
from yushan.doors.portal.words import Words, mark, seconds
from yushan.services.accounts import ROLES, judge, may, permission_name
from yushan.services.ledger import Question

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from yushan.doors.portal.shell import Shell
    from yushan.services.accounts import Account
    from yushan.services.archive import Admissions
    from yushan.services.ledger import Ledger

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
        mark("Every entry of the ledger, by person, account, kind and time."),
    ),
    (
        "manage_accounts",
        "/people",
        mark("People"),
        mark("Invite people, change roles, close accounts."),
    ),
    (
        "see_withdrawals",
        "/withdrawals",
        mark("Opt-outs"),
        mark("Whether each opt-out is carried out in time."),
    ),
    (
        "see_images",
        "/guidelines",
        mark("Guidelines"),
        mark("Try a published rule on a case, with its reasons."),
    ),
    (
        "set_own_choices",
        "/help#leave",
        mark("Opting out"),
        mark("How to leave, in part or in whole, and what cannot be recalled."),
    ),
    ("set_own_choices", "/rules", mark("Privacy and law"), mark("What protects me.")),
    ("", "/statistics", mark("Statistics"), mark("What is held, by class, at this moment.")),
    ("", "/record", mark("Public record"), mark("What was taken in, sealed and decided.")),
)
#: Role -> the question of its home, and what an empty home says.
QUESTIONS: Final = {
    "researcher": (mark("What may I do next?"), mark("Find the images you need first.")),
    "clinician": (mark("Whom do I read next?"), mark("No study was sent to you.")),
    "ministry": (
        mark("Is the programme where it should be?"),
        mark("All sums close; the figures of this moment are under Statistics."),
    ),
    "auditor": (
        mark("Has anybody changed the past?"),
        mark("The newest signed head stands; check it yourself at any time."),
    ),
    "citizen": (
        mark("Who used my images, what is my choice?"),
        mark("Your own page comes with the consent office; until then its counter and telephone."),
    ),
}
OTHERWISE: Final = (mark("What waits for me?"), mark("Look around: everything public is open."))
#: What changed: who may know, kinds of entries, one, many, where to see it.
CHANGES: Final = (
    (
        "see_images", ("archive.admitted", "archive.stored"),
        mark("{n} pack came in"), mark("{n} packs came in"), "/studies",
    ),
    (
        "handle_quarantine", ("archive.refused",),
        mark("{n} pack was refused"), mark("{n} packs were refused"), "/quarantine",
    ),
    (
        "see_withdrawals", ("withdrawal.ended",),
        mark("{n} opt-out was carried out"), mark("{n} opt-outs were carried out"), "/withdrawals",
    ),
    (
        "audit_ledger", ("account.signed-in", "account.sign-in-failed"),
        mark("{n} sign-in"), mark("{n} sign-ins"), "/audit",
    ),
)  # fmt: skip
VISIT_COOKIE: Final = "yushan_visit"


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


@dataclass(frozen=True, slots=True)
class Changed:
    """Something that happened since the last visit, and where to see it."""

    text: str
    href: str


class Homes:
    """One home for most roles: the rows of the tables make the difference."""

    def __init__(self, shell: Shell, admissions: Admissions, ledger: Ledger) -> None:
        self.shell, self.admissions, self.ledger = shell, admissions, ledger
        #: Searches that whoever asks has kept.
        self.kept: Callable[[Request], Sequence[object]] = lambda _request: ()

    def routes(self) -> list[BaseRoute]:
        """The address."""
        return [self.shell.get("/home", self.show)]

    def show(self, request: Request) -> Response:
        """What waits, then where to go; the steward's home is a page of its own."""
        account, words = account_of(request), Words(language_of(request))
        if account is None:
            raise Forbidden("portal.sign-in-first")
        if looks_after_packs(account):
            return RedirectResponse("/steward", 303, HEADERS)
        question, empty = QUESTIONS.get(account.role, OTHERWISE)
        permissions = sorted(ROLES[account.role].may) if account.role in ROLES else []
        sees_images = may(account, "see_images")
        answer = self.shell.page(
            request, "home_role.html", here="home", doors=self.doors(account, words),
            question=words.translate(question), empty=words.translate(empty),
            permissions=[permission_name(one, words.language) for one in permissions],
            scope=scope_words(account.scope, words, self.shell.place) if sees_images else "",
            **self.common(request, account, words),
        )  # fmt: skip
        return self.visited(answer)

    def common(self, request: Request, account: Account, words: Words) -> dict[str, Any]:
        """What every home shows."""
        since = last_visit(request)
        return {
            "waits": self.waits(account, words),
            "kept": self.kept(request) if may(account, "see_images") else (),
            "changes": self.changes(account, words, since) if since else [],
            "since": since,
            "checked": self.shell.clock.now(),
        }

    def visited(self, answer: Response) -> Response:
        """The page, with the time of this visit kept in the browser."""
        self.shell.keep(answer, VISIT_COOKIE, str(int(self.shell.clock.now().timestamp())))
        return answer

    def doors(self, account: Account, words: Words) -> list[Doorway]:
        """Where this account may go."""
        return [
            Doorway(href, words.translate(title), words.translate(text))
            for needs, href, title, text in DOORS
            if not needs or may(account, needs)
        ]

    def changes(self, account: Account, words: Words, since: datetime) -> list[Changed]:
        """What happened since then, of what this account may know."""
        found = []
        for needs, kinds, one, many, href in CHANGES:
            if may(account, needs):
                n = self.ledger.search.count(Question(kinds=kinds, since=since))
                if n:
                    found.append(Changed(words.count(one, many, n), href))
        return found

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
            handles = looks_after_packs(account)
            href = "/quarantine" if handles else "/accounting"
            there = words.translate("To the quarantine") if handles else link
            found.append(Wait("wait", title, text, href, there))
        return found


def looks_after_packs(account: Account) -> bool:
    """Whether what came in at the centre is this account's concern (a hospital's desk is not)."""
    return judge(account, "handle_quarantine", Thing(kind=Kind.PACK)).allow


def last_visit(request: Request) -> datetime | None:
    """When this browser saw its home last; None if it does not say, or says nonsense."""
    text = request.cookies.get(VISIT_COOKIE, "")
    is_time = text.isascii() and text.isdigit() and len(text) < 12
    return seconds(float(text)) if is_time else None
