"""``yushan consent`` and ``yushan linkage`` as people at a counter and at a ceremony use them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from tests.doors.cli.test_commands import PERSON

from yushan.assembly.demo.plan import lay_out
from yushan.assembly.house import TheHouse
from yushan.base import SystemClock, YushanError
from yushan.domain.population import identity
from yushan.doors.cli import build
from yushan.services.linkage import read_members

if TYPE_CHECKING:
    from pathlib import Path

OTHER = identity("B", "F", 901)


@pytest.fixture(scope="module")
def configs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    lay_out(folder, 0, folder / "viewer", SystemClock()).processes()
    return folder / "config"


def yushan(*arguments: object, typed: str = "", code: int = 0) -> Any:
    """A command's JSON, in this process."""
    done = CliRunner().invoke(build(TheHouse()), [*map(str, arguments), "--json"], input=typed,
                              standalone_mode=False)  # fmt: skip
    if isinstance(done.exception, YushanError):
        raise done.exception
    assert (done.exit_code, done.return_value or 0) == (0, code), (done.output, done.exception)
    assert PERSON not in done.output
    return json.loads(done.stdout)


def record(configs: Path, person: str, *words: object) -> Any:
    office = configs / "citizen.toml"
    return yushan("consent", "record", "--config", office, *words, typed=f"{person}\n")


def test_a_choice_in_part_its_history_and_its_taking_back(configs: Path, tmp_path: Path) -> None:
    office = configs / "citizen.toml"
    receipt = record(
        configs, PERSON, "stop", "--modality", "CT", "--from", "2020-01-01", "--until",
        "2023-12-31", "--site", "hospital-a", "--channel", "phone",
    )  # fmt: skip
    assert receipt["part"] == {
        "site": "hospital-a", "modality": "CT", "examined_from": "2020-01-01",
        "examined_until": "2023-12-31",
    }  # fmt: skip
    later = record(configs, PERSON, "stop", "--effective", "2099-01-01")
    assert later["effective_at"].startswith("2099-01-01T00:00:00")
    back = yushan("consent", "withdraw", "--config", office, receipt["receipt"],
                  typed=f"{PERSON}\n")  # fmt: skip
    assert (back["decision"], back["part"]) == ("allow", receipt["part"])
    history = yushan("consent", "history", "--config", office, typed=f"{PERSON}\n")
    assert [one["in_force"] for one in history["choices"]] == [True, False, True]
    shown = yushan("consent", "show", "--config", office, typed=f"{PERSON}\n")
    assert set(shown["standing"].values()) == {"allow"}
    page = tmp_path / "receipt.json"
    public = configs.parent / "keys" / "public" / "consent"
    page.write_text(json.dumps(receipt))
    assert yushan("consent", "check", page, "--public", public)["genuine"]
    page.write_text(json.dumps(receipt | {"decision": "allow"}))
    assert not yushan("consent", "check", page, "--public", public, code=1)["genuine"]
    page.write_text("{}")
    assert not yushan("consent", "check", page, "--public", public, code=1)["genuine"]


def test_everybodys_choices_are_listed_without_anybodys_number(configs: Path) -> None:
    for word in ("stop", "allow", "stop"):
        record(configs, OTHER, word)
    office = configs / "citizen.toml"
    found = yushan("consent", "list", "--config", office, "--limit", "2")
    assert len(found["choices"]) == 2
    rest = yushan("consent", "list", "--config", office, "--after", found["next"])
    assert rest["choices"][0]["number"] == found["next"] + 1
    assert {len(one["handle"]) for one in rest["choices"]} == {9}


def test_the_token_key_is_changed_and_the_commons_goes_along(configs: Path, tmp_path: Path) -> None:
    office, order = configs / "citizen.toml", tmp_path / "order"
    before = yushan("consent", "history", "--config", office, typed=f"{OTHER}\n")
    made = yushan("consent", "rotate", "--config", office, order)
    assert made["for_the_commons"] == str(order)
    commons = configs / "commons.toml"
    for _ in range(2):
        assert yushan("consent", "adopt", "--config", commons, order) == {"changes": 1}
    after = yushan("consent", "history", "--config", office, typed=f"{OTHER}\n")
    assert [one["receipt"] for one in after["choices"]] == [
        one["receipt"] for one in before["choices"]
    ]


def test_nobody_has_left_an_empty_commons(configs: Path) -> None:
    assert yushan("consent", "withdrawals", "--config", configs / "commons.toml") == {"cases": []}


def test_a_holder_shows_its_identity_and_counts_that_agree_with_its_ledger(configs: Path) -> None:
    holder = configs / "keyholder-2.toml"
    members = (configs.parent / "keys" / "public" / "linkage-members").read_bytes()
    said = yushan("linkage", "identity", "--config", holder)["identity"]
    assert bytes.fromhex(said) == b"".join(read_members(members)[2])
    usage = yushan("linkage", "usage", "--config", holder, "--since", "2026-01-01")
    assert (usage["agrees"], usage["counts"], usage["limit"]) == (True, [], 10_000)


def test_a_lost_share_is_found_again_over_a_folder(configs: Path, tmp_path: Path) -> None:
    names, table = [f"keyholder-{n}" for n in (1, 2, 3)], tmp_path / "table"
    share = configs.parent / "keys" / "keyholder-3" / "share"
    old = share.read_bytes()
    share.unlink()
    begun = yushan("linkage", "replace", "--config", configs / f"{names[0]}.toml", table,
                   "--lost", "3")  # fmt: skip
    assert not begun["done"]
    for _ in range(3):
        last = [yushan("linkage", "step", "--config", configs / f"{n}.toml", table) for n in names]
    assert all(one["done"] for one in last)
    assert share.read_bytes() == old
    assert share.stat().st_mode & 0o777 == 0o600


def test_a_key_is_made_by_three_without_a_dealer(configs: Path, tmp_path: Path) -> None:
    names, table = [f"keyholder-{n}" for n in (1, 2, 3)], tmp_path / "table"
    for name in names:
        (configs.parent / "keys" / name / "share").unlink()
    yushan("linkage", "create", "--config", configs / f"{names[1]}.toml", table)
    for _ in range(3):
        last = [yushan("linkage", "step", "--config", configs / f"{n}.toml", table) for n in names]
    assert all(one["done"] for one in last)
    assert len((table / "linkage-group").read_bytes()) == 96
    with pytest.raises(YushanError, match=r"linkage\.nothing-to-switch"):
        yushan("linkage", "switch", "--config", configs / f"{names[0]}.toml")
