"""One value by its VR: tested, translated, moved or cleaned; ``None`` when it may not stay."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from yushan.domain.deid import dates
from yushan.domain.deid.colour_profiles import ICC_PROFILE, without_words
from yushan.domain.deid.encode import WIDTHS
from yushan.domain.deid.plan import OPEN, TEXT_VRS
from yushan.domain.deid.policy import UIDS, option_bit
from yushan.domain.deid.pseudonyms import registered_uids, replace_uid
from yushan.domain.deid.tables import tag_set
from yushan.domain.deid.vocabulary import cleaned_code_string, cleaned_text
from yushan.domain.dicom import decode

if TYPE_CHECKING:
    from collections.abc import Callable

    from yushan.domain.deid.plan import Rule
    from yushan.domain.deid.task import Task


def several(one: bytes) -> re.Pattern[bytes]:
    """One or more of a pattern between backslashes, or blanks."""
    return re.compile(rb"(?:%b| *+)(?:\\(?:%b| *+))*+" % (one, one))


#: Lists of numbers, empty ones among them; possessive, so that time is linear and ten times less.
DECIMAL: Final = several(
    rb" *+[+-]?+(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?+[0-9]++)?+ *+"
)
INTEGER: Final = several(rb" *+[+-]?+[0-9]{1,10}+ *+")
LEADING_ZEROS: Final = re.compile(rb"(?:^|(?<=[ \\+-]))0+(?=[0-9])")
PRINTABLE: Final = re.compile(rb"[ -~\t\r\n]{6,}\0*")
WIDE: Final = re.compile(rb"(?:[ -~]\0){6,}")
#: Letters of a word fall back in the alphabet this often; numbers in a list mostly grow.
FALLS_OF_TEXT: Final = 2
#: Longer lists are tables of colours and greys, in which small numbers follow one another.
MOST_WIDE: Final = 256
#: Fewer bytes than this say nothing about a person.
SHORTEST_TEXT: Final = 6
LETTERS: Final = re.compile(rb"[A-Za-z]{3}|[0-9]{6}")
KEEPS_UIDS: Final = option_bit(UIDS)
PLAIN_UIDS: Final = re.compile(rb"[0-9.\\ ]*\0?")
#: Six digits or a control character have no place in the name of an institution.
NO_PLACE: Final = re.compile(r"[0-9]{6}|[\x00-\x1f\x7f]|@|://")
ZONE: Final = re.compile(r"[+-](?:0[0-9]|1[0-4])[0-5][0-9]")
#: Values of these VRs are numbers in a fixed width.
BINARY: Final = frozenset(["US", "SS", "UL", "SL", "UV", "SV", "FL", "FD", "AT"])
ARRAYS: Final = frozenset(["OF", "OD", "OL", "OV"])
SINGLE: Final = frozenset(["LT", "ST", "UT"])

#: What stands where something must stand (action D), by VR; UIDs and sequences make their own.
DUMMIES: Final = {
    "DA": b"19000101", "DT": b"19000101000000", "TM": b"000000", "AS": b"000D",
    "DS": b"0", "IS": b"0", "CS": b"UNKNOWN",
    **dict.fromkeys(("LO", "SH", "ST", "LT", "UT", "UC", "PN"), b"REMOVED"),
}  # fmt: skip


def kept_value(
    task: Task, tag: int, rule: Rule, vr: str, raw: bytes, charset: tuple[str, ...]
) -> bytes | None:
    """What may stay of a value.

    Parameters
    ----------
    task, tag, rule
        Whose value it is, of which attribute, and what the plan says of it.
    vr
        The VR in force, one of the dictionary's.
    raw
        The value in little endian, with its padding.
    charset
        The character set terms in force.

    Returns
    -------
    bytes or None
        The value without padding, text in UTF-8; ``None`` when nothing of it may stay.
    """
    if rule.bit == KEEPS_UIDS and vr == "UI":
        return raw.rstrip(b" \0") if PLAIN_UIDS.fullmatch(raw) else None
    if vr in TEXT_VRS:
        return kept_text(task, rule, vr, raw, charset)
    if vr in BINARY:
        return raw if is_numeric(task, rule, vr, raw) else None
    keeper = BY_VR.get(vr)
    if keeper is not None:
        return keeper(task, raw)
    if vr in ARRAYS or tag in tag_set("opaque", "tags"):
        opaque = without_words(raw) if tag == ICC_PROFILE else raw
        bad = opaque is None or looks_like_text(opaque) or task.matcher.in_bytes(opaque)
        return None if bad else opaque
    return None


def kept_text(
    task: Task, rule: Rule, vr: str, raw: bytes, charset: tuple[str, ...]
) -> bytes | None:
    """The known words of a text value, in UTF-8; a harvested name takes the whole value along."""
    text = decode(raw, charset) if rule.text else None
    if text is None:
        return None
    if rule.text == "zone":
        return text.strip(" \0").encode() if ZONE.fullmatch(text.strip(" \0")) else None
    if rule.text == "place":
        place = text.strip(" \0")
        return None if NO_PLACE.search(place) or task.matcher.in_text(place) else place.encode()
    values = [text] if vr in SINGLE else text.split("\\")
    learned = task.policy.words
    kept = [cleaned_text(value.strip(" \0"), rule.text, learned) for value in values]
    if not any(kept) and text.strip(" \0\\"):
        return None
    joined = "\\".join(kept)
    return None if task.matcher.in_text(joined) else joined.encode("utf-8")


def is_numeric(task: Task, rule: Rule, vr: str, raw: bytes) -> bool:
    """Whether a binary value has width and number of values of its attribute, and is no text."""
    width = 4 if vr == "AT" else WIDTHS[vr]
    count, rest = divmod(len(raw), width)
    if rest or (rule.most != OPEN and count > rule.most):
        return False
    if len(raw) < SHORTEST_TEXT:
        return True
    return not looks_like_text(raw) and not task.matcher.in_bytes(raw)


def looks_like_text(raw: bytes) -> bool:
    """Whether a value that should be numbers reads as ASCII, in one byte a letter or in two.

    Numbers that grow from one to the next, as those of segments and frames do, are no text.
    """
    if len(raw) <= MOST_WIDE and (wide := WIDE.search(raw)) is not None:
        letters = wide.group()[::2]
        return sum(one > two for one, two in pairwise(letters)) >= FALLS_OF_TEXT
    return PRINTABLE.fullmatch(raw) is not None and LETTERS.search(raw) is not None


def kept_uids(task: Task, raw: bytes) -> bytes | None:
    """Registered UIDs as they are, all others replaced."""
    text = raw.decode("latin_1")
    return "\\".join(replaced(task, value.strip(" \0")) for value in text.split("\\")).encode()


def replaced(task: Task, uid: str) -> str:
    """A registered UID as it is, any other under the site's key."""
    return uid if not uid or uid in registered_uids() else replace_uid(task.keys.uid, uid)


def kept_numbers(pattern: re.Pattern[bytes], raw: bytes, task: Task) -> bytes | None:
    """Number strings as they stand if each is a number and none is an identifier."""
    raw = raw.rstrip(b"\0 ")
    if not pattern.fullmatch(raw):
        return None
    numbers = task.matcher.numbers
    is_somebodys = numbers and not numbers.isdisjoint(raw.replace(b" ", b"").split(b"\\"))
    return None if is_somebodys else raw


def kept_decimals(task: Task, raw: bytes) -> bytes | None:
    """Decimal strings (DS)."""
    return kept_numbers(DECIMAL, raw, task)


def kept_integers(task: Task, raw: bytes) -> bytes | None:
    """Integer strings (IS); leading zeros that make one longer than a number is go."""
    return kept_numbers(INTEGER, LEADING_ZEROS.sub(b"", raw) if len(raw) > 10 else raw, task)


def each(raw: bytes, change: Callable[[str], str]) -> bytes | None:
    """Each value of a multiple one changed; ``None`` when nothing is left of what was there."""
    values = raw.decode("latin_1").split("\\")
    changed = [change(value.strip(" \0")) for value in values]
    if not any(changed) and any(value.strip(" \0") for value in values):
        return None
    return "\\".join(changed).encode()


def kept_days(task: Task, raw: bytes) -> bytes | None:
    """Dates moved by the person's offset; what is no date becomes empty."""
    return each(raw, lambda text: dates.shifted_day(text, task.offset_days))


def kept_date_times(task: Task, raw: bytes) -> bytes | None:
    """Date times with their day moved."""
    return each(raw, lambda text: dates.shifted_date_time(text, task.offset_days))


def kept_times(_task: Task, raw: bytes) -> bytes | None:
    """Times of day."""
    return each(raw, dates.kept_time)


def kept_ages(task: Task, raw: bytes) -> bytes | None:
    """Ages, the highest pooled."""
    policy = task.policy
    return each(
        raw,
        lambda text: dates.pooled_age(text, policy.oldest_age_years, policy.age_band_years),
    )


def code_string(task: Task, value: str) -> str:
    """One coded string; a learned word that is this patient's name is no code."""
    learned = task.policy.words
    kept = cleaned_code_string(value, learned) if value else ""
    return "" if learned and task.matcher.in_text(kept) else kept


def kept_code_strings(task: Task, raw: bytes) -> bytes | None:
    """Coded strings that the Standard or the vocabulary knows; unknown ones fall out."""
    values = raw.decode("latin_1").strip(" \0").split("\\")
    kept = [code_string(task, value.strip(" \0")) for value in values]
    known = [new for new, old in zip(kept, values, strict=True) if new or not old.strip(" \0")]
    return "\\".join(known).encode() if any(known) or not any(values) else None


BY_VR: Final[dict[str, Callable[[Task, bytes], bytes | None]]] = {
    "AS": kept_ages,
    "CS": kept_code_strings,
    "DA": kept_days,
    "DS": kept_decimals,
    "DT": kept_date_times,
    "IS": kept_integers,
    "TM": kept_times,
    "UI": kept_uids,
}
