"""The quarantine desk: the picture with its boxes, decisions by one or two people, rules."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from tests.doors.portal.making import PASSWORD, csrf_of, make_gateway, sign_in

from yushan.assembly.samples import sample_files
from yushan.services.gateway import Finding, Picture, Region, State

ITEM, OTHER = 111, 112  # numbers that the factory puts in quarantine
HTML = {"accept": "text/html"}
NAME, DOUBT = Region(4, 3, 202, 30), Region(3, 24, 130, 35)
BOXES = f"{','.join(map(str, NAME[:4]))};{','.join(map(str, DOUBT[:4]))}"
LIKE = Picture("US", "GE Healthcare", "LOGIQ E9", "R5.1.2", 480, 640, 1)


@pytest.fixture(scope="module")
def ultrasound():
    return next(one.data for one in sample_files("hospital-b") if one.name.startswith("us-1/02"))


@pytest.fixture
def site(tmp_path, ultrasound):
    made = make_gateway(tmp_path)
    for number in (ITEM, OTHER, OTHER + 1):
        file = tmp_path / "spool" / "20261125" / ("a" * 32) / f"{number:06d}.dcm"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(ultrasound)
    found = (Finding(NAME, "name", 0.98), Finding(DOUBT, "unreadable", 0.4, redact=False))
    numbers = (ITEM, OTHER, OTHER + 1)
    made.desk.decisions.note(dict.fromkeys(numbers, LIKE), dict.fromkeys(numbers, found))
    sign_in(made, "engineer")
    return made


def shown(site, query=""):
    answer = site.client.get(f"/quarantine/{ITEM}/picture.png{query}", headers=HTML)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "image/png"
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("L"))


def post(site, action, number=ITEM, **values):
    page = site.client.get(f"/quarantine/{number}", headers=HTML)
    data = {"csrf": csrf_of(page), **values}
    return site.client.post(f"/quarantine/{number}/{action}", data=data, headers=HTML)


def ticked(*regions):
    return {f"box-{n}": ",".join(map(str, region[:4])) for n, region in enumerate(regions, 1)}


def test_the_page_lists_the_boxes_by_what_they_seem_to_be_and_never_by_what_they_say(
    site, ultrasound
):
    page = site.client.get(f"/quarantine/{ITEM}?lang=en", headers=HTML).text
    assert "matches the patient in the header" in page
    assert "cannot be read" in page
    assert "sure to 98%" in page
    assert f'<rect x="{NAME.x}" y="{NAME.y}"' in page
    header = dcmread(io.BytesIO(ultrasound), stop_before_pixels=True)
    for word in (*str(header.PatientName).replace("=", "^").split("^"), header.PatientID):
        assert not word or word not in page


def test_what_was_read_is_filled_and_what_was_not_stays_visible_until_somebody_decides(site):
    plain, open_, all_ = shown(site, "?view=original"), shown(site), shown(site, "?view=filled")
    name = np.s_[NAME.y : NAME.y + 18, NAME.x : NAME.x + NAME.width]
    doubt = np.s_[DOUBT.y + 10 : DOUBT.y + DOUBT.height, DOUBT.x : DOUBT.x + DOUBT.width]
    assert plain[name].any()
    assert plain[doubt].any()
    assert not open_[name].any()
    assert open_[doubt].any()
    assert not all_[name].any()
    assert not all_[doubt].any()
    off = shown(site, f"?view=filled&boxes={BOXES.split(';')[1]}")
    assert off[name].any()


def test_a_clip_is_looked_through_frame_by_frame(site):
    page = site.client.get(f"/quarantine/{ITEM}?lang=en&frame=3", headers=HTML).text
    assert "Frame 3 of 6" in page
    assert "frame=4" in page
    assert not np.array_equal(shown(site, "?frame=1"), shown(site, "?frame=5"))
    gone = site.client.get(f"/quarantine/{ITEM}/picture.png?frame=11", headers=HTML)
    assert gone.status_code == 404


@pytest.mark.parametrize("user", ["ministry", "visitor", None])
def test_nobody_else_sees_a_picture(site, user):
    if user:
        sign_in(site, user)
    else:
        site.client.cookies.clear()
    path = f"/quarantine/{ITEM}/picture.png"
    assert site.client.get(path).status_code in {303, 401, 403}


def test_a_picture_that_does_not_wait_is_not_shown(site):
    assert site.client.get("/quarantine/1/picture.png", headers=HTML).status_code == 404


def test_one_person_redacts_and_can_take_it_back(site):
    answer = post(site, "decide", choice="redact", **ticked(NAME, DOUBT))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/quarantine?after={ITEM}")
    decision = site.desk.decisions.current(ITEM)
    assert (decision.choice, decision.boxes, decision.who) == ("redact", (NAME, DOUBT), "engineer")
    assert site.handling.acts(ITEM)[-1].act == "redact"
    assert ITEM not in [one.id for one in site.desk.queue.page()]
    assert post(site, "undo").status_code == 303
    assert site.desk.decisions.current(ITEM) is None
    assert ITEM in [one.id for one in site.desk.queue.page()]
    assert [act.act for act in site.handling.acts(ITEM)] == ["redact", "undo"]


@pytest.mark.parametrize("values", [
    {"choice": "clean"},
    {"choice": "redact", **ticked(NAME)},
    {"choice": "redact", "added": "400, 400, 20, 20"},
])  # fmt: skip
def test_leaving_something_visible_needs_a_reason_and_a_second_person(site, values):
    assert post(site, "decide", **values).status_code == 422
    alone = {"why": "letters of the phantom", "second": "engineer", "password": PASSWORD}
    assert post(site, "decide", **values, **alone).status_code == 422
    assert site.desk.decisions.current(ITEM) is None
    two = alone | {"second": "engineer-2"}
    assert post(site, "decide", **values, **two).status_code == 303
    assert site.desk.decisions.current(ITEM).second == "engineer-2"
    assert site.handling.acts(ITEM)[-1].second == "engineer-2"


@pytest.mark.parametrize(("values", "field"), [
    ({}, "choice"),
    ({"choice": "redact"}, "added"),
    ({"choice": "redact", "added": "6000, 10, 100, 10"}, "added"),
    ({"choice": "redact", "added": "1, 2, 3"}, "added"),
    ({"choice": "redact", "added": "1, 2, 3, 4, 11"}, "added"),
    ({"choice": "redact", "added": "a, b, c, d"}, "added"),
])  # fmt: skip
def test_a_form_that_makes_no_sense_says_where(site, values, field):
    answer = post(site, "decide", **values)
    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert site.desk.decisions.current(ITEM) is None


def test_boxes_can_be_typed_and_looked_at_without_script(site):
    answer = post(site, "boxes", added="10, 400, 50, 20\n12，430，9，9，2", **ticked(DOUBT))
    assert answer.status_code == 303
    target = answer.headers["location"].partition("#")[0]
    page = site.client.get(f"{target}&lang=en", headers=HTML).text
    assert "10,400,50,20" in page
    assert "added here" in page
    assert re.search(r'name="box-1"[^>]*data-toggles="1">', page)  # switched off
    assert re.search(r'name="box-2"[^>]*checked>', page)


def test_others_like_it_are_decided_together_if_nothing_found_stays_visible(site):
    more = (Finding(Region(500, 400, 50, 20), "date", 0.9),)
    site.desk.decisions.note({}, {OTHER + 1: more})
    page = site.client.get(f"/quarantine/{ITEM}?lang=en", headers=HTML).text
    assert "2 other images of this device and size" in page
    post(site, "decide", choice="redact", alike="1", **ticked(NAME, DOUBT))
    assert site.desk.decisions.current(OTHER) is not None
    assert site.desk.decisions.current(OTHER + 1) is None


def test_what_stays_is_said_in_the_accounting_and_leaves_the_queue(site):
    assert post(site, "decide", choice="stay").status_code == 303
    site.clock.advance(700)
    assert site.desk.decisions.apply() == 1
    accounting = site.journal.accounting()
    assert ("gateway.stays", 1) in [(one.reason, one.count) for one in accounting.reasons]
    assert accounting.closes
    assert ITEM not in [one.id for one in site.desk.queue.page()]
    post(site, "undo")
    assert "gateway.stays" not in [one.reason for one in site.journal.accounting().reasons]


def test_paper_goes_to_what_is_to_be_digitised(site):
    post(site, "decide", choice="digitise")
    site.clock.advance(700)
    before = site.journal.accounting().states[State.TO_DIGITISE]
    site.desk.decisions.apply()
    assert site.journal.accounting().states[State.TO_DIGITISE] == before + 1


def test_a_rule_needs_a_suggestion_and_two_people(site, tmp_path):
    with site.database.begin() as tx:
        for number in (ITEM, OTHER, OTHER + 1):
            tx.exec_driver_sql(
                f"UPDATE gateway_object SET patient = 'p{number}' WHERE id = {number}"
            )
    for number in (ITEM, OTHER, OTHER + 1):
        post(site, "decide", number, choice="redact", **ticked(NAME, DOUBT))
    page = site.client.get("/quarantine/rules?lang=en", headers=HTML)
    assert "3 patients" in page.text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    go = {"headers": HTML}
    assert site.client.post("/quarantine/rules/propose", data=fields, **go).status_code == 303
    assert site.desk.rules.in_force() == ()
    (rule,) = site.desk.rules.all()
    token = {"csrf": fields["csrf"]}
    path = f"/quarantine/rules/{rule.id}"
    assert site.client.post(f"{path}/sign", data=token, **go).status_code == 422
    sign_in(site, "engineer-2")
    token = {"csrf": csrf_of(site.client.get("/quarantine/rules", **go))}
    assert site.client.post(f"{path}/sign", data=token, **go).status_code == 303
    (rule,) = site.desk.rules.in_force()
    assert (rule.proposed_by, rule.signed_by, rule.patients) == ("engineer", "engineer-2", 3)
    assert site.client.post(f"{path}/retire", data=token, **go).status_code == 422
    gone = {**token, "why": "new software on the device"}
    assert site.client.post(f"{path}/retire", data=gone, **go).status_code == 303
    assert site.desk.rules.in_force() == ()
    assert "new software on the device" in site.client.get("/quarantine/rules", **go).text


def test_single_keys_are_written_down_and_can_be_switched_off(site):
    page = site.client.get(f"/quarantine/{ITEM}?lang=en", headers=HTML)
    assert "<kbd>J</kbd>" in page.text
    assert "/static/desk." in page.text
    data = {"csrf": csrf_of(page), "keys": "off"}
    assert site.client.post("/quarantine/keys", data=data, headers=HTML).status_code == 303
    assert "/static/desk." not in site.client.get(f"/quarantine/{ITEM}", headers=HTML).text
