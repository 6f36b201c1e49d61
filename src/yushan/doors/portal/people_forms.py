"""What forms about accounts say: role, scope, for whom."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected, Scope, SiteName, StudyUID
from yushan.services.accounts import Wish

if TYPE_CHECKING:
    from yushan.doors.portal.forms import Form
    from yushan.doors.portal.place import Place
    from yushan.doors.portal.words import Words
    from yushan.services.accounts import Account

UID: Final = re.compile(r"[0-9][0-9.]{0,63}")
MASK: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
MOST_STUDIES: Final = 200


def scope_from(form: Form, sites: frozenset[str]) -> Scope:
    """The scope that a form asks for; ``Rejected("portal.scope-unreadable")``."""
    studies = form.get("studies").split()
    named = frozenset(one for one in sites if form.get(f"site-{one}"))
    mask = form.get("mask")
    if len(studies) > MOST_STUDIES or not all(UID.fullmatch(one) for one in studies):
        raise Rejected("portal.scope-unreadable", field="studies")
    if mask and not MASK.fullmatch(mask):
        raise Rejected("portal.scope-unreadable", field="mask")
    return Scope(
        everything=form.get("extent") == "everything",
        sites=frozenset(SiteName(one) for one in named),
        studies=frozenset(StudyUID(one) for one in studies),
        mask=mask,
    )


def typed_scope(account: Account) -> dict[str, str]:
    """A scope as the form's fields."""
    scope = account.scope
    fields = {"role": account.role, "mask": scope.mask, "studies": "\n".join(sorted(scope.studies))}
    fields["extent"] = "everything" if scope.everything else ""
    return fields | {f"site-{site}": "1" for site in scope.sites}


def wish_from(form: Form, sites: frozenset[str]) -> Wish:
    """Whom a form invites."""
    home = form.get("home")
    if home and home not in sites:
        raise Rejected("portal.scope-unreadable", field="home")
    days = form.get("days")
    return Wish(
        form.get("role"), scope_from(form, sites), SiteName(home) if home else None,
        form.get("note"), int(days) if days.isdigit() else 0,
    )  # fmt: skip


def told_scope(scope: Scope, words: Words, place: Place) -> str:
    """A scope in a few words."""
    parts = [words.translate("Everything at the centre")] if scope.everything else []
    if scope.sites and not scope.everything:
        names = [place.site_name(site, words.language) for site in sorted(scope.sites)]
        parts.append(words.say("images of {sites}", sites=words.joined(names)))
    if scope.studies and not scope.everything:
        parts.append(words.count("{n} single study", "{n} single studies", len(scope.studies)))
    if scope.mask:
        parts.append(words.say("pseudonyms of {name}", name=scope.mask))
    return words.joined(parts) or words.translate("nothing")
