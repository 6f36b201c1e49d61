"""Two languages: English is the source of messages, zh-Hant is shown by default.

Catalogues are gettext ``.po`` files, one per room, in ``locale/zh_Hant/``; they are read as they
are, so no build step stands between a translator and the page.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

import polib

if TYPE_CHECKING:
    from collections.abc import Callable

Language = Literal["zh-Hant", "en"]
LANGUAGES: tuple[Language, ...] = ("zh-Hant", "en")


@cache
def catalogue() -> dict[str, str]:
    """English message → zh-Hant text of all rooms; fuzzy and empty entries are left out."""
    texts: dict[str, str] = {}
    folder = files("yushan.base") / "locale" / "zh_Hant"
    for page in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if page.name.endswith(".po"):
            for entry in polib.pofile(page.read_text("utf-8")):
                if entry.msgstr and not entry.fuzzy:
                    texts[entry.msgid] = entry.msgstr
    return texts


def translator(language: Language) -> Callable[[str], str]:
    """The function ``_`` of a language."""
    if language == "en":
        return lambda message: message
    texts = catalogue()
    return lambda message: texts.get(message, message)
