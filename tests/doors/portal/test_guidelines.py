"""`/guidelines`: every rule set can be read and tried; the address is the case."""

import re

import pytest
from tests.doors.portal.making import make_commons
from tests.doors.portal.test_pages import LANGUAGES, check, visit

from yushan.domain.guidelines import rule_sets

LUNG = "/guidelines/lung-rads-2022"
CASE = f"{LUNG}?nodule=solid&state=baseline&mean_diameter_mm=8.2"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_set_has_a_page_that_anybody_may_read(tmp_path, language):
    site = make_commons(tmp_path)
    listed = visit(site, "/guidelines", language)
    check(listed, language)
    for name in rule_sets():
        assert f'href="/guidelines/{name}"' in listed.text
        page = visit(site, f"/guidelines/{name}", language)
        assert page.status_code == 200, name
        check(page, language)
    assert visit(site, "/guidelines/fortune-telling", language).status_code == 404


def test_a_case_is_answered_with_its_reasons_and_what_was_typed_stays(tmp_path):
    page = visit(make_commons(tmp_path), CASE, "en")
    check(page, "en")
    assert "4A: suspicious" in page.text
    assert "Low-dose CT in 3 months" in page.text
    assert "4A-solid-baseline-8" in page.text
    assert 'name="mean_diameter_mm" value="8.2"' in page.text
    assert re.search(r'<option value="solid" selected>', page.text)
    assert "never a diagnosis" in page.text


def test_what_is_missing_or_out_of_range_is_said(tmp_path):
    site = make_commons(tmp_path)
    page = visit(site, f"{LUNG}?nodule=solid&state=baseline", "zh-Hant")
    assert "無法判定" in page.text
    assert "補充下列資料可進一步判定" in page.text
    page = visit(site, "/guidelines/fleischner-2017?nodule=solid&count=single&age=30", "en")
    assert "The rule is not made for this case." in page.text
    assert "Out of its range: Age" in page.text


@pytest.mark.parametrize(
    ("query", "name"),
    [("mean_diameter_mm=eight&nodule=solid", "mean_diameter_mm"), ("nodule=round", "nodule")],
)
def test_what_is_typed_wrongly_is_named_at_its_field(tmp_path, query, name):
    page = visit(make_commons(tmp_path), f"{LUNG}?{query}", "en")
    assert page.status_code == 422
    assert 'class="error-summary"' in page.text
    assert f'href="#{name}"' in page.text


def test_lists_are_typed_as_people_write_them(tmp_path):
    site = make_commons(tmp_path)
    page = visit(site, "/guidelines/coronary-calcium?lesions=20/350+30/450,3/180", "en")
    assert "183" in page.text
    assert "101 to 400: moderate" in page.text
    page = visit(site, "/guidelines/npc-ajcc?sites=nasopharynx&sites=skull-base&nodes=none"
                       "&metastases=0", "en")  # fmt: skip
    assert "T3" in page.text


@pytest.mark.parametrize(
    ("rule", "said", "not_said"),
    [
        ("chest-xray-severity", "可填多個，以空白分隔；0–3", "面積/HU"),
        ("coronary-calcium", "病灶寫成「面積/HU」", "years"),
        ("mesa-2015", "45–85 歲", "years"),
    ],
)
def test_hints_say_how_an_input_is_written(tmp_path, rule, said, not_said):
    site = make_commons(tmp_path)
    shown = site.client.get(f"/guidelines/{rule}", headers={"accept-language": "zh-TW"}).text
    assert said in shown
    assert not_said not in shown


def test_units_and_editions_are_said_in_the_language(tmp_path):
    site = make_commons(tmp_path)
    page = visit(site, f"{LUNG}?nodule=solid&state=baseline&volume_mm3=200", "zh-Hant").text
    assert "≥ 6 個月" in page
    assert "6 months" not in page
    assert "mm³" in page
    assert "v2022（2022年11月）" in page
    assert "≥ 6 months" in visit(site, LUNG, "en").text
