"""The answer to a request to store (PS3.18 10.5.3, I.2): a data set as JSON or XML. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape, quoteattr

from yushan.base import codes
from yushan.domain.dicom import keyword_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.flows.store import Fate

    Dataset = dict[str, dict[str, Any]]

#: Coercion of data elements (PS3.18 table I.2-3).
COERCED: Final = 0xB000
#: Reason code → Failure Reason (PS3.18 table I.2-2, PS3.7 annex C); others are 0110, a failure to
#: process.
FAILURES: Final = {
    "store.full": 0xA700,
    "store.other-study": 0xA901,
    "store.other-person": 0xA902,
    "store.series-elsewhere": 0xA903,
    "store.instance-differs": 0x0111,
    "store.not-clean": 0xC410,
    "store.not-cleaned": 0xC411,
    "store.study-unknown": 0x0112,
}
PROCESSING: Final = 0x0110
UNREADABLE: Final = 0xC000
CLASS_UNKNOWN: Final = 0x0122
SYNTAX_UNKNOWN: Final = 0xC122
CLASSES: Final = frozenset(
    {"deid.class-unknown", "deid.class-not-covered", "deid.class-private", "deid.class-retired"}
    | {"dicom.directory"}
)
SYNTAXES: Final = frozenset({"dicom.transfer-syntax-unknown", "deid.stream-unknown"})


def failure_of(reasons: Sequence[str]) -> int:
    """The Failure Reason of an object."""
    if CLASSES & set(reasons):
        return CLASS_UNKNOWN
    if SYNTAXES & set(reasons):
        return SYNTAX_UNKNOWN
    first = reasons[0]
    if first.startswith("dicom."):
        return UNREADABLE
    return FAILURES.get(first, PROCESSING)


def status_of(fates: Sequence[Fate]) -> int:
    """200 all stored as they are, 202 some or with warnings, 409 none, 400 none readable."""
    stored = [fate for fate in fates if not fate.reasons]
    if len(stored) == len(fates) and not any(fate.made.coerced for fate in fates):
        return 200
    if stored:
        return 202
    unreadable = all(failure_of(fate.reasons) == UNREADABLE for fate in fates)
    return 400 if unreadable else 409


def answer_of(fates: Sequence[Fate], base: str, language: str) -> Dataset:
    """The Store Instances Response Module."""
    stored = [fate for fate in fates if not fate.reasons]
    failed = [fate for fate in fates if fate.reasons and fate.sent.sop_instance_uid]
    others = [fate for fate in fates if fate.reasons and not fate.sent.sop_instance_uid]
    found: Dataset = {}
    studies = {fate.made.study_instance_uid for fate in stored}
    if len(studies) == 1:
        found["00081190"] = attribute("UR", f"{base}/studies/{studies.pop()}")
    if failed:
        found["00081198"] = attribute("SQ", *(failed_item(one, language) for one in failed))
    if stored:
        found["00081199"] = attribute("SQ", *(stored_item(one, base) for one in stored))
    if others:
        found["0008119A"] = attribute("SQ", *(reasons_item(one, language) for one in others))
    return found


def attribute(vr: str, *values: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """One attribute."""
    return {"vr": vr, "Value": list(values)} if values else {"vr": vr}


def stored_item(fate: Fate, base: str) -> Dataset:
    """An item of the Referenced SOP Sequence; what was coerced is told with what it was."""
    made = fate.made
    address = (
        f"{base}/studies/{made.study_instance_uid}/series/{made.series_instance_uid}"
        f"/instances/{made.sop_instance_uid}"
    )
    found = {
        "00081150": attribute("UI", made.sop_class_uid),
        "00081155": attribute("UI", made.sop_instance_uid),
        "00081190": attribute("UR", address),
    }
    if made.coerced:
        found["00081196"] = attribute("US", COERCED)
        found["04000561"] = attribute("SQ", original_item(fate))
    return found


def original_item(fate: Fate) -> Dataset:
    """The UIDs as they were sent (Original Attributes Sequence)."""
    sent = fate.sent
    before = {
        "00080018": attribute("UI", sent.sop_instance_uid),
        "0020000D": attribute("UI", sent.study_instance_uid),
        "0020000E": attribute("UI", sent.series_instance_uid),
    }
    return {
        "04000550": attribute("SQ", before),
        "04000563": attribute("LO", "YUSHAN"),
        "04000564": attribute("LO"),
        "04000565": attribute("CS", "COERCE"),
    }


def failed_item(fate: Fate, language: str) -> Dataset:
    """An item of the Failed SOP Sequence."""
    return {
        "00081150": attribute("UI", fate.sent.sop_class_uid),
        "00081155": attribute("UI", fate.sent.sop_instance_uid),
        **reasons_item(fate, language),
    }


def reasons_item(fate: Fate, language: str) -> Dataset:
    """The Failure Reason, and in words what a person can do (Error Comment per reason)."""
    comments = [{"00000902": attribute("LO", comment(one, language))} for one in fate.reasons]
    return {
        "00081197": attribute("US", failure_of(fate.reasons)),
        "00741048": attribute("SQ", *comments),
    }


def comment(code: str, language: str) -> str:
    """A reason as code and text; what to do, where the one who stores can do it."""
    texts = codes().get(code)
    if texts is None:
        return code
    en = language.startswith("en")
    said = [texts.en if en else texts.zh]
    if not code.startswith("verifier."):
        said.append(texts.remedy_en if en else texts.remedy_zh)
    return f"{code}: {' '.join(said)}" if en else f"{code}：{''.join(said)}"


def xml_of(dataset: Dataset) -> bytes:
    """The data set as Native DICOM Model (PS3.19 A.1)."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<NativeDicomModel xml:space="preserve">{elements_of(dataset)}</NativeDicomModel>'
    ).encode()


def elements_of(dataset: Dataset) -> str:
    """The attributes of one level."""
    return "".join(
        f"<DicomAttribute tag={quoteattr(tag)} vr={quoteattr(found['vr'])}"
        f" keyword={quoteattr(keyword_of(int(tag, 16)) or '')}>"
        f"{''.join(value_of(found['vr'], *one) for one in enumerate(found.get('Value', []), 1))}"
        "</DicomAttribute>"
        for tag, found in sorted(dataset.items())
    )


def value_of(vr: str, number: int, value: Any) -> str:  # noqa: ANN401 - any JSON value
    """One value, or one item."""
    if vr == "SQ":
        return f'<Item number="{number}">{elements_of(value)}</Item>'
    return f'<Value number="{number}">{escape(str(value))}</Value>'
