"""A commons of our own with a few studies in it, and programs that ask its API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.doors.dicomweb.conformance.checking import POSTED, related
from tests.doors.dicomweb.conformance.samples import samples
from tests.doors.dicomweb.conformance.standing import Standing, standing

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Programs:
    """Asks as one of the people of `standing`; ``who=""`` is nobody."""

    stands: Standing
    http: httpx.Client

    def ask(self, path: str, who: str = "steward", **more: Any) -> httpx.Response:
        token = self.stands.tokens.get(who, "")
        headers = more.pop("headers", {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        method = more.pop("method", "GET")
        return self.http.request(method, f"{self.stands.url}{path}", headers=headers, **more)

    def get(self, path: str, who: str = "steward", **params: Any) -> Any:
        answer = self.ask(f"/api/v1{path}", who, params=params)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return answer.json()


@pytest.fixture(scope="session")
def stands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """The commons, filled and sealed."""
    with standing(tmp_path_factory.mktemp("api")) as found:
        body = related([one.data for one in samples()])
        headers = {"Content-Type": POSTED, "Authorization": f"Bearer {found.tokens['steward']}"}
        answer = httpx.post(
            f"{found.url}/dicom-web/studies", content=body, headers=headers, trust_env=False,
            timeout=60,
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        ledger = found.role.ledger
        with found.role.database.begin() as tx:
            ledger.publish(tx, "release.made", {"release": "2026-12"})
        ledger.seal()
        yield found


@pytest.fixture(scope="session")
def programs(stands: Standing) -> Iterator[Programs]:
    """Whoever asks."""
    with httpx.Client(timeout=60, trust_env=False) as client:
        yield Programs(stands, client)
