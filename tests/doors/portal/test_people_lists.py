"""People a page at a time, and links that are easy to hand over."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
from tests.doors.portal.making import csrf_of
from tests.doors.portal.people import enter, make, post

from yushan.doors.portal.people_lists import PAGE, PAST, recent, sheet_of


def everybody(site, count):
    """As many people as that, invented from the first."""
    first = site.accounts.people()[0]
    return [
        replace(first, account=replace(first.account, user=f"person-{n:03}"), note=f"ward {n % 7}")
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("asked", "names", "earlier", "later"),
    [
        ({}, (0, 49), None, "/people?from=50"),
        ({"from": "50"}, (50, 99), "/people", "/people?from=100"),
        ({"from": "119"}, (100, 119), "/people?from=50", None),
        ({"from": "9" * 30}, (100, 119), "/people?from=50", None),
        ({"from": "-1"}, (0, 49), None, "/people?from=50"),
        ({"q": "PERSON-11"}, (110, 119), None, None),
    ],
)
def test_people_come_a_page_at_a_time(tmp_path, asked, names, earlier, later):
    sheet = sheet_of(SimpleNamespace(query_params=asked), everybody(make(tmp_path), 120))
    shown = [one.account.user for one in sheet.people]
    assert (shown[0], shown[-1]) == tuple(f"person-{n:03}" for n in names)
    assert (sheet.earlier, sheet.later, len(shown) <= PAGE) == (earlier, later, True)


def test_people_are_found_by_name_or_note_and_nobody_is_said(tmp_path):
    site = make(tmp_path)
    enter(site, "administrator")
    site.accounts.set_note(site.accounts.by_user("researcher").id, "Room 7")
    found = site.client.get("/people?q=room+7").text
    assert ("researcher" in found, "auditor" in found) == (True, False)
    assert "沒有符合" in site.client.get("/people?q=nobody-has-this").text


def test_links_that_are_over_do_not_fill_the_page():
    links = [SimpleNamespace(state="used", expires=n) for n in range(40)]
    links.append(SimpleNamespace(state="open", expires=0))
    kept = recent(links)
    assert len(kept) == PAST + 1
    assert links[-1] in kept
    assert links[0] not in kept


def test_a_link_is_handed_over_by_square_copy_or_letter(tmp_path):
    site = make(tmp_path)
    enter(site, "administrator")
    shown = post(site, "/people/invite", role="visitor", days="7").text
    address = re.search(r'id="link">(http[^<]+/invitation/[\w-]+)<', shown).group(1)
    assert shown.count(address) == 2
    assert "<svg" in shown
    assert shown.count("data-copy=") == 2
    assert "不會向您索取密碼" in shown


@pytest.mark.parametrize(
    ("path", "typed", "field"),
    [
        ("/people/invite", {"role": "visitor", "days": "99", "note": "Night shift"}, "days"),
        ("/people/invite", {"role": "visitor", "days": "7", "studies": "x y"}, "studies"),
        ("/people/invite", {"role": "visitor", "days": "7", "mask": "Not Good"}, "mask"),
        ("/account/tokens", {"name": "Night job", "days": "0"}, "days"),
    ],
)
def test_a_refused_form_says_so_at_the_field_and_keeps_what_was_typed(tmp_path, path, typed, field):
    site = make(tmp_path)
    enter(site, "administrator" if "people" in path else "researcher")
    page = "/account" if "account" in path else path
    answer = post(site, path, page, **typed)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"[^>]*{field}-error', answer.text)
    for text in typed.values():
        assert f">{text}<" in answer.text or f'value="{text}"' in answer.text


def test_whoever_sends_a_form_after_the_session_is_told_to_sign_in_and_where_they_were(tmp_path):
    site = make(tmp_path)
    enter(site, "researcher")
    form = {"csrf": csrf_of(site.client.get("/account")), "language": "en"}
    site.client.cookies.clear()
    answer = site.client.post(
        "/account/language", data=form, headers={"accept": "text/html", "accept-language": "en"}
    )
    assert answer.status_code == 403
    assert "Please sign in" in answer.text
    assert "not open to your role" not in answer.text
