from __future__ import annotations

import pytest

from yushan.assembly.explaining import ROLES, explain, meanings, settings_of


def test_every_setting_has_a_meaning_and_every_meaning_a_setting() -> None:
    settings = {one.name for role in ROLES for one in settings_of(role)}
    assert sorted(settings - meanings().keys()) == []
    assert sorted(meanings().keys() - settings) == []


@pytest.mark.parametrize(
    ("ending", "unit"),
    [("_s", "seconds"), ("_mib", "MiB"), ("_days", "days"), ("_h", "hours"), ("_mib_s", "MiB")],
)
def test_a_unit_in_a_name_is_the_unit_that_is_told(ending: str, unit: str) -> None:
    for name, told in meanings().items():
        if name.endswith(ending) and not (ending == "_s" and name.endswith("_mib_s")):
            assert told.unit.startswith(unit), name


def test_a_role_explains_its_settings() -> None:
    told = explain("commons", "http.pro")
    assert list(told) == ["http.proxies"]
    assert told["http.proxies"]["kind"] == "list of text"
    assert "dimse[].ae_title" in explain("gateway", "")
