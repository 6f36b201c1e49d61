"""Anybody checks a receipt: in the browser against the published files, or without script here."""

import json

import pytest

SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])


def receipt_of(visitor, address):
    """A receipt as it is given out."""
    answer = visitor.context.request.get(address)
    assert answer.status == 200
    return answer.text()


def check(page, text):
    page.get_by_label("Receipt as text").fill(text)
    page.get_by_role("button", name="Check", exact=True).click()


@pytest.mark.peer
@SCRIPT
def test_a_receipt_is_genuine_or_it_is_not(visitors, places, script):
    visitor = visitors(language="en", script=script)
    sent = []
    visitor.page.on("request", lambda request: sent.append((request.method, request.url)))
    text = receipt_of(visitor, f"{places.commons}/record/entries/0/receipt.json")
    page = visitor.go(f"{places.commons}/record/verify?lang=en")
    assert page.get_by_label("Receipt as a file").is_visible() == script
    assert not page.get_by_text("not a receipt of the ledger").first.is_visible()
    check(page, text)
    page.get_by_text("The receipt is genuine").wait_for()
    assert not page.get_by_text("The receipt does not fit").is_visible()
    for name in ("included", "signed", "number", "today"):
        assert page.locator(f'[data-check="{name}"] [data-good]').is_visible(), name
        assert not page.locator(f'[data-check="{name}"] [data-bad]').is_visible(), name
    asked = {url.split("/record/")[1].split("/tile/")[0] for _, url in sent if "/record/" in url}
    assert ("POST" in {method for method, _ in sent}) != script
    assert ("tiles" in asked) == script
    spoiled = json.loads(text)
    spoiled["entry"] = spoiled["entry"].replace('"number":0', '"number":1')
    check(page, json.dumps(spoiled))
    page.get_by_text("The receipt does not fit").wait_for()
    assert page.locator('[data-check="included"] [data-bad]').is_visible()
    assert page.locator('[data-check="number"] [data-bad]').is_visible()
    assert page.locator('[data-check="signed"] [data-good]').is_visible()
    visitor.expected.add(422)
    check(page, "{}")
    page.get_by_text("not a receipt of the ledger").first.wait_for()


@pytest.mark.peer
def test_the_auditor_s_receipt_is_checked_without_leaving_the_browser(visitors, places):
    visitor = visitors(language="en", script=True)
    visitor.sign_in(places.commons, "auditor", "/audit?lang=en")
    page = visitor.page
    assert page.locator("ol.timeline li").count() > 0
    text = receipt_of(visitor, f"{places.commons}/audit/0/receipt.json?subject")
    page.goto(f"{places.commons}/record/verify?lang=en")
    check(page, text)
    page.get_by_text("The receipt is genuine").wait_for()
    assert page.locator("[data-kind]").inner_text() == json.loads(json.loads(text)["entry"])["kind"]
