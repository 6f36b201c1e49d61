"""The commons over real HTTP on loopback: paths, bodies, refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.gateway.making import manifest_of
from tests.unit.gateway.web import Site

from yushan.base import Rejected, Unavailable
from yushan.engines.net import Peer
from yushan.services.gateway import HttpCommons

if TYPE_CHECKING:
    from collections.abc import Iterator

PACK = "0" * 64


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    site.start()
    yield site
    site.stop()


@pytest.fixture
def link(site: Site) -> Iterator[HttpCommons]:
    peer = Peer(site.url)
    yield HttpCommons(peer)
    peer.close()


def test_a_pack_is_offered_handed_over_and_asked_for(link: HttpCommons, site: Site) -> None:
    assert link.offer(manifest_of(PACK, 8, 1)).offset == 0
    assert link.put(PACK, 0, b"1234").offset == 4
    assert link.state(PACK).offset == 4
    assert site.asked == [
        ("POST", "/exchange/v1/packs"),
        ("PUT", f"/exchange/v1/packs/{PACK}?offset=0"),
        ("GET", f"/exchange/v1/packs/{PACK}"),
    ]


def test_a_wrong_offset_is_answered_with_the_right_one(link: HttpCommons, site: Site) -> None:
    link.offer(manifest_of(PACK, 8, 1))
    link.put(PACK, 0, b"1234")
    assert link.put(PACK, 2, b"34").offset == 4
    assert site.commons.bytes[PACK] == b"1234"


def test_refusals_come_as_our_errors(link: HttpCommons) -> None:
    with pytest.raises(Rejected) as refused:
        link.state("1" * 64)
    assert refused.value.code == "exchange.pack-unknown"


def test_an_unreadable_answer_is_no_answer(link: HttpCommons, site: Site) -> None:
    site.garbage = True
    with pytest.raises(Unavailable, match="answer-unreadable"):
        link.put(PACK, 0, b"1")


def test_a_put_that_is_refused_raises(link: HttpCommons, site: Site) -> None:
    link.offer(manifest_of(PACK, 8, 1))
    site.route = lambda *_: (507, b"")  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        link.put(PACK, 0, b"1")
