"""Accounts, sessions and tokens: what proves a person, and what ends at once."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yushan.base import (
    EVERYTHING,
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
from yushan.services.accounts import Accounts, Hasher, Limits
from yushan.services.accounts.tables import ACCOUNT, ATTEMPT, SESSION, TOKEN
from yushan.services.accounts.values import decode_scope, encode_scope

PASSWORD = "correct horse battery"
CHEAP = Hasher(memory_kib=8, passes=1)


def make_accounts(database, **bounds):
    clock = ManualClock(datetime(2026, 11, 25, 9, tzinfo=UTC))
    return Accounts(database, clock, hasher=CHEAP, bounds=Limits(**bounds))


def make_steward(accounts):
    return accounts.create("steward", PASSWORD, "steward", EVERYTHING)


def everything_stored(database):
    with database.read() as tx:
        rows = [tx.execute(table.select()).all() for table in (ACCOUNT, SESSION, TOKEN, ATTEMPT)]
    return repr(rows)


def test_name_and_password_open_the_account_that_was_made(database):
    accounts = make_accounts(database)
    made = accounts.create(
        "engineer", PASSWORD, "engineer", Scope(sites=frozenset({SiteName("hospital-a")})),
        language="en", site=SiteName("hospital-a"),
    )  # fmt: skip
    assert accounts.authenticate("engineer", PASSWORD) == made
    assert accounts.authenticate(" Engineer ", PASSWORD) == made
    assert accounts.by_user("engineer") == made
    assert accounts.all() == (made,)


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(database):
    accounts = make_accounts(database)
    make_steward(accounts)
    answers = []
    for user, password in (("steward", "wrong horse battery"), ("nobody-here", PASSWORD)):
        with pytest.raises(Forbidden) as refused:
            accounts.authenticate(user, password)
        answers.append((refused.value.code, refused.value.facts))
    assert answers == [("accounts.wrong", {}), ("accounts.wrong", {})]


class CountingEngine:
    """argon2 that notes the costs of each verification it really computes."""

    def __init__(self, real):
        self.hash = real.hash
        self.check_needs_rehash = real.check_needs_rehash
        self.real = real
        self.work = []

    def verify(self, stored, password):
        self.work.append(stored.split("$")[1:4])
        return self.real.verify(stored, password)


def make_counting_hasher():
    hasher = Hasher(memory_kib=8, passes=1)
    hasher.engine = CountingEngine(hasher.engine)
    return hasher


def test_an_unknown_name_costs_the_same_work_as_a_wrong_password(database):
    hasher = make_counting_hasher()
    accounts = Accounts(database, ManualClock(datetime(2026, 11, 25, tzinfo=UTC)), hasher=hasher)
    accounts.create("steward", PASSWORD, "steward")
    for user in ("steward", "nobody-here"):
        with pytest.raises(Forbidden):
            accounts.authenticate(user, "wrong horse battery")
    known, unknown = hasher.engine.work
    assert known == unknown == ["argon2id", "v=19", "m=8,t=1,p=1"]


def test_nothing_secret_is_stored_as_it_is(database):
    accounts = make_accounts(database)
    steward = make_steward(accounts)
    session = accounts.open_session(steward)
    token = accounts.issue_token(steward, "script", 30)
    with pytest.raises(Forbidden):
        accounts.authenticate("nobody-here", PASSWORD, "198.51.100.7")
    stored = everything_stored(database)
    for secret in (PASSWORD, session, token, "198.51.100.7"):
        assert secret not in stored


def test_tries_are_limited_per_account_even_with_the_right_password(database):
    accounts = make_accounts(database, per_account=3)
    make_steward(accounts)
    for _ in range(3):
        with pytest.raises(Forbidden):
            accounts.authenticate("steward", "wrong horse battery")
    with pytest.raises(Unavailable) as refused:
        accounts.authenticate("steward", PASSWORD)
    assert refused.value.code == "accounts.too-many-tries"
    assert refused.value.facts == {"wait_s": 900}
    accounts.clock.advance(900)
    assert accounts.authenticate("steward", PASSWORD).user == "steward"


def test_tries_are_limited_per_account_also_for_names_that_do_not_exist(database):
    accounts = make_accounts(database, per_account=1)
    with pytest.raises(Forbidden):
        accounts.authenticate("nobody-here", PASSWORD)
    with pytest.raises(Unavailable):
        accounts.authenticate("nobody-here", PASSWORD)


def test_tries_are_limited_per_address_over_many_names(database):
    accounts = make_accounts(database, per_address=3)
    make_steward(accounts)
    for number in range(3):
        with pytest.raises(Forbidden):
            accounts.authenticate(f"guess-{number}", PASSWORD, "198.51.100.7")
    with pytest.raises(Unavailable):
        accounts.authenticate("steward", PASSWORD, "198.51.100.7")
    assert accounts.authenticate("steward", PASSWORD, "198.51.100.8").user == "steward"


def test_a_refused_try_costs_no_hash(database):
    hasher = make_counting_hasher()
    accounts = Accounts(
        database, ManualClock(datetime(2026, 11, 25, tzinfo=UTC)), hasher=hasher,
        bounds=Limits(per_account=1),
    )  # fmt: skip
    with pytest.raises(Forbidden):
        accounts.authenticate("steward", PASSWORD)
    with pytest.raises(Unavailable):
        accounts.authenticate("steward", PASSWORD)
    assert len(hasher.engine.work) == 1


def test_people_who_sign_in_rightly_are_never_limited(database):
    accounts = make_accounts(database, per_account=2, per_address=2)
    make_steward(accounts)
    for _ in range(8):
        accounts.authenticate("steward", PASSWORD, "198.51.100.7")


def test_an_old_hash_is_renewed_when_its_owner_signs_in(database):
    accounts = make_accounts(database)
    make_steward(accounts)
    accounts.hasher = Hasher(memory_kib=16, passes=1)
    accounts.authenticate("steward", PASSWORD)
    assert "m=16,t=1,p=1" in everything_stored(database)
    assert accounts.authenticate("steward", PASSWORD).user == "steward"


def test_a_session_is_its_account_until_it_is_closed(database):
    accounts = make_accounts(database)
    steward = make_steward(accounts)
    secret = accounts.open_session(steward)
    assert accounts.by_session(secret) == steward
    accounts.close_session(secret)
    assert accounts.by_session(secret) is None
    accounts.close_session(secret)


def test_every_session_has_its_own_secret(database):
    accounts = make_accounts(database)
    steward = make_steward(accounts)
    secrets = {accounts.open_session(steward) for _ in range(20)}
    assert len(secrets) == 20
    assert all(len(secret) >= 43 for secret in secrets)


def test_a_session_ends_two_hours_after_its_last_use(database):
    accounts = make_accounts(database)
    secret = accounts.open_session(make_steward(accounts))
    for _ in range(4):
        accounts.clock.advance(2 * 3600 - 1)
        assert accounts.by_session(secret)
    accounts.clock.advance(2 * 3600)
    assert accounts.by_session(secret) is None


def test_a_session_ends_after_twelve_hours_whatever_happens(database):
    accounts = make_accounts(database)
    secret = accounts.open_session(make_steward(accounts))
    for _ in range(11):
        accounts.clock.advance(3600)
        assert accounts.by_session(secret)
    accounts.clock.advance(3600)
    assert accounts.by_session(secret) is None


def test_sessions_that_are_over_are_swept_away(database):
    accounts = make_accounts(database)
    steward = make_steward(accounts)
    accounts.open_session(steward)
    accounts.clock.advance(13 * 3600)
    accounts.open_session(steward)
    with database.read() as tx:
        assert len(tx.execute(SESSION.select()).all()) == 1


def test_a_token_is_its_account_until_it_expires_or_is_revoked(database):
    accounts = make_accounts(database)
    steward = make_steward(accounts)
    token = accounts.issue_token(steward, "script", 30)
    assert token.startswith("ysh_")
    assert accounts.by_token(token) == steward
    (listed,) = accounts.tokens(steward)
    assert (listed.name, listed.used) == ("script", accounts.clock.now())
    accounts.clock.advance(30 * 86400)
    assert accounts.by_token(token) is None
    fresh = accounts.issue_token(steward, "script", 1)
    accounts.revoke_token(steward, accounts.tokens(steward)[0].id)
    assert accounts.by_token(fresh) is None


def test_a_token_cannot_be_revoked_by_another_account(database):
    accounts = make_accounts(database)
    steward = make_steward(accounts)
    visitor = accounts.create("visitor", PASSWORD, "visitor")
    token = accounts.issue_token(steward, "script", 30)
    with pytest.raises(Absent):
        accounts.revoke_token(visitor, accounts.tokens(steward)[0].id)
    assert accounts.by_token(token) == steward


@pytest.mark.parametrize("days", [0, 91, -1])
def test_a_token_for_ever_or_for_no_time_is_refused(database, days):
    accounts = make_accounts(database)
    with pytest.raises(Rejected) as refused:
        accounts.issue_token(make_steward(accounts), "script", days)
    assert refused.value.code == "accounts.token-days"


@pytest.mark.parametrize("guess", ["", "ysh_", "ysh_guess", "Bearer ysh_guess", "0" * 64])
def test_a_guess_is_no_token_and_no_session(database, guess):
    accounts = make_accounts(database)
    make_steward(accounts)
    assert accounts.by_token(guess) is None
    assert accounts.by_session(guess) is None


def test_closing_an_account_ends_everything_at_once(database):
    accounts = make_accounts(database)
    steward = make_steward(accounts)
    session, token = accounts.open_session(steward), accounts.issue_token(steward, "script", 30)
    accounts.close(steward.id)
    assert accounts.by_session(session) is None
    assert accounts.by_token(token) is None
    with pytest.raises(Forbidden):
        accounts.authenticate("steward", PASSWORD)
    with pytest.raises(Absent):
        accounts.close(steward.id)
    with pytest.raises(Conflict):
        make_steward(accounts)


def test_a_new_password_ends_all_sessions_and_tokens(database):
    accounts = make_accounts(database)
    steward = make_steward(accounts)
    session, token = accounts.open_session(steward), accounts.issue_token(steward, "script", 30)
    accounts.set_password(steward, "another horse battery")
    assert accounts.by_session(session) is None
    assert accounts.by_token(token) is None
    assert accounts.authenticate("steward", "another horse battery") == steward


def test_a_changed_scope_holds_from_the_next_request_on(database):
    accounts = make_accounts(database)
    steward = make_steward(accounts)
    session = accounts.open_session(steward)
    narrow = Scope(studies=frozenset({StudyUID("2.25.1")}))
    accounts.set_scope(steward.id, narrow)
    assert accounts.by_session(session).scope == narrow


def test_changing_what_is_not_there_is_refused(database):
    accounts = make_accounts(database)
    steward = make_steward(accounts)
    accounts.close(steward.id)
    with pytest.raises(Absent):
        accounts.set_password(steward, "another horse battery")
    with pytest.raises(Absent):
        accounts.set_scope(steward.id, EVERYTHING)


@pytest.mark.parametrize("user", ["", "a", "A-capital", "two words", "-hyphen", "x" * 65, "名字"])
def test_a_name_that_a_log_could_mistake_is_refused(database, user):
    with pytest.raises(Rejected) as refused:
        make_accounts(database).create(user, PASSWORD, "visitor")
    assert refused.value.code == "accounts.user-invalid"


def test_a_role_that_does_not_exist_is_refused(database):
    with pytest.raises(Rejected) as refused:
        make_accounts(database).create("somebody", PASSWORD, "emperor")
    assert refused.value.code == "accounts.role-unknown"


@given(
    st.booleans(),
    st.frozensets(st.text(max_size=8)),
    st.frozensets(st.from_regex(r"2\.25\.[1-9][0-9]{1,38}", fullmatch=True)),
)
def test_a_scope_comes_back_as_it_was_stored(everything, sites, studies):
    scope = Scope(everything, sites, studies)
    assert decode_scope(encode_scope(scope)) == scope
