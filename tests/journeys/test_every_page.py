"""Every page: no barrier that axe knows, nothing wrong on the console, nobody scrolls sideways."""

import os

import pytest

from tests.journeys.axe import APPEARANCE, violations

#: (portal, role or None, path, status)
PAGES = [
    ("commons", None, "/", 200),
    ("commons", None, "/statistics?by=studies", 200),
    ("commons", None, "/statistics/CT?period=2026", 200),
    ("commons", None, "/statistics/hospitals", 200),
    ("commons", None, "/statistics/intake", 200),
    ("commons", None, "/datasets/index", 200),
    ("commons", None, "/sign-in", 200),
    ("commons", None, "/record", 200),
    ("commons", None, "/record/verify", 200),
    ("commons", "auditor", "/audit", 200),
    ("commons", "auditor", "/audit?kind=archive.received", 200),
    ("commons", "auditor", "/audit?subject=nobody", 200),
    ("commons", "auditor", "/audit/0", 200),
    ("commons", None, "/help", 200),
    ("commons", None, "/guidelines", 200),
    ("commons", None, "/guidelines/lung-rads-2022?nodule=ggn&state=new&long_mm=8&short_mm=7", 200),
    ("commons", None, "/rules", 200),
    ("commons", None, "/accessibility", 200),
    ("commons", None, "/appearance", 200),
    ("commons", None, "/no-such-page", 404),
    ("commons", "visitor", "/studies", 403),
    ("commons", "steward", "/tour", 200),
    ("commons", "steward", "/steward", 200),
    ("commons", "steward", "/quarantine", 200),
    ("commons", "steward", "/withdrawals", 200),
    ("commons", "visitor", "/home", 200),
    ("commons", "auditor", "/home", 200),
    ("commons", "clinician", "/home", 200),
    ("commons", "steward", "/statistics", 200),
    ("commons", "steward", "/studies", 200),
    ("commons", "steward", "/studies?modality=CT", 200),
    ("commons", "steward", "/studies?q=nothing+has+this+name", 200),
    ("commons", "steward", "/studies?view=thumbs&sort=-images", 200),
    ("commons", "steward", "/studies/values/model", 200),
    ("commons", "steward", "/statistics/xray", 200),
    ("commons", "steward", "/searches", 200),
    ("commons", "steward", "STUDY", 200),
    ("commons", "steward", "STUDY/series", 200),
    ("commons", "steward", "STUDY/provenance", 200),
    ("commons", "steward", "STUDY/uses", 200),
    ("commons", "steward", "STUDY/tags", 200),
    ("commons", "steward", "/accounting", 200),
    ("commons", "visitor", "/account", 200),
    ("commons", "steward", "/account", 200),
    ("commons", "administrator", "/people", 200),
    ("commons", "administrator", "/people/invite", 200),
    ("commons", "administrator", "/account", 200),
    ("commons", "administrator", "/account/password", 200),
    ("commons", "administrator", "/account/second-factor", 200),
    ("commons", "administrator", "/account/recovery", 200),
    ("commons", "administrator", "/confirm", 200),
    ("commons", "clinician", "/purpose?study=2.25.1", 200),
    ("gateway", "engineer", "/accounting?period=all", 200),
    ("gateway", "engineer", "/accounting/acknowledged", 200),
    ("gateway", "engineer", "/accounting/refused", 200),
    ("gateway", "engineer", "/quarantine", 200),
    ("gateway", "engineer", "/quarantine/rules", 200),
    ("gateway", "engineer", "/connections", 200),
    ("gateway", "engineer", "/witness", 200),
    ("gateway", "engineer", "/help", 200),
]
ROLES = [None, "visitor", "steward", "auditor", "administrator", "clinician", "engineer"]
LOOKS = [
    {"language": "zh-Hant", "theme": "light", "width": 1280},
    {"language": "en", "theme": "dark", "width": 390},
    {"language": "en", "theme": "light", "width": 1280},
    {"language": "zh-Hant", "theme": "dark", "width": 320},
]
#: The first two are both languages, themes and widths between them. axe asks the first everything
#: and the second what colours and sizes can change: seconds a page. YUSHAN_LOOKS=all asks all.
ALL = os.environ.get("YUSHAN_LOOKS") == "all"
WANTED = LOOKS if ALL else LOOKS[:2]
#: All that a first visit of a page brings, and the server's time (generous: machines are busy).
MOST_BYTES = 150_000
MOST_MS = 10_000


def study_of(visitor, places):
    """A page of one study."""
    if places.study:
        return places.study
    page = visitor.page
    page.goto(f"{places.commons}/studies")
    return page.locator('td a[href^="/studies/"] strong').first.locator("..").get_attribute("href")


@pytest.mark.peer
@pytest.mark.slow
@pytest.mark.parametrize("look", WANTED, ids=lambda look: "-".join(map(str, look.values())))
@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_open_to_everyone(visitors, places, look, role):
    visitor = visitors(**look)
    pages = [page for page in PAGES if page[1] == role]
    if role is not None:
        portal = getattr(places, pages[0][0])
        visitor.sign_in(portal, role, "/help")
    found = {}
    for portal, _, path, status in pages:
        address = path.replace("STUDY", study_of(visitor, places)) if "STUDY" in path else path
        visitor.go(f"{getattr(places, portal)}{address}", status)
        if ALL:
            name = path.partition("?")[0].strip("/").replace("/", "-").lower() or "first"
            visitor.shoot(f"{portal}-{name}-{'-'.join(map(str, look.values()))}")
        wrong = violations(visitor.page, None if ALL or look == LOOKS[0] else APPEARANCE)
        if look == LOOKS[0]:
            wrong += visitor.over_budget(MOST_BYTES, MOST_MS)
        if visitor.overflow() > 0:
            wrong.append(f"scrolls sideways by {visitor.overflow()} px")
        if wrong:
            found[path] = wrong
    assert found == {}


@pytest.mark.peer
def test_a_form_that_was_refused_is_open_to_everyone(visitors, places):
    visitor = visitors(language="en")
    visitor.expected.add(422)
    page = visitor.go(f"{places.commons}/sign-in")
    page.fill("#user", "nobody-here")
    page.fill("#password", "a password that is wrong")
    page.locator('main form[action="/sign-in"] button').click()
    assert page.locator(".error-summary").is_visible()
    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert page.input_value("#user") == "nobody-here"
    assert violations(page) == []
