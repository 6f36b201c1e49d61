"""People's stories in a browser, with script and without: the pages are the product."""

import re

import pytest

from tests.journeys.test_every_page import study_of

SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])


def number(text):
    """The first number of a text."""
    return int(re.search(r"[\d,]+", text)[0].replace(",", ""))


@pytest.mark.peer
@SCRIPT
def test_the_steward_follows_a_number_to_what_it_counts(visitors, places, script):
    visitor = visitors(language="en", script=script)
    page = visitor.go(f"{places.commons}/tour?lang=en")
    page.locator('button[name="role"][value="steward"]').click()
    page.get_by_role("link", name="See what is held").first.click()
    row = page.locator("tbody tr", has=page.locator(".mod", has_text="CT"))
    studies = row.locator("td.num").first
    expected = number(studies.inner_text())
    studies.locator("a").click()
    again = page.locator("tbody tr", has=page.locator(".mod", has_text="CT"))
    again = again.locator("td.num").first
    assert number(again.inner_text()) == expected
    again.locator("a").click()
    assert number(page.locator("strong.num").inner_text()) == expected
    page.locator("tbody tr").first.locator("a strong").click()
    assert page.locator(".research").is_visible()
    page.get_by_role("navigation", name="Contents of the study").get_by_text("Tags").click()
    assert (
        page.get_by_text("StudyInstanceUID").or_(page.get_by_text("PatientID")).first.is_visible()
    )
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").wait_for()


@pytest.mark.peer
@SCRIPT
def test_a_visitor_sees_no_image_and_is_told_why(visitors, places, script):
    visitor = visitors(script=script)
    visitor.expected.add(403)
    page = visitor.go(f"{places.commons}/tour")
    assert page.locator(".strip img").count() == 0
    page.locator('button[name="role"][value="visitor"]').click()
    assert page.locator(".strip img").count() == 0
    page.goto(f"{places.commons}/studies")
    assert page.get_by_text("accounts.not-allowed").is_visible()
    assert page.locator("main img").count() == 0


@pytest.mark.peer
@SCRIPT
def test_the_engineer_accounts_for_every_image(visitors, places, script):
    visitor = visitors(script=script, language="zh-Hant")
    visitor.sign_in(places.gateway, "engineer", "/accounting?period=all")
    page = visitor.page
    assert page.locator(".closing").is_visible()
    assert page.locator(".closing.open").count() == 0
    received, total = re.findall(r"[\d,]+", page.locator(".closing strong").inner_text())
    assert received == total
    foot = page.locator("#devices").locator("xpath=ancestor::section").locator("tfoot td").first
    assert foot.inner_text() == received
    count = page.locator('svg.flow a[href="/accounting/acknowledged"] .count').text_content()
    page.locator('svg.flow a[href="/accounting/acknowledged"] .count').click()
    assert page.locator("h1 .num").inner_text() == count


@pytest.mark.peer
def test_the_engineer_tries_an_image_again(visitors, places):
    if places.is_real:
        pytest.skip("what waits in a running demo is not ours to move")
    visitor = visitors(language="zh-Hant", script=False)
    visitor.sign_in(places.gateway, "engineer", "/quarantine")
    page = visitor.page
    before = number(page.locator("#queue .num").inner_text())
    page.locator("summary", has_text="重試").click()
    page.get_by_role("button", name="重試").click()
    assert number(page.locator("#queue .num").inner_text()) == before - 1


@pytest.mark.peer
def test_the_accounting_refreshes_itself_while_something_moves(visitors, places):
    visitor = visitors()
    visitor.sign_in(places.gateway, "engineer", "/accounting?period=all")
    page = visitor.page
    if not page.locator("#now[hx-get]").count():
        pytest.skip("nothing moves")
    with page.expect_response(lambda answer: "part=now" in answer.url, timeout=15_000) as answer:
        pass
    assert answer.value.status in {200, 286}
    page.wait_for_function("document.querySelectorAll('#now').length === 1")
    assert page.locator(".closing").is_visible()


@pytest.mark.peer
@SCRIPT
def test_language_and_colours_are_chosen_and_kept(visitors, places, script):
    visitor = visitors(script=script)
    page = visitor.go(f"{places.commons}/record")
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="Appearance").click()
    page.get_by_label("Dark", exact=True).check()
    page.get_by_role("button", name="Save").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.url.split("?")[0] == f"{places.commons}/record"
    page.goto(f"{places.commons}/help")
    assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.peer
def test_the_keyboard_alone_reaches_the_content_and_shows_where_it_is(visitors, places):
    visitor = visitors()
    page = visitor.go(f"{places.commons}/record")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("node => node === document.activeElement")
    assert skip.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert ring == "3px"


@pytest.mark.peer
def test_a_printed_study_keeps_its_notice_and_loses_its_buttons(visitors, places):
    visitor = visitors()
    visitor.sign_in(places.commons, "steward", "/studies")
    page = visitor.page
    page.goto(f"{places.commons}{study_of(visitor, places)}")
    page.emulate_media(media="print")
    assert page.locator(".research").is_visible()
    assert not page.locator("header.top").is_visible()
    assert page.locator(".btn:visible").count() == 0


@pytest.mark.peer
def test_pictures_of_a_running_demo_arrive(visitors, places):
    if not places.is_real:
        pytest.skip("needs a running demo")
    visitor = visitors()
    visitor.sign_in(places.commons, "steward", "/tour")
    pictures = visitor.page.locator(".strip img")
    assert pictures.count() >= 1
    for place in range(pictures.count()):
        pictures.nth(place).scroll_into_view_if_needed()
        loaded = "node => node.complete && node.naturalWidth > 0"
        visitor.page.wait_for_function(loaded, arg=pictures.nth(place).element_handle())
