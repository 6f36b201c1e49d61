"""Stage 1 once more, written for reading: pydicom reads, Annex E decides, nothing is fast.

Shares with the rewriter the decisions about single words, days, UIDs and codes; reads files, walks
sequences, resolves Table E.1-1 by IOD, private blocks and report trees by itself. Both must give
equal data sets: ``test_both_paths.py`` on files of pydicom, ``tools/both-paths`` on a folder.
"""

from __future__ import annotations

import csv
import io
import json
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import pydicom
from pydicom.datadict import DicomDictionary
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from yushan.domain.deid import replace_uid
from yushan.domain.deid.classes import classes
from yushan.domain.deid.codes import UNKNOWN, VERSION, Code, public_code, public_schemes
from yushan.domain.deid.colour_profiles import ICC_PROFILE, without_words
from yushan.domain.deid.content import ContentItem, is_kept_item
from yushan.domain.deid.dates import kept_time, pooled_age, shifted_date_time, shifted_day
from yushan.domain.deid.encode import WIDTHS
from yushan.domain.deid.harvest import Matcher
from yushan.domain.deid.pseudonyms import SiteKeys, registered_uids
from yushan.domain.deid.tables import settings
from yushan.domain.deid.values import looks_like_text
from yushan.domain.deid.vocabulary import cleaned_code_string, cleaned_text
from yushan.domain.dicom import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from yushan.domain.deid import Policy

#: Tag to VR and either the value without padding or the items.
Tree = dict[int, tuple[str, Any]]
Kinds = dict[int, tuple[str, tuple[int, ...]]]

DATA: Final = files("yushan.domain.deid") / "data"
TEXT: Final = {"LO", "SH", "ST", "LT", "UT", "UC"}
NUMBERS: Final = {"US", "SS", "UL", "SL", "FL", "FD", "SV", "UV", "AT"}
STRINGS: Final = TEXT | {"AE", "AS", "CS", "DA", "DS", "DT", "IS", "PN", "TM", "UI", "UR"}
STRICT: Final = ("1", "1C", "2", "2C", "3")
DUMMY: Final = {
    "DA": b"19000101", "DT": b"19000101000000", "TM": b"000000", "AS": b"000D", "DS": b"0",
    "IS": b"0", "CS": b"UNKNOWN", **dict.fromkeys((*TEXT, "PN"), b"REMOVED"),
}  # fmt: skip
DECIMAL: Final = re.compile(rb" *[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)? *")
INTEGER: Final = re.compile(rb" *[+-]?\d{1,10} *")
CODE_TAGS: Final = {0x00080100, 0x00080119, 0x00080120}
CODE_PARTS: Final = CODE_TAGS | {0x00080102, 0x00080103, 0x00080104}
CODE_REST: Final = {
    0x00080105, 0x00080106, 0x00080107, 0x0008010B, 0x0008010D, 0x0008010E, 0x0008010F,
    0x00080110, 0x00080111, 0x00080117, 0x00080118, 0x00080121, 0x00080122, 0x00080123,
}  # fmt: skip
CONTENT: Final = 0x0040A730
#: What ``deidentify`` writes about person and method; compared by other tests.
SAID: Final = {
    0x00080005, 0x00100010, 0x00100020, 0x00100030, 0x00101010, 0x00120062, 0x00120063, 0x00120064,
    0x00280301, 0x00280302, 0x00280303, 0x7FE00001, 0x7FE00002, 0x7FE00008, 0x7FE00009, 0x7FE00010,
}  # fmt: skip


def table(name: str) -> Iterable[dict[str, str]]:
    """Rows of a CSV of the room."""
    lines = (DATA / name).read_text("utf-8").splitlines()
    return csv.DictReader(line for line in lines if not line.startswith("#"))


@cache
def annex_e() -> dict[str, dict[str, str]]:
    """Table E.1-1 by tag."""
    return {row["tag"]: row for row in table("ps315_e1_1.csv")}


@cache
def safe() -> dict[tuple[str, int, int], dict[str, str]]:
    """Table E.3.10-1 and the house's own, by creator, group and element."""
    return {
        (row["private_creator"], int(row["group"], 16), int(row["element"], 16)): row
        for name in ("ps315_e3_10_1_safe_private.csv", "private_more.csv")
        for row in table(name)
    }


@cache
def iods() -> dict[str, Any]:
    """IODs, modules, nodes."""
    found: dict[str, Any] = json.loads((DATA / "iod_types.json").read_text())
    return found


def listed(section: str, key: str) -> set[int]:
    """A list of tags of ``attributes.toml``."""
    return {int(tag, 16) for tag in settings()[section][key].split()}


def kinds_of(nodes: tuple[int, ...]) -> Kinds:
    """Tag to its strictest Type and the nodes of its items."""
    found: Kinds = {}
    recursive = {node[f"{CONTENT:08X}"][1] for node in iods()["nodes"] if f"{CONTENT:08X}" in node}
    for number in nodes:
        rows = dict(iods()["nodes"][number])
        if number in recursive:
            rows[f"{CONTENT:08X}"] = ["1C", number]
        for tag, row in rows.items():
            if not re.fullmatch("[0-9A-F]{8}", tag):
                continue
            kind, below = (row, None) if isinstance(row, str) else row
            before, others = found.get(int(tag, 16), ("3", ()))
            strictest = min(kind, before, key=STRICT.index)
            here = others if below is None else tuple(sorted({*others, below}))
            found[int(tag, 16)] = (strictest, here)
    return found


@cache
def anywhere() -> set[int]:
    """Tags that some IOD has."""
    return set(kinds_of(tuple(range(len(iods()["nodes"])))))


class Reference:
    """One person's job."""

    def __init__(
        self, policy: Policy, keys: SiteKeys, offset_days: int, tokens: frozenset[str]
    ) -> None:
        self.policy, self.keys, self.offset, self.matcher = (
            policy, keys, offset_days, Matcher(tokens),
        )  # fmt: skip

    def object(self, data: bytes) -> Tree:
        """The released data set without what the product says of itself, and without pixels."""
        dataset = little(pydicom.dcmread(io.BytesIO(data)))
        iod = classes()[str(dataset.SOPClassUID)].iod
        modules = iods()["modules"]
        names = [name for name, _, _ in iods()["iods"].get(iod, ()) if name in modules]
        nodes = tuple(sorted({modules[name] for name in names}))
        self.tree = kept_tree(dataset, self, charset_of(dataset, ()))
        return self.level(dataset, kinds_of(nodes), charset_of(dataset, ()), skip=SAID)

    def level(
        self, dataset: pydicom.Dataset, kinds: Kinds, charset: tuple[str, ...], skip: set[int]
    ) -> Tree:
        """All attributes of a level."""
        made: Tree = {}
        for tag in sorted(int(tag) for tag in dataset.keys()):  # noqa: SIM118 - raw elements
            if tag in skip:
                continue
            if tag >> 16 & 1:
                continue
            outcome = self.attribute(dataset, tag, kinds, charset)
            if outcome is not None:
                made[tag] = outcome
        if self.policy.has("retain_safe_private"):
            made |= self.private(dataset, charset)
        return made

    def attribute(
        self, dataset: pydicom.Dataset, tag: int, kinds: Kinds, charset: tuple[str, ...]
    ) -> tuple[str, Any] | None:
        """One standard attribute as it will be written, or None."""
        asked, fallback, text = self.action(tag, kinds)
        if asked == "X":
            return None
        vrs = DicomDictionary[tag][0].split(" or ")
        element = dataset.get_item(tag)
        written = str(element.VR or dataset[tag].VR)
        if asked == "K" and vrs == ["SQ"]:
            return self.sequence(dataset, tag, kinds.get(tag, ("3", ()))[1], charset, fallback)
        if asked == "K" and not is_sequence(dataset, tag):
            vr = in_force(written, vrs)
            if vr is not None:
                value = self.value(tag, vr, raw_of(dataset, tag), (charset, text))
                if value is None and f"{tag:08X}" in settings()["labels"]:
                    value = numbered(dataset, settings()["labels"][f"{tag:08X}"])
                if value is not None:
                    return vr, value
        return otherwise(fallback, vrs[0])

    def action(self, tag: int, kinds: Kinds) -> tuple[str, str, str]:
        """K, X, Z or D; what if the value does not pass; the kind of text that may stay."""
        if tag & 0xFFFF == 0 or tag in listed("never", "tags") or tag >> 24 in (0x50, 0x60):
            return "X", "X", ""
        if tag not in DicomDictionary or DicomDictionary[tag][0] in ("NONE", ""):
            return "X", "X", ""
        text = next(
            (kind for kind in ("device", "descriptor", "zone") if tag in listed("text", kind)), ""
        )
        row, vr = annex_e().get(f"{tag:08X}"), DicomDictionary[tag][0].split(" or ")[0]
        if tag not in kinds:
            return self.outside(tag, row, vr, text)
        kind = kinds[tag][0]
        if row is None:
            fallback = "D" if kind in ("1", "1C") else "X" if kind == "3" else "Z"
            is_kept = vr not in ("PN", "AE", "UR", "UN") and not (vr in TEXT and not text)
            return ("K" if is_kept else fallback), fallback, text
        offered = row["basic"].replace("*", "").split("/")
        basic = chosen(offered, kind)
        if f"{tag:08X}" not in self.policy.remove and any(
            row.get(option) for option in self.policy.options
        ):
            return "K", basic, text or "descriptor"
        if basic == "D" and vr == "SQ":
            return ("K", "D", text) if "D" in offered else ("Z", "Z", text)
        return basic, ("X" if basic == "K" else basic), text

    def outside(
        self, tag: int, row: dict[str, str] | None, vr: str, text: str
    ) -> tuple[str, str, str]:
        """An attribute outside its IOD."""
        if tag not in anywhere():
            return "X", "X", ""
        if row is None:
            is_extra = vr in NUMBERS - {"SV", "UV"} | {"DS", "IS", "CS"}
            return ("K" if is_extra or tag in listed("extra", "tags") else "X"), "X", text
        is_described = row.get("clean_descriptors") and self.policy.has("clean_descriptors")
        if is_described and vr in ("LO", "SH") and f"{tag:08X}" not in self.policy.remove:
            return "K", "X", text or "descriptor"
        return "X", "X", ""

    def value(
        self, tag: int, vr: str, raw: bytes, how: tuple[tuple[str, ...], str]
    ) -> bytes | None:
        """What may stay of a value, without padding."""
        charset, text = how
        if vr in TEXT:
            return self.text(vr, raw, charset, text)
        if vr in NUMBERS:
            return self.number(tag, vr, raw)
        if vr in ("DS", "IS"):
            return self.digits(vr, raw)
        if vr in ("OF", "OD", "OL", "OV") or tag in listed("opaque", "tags"):
            kept = without_words(raw.rstrip(b"\0")) if tag == ICC_PROFILE else raw
            is_bad = kept is None or looks_like_text(kept) or self.matcher.in_bytes(kept)
            return None if is_bad else kept
        change = {
            "UI": lambda one: one if not one or one in registered_uids() else self.uid(one),
            "DA": lambda one: shifted_day(one, self.offset),
            "DT": lambda one: shifted_date_time(one, self.offset),
            "TM": kept_time,
            "AS": lambda one: pooled_age(
                one, self.policy.oldest_age_years, self.policy.age_band_years
            ),
            "CS": cleaned_code_string,
        }.get(vr)
        if change is None:
            return None
        values = [one.strip(" \0") for one in raw.decode("latin_1").split("\\")]
        changed = [change(one) if one or vr != "CS" else "" for one in values]
        if not any(changed) and any(values):
            return None
        if vr == "CS":
            changed = [new for new, old in zip(changed, values, strict=True) if new or not old]
        return "\\".join(changed).encode()

    def uid(self, uid: str) -> str:
        """The site's UID for one of origin."""
        return replace_uid(self.keys.uid, uid)

    def text(self, vr: str, raw: bytes, charset: tuple[str, ...], kind: str) -> bytes | None:
        """The known words of a text."""
        text = decode(raw, charset) if kind else None
        if text is None:
            return None
        if kind == "zone":
            zone = text.strip(" \0")
            return zone.encode() if re.fullmatch(r"[+-](0\d|1[0-4])[0-5]\d", zone) else None
        values = [text] if vr in ("LT", "ST", "UT") else text.split("\\")
        kept = [cleaned_text(one.strip(" \0"), kind) for one in values]
        joined = "\\".join(kept)
        if self.matcher.in_text(joined) or (not any(kept) and text.strip(" \0\\")):
            return None
        return joined.encode()

    def number(self, tag: int, vr: str, raw: bytes) -> bytes | None:
        """Numbers of the right width and number, and no text."""
        width = 4 if vr == "AT" else WIDTHS[vr]
        most = DicomDictionary[tag][1].split(" ")[0].split("-")[-1] if tag >> 16 & 1 == 0 else "n"
        if len(raw) % width or (most.isdigit() and len(raw) // width > int(most)):
            return None
        if len(raw) >= 6 and (looks_like_text(raw) or self.matcher.in_bytes(raw)):
            return None
        return raw

    def digits(self, vr: str, raw: bytes) -> bytes | None:
        """Number strings that are numbers and nobody's."""
        pattern = DECIMAL if vr == "DS" else INTEGER
        if vr == "IS" and len(raw) > 10:
            raw = re.sub(rb"(^|[ \\+-])0+(?=\d)", rb"\1", raw)
        kept = raw.rstrip(b"\0 ")
        for one in kept.split(b"\\"):
            if one.strip() and not pattern.fullmatch(one):
                return None
            if len(one) > 3 and one.strip() in self.matcher.numbers:
                return None
        return kept

    def sequence(
        self,
        dataset: pydicom.Dataset,
        tag: int,
        nodes: tuple[int, ...],
        charset: tuple[str, ...],
        fallback: str,
    ) -> tuple[str, Any] | None:
        """The items of a sequence that stay."""
        if not is_sequence(dataset, tag):
            return otherwise(fallback, "SQ")
        before = list(dataset[tag].value)
        kinds = kinds_of(nodes)
        items = [
            item
            for item in (self.item(one, tag, kinds, charset) for one in before)
            if item is not None
        ]
        if before and not items:
            is_tree = tag in {CONTENT, 0x00700001, 0x0040B020, 0x00400555}
            return None if is_tree else otherwise(fallback, "SQ")
        return "SQ", items

    def item(
        self, item: pydicom.Dataset, tag: int, kinds: Kinds, charset: tuple[str, ...]
    ) -> Tree | None:
        """One item; None when it goes as a whole."""
        own = charset_of(item, charset)
        tags = {int(one) for one in item.keys()}  # noqa: SIM118 - raw elements
        skip, made = {0x00080005}, Tree()
        if tag == 0x00080110:
            scheme = text_of(item, 0x00080102, ())
            if scheme not in public_schemes():
                return None
            made, skip = {0x00080102: ("SH", scheme.encode())}, skip | CODE_PARTS | CODE_REST
        elif tags & CODE_TAGS:
            code = self.code(item, own)
            if code is None:
                return None
            made, skip = as_tree(code), skip | CODE_PARTS | CODE_REST
        if tag == CONTENT:
            if id(item) not in self.tree:
                return None
            position = self.tree[id(item)]
            if position:
                made[0x0040DB73] = ("UL", b"".join(one.to_bytes(4, "little") for one in position))
                skip = skip | {0x0040DB73}
        made |= self.level(item, kinds, own, skip)
        is_bare = tag == 0x00700001 and 0x00700009 not in tags
        return None if is_bare or (tags and not made) else made

    def code(self, item: pydicom.Dataset, charset: tuple[str, ...]) -> Code | None:
        """The code of a coded item."""
        values = [text_of(item, tag, charset) for tag in (0x00080100, 0x00080119, 0x00080120)]
        value = next(filter(None, values), "")
        scheme = text_of(item, 0x00080102, charset)
        meaning, version = text_of(item, 0x00080104, charset), text_of(item, 0x00080103, charset)
        code = public_code(value, scheme, meaning, self.matcher)
        if code is not None and VERSION.fullmatch(version):
            return code._replace(version=version)
        return code

    def private(self, dataset: pydicom.Dataset, charset: tuple[str, ...]) -> Tree:
        """Safe private attributes with their creators."""
        made: Tree = {}
        odd = sorted(int(tag) for tag in dataset.keys() if int(tag) >> 16 & 1)  # noqa: SIM118
        for tag in odd:
            group, number = tag >> 16, tag & 0xFFFF
            creator_tag = group << 16 | number >> 8
            creator = text_of(dataset, creator_tag, ()) if number > 0xFF else ""
            row = safe().get((creator, group, number & 0xFF))
            if (
                row is None
                or row["yushan_default"] == "drop"
                or row["vr"] in ("", "UN", "OB", "OW")
            ):
                continue
            if str(dataset.get_item(tag).VR or dataset[tag].VR) not in (row["vr"], "UN"):
                continue
            outcome = self.safe_value(dataset, tag, row["vr"], charset)
            if outcome is not None:
                made |= {tag: outcome, creator_tag: ("LO", creator.encode())}
        return made

    def safe_value(
        self, dataset: pydicom.Dataset, tag: int, vr: str, charset: tuple[str, ...]
    ) -> tuple[str, Any] | None:
        """The value of a safe private attribute."""
        if vr == "SQ":
            return self.sequence(dataset, tag, (), charset, "X")
        if is_sequence(dataset, tag):
            return None
        value = self.value(tag, vr, raw_of(dataset, tag), (charset, "device"))
        return None if value is None else (vr, value)


def kept_tree(
    root: pydicom.Dataset, job: Reference, charset: tuple[str, ...]
) -> dict[int, tuple[int, ...]]:
    """Content items that stay, by identity, with the new target of a reference by position."""
    old: dict[tuple[int, ...], pydicom.Dataset] = {}
    stays: dict[tuple[int, ...], bool] = {(1,): True}
    targets: dict[tuple[int, ...], tuple[int, ...]] = {}
    for path, item, above in content_items(root, (1,), charset):
        old[path] = item
        own = charset_of(item, above)
        raw = raw_of(item, 0x0040DB73) if 0x0040DB73 in item else b""
        if raw:
            targets[path] = tuple(
                int.from_bytes(raw[at : at + 4], "little") for at in range(0, len(raw) // 4 * 4, 4)
            )
        stays[path] = stays[path[:-1]] and is_kept_item(facts(item, own, job), job.policy)
    for path, target in targets.items():
        stays[path] = stays[path[:-1]] and target not in targets and stays.get(target, False)
    new = {(1,): (1,)}
    for path in sorted(path for path, stay in stays.items() if stay and path != (1,)):
        siblings = [one for one in stays if one[:-1] == path[:-1] and stays[one] and len(one) > 1]
        new[path] = (*new[path[:-1]], sorted(siblings).index(path) + 1)
    return {
        id(old[path]): new[targets[path]] if path in targets else () for path in new if path in old
    }


def content_items(
    dataset: pydicom.Dataset, path: tuple[int, ...], charset: tuple[str, ...]
) -> Iterator[tuple[tuple[int, ...], pydicom.Dataset, tuple[str, ...]]]:
    """Content items by place, parents first."""
    if CONTENT in dataset and is_sequence(dataset, CONTENT):
        for number, item in enumerate(dataset[CONTENT].value, 1):
            yield (*path, number), item, charset
            yield from content_items(item, (*path, number), charset_of(item, charset))


def facts(item: pydicom.Dataset, charset: tuple[str, ...], job: Reference) -> ContentItem:
    """What decides about a content item."""
    scheme, code = concept(item, 0x0040A043, charset, job)
    measured = item[0x0040A300].value if 0x0040A300 in item else []
    first = measured[0] if measured else pydicom.Dataset()
    return ContentItem(
        value_type=text_of(item, 0x0040A040, ()),
        scheme=scheme,
        code=code,
        number=text_of(first, 0x0040A30A, ()),
        unit=concept(first, 0x004008EA, charset, job)[1],
    )


def concept(
    item: pydicom.Dataset, tag: int, charset: tuple[str, ...], job: Reference
) -> tuple[str, str]:
    """Scheme and value of the code in a sequence; ``-`` for a local one."""
    items = item[tag].value if tag in item else []
    if not items:
        return "", ""
    code = job.code(items[0], charset)
    return (code.scheme, code.value) if code else ("", "-")


def chosen(offered: list[str], kind: str) -> str:
    """A compound action by the Type in the IOD."""
    if "U" in offered:
        return "K"
    if offered == ["X"]:
        return "X"
    order = {"1": "DZX", "2": "ZDX", "3": "XZD"}[kind[0]]
    found = next(letter for letter in order if letter in offered)
    return "D" if found == "Z" and kind[0] == "1" else found


def otherwise(fallback: str, vr: str) -> tuple[str, Any] | None:
    """Nothing, empty, or a dummy."""
    if fallback in ("X", "K") or (fallback == "D" and vr not in DUMMY and vr != "SQ"):
        return None
    if vr == "SQ":
        return "SQ", [as_tree(UNKNOWN)] if fallback == "D" else []
    return vr, DUMMY[vr] if fallback == "D" else b""


def as_tree(code: Code) -> Tree:
    """A code item."""
    value = (0x00080100, "SH") if len(code.value) <= 16 else (0x00080119, "UC")
    made: Tree = {
        value[0]: (value[1], code.value.encode()),
        0x00080102: ("SH", code.scheme.encode()),
        0x00080104: ("LO", code.meaning[:64].encode()),
    }
    return made | ({0x00080103: ("SH", code.version.encode())} if code.version else {})


def in_force(written: str, allowed: list[str]) -> str | None:
    """The VR by which a value is read."""
    if written in allowed:
        return written
    if written == "UN" or (written in STRINGS and allowed[0] in STRINGS):
        return allowed[0]
    alike = WIDTHS.get(written, 1) == WIDTHS.get(allowed[0], 1)
    return allowed[0] if alike and not {written, allowed[0]} & STRINGS else None


def numbered(dataset: pydicom.Dataset, row: dict[str, str]) -> bytes | None:
    """A label of its kind and the number beside it."""
    tag = int(row["number"], 16)
    if tag not in dataset:
        return None
    value = dataset[tag].value
    return f"{row['word']} {int(value)}".encode() if value is not None else None


def little(dataset: pydicom.Dataset) -> pydicom.Dataset:
    """A data set of Big Endian as one of Little Endian; others as they are."""
    if dataset.original_encoding[1] is not False:
        return dataset
    out = DicomBytesIO()
    out.is_little_endian, out.is_implicit_VR = True, False
    for level in (dataset, *(one for one in dataset.iterall() if one.VR == "SQ")):
        for item in [level] if isinstance(level, pydicom.Dataset) else level.value:
            swap_words(item)
    write_dataset(out, dataset)
    return pydicom.dcmread(io.BytesIO(out.getvalue()), force=True)


def swap_words(dataset: pydicom.Dataset) -> None:
    """Turn the words of OW round, which pydicom leaves as they stood."""
    for element in dataset:
        if element.VR == "OW" and isinstance(element.value, bytes):
            turned = bytearray(element.value)
            turned[::2], turned[1::2] = element.value[1::2], element.value[::2]
            element.value = bytes(turned)


def is_sequence(dataset: pydicom.Dataset, tag: int) -> bool:
    """Whether an attribute holds items."""
    element = dataset.get_item(tag)
    return str(element.VR or "") == "SQ" or str(dataset[tag].VR) == "SQ"


def raw_of(dataset: pydicom.Dataset, tag: int) -> bytes:
    """The bytes of a value as pydicom read them."""
    element = dataset.get_item(tag)
    if isinstance(element.value, bytes) or element.value is None:
        return element.value or b""
    out = DicomBytesIO()
    out.is_little_endian, out.is_implicit_VR = True, True
    alone = pydicom.Dataset()
    alone[tag] = dataset[tag]
    write_dataset(out, alone)
    return out.getvalue()[8:]


def text_of(dataset: pydicom.Dataset, tag: int, charset: tuple[str, ...]) -> str:
    """A value as trimmed text."""
    if tag not in dataset or is_sequence(dataset, tag):
        return ""
    return (decode(raw_of(dataset, tag), charset) or "").strip(" \0")


def charset_of(dataset: pydicom.Dataset, above: tuple[str, ...]) -> tuple[str, ...]:
    """The character set of a level."""
    if 0x00080005 not in dataset:
        return above
    raw = raw_of(dataset, 0x00080005)
    terms = tuple(one.strip(" \0") for one in raw.decode("latin_1").split("\\"))
    return terms or above


def tree_of(dataset: pydicom.Dataset, skip: set[int] = SAID) -> Tree:
    """A released data set in the same form, to be compared."""
    made: Tree = {}
    for tag in (int(one) for one in dataset.keys()):  # noqa: SIM118 - raw elements
        if tag in skip:
            continue
        if is_sequence(dataset, tag):
            made[tag] = ("SQ", [tree_of(item, {0}) for item in dataset[tag].value])
        else:
            vr = str(dataset.get_item(tag).VR)
            made[tag] = (vr, raw_of(dataset, tag))
    return made


def differences(one: Tree, other: Tree, path: str = "") -> Iterator[str]:
    """Where two trees differ; padding does not count."""
    for tag in sorted(one.keys() | other.keys()):
        place = f"{path}({tag >> 16:04X},{tag & 0xFFFF:04X})"
        left, right = one.get(tag), other.get(tag)
        if left is None or right is None or left[0] != right[0]:
            yield f"{place}: {shown(left)} | {shown(right)}"
        elif left[0] == "SQ":
            if len(left[1]) != len(right[1]):
                yield f"{place}: {len(left[1])} | {len(right[1])} items"
            for number, (a, b) in enumerate(zip(left[1], right[1], strict=False)):
                yield from differences(a, b, f"{place}[{number}]")
        elif left[1].rstrip(b" \0") != right[1].rstrip(b" \0"):
            yield f"{place}: {shown(left)} | {shown(right)}"


def shown(one: tuple[str, Any] | None) -> str:
    """A value for a message."""
    if one is None:
        return "-"
    return f"{one[0]} {one[1][:40]!r}" if one[0] != "SQ" else f"SQ of {len(one[1])}"
