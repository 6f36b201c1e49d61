"""DICOM JSON as XML: the Native DICOM Model (PS3.19 A.1). Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape, quoteattr

from yushan.domain.dicom import keyword_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    Attributes = dict[str, dict[str, Any]]

OPENING: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<NativeDicomModel '
    'xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM" xml:space="preserve">'
)
#: What XML 1.0 cannot hold, not even escaped.
IMPOSSIBLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
PARTS: Final = ("FamilyName", "GivenName", "MiddleName", "NamePrefix", "NameSuffix")


def native_model(found: Attributes) -> bytes:
    """One data set as an XML document."""
    return "".join((OPENING, *attributes(found), "</NativeDicomModel>\n")).encode()


def attributes(found: Attributes) -> Iterator[str]:
    """The attributes of a data set or item, in the order of their tags."""
    for tag in sorted(found):
        attribute = found[tag]
        keyword = keyword_of(int(tag, 16))
        named = f" keyword={quoteattr(keyword)}" if keyword else ""
        owner = creator(found, tag)
        private = f" privateCreator={quoteattr(owner)}" if owner else ""
        vr = quoteattr(str(attribute.get("vr", "UN")))
        yield f'<DicomAttribute tag="{tag}" vr={vr}{named}{private}>'
        yield from contents(attribute)
        yield "</DicomAttribute>"


def creator(found: Attributes, tag: str) -> str:
    """Who reserved the block of a private attribute."""
    if int(tag[3], 16) % 2 == 0 or tag[4:6] == "00":
        return ""
    values = found.get(f"{tag[:4]}00{tag[4:6]}", {}).get("Value") or [""]
    return plain(values[0])


def contents(attribute: dict[str, Any]) -> Iterator[str]:
    """The values of one attribute."""
    if "BulkDataURI" in attribute:
        yield f"<BulkData uri={quoteattr(str(attribute['BulkDataURI']))}/>"
    elif "InlineBinary" in attribute:
        yield f"<InlineBinary>{attribute['InlineBinary']}</InlineBinary>"
    for number, value in enumerate(attribute.get("Value", ()), start=1):
        yield from one_value(str(attribute.get("vr")), number, value)


def one_value(vr: str, number: int, value: Any) -> Iterator[str]:  # noqa: ANN401 - a JSON value
    """One value by its VR."""
    if vr == "SQ":
        yield f'<Item number="{number}">'
        yield from attributes(value)
        yield "</Item>"
    elif vr == "PN" and isinstance(value, dict):
        yield f'<PersonName number="{number}">'
        for group in ("Alphabetic", "Ideographic", "Phonetic"):
            if group in value:
                yield f"<{group}>{''.join(name_parts(value[group]))}</{group}>"
        yield "</PersonName>"
    elif value is not None:
        yield f'<Value number="{number}">{escape(plain(value))}</Value>'


def name_parts(name: str) -> Iterator[str]:
    """The components of a name."""
    for part, text in zip(PARTS, str(name).split("^"), strict=False):
        if text:
            yield f"<{part}>{escape(plain(text))}</{part}>"


def plain(value: Any) -> str:  # noqa: ANN401 - a JSON value
    """A value as text that XML can hold."""
    return IMPOSSIBLE.sub("\N{REPLACEMENT CHARACTER}", str(value))
