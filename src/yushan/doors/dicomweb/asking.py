"""Who asks for what, under which names: each request becomes one value before anything is done.

A scope may have names of its own for everything (``Scope.mask``). Identifiers of the address are
turned into the commons' own here, and what is answered is turned back where it is written, so that
nothing in between knows of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from starlette.datastructures import URL

from yushan.base import NOTHING, Scope
from yushan.services.accounts import may

if TYPE_CHECKING:
    from starlette.requests import Request

    from yushan.doors.dicomweb.ports import Masks, Names


@dataclass(frozen=True, slots=True)
class Target:
    """What an address names, in the commons' own names: a study, a series of it, an instance."""

    study: str = ""
    series: str = ""
    instance: str = ""


@dataclass(frozen=True, slots=True)
class Asker:
    """Whoever asks: account, what may be seen, under which names, and of what."""

    account: Any
    scope: Scope
    names: Names | None
    base: str
    target: Target

    def uid(self, uid: str) -> str:
        """What the asker calls a UID of ours."""
        return uid if self.names is None else self.names.uid(uid)

    def own_uid(self, uid: str) -> str:
        """What we call a UID of the asker's."""
        return uid if self.names is None else self.names.own_uid(uid)

    def subject(self, subject: str) -> str:
        """What the asker calls a person."""
        return subject if self.names is None else self.names.subject(subject)

    def own_subject(self, subject: str) -> str:
        """What we call a person of the asker's."""
        return subject if self.names is None else self.names.own_subject(subject)

    def place(self, study: str, series: str = "", instance: str = "") -> str:
        """The address, for the asker, of something under our own names."""
        named = (self.uid(uid) if uid else "" for uid in (study, series, instance))
        return place_of(self.base, *named)


def place_of(base: str, study: str, series: str = "", instance: str = "") -> str:
    """The address of a study, series or instance."""
    address = f"{base}/studies/{study}"
    if series:
        address += f"/series/{series}"
    return f"{address}/instances/{instance}" if instance else address


def asker_of(request: Request, masks: Masks | None) -> Asker:
    """The request's asker and target."""
    account, scope = request.state.account, scope_of(request)
    names = masks.of(scope.mask) if masks is not None else None
    if scope.mask and names is None:
        scope = NOTHING  # names that nobody can make are no reason to show our own
    path = request.path_params
    named = [path.get(level, "") for level in ("study", "series", "instance")]
    if names is not None:
        named = [names.own_uid(uid) if uid else "" for uid in named]
    return Asker(account, scope, names, base_of(request), Target(*named))


def scope_of(request: Request) -> Scope:
    """What the asker may see; nothing for a role that may not see images."""
    account = request.state.account
    scope: Scope = account.scope if may(account, "see_images") else NOTHING
    return scope


def base_of(request: Request) -> str:
    """The address of the service as the client knows it, without slash at the end.

    A client that names our own address and forgets the port (dicomweb-client does) gets it back.
    """
    scope = request.scope
    root = scope.get("app_root_path", scope.get("root_path", ""))
    host, port = scope.get("server") or ("", None)
    return service_at(scope["scheme"], request.headers.get("host"), (host, port), root)


@lru_cache(256)
def service_at(scheme: str, named: str | None, server: tuple[str, int | None], root: str) -> str:
    """The same by what a request says: scheme, Host, where it arrived, and the path of the root."""
    headers = [] if named is None else [(b"host", named.encode("latin_1"))]
    host, port = server
    url = URL(scope={
        "scheme": scheme, "server": server, "headers": headers, "query_string": b"",
        "path": f"{root.rstrip('/')}/",
    })  # fmt: skip
    if url.port is None and url.hostname in (host, "localhost") and port not in (None, 80, 443):
        url = url.replace(port=port)
    return f"{str(url).rstrip('/')}/dicom-web"
