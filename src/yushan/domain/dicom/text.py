"""Text by bytes first: the declared character set, else UTF-8, else Big5, else nothing.

Bytes are decoded before they are split at backslashes, because the second byte of Big5, GBK and
Shift-JIS characters may be 5C (許 功 蓋 in Big5).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.domain.dicom.dictionary import implicit_vr
from yushan.domain.dicom.tables import rows

if TYPE_CHECKING:
    from yushan.domain.dicom.values import Element, Part10

SPECIFIC_CHARACTER_SET: Final = 0x00080005

#: VRs that Specific Character Set governs (PS3.5 6.1.2.3).
TEXT_VRS: Final = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
#: VRs whose value may hold a backslash as text: always one value.
SINGLE_VRS: Final = frozenset({"LT", "ST", "UR", "UT"})


class Charset(NamedTuple):
    """One row of ``data/charsets.csv``."""

    codec: str
    half: str
    escape: bytes


CHARSETS: Final = {
    row["term"]: Charset(row["codec"], row["half"], bytes.fromhex(row["escape"]))
    for row in rows("charsets.csv")
}
#: Escape sequence (without ESC) → codec; JIS X 0201 Romaji counts as ASCII.
ESCAPES: Final = {row.escape: row.codec for row in CHARSETS.values() if row.escape} | {
    b"(J": "ascii"
}
ESCAPE: Final = re.compile(rb"\x1b(\([BJ]|\)I|-[A-Tb]|\$B|\$\(D|\$\)[AC])")
G0_CODECS: Final = frozenset({"ascii", "iso2022_jp", "iso2022_jp_2"})
JIS_PREFIX: Final = {"iso2022_jp": b"\x1b$B", "iso2022_jp_2": b"\x1b$(D"}

STANDARD_TERM: Final = re.compile("(?:ISO_IR [0-9]+|ISO 2022 IR [0-9]+|ISO 2022 GBK|GB18030|GBK)?")

HIGH: Final = re.compile(rb"[\x80-\xff]")
C1: Final = re.compile(rb"[\x80-\x9f]")
CHINESE: Final = re.compile("[\u4e00-\u9fff]")
NOT_CHINESE_TEXT: Final = re.compile(
    "[^\x00-\x7f\u2013-\u2027\u2160-\u217f\u3000-\u312f\u4e00-\u9fff\ufe30-\uffee]"
)
TWO_CHINESE: Final = re.compile("[\u4e00-\u9fff]{2}")


def is_standard_charset(term: str) -> bool:
    """Whether a term of (0008,0005) is one of the Standard's, spelled as it spells it."""
    return term in CHARSETS and STANDARD_TERM.fullmatch(term) is not None


def declared_charset(part: Part10, elements: tuple[Element, ...]) -> tuple[str, ...]:
    """The terms of (0008,0005) in a data set or item; empty when it declares none."""
    for element in elements:
        if element.tag == SPECIFIC_CHARACTER_SET:
            raw = bytes(part.buffer[element.value : element.end])
            return tuple(term.strip(" \0") for term in raw.decode("latin_1").split("\\"))
        if element.tag > SPECIFIC_CHARACTER_SET:
            break
    return ()


def text_values(part: Part10, element: Element, charset: tuple[str, ...]) -> tuple[str, ...] | None:
    """The values of a text element, trimmed of padding; None when no rung of the ladder reads it.

    Parameters
    ----------
    part, element
        The walked file and one of its elements with a character VR.
    charset
        The terms in force, see ``declared_charset``; an item without its own inherits.
    """
    raw = bytes(part.buffer[element.value : element.end])
    vr = element.vr if element.vr != "UN" else implicit_vr(element.tag)
    if vr not in TEXT_VRS:
        charset = ()
    text = decode(raw, charset)
    if text is None:
        return None
    if vr in SINGLE_VRS:
        trimmed = text.rstrip(" \0")
        return (trimmed,) if trimmed else ()
    values = tuple(value.strip(" \0") for value in text.split("\\"))
    return () if values == ("",) else values


def decode(raw: bytes, charset: tuple[str, ...]) -> str | None:
    """Text by the ladder: declared set, strict UTF-8, Big5 that reads as Chinese, nothing.

    Latin-1 is believed only when the bytes are neither UTF-8 nor plainly Big5: it is the default of
    many consoles that were never told what they send.
    """
    if raw.isascii() and 0x1B not in raw:
        return raw.decode("ascii")
    if charset[:1] in (("ISO_IR 100",), ("ISO-IR 100",), ("ISO IR 100",)):
        return undeclared(raw, surely=True) or by_terms(raw, charset)
    return by_terms(raw, charset) or undeclared(raw)


def undeclared(raw: bytes, *, surely: bool = False) -> str | None:
    """UTF-8, else Big5; ``surely`` asks Big5 for two Chinese characters side by side."""
    try:
        return raw.decode("utf_8")
    except UnicodeDecodeError:
        return big5(raw, surely=surely)


def big5(raw: bytes, *, surely: bool) -> str | None:
    """CP950 text if every pair is valid and all that is not ASCII reads as Chinese."""
    try:
        text = raw.decode("cp950")
    except UnicodeDecodeError:
        return None
    if NOT_CHINESE_TEXT.search(text) or not CHINESE.search(text):
        return None
    if not mostly_frequent(text) or (surely and not TWO_CHINESE.search(text)):
        return None
    return text


def mostly_frequent(text: str) -> bool:
    """Whether at least half of the characters are of Big5's frequent plane (A440-C67E)."""
    ideographs: list[str] = CHINESE.findall(text)
    frequent = sum(one.encode("cp950") <= b"\xc6\x7e" for one in ideographs)
    return frequent * 2 >= len(ideographs)


def by_terms(raw: bytes, charset: tuple[str, ...]) -> str | None:
    """Text by the declared terms alone; None when they do not cover the bytes."""
    rows_declared = [CHARSETS.get(term) for term in charset or ("",)]
    first = rows_declared[0]
    if first is None:
        return None
    try:
        if first.half == "m":
            return raw.decode(first.codec)
        return by_escapes(raw, first.codec)
    except UnicodeDecodeError:
        return None


def by_escapes(raw: bytes, initial: str) -> str:
    """Text with code extensions (ISO 2022); raises ``UnicodeDecodeError``.

    The standard resets to the first set behind each delimiter; writers forget to repeat the escape,
    so a set in force stays in force. No reader can tell the difference in a correct value.
    """
    parts = ESCAPE.split(raw)
    g0, g1 = "ascii", initial
    text = [segment(parts[0], g0, g1)]
    for escape, content in zip(parts[1::2], parts[2::2], strict=True):
        codec = ESCAPES[escape]
        if codec in G0_CODECS:
            g0 = codec
        else:
            g1 = codec
        text.append(segment(content, g0, g1))
    return "".join(text)


def segment(raw: bytes, g0: str, g1: str) -> str:
    """One stretch between two escapes."""
    if g0 in JIS_PREFIX:
        return (JIS_PREFIX[g0] + raw).decode(g0)
    if g1.startswith(("latin", "iso8859")) and (bad := C1.search(raw)):
        raise UnicodeDecodeError(g1, raw, bad.start(), bad.end(), "control character")
    return raw.decode(g1)
