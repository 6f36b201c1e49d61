"""What the service says of itself, and what it does not say to whom."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa
from tests.doors.dicomweb.conformance.checking import (
    DICOM_PARTS,
    JSON,
    NOWHERE,
    OCTET_PARTS,
    Server,
    check,
    status,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Resources below a study, and what is asked for.
RESOURCES = {
    "": DICOM_PARTS,
    "/metadata": JSON,
    "/series": JSON,
    "/instances": JSON,
    "/thumbnail": "image/jpeg",
    "/series/{series}": DICOM_PARTS,
    "/series/{series}/metadata": JSON,
    "/series/{series}/instances": JSON,
    "/series/{series}/thumbnail": "image/jpeg",
    "/series/{series}/instances/{instance}": DICOM_PARTS,
    "/series/{series}/instances/{instance}/metadata": JSON,
    "/series/{series}/instances/{instance}/rendered": "image/png",
    "/series/{series}/instances/{instance}/frames/1": OCTET_PARTS,
    "/series/{series}/instances/{instance}/frames/1/rendered": "image/png",
    "/series/{series}/instances/{instance}/bulkdata/7FE00010": "*/*",
}
#: Headers that differ from answer to answer whatever is said.
VARYING = {"date", "x-request-id", "request-id", "server-timing", "traceparent"}


@contextmanager
def counted(server: Server) -> Iterator[list[str]]:
    """What the database of our server is asked meanwhile, but for who asks (kept for a moment)."""
    said: list[str] = []

    def note(_connection, _cursor, statement, *_more) -> None:
        if "accounts_" not in statement and not statement.startswith("BEGIN"):
            said.append(statement)

    engine = server.role.database.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def enter_resource(path: str, accept: str) -> None:
    @check("rights", f"forbidden is like absent: /studies/…{path}")
    def alike(server: Server) -> None:
        server.need_ours()
        place = server.one("ct")
        known = path.format(series=place.series, instance=place.instance)
        unknown = path.format(series=NOWHERE, instance=NOWHERE)
        for who in ("visitor", "south"):
            answers, work = [], []
            for address in (f"/studies/{place.study}{known}", f"/studies/{NOWHERE}{unknown}"):
                server.ask(address, accept, who=who)
                with counted(server) as said:
                    answer = server.ask(address, accept, who=who)
                headers = {n: v for n, v in answer.headers.items() if n not in VARYING}
                answers.append((answer.status_code, answer.content, headers))
                work.append(len(said))
            assert answers[0] == answers[1]
            assert work[0] == work[1]


for _path, _accept in RESOURCES.items():
    enter_resource(_path, _accept)


@check("rights", "who may see nothing finds nothing")
def nothing(server: Server) -> None:
    server.need_ours()
    assert server.places
    for path in ("/studies", "/series", "/instances"):
        answer = server.ask(path, JSON, who="south")
        status(answer, 200, 204)
        assert not answer.content or answer.json() == []


@check("rights", "nobody signed in is 401 with a challenge, whatever the address")
def unsigned(server: Server) -> None:
    server.need_ours()
    for path in ("/studies", f"/studies/{server.one('ct').study}", f"/studies/{NOWHERE}/metadata"):
        answer = server.ask(path, JSON, who="nobody")
        status(answer, 401)
        assert answer.headers["www-authenticate"].startswith("Bearer")


@check("rights", "a token that is none is 401")
def bad_token(server: Server) -> None:
    server.need_ours()
    answer = server.ask("/studies", JSON, headers={"Authorization": "Bearer ysh_nothing"})
    status(answer, 401)


@check("general", "errors are problem+json with code, detail and remedy")
def problems(server: Server) -> None:
    server.need_ours()
    answer = server.ask(f"/studies/{NOWHERE}/metadata", JSON)
    status(answer, 404)
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"code", "status", "title", "detail", "remedy"} <= answer.json().keys()


@check("general", "the service says what it does")
def capabilities(server: Server) -> None:
    server.need_ours()
    answer = server.ask("/", JSON)
    status(answer, 200)
    assert "/studies" in answer.text


@check("general", "types are not to be guessed at")
def no_sniffing(server: Server) -> None:
    answer = server.ask("/studies?limit=1", JSON)
    assert answer.headers.get("x-content-type-options") == "nosniff"


@check("general", "the same question gives the same answer")
def stable(server: Server) -> None:
    path = f"/studies/{server.one('ct').study}/metadata"
    assert server.ask(path, JSON).content == server.ask(path, JSON).content
