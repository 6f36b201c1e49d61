"""What holds for every request before any door sees it: certificates, reading only, HTTPS kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec
from starlette.responses import Response

from yushan.base import Forbidden, Rejected, problem
from yushan.engines.keys import names_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Scope

    from yushan.assembly.settings import Role
    from yushan.base import YushanError

#: What roles say to each other; with mutual TLS only to who shows a certificate.
BETWEEN_ROLES: Final = "/exchange/"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Rule:
    """A role's rule for requests.

    ``names`` are the names that certificates of sites must bear, by site; asked for with
    ``certificates``.
    """

    certificates: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    read_only: bool = False
    hsts_days: int = 0

    def hsts(self, scope: Scope) -> dict[str, str]:
        """Over TLS: stay there."""
        if scope.get("scheme") != "https" or not self.hsts_days:
            return {}
        return {"Strict-Transport-Security": f"max-age={self.hsts_days * 86400}"}

    def refusal(self, scope: Scope) -> Response | None:
        """The answer to a request that must not go further."""
        if self.read_only and scope["method"] not in SAFE:
            return refused(Forbidden("assembly.read-only"), scope)
        if self.certificates and scope["path"].startswith(BETWEEN_ROLES):
            error = self.foreign(scope)
            return refused(error, scope) if error else None
        return None

    def foreign(self, scope: Scope) -> YushanError | None:
        """Why the caller's certificate does not do, if it does not."""
        state = scope["state"]
        try:
            names = names_of(state.get("certificate") or b"")
        except Rejected:
            return Forbidden("assembly.certificate-needed")
        site = state.get("site")
        if site is not None and self.names.get(site, site) not in names:
            return Forbidden("assembly.certificate-foreign", site=site)
        return None


def refused(error: YushanError, scope: Scope) -> Response:
    """As ``application/problem+json``."""
    told = problem(error, scope["state"].get("language", "en"))
    return Response(msgspec.json.encode(told), error.status, media_type="application/problem+json")


def rule_of(settings: Role) -> Rule:
    """The rule of a role's settings."""
    sites = getattr(settings, "sites", ())
    return Rule(
        certificates=bool(settings.http.client_ca),
        names={site.name: site.certificate or site.name for site in sites},
        read_only=settings.read_only,
        hsts_days=settings.http.hsts_days,
    )
