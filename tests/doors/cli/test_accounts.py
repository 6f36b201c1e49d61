"""``yushan account`` beside a commons and a gateway: the first administrator, and help at night."""

import json
from pathlib import Path

import msgspec
import pytest

from yushan.assembly.account_acts import Register
from yushan.assembly.demo.plan import lay_out
from yushan.assembly.house import TheHouse
from yushan.base import SystemClock, write_settings
from yushan.doors.cli import run

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def configs(tmp_path_factory):
    """Settings files of a commons and a gateway that are no demo."""
    folder = tmp_path_factory.mktemp("roles")
    plan = lay_out(folder, 0, Path(), SystemClock())
    found = {}
    for name, role in (("commons", plan.commons), ("gateway", plan.gateways[0])):
        found[name] = folder / f"{name}.toml"
        found[name].write_text(write_settings(msgspec.structs.replace(role, demo=False)))
    return found


def said(capsys, config, *words):
    """The answer of a command, and its exit code."""
    code = run(TheHouse(), ["account", words[0], "--config", str(config), *words[1:], "--json"])
    out = capsys.readouterr().out
    return code, json.loads(out) if out else None


@pytest.mark.parametrize("role", ["commons", "gateway"])
def test_the_first_administrator_comes_by_a_link_from_the_machine(capsys, configs, role):
    code, made = said(capsys, configs[role], "invite", "--role", "administrator", "--note", "first")
    assert (code, made["state"], made["role"]) == (0, "open", "administrator")
    assert made["link"].startswith("http://127.0.0.1:")
    register = Register(configs[role])
    secret = made["link"].rpartition("/")[2]
    register.accounts.invitations.accept(secret, "first", PASSWORD, "en")
    session = register.accounts.open_session(register.accounts.by_user("first"))
    assert register.accounts.by_session(session).restricted
    register.database.dispose()
    _, listed = said(capsys, configs[role], "list")
    assert ("first", "administrator") in [(one["user"], one["role"]) for one in listed["accounts"]]
    assert secret not in str(listed)
    assert PASSWORD not in str(listed)


def test_accounts_are_reset_get_tokens_and_are_closed(capsys, configs):
    config = configs["commons"]
    _, made = said(capsys, config, "invite", "--role", "researcher", "--site", "hospital-a",
                   "--mask", "p7")  # fmt: skip
    register = Register(config)
    secret = made["link"].rpartition("/")[2]
    account = register.accounts.invitations.accept(secret, "lin", PASSWORD, "en")
    assert (account.scope.mask, account.scope.sites) == ("p7", {"hospital-a"})
    _, token = said(capsys, config, "token", "lin", "--name", "nightly", "--days", "7",
                    "--reads-only")  # fmt: skip
    assert register.accounts.by_token(token["token"]) == account
    assert register.accounts.by_token(token["token"]).reads_only
    _, link = said(capsys, config, "reset", "LIN", "--factors")
    register.accounts.invitations.set_password(link["link"].rpartition("/")[2], PASSWORD + " new")
    assert register.accounts.by_token(token["token"]) is None
    assert said(capsys, config, "close", "lin") == (0, {"closed": "lin"})
    assert register.accounts.by_user("lin") is None
    kinds = [entry.kind for entry in register.audit.ledger.entries()]
    assert {"account.invited", "account.token-made", "account.closed"} <= set(kinds)
    register.database.dispose()


def test_a_link_can_be_made_void_by_its_id(capsys, configs):
    _, made = said(capsys, configs["commons"], "invite", "--role", "visitor")
    assert said(capsys, configs["commons"], "revoke", made["id"])[0] == 0
    assert said(capsys, configs["commons"], "revoke", made["id"])[0] == 1


@pytest.mark.parametrize("words", [
    ("invite", "--role", "emperor"), ("close", "nobody-here"), ("reset", "nobody-here"),
    ("token", "nobody-here", "--name", "x"), ("invite", "--role", "visitor", "--days", "99"),
])  # fmt: skip
def test_what_cannot_be_is_refused(capsys, configs, words):
    assert said(capsys, configs["commons"], *words) == (1, None)
