"""The address is the state: links that change one thing and keep the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Never carried from page to page.
FLEETING = frozenset({"lang", "part"})


def with_changes(path: str, query: Mapping[str, str], changes: Mapping[str, object]) -> str:
    """The address with some of the query changed; None or an empty text removes."""
    merged = {name: value for name, value in query.items() if name not in FLEETING}
    for name, value in changes.items():
        if value is None or value == "":
            merged.pop(name, None)
        else:
            merged[name] = str(value)
    return f"{path}?{urlencode(merged)}" if merged else path
