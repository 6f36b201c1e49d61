"""What a role says of itself: health by part with codes, figures, the log's lines."""

from __future__ import annotations

import io
import json
import logging
import re
from typing import TYPE_CHECKING

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from yushan.assembly.citizen import CitizenRole
from yushan.assembly.health import Health, Part, worst
from yushan.assembly.settings import Citizen, Observe
from yushan.assembly.telling import Telling
from yushan.assembly.web import application
from yushan.base import Unavailable
from yushan.engines.keys import Authority, make_secret
from yushan.engines.observe import JSON_LINES, request_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.applications import Starlette
    from starlette.requests import Request

LOCAL, FAR = ("127.0.0.1", 1), ("203.0.113.9", 1)


def office(folder: Path, **observe: object) -> CitizenRole:
    for name in ("consent", "signing"):
        make_secret(folder / name)
    return CitizenRole(
        Citizen(
            name="office", data=str(folder / "data"), consent_key=str(folder / "consent"),
            signing_key=str(folder / "signing"), sites=(), observe=Observe(**observe),
        )
    )  # fmt: skip


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The product's log as text."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JSON_LINES)
    logger = logging.getLogger("yushan")
    logger.addHandler(handler)
    before = logger.level
    logger.setLevel(logging.INFO)
    yield stream
    logger.removeHandler(handler)
    logger.setLevel(before)


def test_a_role_that_is_well_says_so_part_by_part(tmp_path: Path) -> None:
    role = office(tmp_path, disk_low_mib=1, disk_full_mib=0)
    client = TestClient(role.app, client=LOCAL)
    told = client.get("/health").json()
    assert told["state"] == "ok"
    assert {"database", "disk", "clock"} <= told["parts"].keys()
    assert client.get("/health/live").json() == {"ok": True}
    role.stop()


@pytest.mark.parametrize(
    ("observe", "status", "part", "code"),
    [
        ({"disk_low_mib": 1 << 40, "disk_full_mib": 0}, 200, "disk", "health.disk-low"),
        ({"disk_full_mib": 1 << 40}, 503, "disk", "health.disk-full"),
        ({"backup_age_h": 1.0, "disk_low_mib": 1}, 200, "backup", "health.backup-missing"),
    ],
)
def test_what_ails_has_a_code_and_a_remedy(
    tmp_path: Path, observe: dict[str, object], status: int, part: str, code: str
) -> None:
    role = office(tmp_path, **observe)
    client = TestClient(role.app, client=LOCAL)
    answer = client.get("/health/ready", headers={"Accept-Language": "en"})
    assert answer.status_code == status
    assert (answer.headers.get("retry-after") is not None) == (status == 503)
    told = answer.json()["parts"][part]
    assert told["code"] == code
    assert told["remedy"]
    figures = client.get("/metrics").text
    assert f'yushan_health_part{{code="{code}",part="{part}"}}' in figures
    role.stop()


def test_a_dead_database_and_a_check_that_breaks_are_down(tmp_path: Path) -> None:
    def breaks() -> list[Part]:
        raise ValueError("WANG^DAMING")

    def refuses() -> list[Part]:
        raise Unavailable("net.unreachable")

    parts = Health([("one", breaks), ("two", refuses), ("three", lambda: [Part("three")])])()
    assert [(one.level, one.code) for one in parts] == [
        ("down", "health.check-failed"), ("down", "net.unreachable"), ("ok", ""),
    ]  # fmt: skip
    assert worst(parts) == "down"
    assert worst(()) == "ok"


@pytest.mark.parametrize(("days", "code"), [(3, "health.certificate-ends-soon"), (900, "")])
def test_certificates_are_watched(tmp_path: Path, days: int, code: str) -> None:
    from datetime import UTC, datetime, timedelta

    from yushan.assembly.expiry import certificate_check, certificate_days

    begun = datetime.now(UTC) - timedelta(days=825 - days)
    (tmp_path / "ca.pem").write_bytes(Authority("ours", begun).issue("x", ())[0])
    settings = Citizen(
        name="o", data=str(tmp_path), consent_key="", signing_key="", sites=(),
        http={"certificate": str(tmp_path / "ca.pem")},  # type: ignore[arg-type]
    )  # fmt: skip
    assert round(certificate_days(settings)["ca.pem"]) == days
    assert [one.code for one in certificate_check(settings)()] == [code]


def test_figures_and_parts_are_for_operators_alone(tmp_path: Path) -> None:
    token = tmp_path / "token"
    make_secret(token, b"t" * 40)
    observe = Observe(metrics_token_file=str(token), metrics_from=("198.51.100.0/24",))
    telling = Telling(lambda: (Part("database"),), tuple, observe)
    app = application_of(telling)
    for client, headers, seen in (
        (FAR, {}, False),
        (FAR, {"Authorization": "Bearer " + "t" * 40}, True),
        (FAR, {"Authorization": "Bearer wrong"}, False),
        (("198.51.100.7", 1), {}, True),
    ):
        asked = TestClient(app, client=client)
        assert (asked.get("/metrics", headers=headers).status_code == 200) is seen
        assert ("parts" in asked.get("/health", headers=headers).json()) is seen


def application_of(telling: Telling) -> Starlette:
    from starlette.applications import Starlette

    from yushan.assembly.web import Refusing
    from yushan.base import YushanError

    refuse = Refusing(None)
    return Starlette(routes=telling.routes(), exception_handlers={YushanError: refuse.known})


def test_every_request_leaves_a_line_without_query_and_figures_by_route(
    lines: io.StringIO,
) -> None:
    async def study(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request_id())

    client = TestClient(application([Route("/studies/{uid}", study)]), client=LOCAL)
    answer = client.get(
        "/studies/A123456789?PatientID=A123456789", headers={"X-Request-Id": "intake-1.2-3"}
    )
    assert answer.headers["x-request-id"] == answer.text == "intake-1.2-3"
    forged = client.get("/studies/1", headers={"X-Request-Id": 'x"\n{"level": "forged"}'})
    assert len(forged.text) == 32
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [line["path"] for line in told] == ["/studies/{uid}"] * 2
    assert told[0]["request"] == "intake-1.2-3"
    assert "A123456789" not in lines.getvalue()
    figures = client.get("/metrics").text
    counted = re.search(
        r'requests_total\{method="GET",route="/studies/\{uid\}",status="200"\} (\d+)', figures
    )
    assert counted is not None
    assert int(counted[1]) >= 2
    assert 'yushan_http_request_seconds_bucket{le="0.005",route="/studies/{uid}"}' in figures
