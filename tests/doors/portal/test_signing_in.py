"""Signing in and out: forms are ours, sessions are new, what ends has ended."""

import pytest
from tests.doors.portal.making import PASSWORD, csrf_of, make_commons, make_gateway, sign_in

from yushan.doors.portal.forms import local_path


def form(site, path="/sign-in", **values):
    page = site.client.get(path)
    return {"csrf": csrf_of(page), **values}


def post(site, path, data, **headers):
    return site.client.post(path, data=data, headers={"accept": "text/html", **headers})


def session_of(site):
    return site.client.cookies.get(site.shell.place.session_cookie)


def test_name_and_password_lead_home_with_a_new_session(tmp_path):
    site = make_commons(tmp_path)
    answer = post(site, "/sign-in", form(site, user="steward", password=PASSWORD))
    assert (answer.status_code, answer.headers["location"]) == (303, "/home")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert site.client.get("/home").headers["location"] == "/steward"
    assert site.accounts.by_session(session_of(site)).user == "steward"


def test_signing_in_goes_on_to_where_one_wanted(tmp_path):
    site = make_commons(tmp_path)
    asked = site.client.get("/studies?modality=CT", headers={"accept": "text/html"})
    assert asked.status_code == 303
    assert asked.headers["location"] == "/sign-in?next=/studies%3Fmodality%3DCT"
    page = site.client.get(asked.headers["location"])
    assert 'name="next" value="/studies?modality=CT"' in page.text
    data = {"csrf": csrf_of(page), "user": "steward", "password": PASSWORD,
            "next": "/studies?modality=CT"}  # fmt: skip
    assert post(site, "/sign-in", data).headers["location"] == "/studies?modality=CT"


@pytest.mark.parametrize("target", [
    "https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example",
    "javascript:alert(1)", "studies", "", "/\nSet-Cookie: a=b", "/ok\\..",
])  # fmt: skip
def test_nobody_is_sent_on_to_another_host(target):
    assert local_path(target, "/home") == "/home"


def test_a_path_of_our_own_is_kept():
    assert local_path("/studies?modality=CT#top", "/") == "/studies?modality=CT#top"


@pytest.mark.parametrize("user", ["steward", "nobody-here"])
def test_a_wrong_password_and_an_unknown_name_look_the_same(tmp_path, user):
    site = make_commons(tmp_path, demo=False)
    answer = post(site, "/sign-in", form(site, user=user, password="wrong horse battery"))
    assert answer.status_code == 422
    assert "accounts.wrong" in answer.text
    assert "wrong horse battery" not in answer.text
    assert f'value="{user}"' in answer.text
    assert 'role="alert"' in answer.text
    assert session_of(site) is None


def test_too_many_tries_say_when_to_come_again(tmp_path):
    site = make_commons(tmp_path)
    for _ in range(10):
        post(site, "/sign-in", form(site, user="steward", password="wrong horse battery"))
    answer = post(site, "/sign-in", form(site, user="steward", password=PASSWORD))
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "900"
    assert "15 分鐘" in answer.text
    assert session_of(site) is None


@pytest.mark.parametrize("change", [
    {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": None},
])  # fmt: skip
def test_a_form_without_the_right_token_changes_nothing(tmp_path, change):
    site = make_commons(tmp_path)
    data = form(site, user="steward", password=PASSWORD) | change
    data = {name: value for name, value in data.items() if value is not None}
    answer = post(site, "/sign-in", data)
    assert answer.status_code == 403
    assert "portal.form-not-ours" in answer.text
    assert session_of(site) is None


def test_a_token_of_another_browser_is_refused(tmp_path):
    site = make_commons(tmp_path)
    data = form(site, user="steward", password=PASSWORD)
    site.client.cookies.clear()
    site.client.get("/sign-in")
    assert post(site, "/sign-in", data).status_code == 403


def test_a_browser_without_cookies_is_told_so(tmp_path):
    site = make_commons(tmp_path)
    data = form(site, user="steward", password=PASSWORD)
    site.client.cookies.clear()
    answer = post(site, "/sign-in", data)
    assert answer.status_code == 403
    assert "cookie" in answer.text


@pytest.mark.parametrize("headers", [
    {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
    {"origin": "https://elsewhere.example"}, {"origin": "null"}, {"origin": "http://127.0.0.1:81"},
])  # fmt: skip
def test_a_form_that_another_site_sends_is_refused_even_with_the_token(tmp_path, headers):
    site = make_commons(tmp_path)
    answer = post(site, "/sign-in", form(site, user="steward", password=PASSWORD), **headers)
    assert answer.status_code == 403


@pytest.mark.parametrize("headers", [
    {"sec-fetch-site": "same-origin", "origin": "null"}, {"origin": "http://127.0.0.1"}, {},
])  # fmt: skip
def test_a_form_of_our_own_is_taken_from_old_and_new_browsers(tmp_path, headers):
    site = make_commons(tmp_path)
    answer = post(site, "/sign-in", form(site, user="steward", password=PASSWORD), **headers)
    assert answer.status_code == 303


@pytest.mark.parametrize(("body", "kind"), [
    (b"{}", "application/json"), (b"user=steward", "text/plain"), (b"", ""),
    (b"x" * 30_000, "application/x-www-form-urlencoded"),
    (b"&".join(b"a%d=1" % n for n in range(200)), "application/x-www-form-urlencoded"),
    (b"--b\r\n\r\n--b--", "multipart/form-data; boundary=b"),
])  # fmt: skip
def test_what_is_not_a_small_form_is_refused(tmp_path, body, kind):
    site = make_commons(tmp_path)
    site.client.get("/sign-in")
    headers = {"content-type": kind, "accept": "text/html"}
    answer = site.client.post("/sign-in", content=body, headers=headers)
    assert answer.status_code == 400
    assert "portal.form-unreadable" in answer.text


def test_a_session_that_somebody_planted_is_never_taken_over(tmp_path):
    site = make_commons(tmp_path)
    name = site.shell.place.session_cookie
    site.client.cookies.set(name, "planted-by-somebody-else")
    post(site, "/sign-in", form(site, user="steward", password=PASSWORD))
    fresh = [cookie.value for cookie in site.client.cookies.jar if cookie.name == name]
    assert "planted-by-somebody-else" not in fresh[-1]
    assert site.accounts.by_session("planted-by-somebody-else") is None


def test_signing_in_again_ends_the_session_before(tmp_path):
    site = make_commons(tmp_path)
    post(site, "/sign-in", form(site, user="steward", password=PASSWORD))
    first = session_of(site)
    post(site, "/sign-in", form(site, user="ministry", password=PASSWORD))
    assert session_of(site) != first
    assert site.accounts.by_session(first) is None
    assert site.accounts.by_session(session_of(site)).user == "ministry"


def test_signing_out_ends_the_session_at_once(tmp_path):
    site = make_commons(tmp_path)
    post(site, "/sign-in", form(site, user="steward", password=PASSWORD))
    secret = session_of(site)
    answer = post(site, "/sign-out", form(site, "/steward"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert session_of(site) is None
    assert site.accounts.by_session(secret) is None
    site.client.cookies.set(site.shell.place.session_cookie, secret)
    assert site.client.get("/home", headers={"accept": "text/html"}).status_code == 303


def test_signing_out_needs_our_own_form(tmp_path):
    site = make_commons(tmp_path)
    secret = sign_in(site)
    assert post(site, "/sign-out", {"csrf": ""}).status_code == 403
    assert site.accounts.by_session(secret)
    assert site.client.get("/sign-out").status_code == 405


def test_one_click_sign_in_exists_in_the_demo(tmp_path):
    site = make_commons(tmp_path)
    answer = post(site, "/tour/sign-in", form(site, "/tour", role="engineer", next="/tour"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/tour")
    assert site.accounts.by_session(session_of(site)).role == "engineer"


@pytest.mark.parametrize("role", ["emperor", "", "builder"])
def test_one_click_sign_in_knows_only_the_accounts_of_the_demo(tmp_path, role):
    site = make_commons(tmp_path)
    assert post(site, "/tour/sign-in", form(site, "/tour", role=role)).status_code == 404


@pytest.mark.parametrize("make", [make_commons, make_gateway])
def test_outside_the_demo_there_is_no_tour_and_no_one_click_sign_in(tmp_path, make):
    site = make(tmp_path, demo=False)
    assert post(site, "/tour/sign-in", form(site, role="steward")).status_code == 404
    assert site.client.get("/tour").status_code == 404
    assert "/tour" not in site.client.get("/sign-in").text


def test_over_https_cookies_are_bound_to_the_host_and_never_sent_in_the_clear(tmp_path):
    from dataclasses import replace

    site = make_commons(tmp_path)
    site.shell.place = replace(site.shell.place, secure=True)
    page = site.client.get("/sign-in")
    assert page.headers["set-cookie"].startswith("__Host-yushan_session-guest=")
    assert "Secure" in page.headers["set-cookie"]


def test_two_portals_on_one_machine_do_not_share_their_cookies(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    commons, gateway = make_commons(tmp_path / "a"), make_gateway(tmp_path / "b")
    assert commons.shell.place.session_cookie != gateway.shell.place.session_cookie
