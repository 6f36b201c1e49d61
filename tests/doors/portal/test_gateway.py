"""The gateway's accounting: the sum first, every state, every reason with its remedy."""

import csv
import html
import io
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.doors.portal.making import (
    HOSPITAL,
    NOON,
    FakeConnections,
    make_gateway,
    sign_in,
)

from yushan.doors.portal import Line
from yushan.doors.portal.flow_picture import ABOVE, BELOW, BRANCHES, TRUNK, device_line, picture
from yushan.doors.portal.periods import days_of, hours_of_day, since_of
from yushan.services.gateway import State

HTML = {"accept": "text/html"}
TOTAL = sum(row[-1] for row in HOSPITAL)


@pytest.fixture
def site(tmp_path):
    made = make_gateway(tmp_path)
    sign_in(made, "engineer")
    return made


def test_the_picture_has_a_station_for_every_state():
    assert set(TRUNK) | set(ABOVE) | set(BELOW) == set(State)
    listed = [state for station, leaving in BRANCHES for state in (station, *leaving)]
    assert sorted(listed) == sorted(State)


@given(st.dictionaries(st.sampled_from(list(State)), st.integers(0, 10**6)))
def test_every_object_is_in_the_picture_once(states):
    drawn = picture(sum(states.values()), states, searchable=0, difference=0)
    stations = [*drawn.trunk[1:], *drawn.above, *drawn.below]
    assert sum(one.count for one in stations) + drawn.just_arrived == sum(states.values())
    line = device_line(("CT", "", ""), sum(states.values()), states)
    assert line.acknowledged + line.moving + line.waiting + line.ended == line.received


def test_the_closing_line_is_green_when_the_sum_holds(site):
    page = site.client.get("/accounting?lang=en").text
    assert f'class="closing"><strong>Received {TOTAL} = all states together {TOTAL}' in page
    assert "closing open" not in page


def test_the_closing_line_is_red_and_names_what_is_missing(tmp_path):
    site = make_gateway(tmp_path, lost=2)
    sign_in(site, "engineer")
    page = site.client.get("/accounting?lang=en").text
    assert f"Received {TOTAL + 2} ≠ all states together {TOTAL}" in page
    assert 'class="closing open" role="alert"' in page
    assert "2 images are unaccounted for." in page
    assert page.index("closing open") < page.index('class="flow')
    assert '<circle class="stop" cx="232"' in page


def test_every_state_is_drawn_with_its_number_and_leads_to_its_list(site):
    page = site.client.get("/accounting?lang=en").text
    for state in State:
        if state is not State.RECEIVED:
            count = sum(row[-1] for row in HOSPITAL if row[4] == state)
            link = "/quarantine" if state is State.QUARANTINED else f"/accounting/{state}"
            assert f'<a href="{link}"><title>' in page, state
            assert f": {count}</title>" in page


def test_the_list_behind_a_number_has_that_many(site):
    for state in ("acknowledged", "conflict", "refused", "quarantined"):
        page = site.client.get(f"/accounting/{state}.csv").text
        rows = list(csv.DictReader(io.StringIO(page.lstrip("\ufeff"))))
        assert len(rows) == sum(row[-1] for row in HOSPITAL if row[4] == state)


def test_a_long_list_comes_in_pages(site):
    first = site.client.get("/accounting/quarantined?lang=en").text
    assert 'rel="next"' in first
    following = first.split('href="', 1)[1]
    after = first.split("after=", 1)[1].split('"', 1)[0]
    second = site.client.get(f"/accounting/quarantined?after={after}").text
    assert second.count('role="row"') == 1 + 5
    assert following


def test_a_list_can_be_narrowed_to_one_reason(site):
    none = site.client.get("/accounting/quarantined?reason=other.reason&lang=en").text
    assert "No image is in this state" in none
    some = site.client.get("/accounting/quarantined?reason=deid.text-unresolved&lang=en").text
    assert 'class="num">30</span>' in some


def test_every_number_of_a_device_leads_to_as_many_objects(site):
    table = site.client.get("/accounting?lang=en&period=all").text.partition('id="devices"')[2]
    devices = sorted(
        {html.unescape(one) for one in re.findall(r'href="(/accounting/device[^"]*)"', table)}
    )
    assert devices
    everything = 0
    for device in sorted(devices):
        page = site.client.get(f"{device}&lang=en").text
        links = re.findall(r'<a href="(/accounting/[a-z-]+\?[^"]*)">([0-9,]+)</a>', page)
        for link, told in links:
            path, _, query = html.unescape(link).partition("?")
            shown = site.client.get(f"{path}.csv?{query}").text.lstrip("\ufeff")
            assert len(list(csv.DictReader(io.StringIO(shown)))) == int(told.replace(",", ""))
            narrowed = site.client.get(f"{path}?{query}&lang=en").text
            assert f'class="num">{told}</span>' in narrowed
            assert "retry" not in narrowed
            everything += int(told.replace(",", ""))
    assert everything == sum(row[-1] for row in HOSPITAL)
    assert site.client.get("/accounting/device?ae=NOBODY").status_code == 404


def test_reasons_say_what_to_do(site):
    page = site.client.get("/accounting?lang=en").text
    assert "gateway.not-dicom" in page
    from yushan.base import codes

    assert codes()["gateway.not-dicom"].remedy_en.split(";")[0] in page.replace("&#39;", "'")


def test_devices_add_up(site):
    rows = list(
        csv.DictReader(io.StringIO(site.client.get("/accounting.csv").text.lstrip("\ufeff")))
    )
    assert sum(int(row["received_total"]) for row in rows) == TOTAL
    for row in rows:
        assert sum(int(row[str(state)]) for state in State) == int(row["received_total"])


def test_programs_get_the_sums(site):
    told = site.client.get("/accounting.json?period=all").json()
    assert told["closes"] is True
    assert told["received"] == sum(told["states"].values()) == TOTAL


def test_the_moving_part_is_served_alone_and_stops_when_nothing_moves(tmp_path, site):
    moving = site.client.get("/accounting?part=now&period=all")
    assert moving.status_code == 200
    assert moving.text.lstrip().startswith(
        '<div id="now" hx-get="/accounting?period=all&amp;part=now"'
    )
    assert "<html" not in moving.text
    (tmp_path / "still").mkdir()
    rows = (("CT_ER", "", "", "CT", State.ACKNOWLEDGED, None, 3),)
    still = make_gateway(tmp_path / "still", rows=rows)
    sign_in(still, "engineer")
    assert still.client.get("/accounting?part=now").status_code == 286
    assert "hx-get" not in still.client.get("/accounting").text


def test_no_patient_of_the_journal_is_on_any_page(site):
    for path in ("/accounting", "/accounting/quarantined", "/accounting/conflict", "/quarantine",
                 "/quarantine/111", "/accounting.csv", "/accounting/quarantined.csv"):  # fmt: skip
        assert "MARKED-PATIENT" not in site.client.get(path).text, path


def test_a_room_that_cannot_answer_is_a_page_that_says_so(site, monkeypatch):
    from yushan.base import Unavailable

    def fail(*_):
        raise Unavailable("net.unreachable")

    monkeypatch.setattr(site.connections, "line", fail, raising=False)
    answer = site.client.get("/accounting", headers=HTML)
    assert answer.status_code == 503
    assert "net.unreachable" in answer.text


@pytest.mark.parametrize("user", ["visitor", "researcher", "citizen"])
def test_others_do_not_see_the_accounting(site, user):
    sign_in(site, user)
    for path in (
        "/accounting",
        "/accounting.csv",
        "/accounting/held",
        "/quarantine",
        "/connections",
    ):
        assert site.client.get(path, headers=HTML).status_code == 403


def test_the_line_that_is_down_says_why_and_what_to_do(tmp_path):
    down = Line(state="down", reason="net.unreachable", to_send=7, holders_online=1,
                list_at=NOON - timedelta(hours=2), list_valid_s=3600.0)  # fmt: skip
    site = make_gateway(tmp_path, connections=FakeConnections(down))
    sign_in(site, "engineer")
    page = site.client.get("/connections?lang=en").text
    assert "net.unreachable" in page
    assert "Interrupted" in page
    assert "too old: everything is held" in page
    assert "1 of 3 answered; 2 are needed" in page


def test_the_list_says_how_long_it_is_still_valid(site):
    assert ", valid for 29 more minutes" in site.client.get("/connections?lang=en").text


def test_nothing_known_of_the_line_is_said_as_such(tmp_path):
    site = make_gateway(tmp_path, connections=FakeConnections(Line(state="unknown")))
    sign_in(site, "engineer")
    page = site.client.get("/connections?lang=en").text
    assert "none yet: everything is held" in page
    assert "2 of 3 are needed" in page


def test_what_to_enter_in_the_pacs_is_on_one_page(site):
    page = site.client.get("/connections?lang=en").text
    for word in ("YUSHAN", "10.1.2.3", "11112", "2762", "TLS 1.2 or later", "C-ECHO"):
        assert word in page


def test_periods_begin_at_midnight_in_taipei():
    assert since_of("today", NOON).isoformat() == "2026-11-25T00:00:00+08:00"
    assert since_of("7d", NOON).isoformat() == "2026-11-19T00:00:00+08:00"
    assert since_of("all", NOON) is None


def test_arrivals_are_bars_of_their_hours():
    bars = hours_of_day([("2026112509", 10), ("2026112511", 5), ("2026112409", 99)], NOON)
    assert [(bar.word, bar.count) for bar in bars if bar.count] == [("09:00", 10), ("11:00", 5)]
    assert [bar.now for bar in bars].index(True) == 12
    assert max(bar.height for bar in bars) == 74
    assert hours_of_day([], NOON) == ()


@given(st.dictionaries(st.integers(0, 40), st.integers(1, 10**6)), st.sampled_from([None, 6, 29]))
def test_arrivals_by_day_stay_in_their_frame(counts, days):
    hourly = [(f"{NOON - timedelta(days=back):%Y%m%d}08", n) for back, n in counts.items()]
    bars = days_of(sorted(hourly), NOON, days)
    assert all(bar.x >= 0 and bar.x + bar.width <= 300.001 for bar in bars)
    assert all(bar.height <= 74 for bar in bars)
    if bars and days is None:
        assert sum(bar.count for bar in bars) == sum(counts.values())
