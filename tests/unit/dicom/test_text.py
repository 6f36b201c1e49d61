"""The ladder of character sets, on the traps of real equipment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.dicom.factory import Written, part10

from yushan.domain.dicom import declared_charset, decode, text_values, walk


def values(raw: bytes, vr: str = "PN", charset: str | None = None) -> tuple[str, ...] | None:
    tag = {"PN": 0x00100010, "LO": 0x00081030, "LT": 0x00204000, "UN": 0x00100010}[vr]
    declared = (Written(0x00080005, "CS", charset.encode()),) if charset is not None else ()
    part = walk(part10((*declared, Written(tag, vr, raw))))
    return text_values(part, part.elements[-1], declared_charset(part, part.elements))


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [
        ("ISO_IR 192", "王^大明".encode(), "王^大明"),
        ("GB18030", "许功蓋".encode("gb18030"), "许功蓋"),
        ("GBK", "朱鎔基".encode("gbk"), "朱鎔基"),
        ("ISO_IR 100", "Müller^Jörg".encode("latin_1"), "Müller^Jörg"),
        ("ISO_IR 100", "Ärzte^Åsa".encode("latin_1"), "Ärzte^Åsa"),
        ("ISO_IR 144", "Петров".encode("iso8859_5"), "Петров"),
        ("ISO_IR 13", b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3", "ﾔﾏﾀﾞ^ﾀﾛｳ"),
        ("ISO_IR 166", "สมชาย".encode("tis_620"), "สมชาย"),
        (
            "\\ISO 2022 IR 58",
            b"Wang^XiaoDong=\x1b$)A\xcd\xf5^\x1b$)A\xd0\xa1\xb6\xab=",
            "Wang^XiaoDong=王^小东=",
        ),
        (
            "\\ISO 2022 IR 149",
            b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=",
            "Hong^Gildong=洪^吉洞=",
        ),
        (
            "\\ISO 2022 IR 87",
            b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B",
            "Yamada^Tarou=山田^太郎",
        ),
        (
            "ISO 2022 IR 13\\ISO 2022 IR 87",
            b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J",
            "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎",
        ),
        ("ISO 2022 IR 6\\ISO 2022 IR 100", b"Buc^J\x1b-A\xe9r\xf4me", "Buc^Jérôme"),
    ],
)
def test_a_declared_set_is_believed(charset: str, raw: bytes, text: str) -> None:
    assert values(raw, charset=charset) == (text,)


@pytest.mark.parametrize("charset", [None, "", "ISO_IR 6", "ISO_IR 100", "ISO 2022 IR 87"])
def test_undeclared_big5_is_read_and_not_split_inside_a_character(charset: str | None) -> None:
    assert values("許功蓋".encode("cp950"), charset=charset) == ("許功蓋",)
    assert values("胸部許功蓋".encode("cp950"), "LO", charset) == ("胸部許功蓋",)
    name = b"Wang^DaMing=" + "王^大明".encode("cp950")
    assert values(name, charset=charset) == ("Wang^DaMing=王^大明",)


@pytest.mark.parametrize("charset", [None, "ISO_IR 100"])
def test_undeclared_utf8_is_read(charset: str | None) -> None:
    assert values("陳淑芬".encode(), charset=charset) == ("陳淑芬",)
    assert values("頭部\\胸部".encode(), "LO", charset) == ("頭部", "胸部")


def test_bytes_that_no_rung_reads_give_nothing() -> None:
    assert values(b"\x81\x82\xff\xfe") is None
    assert values(b"\xe9", charset="ISO_IR 192") is None
    assert values(b"J\xe9r\xf4me") is None
    assert values(b"a\x80b", charset="ISO_IR 100") is None


def test_a_wrong_declaration_falls_to_the_next_rung() -> None:
    assert values("王大明".encode("cp950"), charset="ISO_IR 192") == ("王大明",)
    assert values("王大明".encode(), charset="\\ISO 2022 IR 87") == ("王大明",)
    assert values("王大明".encode(), charset="MARTIAN") == ("王大明",)


def test_long_texts_keep_their_backslash_and_leading_blanks() -> None:
    assert values(b"  a\\b  ", "LT") == ("  a\\b",)
    assert values(b"  ", "LT") == ()
    assert values(b"", "PN") == ()
    assert values(b" A\\\\B ", "LO") == ("A", "", "B")


def test_a_name_written_as_un_is_text_all_the_same() -> None:
    assert values("王大明".encode(), "UN", "ISO_IR 192") == ("王大明",)


@given(st.binary(max_size=60), st.sampled_from(["", "ISO_IR 100", "ISO_IR 13", "GB18030", "X"]))
def test_any_bytes_give_text_or_nothing(raw: bytes, charset: str) -> None:
    text = decode(raw, (charset, "ISO 2022 IR 87"))
    assert text is None or isinstance(text, str)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=9))
def test_chinese_in_utf8_is_never_taken_for_big5(text: str) -> None:
    assert decode(text.encode(), ()) == text
    assert decode(text.encode(), ("ISO_IR 100",)) == text
