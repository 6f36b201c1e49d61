"""Second factors, invitations, two persons, identities and reasons, on both databases."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import func, select

from yushan.base import (
    EVERYTHING,
    NOTHING,
    Absent,
    Conflict,
    Forbidden,
    ManualClock,
    Rejected,
    Scope,
    SiteName,
    StudyUID,
    Unavailable,
)
from yushan.services.accounts import CONSOLE, Accounts, Hasher, Limits, Policy, Wish, may
from yushan.services.accounts.passwords import is_common, is_guessed
from yushan.services.accounts.tables import ATTEMPT, FACTOR, INVITATION, PURPOSE, SESSION, STEP

PASSWORD = "correct horse battery"
OTHER = "another staple of mine"
CHEAP = Hasher(memory_kib=8, passes=1)
KEY = b"k" * 32
NOON = datetime(2026, 11, 25, 9, tzinfo=UTC)


def make(database, second_factor="nobody", **bounds):
    return Accounts(
        database, ManualClock(NOON), hasher=CHEAP, bounds=Limits(**bounds), key=KEY,
        policy=Policy(second_factor=second_factor),
    )  # fmt: skip


def later(accounts, **span):
    accounts.clock.advance(timedelta(**span).total_seconds())


def with_generator(accounts, user="steward", role="steward"):
    """An account with a code generator in force, and the generator."""
    account = accounts.create(user, PASSWORD, role, EVERYTHING)
    setup = accounts.factors.begin_totp(account, "Yushan")
    totp = pyotp.TOTP(setup.secret)
    accounts.factors.finish_totp(account, totp.at(accounts.clock.now()), "phone")
    later(accounts, seconds=30)
    return account, totp


def test_a_code_generator_is_in_force_after_its_first_code_only(database):
    accounts = make(database)
    account = accounts.create("steward", PASSWORD, "steward", EVERYTHING)
    setup = accounts.factors.begin_totp(account, "Yushan")
    assert accounts.factors.of(account.id) == ()
    assert setup.address.startswith("otpauth://totp/Yushan:steward?secret=")
    assert setup.svg.startswith("<svg")
    assert "style" not in setup.svg
    assert accounts.factors.pending_totp(account, "Yushan").secret == setup.secret
    with pytest.raises(Forbidden) as refused:
        accounts.factors.finish_totp(account, "000000")
    assert refused.value.code == "accounts.code-wrong"
    accounts.factors.finish_totp(
        account, pyotp.TOTP(setup.secret).at(accounts.clock.now()), "my phone"
    )
    assert [one.name for one in accounts.factors.of(account.id)] == ["my phone"]
    with pytest.raises(Absent):
        accounts.factors.finish_totp(account, "000000")


def test_a_code_works_once_and_only_about_its_time(database):
    accounts = make(database)
    account, totp = with_generator(accounts)
    code = totp.at(accounts.clock.now())
    assert accounts.confirm_code(account, f" {code[:3]} {code[3:]} ") == "totp"
    for used in (code, totp.at(accounts.clock.now() - timedelta(seconds=30))):
        with pytest.raises(Forbidden):
            accounts.confirm_code(account, used)
    later(accounts, seconds=30)
    late = totp.at(accounts.clock.now())
    later(accounts, seconds=90)
    for wrong in (
        late,
        "",
        "abcdef",
        "１２３４５６",
        totp.at(accounts.clock.now() + timedelta(minutes=2)),
    ):
        with pytest.raises(Forbidden):
            accounts.confirm_code(account, wrong)
    assert accounts.confirm_code(account, totp.at(accounts.clock.now())) == "totp"


def test_the_table_alone_tells_no_secret_of_a_code_generator(database):
    accounts = make(database)
    _, totp = with_generator(accounts)
    with database.read() as tx:
        rows = repr(tx.execute(FACTOR.select()).all())
    assert totp.secret not in rows
    elsewhere = Accounts(database, accounts.clock, hasher=CHEAP, key=b"another key")
    with pytest.raises(Forbidden):
        elsewhere.confirm_code(elsewhere.by_user("steward"), totp.at(accounts.clock.now()))


def test_each_recovery_code_works_once_and_new_ones_void_the_old(database):
    accounts = make(database)
    account, _ = with_generator(accounts)
    codes = accounts.factors.new_recovery_codes(account)
    assert len(set(codes)) == accounts.factors.recovery_left(account.id) == 8
    assert accounts.confirm_code(account, codes[0].lower().replace("-", " ")) == "recovery"
    with pytest.raises(Forbidden):
        accounts.confirm_code(account, codes[0])
    assert accounts.factors.recovery_left(account.id) == 7
    fresh = accounts.factors.new_recovery_codes(account)
    with pytest.raises(Forbidden):
        accounts.confirm_code(account, codes[1])
    assert accounts.confirm_code(account, fresh[0]) == "recovery"


def test_tries_at_codes_are_limited_and_a_success_gives_them_back(database):
    accounts = make(database, per_account=3)
    account, totp = with_generator(accounts)
    for _ in range(2):
        with pytest.raises(Forbidden):
            accounts.confirm_code(account, "000000")
    accounts.confirm_code(account, totp.at(accounts.clock.now()))
    for _ in range(3):
        with pytest.raises(Forbidden):
            accounts.confirm_code(account, "000000")
    with pytest.raises(Unavailable) as refused:
        accounts.confirm_code(account, totp.at(accounts.clock.now()))
    assert refused.value.facts["wait_s"] == 900


def test_removing_the_last_factor_takes_the_recovery_codes_with_it(database):
    accounts = make(database)
    account, _ = with_generator(accounts)
    accounts.factors.new_recovery_codes(account)
    stranger = accounts.create("visitor", PASSWORD, "visitor")
    factor = accounts.factors.of(account.id)[0]
    with pytest.raises(Absent):
        accounts.factors.remove(stranger, factor.id)
    accounts.factors.remove(account, factor.id)
    assert accounts.factors.recovery_left(account.id) == 0


def test_where_a_factor_is_asked_a_session_without_may_only_what_a_visitor_may(database):
    accounts = make(database, second_factor="powerful")
    account, _ = with_generator(accounts)
    plain = accounts.by_session(accounts.sessions.open(account))
    assert plain.restricted
    assert plain.scope == NOTHING
    assert not may(plain, "see_images")
    assert may(plain, "manage_own_account")
    proven = accounts.by_session(accounts.sessions.open(account, is_confirmed=True))
    assert not proven.restricted
    assert may(proven, "see_images")
    clinician = accounts.create("clinician", PASSWORD, "clinician", EVERYTHING)
    assert not accounts.by_session(accounts.sessions.open(clinician)).restricted


def test_a_fresh_proof_goes_on_under_a_new_secret(database):
    accounts = make(database)
    account = accounts.create("steward", PASSWORD, "steward", EVERYTHING)
    old = accounts.sessions.open(account)
    new = accounts.sessions.confirm(old)
    assert accounts.by_session(old) is None
    found = accounts.by_session(new)
    assert found.confirmed_at == accounts.clock.now()
    with pytest.raises(Forbidden):
        accounts.sessions.confirm(old)


def test_sessions_are_listed_and_end_one_by_one_or_all_but_this(database):
    accounts = make(database)
    account = accounts.create("steward", PASSWORD, "steward", EVERYTHING)
    secrets = [accounts.sessions.open(account, device=f"device {n}") for n in range(3)]
    ids = [accounts.by_session(secret).session for secret in secrets]
    assert {one.id for one in accounts.sessions.of(account)} == set(ids)
    accounts.sessions.end(account, ids[0])
    assert accounts.by_session(secrets[0]) is None
    stranger = accounts.create("visitor", PASSWORD, "visitor")
    with pytest.raises(Absent):
        accounts.sessions.end(stranger, ids[1])
    assert accounts.sessions.end_others(account, ids[1]) == 1
    assert [one.device for one in accounts.sessions.of(account)] == ["device 1"]


def test_an_account_holds_so_many_sessions_and_the_least_used_ends(database):
    accounts = make(database)
    account = accounts.create("steward", PASSWORD, "steward", EVERYTHING)
    first = accounts.sessions.open(account)
    for _ in range(10):
        later(accounts, seconds=1)
        last = accounts.sessions.open(account)
    assert len(accounts.sessions.of(account)) == 10
    assert accounts.by_session(first) is None
    assert accounts.by_session(last)


def test_a_link_opens_one_account_with_the_role_and_scope_set_before(database):
    accounts = make(database)
    scope = Scope(sites=frozenset({SiteName("hospital-a")}), mask="p7")
    made, secret = accounts.invitations.invite(Wish("researcher", scope, note="Team 7"), "admin")
    assert (made.state, made.note) == ("open", "Team 7")
    assert accounts.invitations.look(secret).role == "researcher"
    account = accounts.invitations.accept(secret, "lin", PASSWORD, "en")
    assert (account.role, account.scope, account.language) == ("researcher", scope, "en")
    assert accounts.authenticate("lin", PASSWORD) == account
    for again in (lambda: accounts.invitations.look(secret),
                  lambda: accounts.invitations.accept(secret, "two", PASSWORD, "en")):  # fmt: skip
        with pytest.raises(Absent) as refused:
            again()
        assert refused.value.code == "accounts.link-over"
    with database.read() as tx:
        assert secret not in repr(tx.execute(INVITATION.select()).all())


def test_a_link_that_is_over_revoked_or_made_up_opens_nothing(database):
    accounts = make(database)
    made, revoked = accounts.invitations.invite(Wish("visitor"), "admin")
    _, old = accounts.invitations.invite(Wish("visitor", days=1), "admin")
    accounts.invitations.revoke(made.id)
    later(accounts, days=1)
    for secret in (revoked, old, "made-up", ""):
        with pytest.raises(Absent):
            accounts.invitations.accept(secret, "lin", PASSWORD, "en")
    assert {one.state for one in accounts.invitations.all()} == {"over", "revoked"}
    with pytest.raises(Conflict):
        accounts.invitations.revoke(made.id)


def test_a_refused_password_or_name_leaves_the_link_open(database):
    accounts = make(database)
    accounts.create("taken", PASSWORD, "visitor")
    _, secret = accounts.invitations.invite(Wish("visitor"), "admin")
    for user, password, code in (
        ("lin", "short", "accounts.password-short"), ("Lin!", PASSWORD, "accounts.user-invalid"),
        ("taken", PASSWORD, "accounts.user-taken"),
    ):  # fmt: skip
        with pytest.raises((Rejected, Conflict)) as refused:
            accounts.invitations.accept(secret, user, password, "en")
        assert refused.value.code == code
    assert accounts.invitations.accept(secret, "lin", PASSWORD, "en").user == "lin"


def test_a_link_for_a_powerful_role_waits_for_a_second_person(database):
    accounts = make(database)
    made, secret = accounts.invitations.invite(Wish("steward"), "first")
    assert made.state == "waiting"
    with pytest.raises(Forbidden) as refused:
        accounts.invitations.accept(secret, "lin", PASSWORD, "en")
    assert refused.value.code == "accounts.link-waits"
    with pytest.raises(Forbidden):
        accounts.invitations.agree(made.id, "first")
    assert accounts.invitations.agree(made.id, "second").state == "open"
    assert accounts.invitations.accept(secret, "lin", PASSWORD, "en").role == "steward"


def test_the_console_invites_the_first_administrator(database):
    accounts = make(database)
    made, secret = accounts.invitations.invite(Wish("administrator"), CONSOLE)
    assert made.state == "open"
    assert accounts.invitations.accept(secret, "first", PASSWORD, "zh-Hant").role == "administrator"


@pytest.mark.parametrize(("wish", "code"), [
    (Wish("emperor"), "accounts.role-unknown"), (Wish("public"), "accounts.role-unknown"),
    (Wish("visitor", days=0), "accounts.invitation-days"),
    (Wish("visitor", days=15), "accounts.invitation-days"),
])  # fmt: skip
def test_a_link_for_what_is_not_is_refused(tmp_path, wish, code):
    from tests.doors.portal.making import make_database

    with pytest.raises(Rejected) as refused:
        make(make_database(tmp_path)).invitations.invite(wish, "admin")
    assert refused.value.code == code


def test_a_reset_link_sets_a_password_that_only_its_owner_knows_and_keeps_factors(database):
    accounts = make(database)
    account, _ = with_generator(accounts, "lin", "researcher")
    session = accounts.open_session(account)
    _, older = accounts.invitations.reset(account, "admin")
    _, secret = accounts.invitations.reset(account, "admin")
    with pytest.raises(Absent):
        accounts.invitations.set_password(older, OTHER)
    with pytest.raises(Absent):
        accounts.invitations.accept(secret, "chen", PASSWORD, "en")
    accounts.invitations.set_password(secret, OTHER)
    assert accounts.by_session(session) is None
    assert accounts.authenticate("lin", OTHER) == account
    assert len(accounts.factors.of(account.id)) == 1
    with pytest.raises(Absent):
        accounts.invitations.set_password(secret, PASSWORD)


def test_nobody_alone_takes_over_an_account_with_a_powerful_role(database):
    accounts = make(database)
    account, _ = with_generator(accounts)
    link, secret = accounts.invitations.reset(account, "first")
    with pytest.raises(Forbidden):
        accounts.invitations.set_password(secret, OTHER)
    accounts.invitations.agree(link.id, "second")
    accounts.invitations.set_password(secret, OTHER)
    change = accounts.changes.drop_factors(account, "first")
    assert len(accounts.factors.of(account.id)) == 1
    accounts.changes.decide(change.id, "second", agrees=True)
    assert accounts.factors.of(account.id) == ()
    wider = accounts.changes.set_role(account, "steward", NOTHING, "first")
    assert wider.kind == "role"
    plain, _ = with_generator(accounts, "lin", "researcher")
    assert accounts.changes.drop_factors(plain, "first") is None
    assert accounts.factors.of(plain.id) == ()


def test_a_powerful_role_is_given_by_two_and_ends_what_was_open(database):
    accounts = make(database)
    account = accounts.create("lin", PASSWORD, "visitor")
    session = accounts.open_session(account)
    change = accounts.changes.set_role(account, "auditor", EVERYTHING, "first")
    assert accounts.by_user("lin").role == "visitor"
    assert [one.user for one in accounts.changes.waiting()] == ["lin"]
    for by in ("first", account.id):
        with pytest.raises(Forbidden):
            accounts.changes.decide(change.id, by, agrees=True)
    accounts.changes.decide(change.id, "second", agrees=True)
    found = accounts.by_user("lin")
    assert (found.role, found.scope) == ("auditor", EVERYTHING)
    assert accounts.by_session(session) is None
    with pytest.raises(Conflict):
        accounts.changes.decide(change.id, "third", agrees=True)


def test_a_proposal_can_be_refused_lapses_and_gives_way_to_a_newer_one(database):
    accounts = make(database)
    account = accounts.create("lin", PASSWORD, "visitor")
    first = accounts.changes.set_role(account, "auditor", NOTHING, "first")
    second = accounts.changes.set_role(account, "steward", NOTHING, "first")
    assert [one.id for one in accounts.changes.waiting()] == [second.id]
    with pytest.raises(Conflict):
        accounts.changes.decide(first.id, "second", agrees=True)
    accounts.changes.decide(second.id, "first", agrees=False)
    third = accounts.changes.set_role(account, "steward", NOTHING, "first")
    later(accounts, hours=72)
    with pytest.raises(Conflict):
        accounts.changes.decide(third.id, "second", agrees=True)
    assert accounts.by_user("lin").role == "visitor"


def test_a_plain_role_and_scope_are_given_at_once(database):
    accounts = make(database)
    account = accounts.create("lin", PASSWORD, "visitor")
    scope = Scope(studies=frozenset({StudyUID("2.25.1")}))
    assert accounts.changes.set_role(account, "clinician", scope, "admin") is None
    assert accounts.by_user("lin").scope == scope
    with pytest.raises(Rejected):
        accounts.changes.set_role(account, "emperor", scope, "admin")


def test_a_closed_account_opens_again_and_one_with_power_by_two(database):
    accounts = make(database)
    plain = accounts.create("lin", PASSWORD, "visitor")
    powerful = accounts.create("chen", PASSWORD, "auditor")
    for account in (plain, powerful):
        accounts.close(account.id)
    assert [bool(one.closed) for one in accounts.people()] == [True, True]
    assert accounts.changes.reopen(plain, "first") is None
    assert accounts.authenticate("lin", PASSWORD) == plain
    change = accounts.changes.reopen(powerful, "first")
    assert accounts.by_user("chen") is None
    accounts.changes.decide(change.id, "second", agrees=True)
    assert accounts.by_user("chen") == powerful
    with pytest.raises(Absent):
        accounts.changes.reopen(plain, "first")


def test_identities_are_told_apart_by_issuer_and_subject(database):
    accounts = make(database)
    account = accounts.create("lin", PASSWORD, "visitor")
    accounts.identities.link(account, "https://a.example", "7")
    assert accounts.identities.account("https://a.example", "7") == account
    assert accounts.identities.account("https://b.example", "7") is None
    other = accounts.create("chen", PASSWORD, "visitor")
    with pytest.raises(Conflict):
        accounts.identities.link(other, "https://a.example", "7")
    found = accounts.identities.of(account.id)[0]
    with pytest.raises(Absent):
        accounts.identities.unlink(other, found.id)
    accounts.close(account.id)
    assert accounts.identities.account("https://a.example", "7") is None


def test_an_account_of_a_provider_has_no_password_that_could_be_guessed(database):
    accounts = make(database)
    made = accounts.identities.open_account("https://a.example", "7", "researcher", NOTHING)
    for password in ("", PASSWORD):
        with pytest.raises(Forbidden):
            accounts.authenticate(made.user, password)


def test_a_clinician_says_why_once_per_study_and_session(database):
    accounts = make(database)
    account = accounts.create("lin", PASSWORD, "clinician", EVERYTHING)
    here = accounts.by_session(accounts.open_session(account))
    with pytest.raises(Forbidden) as refused:
        accounts.purposes.check(here, "2.25.1")
    assert refused.value.code == "accounts.purpose-first"
    with pytest.raises(Rejected):
        accounts.purposes.give(here, "2.25.1", "curiosity")
    accounts.purposes.give(here, "2.25.1", "care")
    accounts.purposes.give(here, "2.25.1", "care")
    assert accounts.purposes.check(here, "2.25.1") == "care"
    elsewhere = accounts.by_session(accounts.open_session(account))
    for asker, study in ((here, "2.25.2"), (elsewhere, "2.25.1")):
        with pytest.raises(Forbidden):
            accounts.purposes.check(asker, study)
    with database.read() as tx:
        assert "2.25.1" not in repr(tx.execute(PURPOSE.select()).all())
    program = accounts.by_token(accounts.issue_token(account, "worklist", 7))
    steward = accounts.create("chen", PASSWORD, "steward", EVERYTHING)
    assert [accounts.purposes.check(one, "2.25.1") for one in (program, steward, None)] == [""] * 3


def test_a_step_works_once_within_ten_minutes_and_five_tries(database):
    accounts = make(database)
    secret = accounts.steps.begin("second", "lin", "{}")
    with pytest.raises(Forbidden):
        accounts.steps.look("passkey", secret)
    for _ in range(5):
        assert accounts.steps.attempt("second", secret).account == "lin"
    with pytest.raises(Forbidden):
        accounts.steps.attempt("second", secret)
    once = accounts.steps.begin("second", "lin")
    assert accounts.steps.take("second", once).account == "lin"
    with pytest.raises(Forbidden):
        accounts.steps.take("second", once)
    old = accounts.steps.begin("second", "lin")
    later(accounts, minutes=10)
    with pytest.raises(Forbidden):
        accounts.steps.take("second", old)
    accounts.steps.begin("second", "lin")
    assert counted(database, STEP) == 1


def counted(database, table):
    with database.read() as tx:
        return tx.scalar(select(func.count()).select_from(table))


def test_what_is_kept_about_tries_does_not_grow_past_its_window(database):
    accounts = make(database, per_address=1000)
    for number in range(30):
        with pytest.raises(Forbidden):
            accounts.authenticate(f"guess-{number}", PASSWORD, "198.51.100.7")
    assert counted(database, ATTEMPT) == 31
    later(accounts, minutes=15)
    with pytest.raises(Forbidden):
        accounts.authenticate("guess-again", PASSWORD, "198.51.100.9")
    assert counted(database, ATTEMPT) == 2


def test_one_house_behind_many_addresses_of_ipv6_is_one(database):
    accounts = make(database, per_address=2)
    for number in range(2):
        with pytest.raises(Forbidden):
            accounts.authenticate(f"guess-{number}", PASSWORD, f"2001:db8::{number}")
    with pytest.raises(Unavailable):
        accounts.authenticate("guess", PASSWORD, "2001:db8::ffff:9")
    with pytest.raises(Forbidden):
        accounts.authenticate("guess", PASSWORD, "2001:db8:0:1::1")


def test_what_is_over_is_swept_with_its_reasons(database):
    accounts = make(database)
    account = accounts.create("lin", PASSWORD, "clinician", EVERYTHING)
    here = accounts.by_session(accounts.open_session(account))
    accounts.purposes.give(here, "2.25.1", "care")
    later(accounts, hours=3)
    accounts.open_session(account)
    assert (counted(database, SESSION), counted(database, PURPOSE)) == (1, 0)


@pytest.mark.parametrize("password", [
    "qwerty123456", "1qaz2wsx3edc", "motherfucker", "123456789012", "aaaaaaaaaaaaaa",
    "abcdefghijklmn", "Yushan!Taipei2026", "yushan123456", "passwordpassword", "lin-lin-lin-lin",
])  # fmt: skip
def test_what_others_would_try_first_is_no_password(password):
    assert is_common(password) or is_guessed(password, "lin")


@pytest.mark.parametrize("password", [
    PASSWORD, OTHER, "hospital staple battery", "kvTqz9-Lw3_xQp7B", "84726195038274619350",
    "四個不相關的詞連在一起就行", "        spaces are fine too",
])  # fmt: skip
def test_any_kind_of_character_makes_a_password(password):
    assert not is_common(password)
    assert not is_guessed(password, "lin")


def test_who_guesses_at_a_name_cannot_keep_its_owner_out(database):
    accounts = make(database, per_account=2)
    account = accounts.create("lin", PASSWORD, "visitor")
    known = accounts.mark_of(account)
    for _ in range(3):
        with pytest.raises((Forbidden, Unavailable)):
            accounts.authenticate("lin", OTHER, "198.51.100.7")
    for made_up in ("", "0011223344556677.00", known + "0", known.replace(".", "0.")):
        with pytest.raises(Unavailable):
            accounts.authenticate("lin", PASSWORD, "203.0.113.9", made_up)
    assert accounts.authenticate("lin", PASSWORD, "203.0.113.9", known) == account
    other = accounts.mark_of(accounts.create("chen", PASSWORD, "visitor"))
    with pytest.raises(Unavailable):
        accounts.authenticate("lin", PASSWORD, "203.0.113.9", other)
    for _ in range(2):
        with pytest.raises(Forbidden):
            accounts.authenticate("lin", OTHER, "203.0.113.9", known)
    with pytest.raises(Unavailable):
        accounts.authenticate("lin", PASSWORD, "203.0.113.9", known)
