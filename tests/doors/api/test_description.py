"""The description and its page follow from the operations."""

from __future__ import annotations

from pathlib import Path

import msgspec

from yushan.doors.api import description, page

PAGE = Path(__file__).parents[3] / "docs" / "api.md"


def test_the_page_of_the_api_is_the_description() -> None:
    assert PAGE.read_text("utf-8") == page(), "write it anew: python -m tests.doors.api"


def test_every_reference_leads_somewhere() -> None:
    said = msgspec.json.decode(description())
    known = {f"#/components/schemas/{name}" for name in said["components"]["schemas"]}

    def references(value):
        if isinstance(value, dict):
            for name, one in value.items():
                if name == "$ref":
                    yield one
                yield from references(one)
        elif isinstance(value, list):
            for one in value:
                yield from references(one)

    assert set(references(said)) <= known
