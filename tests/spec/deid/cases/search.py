"""One search for planted words, used by all cases: bytes, inflated bytes, pixels, logs, reports.

A word is found whatever its encoding, case, width and separators.
"""

from __future__ import annotations

import io
import logging
import re
import unicodedata
import zlib
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import pydicom

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ENCODINGS: Final = ("utf-8", "cp950", "gb18030", "utf-16-le", "utf-16-be")
SEPARATORS: Final = re.compile(r"[\s^=_/.,:;\\|-]+")
#: Beginnings of zlib and gzip streams.
PACKED: Final = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
MOST: Final = 1 << 24


def folded(text: str) -> str:
    """A text without width, case and separators."""
    return SEPARATORS.sub("", unicodedata.normalize("NFKC", text).casefold())


def leaks(data: bytes | str, words: Iterable[str]) -> list[str]:
    """The words that stand in bytes, in what is packed within them, or in their decoded pixels."""
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogateescape")
    views = [data, *unpacked(data)]
    texts = [(code, folded(view.decode(code, "ignore"))) for view in views for code in ENCODINGS]
    found = []
    for word in dict.fromkeys(words):
        assert len(word) > 1, "one letter proves nothing"
        key = folded(word)
        coded = {word.encode(code, "ignore") for code in ENCODINGS} - {b""}
        if any(one in view for view in views for one in coded if len(one) > 1):
            found.append(word)
        elif len(key.encode()) > 3:
            found += [f"{word} in {code}" for code, text in texts if key in text][:1]
    return found


def unpacked(data: bytes) -> Iterator[bytes]:
    """What can be inflated in it, and the pixels as another program decodes them."""
    for match in list(PACKED.finditer(data))[:64]:
        with suppress(zlib.error):
            bits = 31 if match[0][:1] == b"\x1f" else 15
            yield zlib.decompressobj(bits).decompress(data[match.start() :], MOST)
    if data[128:132] == b"DICM":
        yield from pictures(data)


def pictures(data: bytes) -> Iterator[bytes]:
    """The decoded pixels of an object."""
    with suppress(Exception):
        dataset = pydicom.dcmread(io.BytesIO(data))
        if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
            yield dataset.pixel_array.tobytes()


class Heard(logging.Handler):
    """All that anybody logs, texts and facts."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.getMessage()} {record.__dict__}")


@contextmanager
def listening() -> Iterator[Heard]:
    """Everything logged meanwhile, at any level."""
    root, heard = logging.getLogger(), Heard()
    level = root.level
    root.addHandler(heard)
    root.setLevel(logging.DEBUG)
    try:
        yield heard
    finally:
        root.setLevel(level)
        root.removeHandler(heard)
