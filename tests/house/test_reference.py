"""The reference says what the code says."""

from __future__ import annotations

import pytest

from tests.house.reference import FOLDER, HEAD, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_what_the_code_says_now(name: str) -> None:
    written = (FOLDER / name).read_text("utf-8")
    assert written == HEAD + PAGES[name](), "run tools/reference"
