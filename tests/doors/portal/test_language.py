"""Two languages, complete, in the words of the house."""

import csv
import re
import tomllib
from pathlib import Path
from string import Formatter

import polib
import pytest
from tests.doors.portal.making import make_commons, sign_in
from tests.doors.portal.messages import PORTAL, all_messages

from yushan.base import codes
from yushan.doors.portal.states import STATES
from yushan.services.archive import SiteAccount
from yushan.services.gateway import State

ROOT = Path(__file__).parents[3]
LOCALE = ROOT / "src" / "yushan" / "base" / "locale" / "zh_Hant"
#: All catalogues of the portal: `portal.po`, and `portal_….po` of single parts.
CATALOGUE = [
    entry
    for page in sorted(LOCALE.glob("portal*.po"))
    for entry in polib.pofile(page.read_text("utf-8"))
]
HAN = r"[\u4e00-\u9fff]"
#: Words that the house does not use: the notes of the glossary, and words of other places.
NOT_OURS = ("默認", "信息", "網絡", "質量", "用戶", "數據", "元數據", "界面", "登錄", "視頻",
            "軟件", "硬件", "服務器", "文件夾", "菜單", "鼠標", "打印", "默认", "隔離")  # fmt: skip


def placeholders(text):
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def data_texts():
    """Every text of the portal's tables, as (where, zh)."""
    for page in sorted((PORTAL / "data").glob("*.toml")):
        yield page.name, page.read_text("utf-8")


def test_every_message_has_its_chinese():
    texts = {entry.msgid: entry.msgstr for entry in CATALOGUE if not entry.fuzzy}
    missing = [message for message in all_messages() if not texts.get(message)]
    assert missing == []


def test_no_chinese_is_left_over():
    spoken = set(all_messages())
    assert [entry.msgid for entry in CATALOGUE if entry.msgid not in spoken] == []


def test_a_message_has_one_chinese():
    seen: dict[str, str] = {}
    for entry in CATALOGUE:
        assert seen.setdefault(entry.msgid, entry.msgstr) == entry.msgstr, entry.msgid


def test_both_languages_name_the_same_values():
    for entry in CATALOGUE:
        assert placeholders(entry.msgid) == placeholders(entry.msgstr), entry.msgid


def test_chinese_is_chinese():
    plain = {"TLS 1.2 or later", "{first} to {last}"}
    for entry in CATALOGUE:
        if re.search(r"[A-Za-z]{3}", re.sub(r"\{[^}]*\}", "", entry.msgid)):
            assert re.search(HAN, entry.msgstr) or entry.msgid in plain, entry.msgid


@pytest.mark.parametrize("word", NOT_OURS)
def test_words_of_other_places_are_not_used(word):
    everything = "\n".join([
        *(entry.msgstr for entry in CATALOGUE),
        *(text for _, text in data_texts()),
        *(f"{one.zh}{one.remedy_zh}" for code, one in codes().items()
          if code.startswith(("portal.", "accounts."))),
    ])  # fmt: skip
    assert word not in everything


def test_no_space_is_typed_between_han_and_latin_letters():
    for entry in CATALOGUE:
        text = re.sub(r"\{[^}]*\}", "0", entry.msgstr)
        text = re.sub(r"yushan [a-z ]+|RFC \d+", "", text)
        assert not re.search(rf"{HAN} [A-Za-z]|[A-Za-z] {HAN}", text), entry.msgstr
    for code, one in codes().items():
        assert not re.search(rf"{HAN} [A-Za-z0-9]|[A-Za-z0-9] {HAN}", one.zh + one.remedy_zh), code


def test_punctuation_is_full_width():
    for entry in CATALOGUE:
        assert not re.search(rf"{HAN}[,;:?!()]", entry.msgstr), entry.msgstr


def test_the_words_are_those_of_the_glossary():
    glossary = ROOT / "docs" / "glossary.md"
    rows = [line.split("|") for line in glossary.read_text("utf-8").splitlines() if "|" in line]
    words = {row[1].strip(): row[2].strip() for row in rows if len(row) > 3}
    texts = {entry.msgid: entry.msgstr for entry in CATALOGUE}
    for message, key in {
        "Quarantine": "quarantined", "Acknowledged": "acknowledged", "Packs": "pack",
        "Accounting": "accounting", "Sign in": "sign in", "Provenance": "provenance",
        "Modality": "modality", "Subject": "subject", "Help": "help", "Tags": "data element (tag)",
        "Clear all": "clear all", "Metadata": "metadata", "Try again": "retry",
    }.items():  # fmt: skip
        assert texts[message] == words[key], message


def test_every_state_of_an_object_has_a_badge_and_words():
    assert set(STATES["object"]) == {str(state) for state in State}
    for rows in STATES.values():
        for row in rows.values():
            assert row.en
            assert re.search(HAN, row.zh)


def test_every_state_of_a_pack_has_a_badge_and_words():
    from yushan.domain.packs import IncomingState

    assert set(STATES["pack"]) == {state.value for state in IncomingState}


def test_every_place_of_an_image_at_the_commons_has_a_word():
    from yushan.doors.portal.accounting import COLUMNS

    fields = set(SiteAccount.__dataclass_fields__) - {"site"}
    assert fields == set(COLUMNS)


@pytest.mark.parametrize("name", ["navigation", "tour", "record", "states"])
def test_tables_speak_both_languages(name):
    def rows(value):
        if isinstance(value, dict):
            if "en" in value:
                yield value
            for part in value.values():
                yield from rows(part)
        elif isinstance(value, list):
            for part in value:
                yield from rows(part)

    found = list(rows(tomllib.loads((PORTAL / "data" / f"{name}.toml").read_text("utf-8"))))
    assert found
    for row in found:
        assert re.search(HAN, row["zh"]), row
        assert not re.search(HAN, row["en"]), row


def test_body_parts_speak_both_languages():
    lines = (PORTAL / "data" / "body_parts.csv").read_text("utf-8").splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert len(rows) > 40
    assert len({row["code"] for row in rows}) == len(rows)
    assert all(re.search(HAN, row["zh"]) and row["en"] for row in rows)


@pytest.mark.parametrize(("headers", "cookie", "query", "language"), [
    ({}, None, "", "zh-Hant-TW"),
    ({"accept-language": "en-GB,en;q=0.9"}, None, "", "en"),
    ({"accept-language": "en-GB,en;q=0.9"}, "zh-Hant", "", "zh-Hant-TW"),
    ({"accept-language": "zh-TW,zh;q=0.9"}, "zh-Hant", "?lang=en", "en"),
    ({"accept-language": "fr"}, None, "?lang=xx", "zh-Hant-TW"),
])  # fmt: skip
def test_the_language_is_asked_for_kept_or_guessed(tmp_path, headers, cookie, query, language):
    site = make_commons(tmp_path)
    if cookie:
        site.client.cookies.set("yushan_lang", cookie)
    assert f'<html lang="{language}"' in site.client.get(f"/help{query}", headers=headers).text


def test_the_language_switch_keeps_the_address_and_is_remembered(tmp_path):
    site = make_commons(tmp_path)
    sign_in(site)
    page = site.client.get("/studies?modality=CT&site=hospital-a")
    assert 'href="/studies?modality=CT&amp;site=hospital-a&amp;lang=en"' in page.text
    site.client.get("/studies?modality=CT&lang=en")
    assert '<html lang="en"' in site.client.get("/help").text


def test_without_a_middleware_the_account_s_language_counts(tmp_path):
    from types import SimpleNamespace

    from starlette.requests import Request

    from yushan.doors.portal import choose_language

    scope = {"type": "http", "query_string": b"", "headers": [], "state": {}}
    request = Request(scope)
    assert choose_language(request) == "zh-Hant"
    request.state.account = SimpleNamespace(language="en")
    assert choose_language(request) == "en"
    scope = {"type": "http", "query_string": b"", "headers": [(b"cookie", b"yushan_lang=zh-Hant")]}
    assert choose_language(Request(scope | {"state": request.state._state})) == "zh-Hant"
    assert choose_language(Request(scope | {"query_string": b"lang=en"})) == "en"
