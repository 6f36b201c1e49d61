"""What ``yushan config check`` finds before a start, on the settings of a demo over TLS."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from yushan.assembly.checking import check, told
from yushan.assembly.demo.plan import lay_out
from yushan.assembly.doctor import doctor
from yushan.base import SystemClock

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.assembly.demo.plan import Plan


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    folder = tmp_path_factory.mktemp("plan")
    return lay_out(folder, 0, folder / "viewer", SystemClock(), tls=True)


def test_a_demo_over_tls_has_nothing_wrong(plan: Plan) -> None:
    for role in plan.roles():
        assert role.http.url().startswith("https:")
        assert [one for one in check(role) if one.is_fatal] == [], role.name
    gateway = plan.gateways[0]
    remotes = (gateway.commons, gateway.citizen, *gateway.keyholders)
    assert all(one.ca and one.certificate for one in remotes)


def with_http(plan: Plan, **http: Any) -> Any:
    return structs.replace(plan.commons, http=structs.replace(plan.commons.http, **http))


@pytest.mark.parametrize(
    ("http", "where", "code", "fatal"),
    [
        ({"key": ""}, "http.certificate", "config.tls-incomplete", True),
        ({"key": "/nowhere"}, "http.key", "config.file-missing", True),
        ({"proxies": ("10.0.0.1/8",)}, "http.proxies", "config.network-malformed", True),
        (
            {"certificate": "", "key": "", "client_ca": "", "host": "0.0.0.0"},
            "http.host", "config.plain-text", False,
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_door_is_named(
    plan: Plan, http: dict[str, Any], where: str, code: str, fatal: bool
) -> None:
    found = {(one.where, one.code, one.is_fatal) for one in check(with_http(plan, **http))}
    assert (where, code, fatal) in found


def test_secrets_that_others_may_read_and_wrong_digests_are_named(
    plan: Plan, tmp_path: Path
) -> None:
    shown = tmp_path / "commons-key"
    shown.write_bytes(b"k" * 32)
    shown.chmod(0o644)
    site = structs.replace(plan.commons.sites[0], token_sha256="ABC")
    settings = structs.replace(
        plan.commons, commons_key=str(shown), sites=(site,), data="relative/folder"
    )
    found = {(one.where, one.code) for one in check(settings)}
    assert found >= {
        ("commons_key", "base.secret-exposed"),
        ("sites.0.token_sha256", "config.digest-malformed"),
        ("data", "config.path-relative"),
    }
    assert all(one["remedy"] for one in told(check(settings), "zh-Hant"))


def test_servers_that_do_not_answer_and_ports_that_are_taken_are_named(plan: Plan) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        port = int(door.getsockname()[1])
        settings = structs.replace(
            with_http(plan, port=port),
            database="postgresql://nobody@127.0.0.1:1/x?connect_timeout=1",
            store="s3://packs/x?endpoint=http://127.0.0.1:1&key_file=/nowhere",
        )
        found = {(one.where, one.code) for one in check(settings)}
        assert ("http.port", "assembly.port-taken") not in {
            (one.where, one.code) for one in check(settings, is_running=True)
        }
    assert found >= {
        ("http.port", "assembly.port-taken"),
        ("database", "config.no-answer"),
        ("flows", "config.flows-embedded"),
        ("store", "config.no-answer"),
    }


def test_the_doctor_says_how_everything_that_lacks_is_mended() -> None:
    found = doctor()
    assert found["well"] == (not found["must"])
    assert all(one["get"] and one["for"] for one in found["lacks"].values())
    assert int(found["machine"]["memory_mib"]) > 0
