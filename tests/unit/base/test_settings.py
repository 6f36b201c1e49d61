from __future__ import annotations

import msgspec
import pytest

from yushan.base import Rejected, read_settings, write_settings


class Door(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    port: int = 1
    names: tuple[str, ...] = ()


class House(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    door: Door = Door()
    doors: tuple[Door, ...] = ()
    note: str | None = None


def test_defaults_file_and_variables_lie_over_each_other() -> None:
    text = 'title = "台北"\n[door]\nport = 2\n'
    assert read_settings(text, House, {}) == House("台北", Door(2))
    assert read_settings(text, House, {"YUSHAN_DOOR__PORT": "3"}).door.port == 3


@pytest.mark.parametrize("text", ["title = 1\nnope = 2", "door = 3", ""])
def test_an_unknown_missing_or_wrong_setting_is_refused(text: str) -> None:
    with pytest.raises(Rejected, match=r"base\.settings-invalid"):
        read_settings(text, House, {})


def test_broken_toml_is_refused() -> None:
    with pytest.raises(Rejected, match=r"base\.settings-unreadable"):
        read_settings("title = ", House, {})


def test_written_settings_read_back_the_same() -> None:
    house = House('q"\\uote', Door(5, ("a", "b")), (Door(1), Door(2, ("x",))))
    assert read_settings(write_settings(house), House, {}) == house
