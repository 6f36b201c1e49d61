"""Quarantine: a reason, a remedy, two things to do; the risky one needs a second person."""

import pytest
from tests.doors.portal.making import PASSWORD, csrf_of, make_gateway, sign_in

from yushan.services.gateway import State

FIRST, ITEM = 108, 111  # numbers that the factory puts in quarantine
HTML = {"accept": "text/html"}


@pytest.fixture
def site(tmp_path):
    made = make_gateway(tmp_path)
    sign_in(made, "engineer")
    return made


def state_of(site, number):
    for state in State:
        if any(one.id == number for one in site.journal.page(state, after=number - 1, limit=1)):
            return state
    return None


def send(site, path, **values):
    page = site.client.get(f"/quarantine/{ITEM}")
    return site.client.post(path, data={"csrf": csrf_of(page), **values}, headers=HTML)


def test_the_desk_opens_the_first_that_waits(site):
    page = site.client.get("/quarantine?lang=en").text
    assert f'href="/quarantine/{FIRST}" aria-current="true"' in page
    assert "There is no picture to show" in page  # the factory's objects have no file
    assert "<img" not in page


def test_retry_sends_it_back_to_the_start_and_is_recorded(site):
    answer = send(site, f"/quarantine/{ITEM}/retry")
    assert (answer.status_code, answer.headers["location"]) == (303, "/quarantine")
    assert state_of(site, ITEM) is State.RECEIVED
    (act,) = site.handling.acts(ITEM)
    assert (act.act, act.who) == ("retry", "engineer")


def test_all_of_one_reason_can_be_tried_again_at_once(site):
    answer = send(site, "/accounting/quarantined/retry", reason="deid.text-unresolved")
    assert answer.status_code == 303
    assert site.journal.accounting().states[State.QUARANTINED] == 0
    assert site.journal.accounting().states[State.RECEIVED] == 30
    assert site.journal.closes()


def test_what_has_left_cannot_be_tried_again(site):
    answer = send(site, "/accounting/acknowledged/retry")
    assert answer.status_code == 409
    assert "gateway.not-to-retry" in answer.text


def test_two_people_release_by_hand_and_both_are_recorded(site):
    answer = send(site, f"/quarantine/{ITEM}/release", why="waveform without text",
                  second="engineer-2", password=PASSWORD)  # fmt: skip
    assert answer.status_code == 303
    assert state_of(site, ITEM) is State.RELEASED_BY_HAND
    (act,) = site.handling.acts(ITEM)
    assert (act.who, act.second, act.reason) == ("engineer", "engineer-2", "waveform without text")
    page = site.client.get(f"/quarantine/{ITEM}?lang=en").text
    assert "engineer-2" in page
    assert "/release" not in page


@pytest.mark.parametrize(("values", "code", "field"), [
    ({"why": "", "second": "engineer-2", "password": PASSWORD}, "為什麼", "why"),
    ({"why": "seen", "second": "", "password": PASSWORD}, None, "second"),
    ({"why": "seen", "second": "engineer", "password": PASSWORD}, None, "second"),
    ({"why": "seen", "second": "Engineer", "password": PASSWORD}, None, "second"),
    ({"why": "seen", "second": "engineer-2", "password": "wrong horse"}, "帳號或密碼", "second"),
    ({"why": "seen", "second": "nobody-here", "password": PASSWORD}, "帳號或密碼", "second"),
    ({"why": "seen", "second": "steward", "password": PASSWORD}, "第二人", "second"),
])  # fmt: skip
def test_one_person_alone_cannot_release(site, values, code, field):
    answer = send(site, f"/quarantine/{ITEM}/release", **values)
    assert answer.status_code == 422
    assert state_of(site, ITEM) is State.QUARANTINED
    assert site.handling.acts(ITEM) == ()
    assert f'<a href="#{field}">' in answer.text
    assert f'id="{field}-error"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert PASSWORD not in answer.text
    if values["why"]:
        assert f">{values['why']}</textarea>" in answer.text
    assert code is None or code in answer.text or "原因" in answer.text


def test_forms_without_token_change_nothing(site):
    for path in (f"/quarantine/{ITEM}/retry", f"/quarantine/{ITEM}/release",
                 "/accounting/quarantined/retry"):  # fmt: skip
        assert site.client.post(path, data={"why": "x"}, headers=HTML).status_code == 403
    assert state_of(site, ITEM) is State.QUARANTINED


@pytest.mark.parametrize("user", ["ministry", "visitor", "auditor"])
def test_only_whoever_handles_quarantine_may(site, user):
    sign_in(site, user)
    assert site.client.get("/quarantine", headers=HTML).status_code == 403
    page = site.client.get("/help", headers=HTML)
    data = {"csrf": csrf_of(page)}
    assert site.client.post(f"/quarantine/{ITEM}/retry", data=data).status_code == 403
    assert state_of(site, ITEM) is State.QUARANTINED


@pytest.mark.parametrize("number", [0, 1, 99_999])
def test_what_does_not_wait_is_not_on_the_desk(site, number):
    assert site.client.get(f"/quarantine/{number}", headers=HTML).status_code == 404
