"""Our commons before the whole suite, over a real server on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.doors.dicomweb.conformance import all_checks
from tests.doors.dicomweb.conformance.checking import Check, Server
from tests.doors.dicomweb.conformance.standing import standing

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKS = all_checks()


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The commons with the samples of the suite in it."""
    with standing(tmp_path_factory.mktemp("conformance")) as found:
        server = Server(f"{found.url}/dicom-web", found.tokens["steward"], found.tokens, found.role)
        assert server.places
        yield server
        server.http.close()


@pytest.mark.parametrize("one", CHECKS, ids=[f"{one.part}: {one.name}" for one in CHECKS])
def test_our_server_passes(one: Check, ours: Server) -> None:
    one.run(ours)


def test_the_suite_is_not_small_and_names_are_unique() -> None:
    assert len(CHECKS) >= 80
    assert len({(one.part, one.name) for one in CHECKS}) == len(CHECKS)
