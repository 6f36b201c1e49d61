"""Storing within bounds: what is too large, too many, too slow, or finds no room on the disk."""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.testclient import TestClient
from tests.doors.dicomweb.conformance.checking import BOUNDARY, POSTED, related

from yushan.base import EVERYTHING, Scope, Unavailable
from yushan.doors.dicomweb import store_routes
from yushan.doors.dicomweb.stow_body import Kind, Limits, spool
from yushan.flows.store import Fate
from yushan.flows.store.values import Made, Sent

if TYPE_CHECKING:
    from collections.abc import Sequence


class Kept:
    """A store that keeps what the door spooled."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.seen, self.fault = folder, [], None

    def begin(self) -> Path:
        made = self.folder / "request"
        made.mkdir()
        return made

    def end(self, folder: Path) -> None:
        for one in folder.iterdir():
            one.unlink()
        folder.rmdir()

    def run(self, _asking, files: Sequence[Path]) -> list[Fate]:
        if self.fault is not None:
            raise self.fault
        self.seen = [one.read_bytes() for one in files]
        made = Made(sop_instance_uid="1.2", study_instance_uid="1")
        return [Fate(Sent(sop_instance_uid="1.2"), made) for _ in files]


@pytest.fixture
def kept(tmp_path):
    return Kept(tmp_path)


def client(kept, *, scope=EVERYTHING, **bounds):
    app = Starlette(routes=store_routes(kept, Limits(**bounds)))
    account = SimpleNamespace(id="a", role="steward", scope=scope, site=None)

    async def signed_in(asked, receive, send):
        asked.setdefault("state", {}).update(account=account, site=None, language="en")
        await app(asked, receive, send)

    return TestClient(signed_in)


def post(kept, body, kind=POSTED, **bounds):
    return client(kept, **bounds).post(
        "/dicom-web/studies", content=body, headers={"Content-Type": kind}
    )


def test_parts_are_spooled_whole_and_gone_afterwards(kept):
    parts = [b"", b"\r\n--", b"x" * 300_000]
    assert post(kept, related(parts)).status_code == 200
    assert kept.seen == parts
    assert not list(kept.folder.iterdir())


def test_an_account_with_names_of_its_own_is_told_why_it_may_not_store(kept):
    answer = post(kept, related([b"x"]), scope=Scope(everything=True, mask="project-7"))
    assert (answer.status_code, answer.json()["code"]) == (403, "dicomweb.store-masked")
    assert "pseudonyms of its own" in answer.json()["detail"]
    assert kept.seen == []


def test_metadata_apart_is_bounded_and_each_part_says_where_it_belongs(kept):
    def apart(*parts):
        kinds = (b"application/dicom+json", *[b"application/octet-stream"] * (len(parts) - 1))
        mark = b"--" + BOUNDARY.encode()
        told = [
            b"%s\r\nContent-Type: %s\r\n%s\r\n%s\r\n" % (mark, kind, *one)
            for kind, one in zip(kinds, parts, strict=True)
        ]
        return b"".join([*told, mark, b"--\r\n"])

    kind = POSTED.replace("application/dicom", "application/dicom+json")
    for body, bounds, code in (
        (apart((b"", b"[" * 200)), {"metadata_bytes": 100}, "dicomweb.store-too-large"),
        (apart((b"", b"[]"), (b"", b"x")), {}, "dicomweb.store-location"),
        (apart((b"", b"[]"), (b"Content-Location: a\r\n", b"x" * 200)), {"part_bytes": 100},
         "dicomweb.store-too-large"),
    ):  # fmt: skip
        assert post(kept, body, kind, **bounds).json()["code"] == code


@pytest.mark.parametrize(
    ("parts", "bounds", "status", "code"),
    [
        ([b"x" * 2001], {"part_bytes": 2000}, 413, "dicomweb.store-too-large"),
        ([b"x" * 900] * 3, {"request_bytes": 2000}, 413, "dicomweb.store-too-large"),
        ([b"x"] * 4, {"parts": 3}, 413, "dicomweb.store-too-many"),
        ([b"x" * 2000], {"part_bytes": 2000}, 200, ""),
        ([b"x"] * 3, {"parts": 3}, 200, ""),
    ],
)
def test_bounds_are_kept(kept, parts, bounds, status, code):
    answer = post(kept, related(parts), **bounds)
    assert answer.status_code == status
    assert status == 200 or answer.json()["code"] == code
    assert not list(kept.folder.iterdir())


def test_a_body_of_unknown_length_is_counted(kept):
    pieces = (b"z" * 1000 for _ in range(100))
    answer = client(kept, request_bytes=50_000).post(
        "/dicom-web/studies", content=pieces, headers={"Content-Type": "application/dicom"}
    )
    assert answer.status_code == 413


def test_a_full_disk_is_507_and_leaves_nothing(kept, monkeypatch):
    kept.fault = Unavailable("store.full")
    answer = post(kept, related([b"x"]))
    assert (answer.status_code, answer.json()["code"]) == (507, "store.full")
    assert not list(kept.folder.iterdir())

    class Full:
        def write(self, _data):
            raise OSError(errno.ENOSPC, "full")

        def close(self):
            pass

    monkeypatch.setattr(Path, "open", lambda *_: Full())
    assert post(kept, related([b"x"])).status_code == 507


class Slow:
    """A request whose body comes as the test says; None is silence for ever."""

    def __init__(self, pieces) -> None:
        self.pieces = pieces

    async def stream(self):
        for piece in self.pieces:
            if piece is None:
                await asyncio.sleep(3600)
            if isinstance(piece, Exception):
                raise piece
            yield piece
        yield b""


def spooled(folder, pieces, **bounds):
    kind = Kind(BOUNDARY)
    return asyncio.run(spool(Slow(pieces), kind, folder, Limits(**bounds)))


def test_a_sender_that_falls_silent_is_not_waited_for(tmp_path):
    with pytest.raises(Exception, match="store-too-slow"):
        spooled(tmp_path, [related([b"x"])[:20], None], silence_s=0.05)


def test_a_sender_that_trickles_is_not_waited_for(tmp_path):
    with pytest.raises(Exception, match="store-too-slow"):
        spooled(tmp_path, [b"\r\n"] * 10, grace_s=-10.0, slowest_bytes_s=4096)


def test_a_sender_that_is_gone_ends_the_spooling(tmp_path):
    with pytest.raises(ClientDisconnect):
        spooled(tmp_path, [related([b"x"])[:20], ClientDisconnect()])
