"""Every error and reason code has its texts, and every text a code that can occur."""

from __future__ import annotations

import re
from pathlib import Path

from yushan.base import codes

SRC = Path(__file__).parents[2] / "src" / "yushan"
RAISED = re.compile(
    r"\b(?:Rejected|Forbidden|Absent|Conflict|Unavailable|Broken)\(\s*\"([a-z0-9-]+\.[a-z0-9-]+)\""
)


def sources() -> dict[str, str]:
    """All our code and data tables, by name."""
    found = [*SRC.rglob("*.py"), *SRC.rglob("*.toml"), *SRC.rglob("*.csv")]
    return {
        path.relative_to(SRC).as_posix(): path.read_text("utf-8")
        for path in found
        if "codes" not in path.parts
    }


def test_every_raised_code_has_texts() -> None:
    raised = {code for text in sources().values() for code in RAISED.findall(text)}
    assert sorted(raised - codes().keys()) == []


def test_every_text_belongs_to_a_code_in_use() -> None:
    everything = "\n".join(sources().values())
    unused = [
        code
        for code in codes()
        if f'"{code}"' not in everything and f"{code}" not in everything.replace('"', "")
    ]
    assert unused == []


def test_texts_are_complete_in_both_languages() -> None:
    for code, texts in codes().items():
        for text in (texts.en, texts.zh, texts.remedy_en, texts.remedy_zh):
            assert text.strip(), code
        assert re.search(r"[\u4e00-\u9fff]", texts.zh), code
