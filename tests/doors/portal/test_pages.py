"""Every page: both languages, strict policy, nothing inline, links that lead somewhere."""

import re
from collections import Counter
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.doors.portal.making import make_commons, make_gateway, sign_in, uid

from yushan.doors.portal import POLICY

STUDY = f"/studies/{uid('chest')}"
PUBLIC = ["/", "/?by=studies", "/statistics", "/sign-in", "/record", "/record/verify", "/help",
          "/rules", "/accessibility", "/appearance", "/tour", "/no-such-page"]  # fmt: skip
STEWARD = [*PUBLIC, "/steward", "/quarantine", "/withdrawals", "/studies",
           "/studies?modality=CT&q=chest&since=2020-01-01", f"{STUDY}/series", f"{STUDY}/uses",
           f"{STUDY}/provenance", f"{STUDY}/view",
           "/studies?modality=PT", STUDY, f"{STUDY}/tags", "/accounting", "/statistics?period=2026",
           "/studies/2.25.1"]  # fmt: skip
ENGINEER = ["/accounting", "/accounting?period=7d", "/accounting?period=all", "/accounting/held",
            "/accounting/quarantined?reason=deid.text-unresolved", "/accounting/refused",
            "/quarantine", "/quarantine/111", "/connections", "/help", "/appearance", "/rules",
            "/accounting/nonsense"]  # fmt: skip
LANGUAGES = ["zh-Hant", "en"]
#: Addresses of other doors, and of steps that lead out.
OTHERS = ("/viewer", "/dicom-web", "/api/", "/tour/")
#: So many addresses are visited that differ in the values of their parameters alone.
VARIANTS = 6
#: Under more filters at once a list links to nothing that it does not link to under fewer.
MOST_FILTERS = 2


def visit(site, path, language):
    site.client.cookies.set("yushan_lang", language)
    return site.client.get(path, headers={"accept": "text/html"})


def check(page, language):
    text = page.text
    assert page.headers["content-security-policy"] == POLICY
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["cache-control"] == "no-store"
    assert f'<html lang="{"zh-Hant-TW" if language == "zh-Hant" else "en"}"' in text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert not re.search(r"<script(?! src=)", text)
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//(?!127\.0\.0\.1)", text)
    body = re.sub(r"<meta[^>]*>", "", text)
    assert not re.search(r"\{[a-z_]+\}", body), "a placeholder was left"
    assert text.count("<h1") == 1
    assert text.count("<main") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_public_pages_are_drawn_for_people_who_are_not_signed_in(tmp_path, language):
    site = make_commons(tmp_path)
    for path in PUBLIC:
        page = visit(site, path, language)
        assert page.status_code == (404 if "no-such" in path else 200), path
        check(page, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_pages_of_the_commons_are_drawn_for_the_steward(tmp_path, language):
    site = make_commons(tmp_path)
    sign_in(site)
    for path in STEWARD:
        page = visit(site, path, language)
        assert page.status_code == (404 if path in {"/no-such-page", "/studies/2.25.1"} else 200)
        check(page, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_pages_of_a_gateway_are_drawn_for_the_engineer(tmp_path, language):
    site = make_gateway(tmp_path)
    sign_in(site, "engineer")
    for path in ENGINEER:
        page = visit(site, path, language)
        assert page.status_code == (404 if "nonsense" in path else 200), path
        check(page, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_commons_and_an_empty_gateway_say_so_and_what_to_do(tmp_path, language):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    commons = make_commons(tmp_path / "a", sidecars=(), entries=0)
    gateway = make_gateway(tmp_path / "b", rows=())
    sign_in(commons)
    sign_in(gateway, "engineer")
    public = ["/", "/statistics", "/studies", "/record", "/record/verify", "/tour"]
    for site, paths in ((commons, public), (gateway, ["/accounting", "/quarantine"])):
        for path in paths:
            page = visit(site, path, language)
            check(page, language)
    assert 'class="empty"' in visit(commons, "/", language).text
    assert "11112" in visit(gateway, "/accounting", language).text


def asked(address):
    """A path and the names of its parameters: addresses that differ in values alone are alike."""
    parts = urlsplit(address)
    return parts.path, tuple(sorted(name for name, _ in parse_qsl(parts.query)))


@pytest.mark.parametrize("make", [make_commons, make_gateway])
def test_every_link_of_every_page_leads_somewhere(tmp_path, make):
    site = make(tmp_path)
    sign_in(site, "steward" if make is make_commons else "engineer")
    waiting, seen, broken, alike = ["/"], set(), [], Counter()
    while waiting:
        path = waiting.pop().split("#")[0]
        shape = asked(path)
        if path in seen or not path or path.startswith(OTHERS):
            continue
        if alike[shape] >= VARIANTS or len(shape[1]) > MOST_FILTERS:
            continue
        seen.add(path)
        alike[shape] += 1
        answer = site.client.get(path, headers={"accept": "text/html"})
        if answer.status_code == 303:
            waiting.append(answer.headers["location"])
        elif answer.status_code != 200:
            broken.append((path, answer.status_code))
        elif "html" in answer.headers["content-type"]:
            found = re.findall(r'(?:href|hx-get|src)="(/[^"]*)"', answer.text)
            waiting += [link.replace("&amp;", "&") for link in found if len(seen) < 400]
    assert broken == []
    assert len(seen) > 20


def test_every_anchor_on_a_page_has_its_place_there(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    commons, gateway = make_commons(tmp_path / "a"), make_gateway(tmp_path / "b")
    sign_in(commons)
    sign_in(gateway, "engineer")
    for site, paths in ((commons, STEWARD), (gateway, ENGINEER)):
        for path in paths:
            text = visit(site, path, "en").text
            ids = re.findall(r'\sid="([^"]+)"', text)
            assert len(ids) == len(set(ids)), path
            for anchor in re.findall(r'href="#([^"]+)"', text):
                assert anchor in ids, (path, anchor)
            for target in re.findall(r'aria-(?:labelledby|describedby)="([^"]+)"', text):
                assert set(target.split()) <= set(ids), (path, target)


def test_every_field_has_its_label(tmp_path):
    site = make_gateway(tmp_path)
    sign_in(site, "engineer")
    text = visit(site, "/quarantine/111", "en").text
    fields = re.findall(r'<(?:input|textarea|select)[^>]*\sid="([^"]+)"', text)
    assert fields
    for name in fields:
        assert f'<label for="{name}"' in text


def test_a_page_of_another_time_zone_shows_taipeis_time(tmp_path):
    site = make_commons(tmp_path)
    assert "115-11-25 12:00" in visit(site, "/record", "zh-Hant").text
    assert "2026-11-25 12:00" in visit(site, "/record", "en").text


def test_pages_stay_within_their_budget(tmp_path):
    import gzip

    site = make_commons(tmp_path)
    sign_in(site)
    limits = {"/": 12, "/statistics": 12, "/studies": 14, STUDY: 18, "/tour": 14}
    for path, kib in limits.items():
        assert len(gzip.compress(visit(site, path, "zh-Hant").content)) < kib * 1024, path
    sheet = re.search(r'href="(/static/yushan\.[^"]+)"', visit(site, "/", "en").text)[1]
    assert len(gzip.compress(site.client.get(sheet).content)) < 11 * 1024
