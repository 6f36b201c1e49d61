"""The code does what the conformance statement says, attribute by attribute, by doing it."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import ImageCms
from tests.house.conformance import statement
from tests.spec.deid.objects import KEYS, SUBJECT, ct, part10, us

from yushan.domain.deid import (
    CleanedPixels,
    Harvest,
    Released,
    deidentify,
    load_policy,
    policy_names,
    policy_page,
    rules_page,
    with_options,
)
from yushan.domain.deid.classes import classes, routes, settled_by
from yushan.domain.deid.colour_profiles import ICC_PROFILE, without_words
from yushan.domain.deid.outcomes import FRAMED, known_tags
from yushan.domain.deid.plan import dictionary, strictest
from yushan.domain.deid.policy import PERFORMED
from yushan.domain.deid.release import method_codes
from yushan.domain.deid.tables import iod_nodes, methods, profile
from yushan.domain.deid.values import DUMMIES
from yushan.domain.dicom import walk

if TYPE_CHECKING:
    from yushan.domain.deid import Policy

SRC = Path(__file__).parents[3] / "src" / "yushan" / "domain"
OFFSET = 30
DONE = CleanedPixels(done=frozenset({"clean_pixel_data", "clean_recognizable_visual_features"}))
ROW = re.compile(r"^\| \(([0-9A-F]{4}),([0-9A-F]{4})\)[^|]*\|(.*)\|$", re.MULTILINE)
GONE = re.compile(r"^- \(([0-9A-F]{4}),([0-9A-F]{4})\)", re.MULTILINE)
BY_VR = re.compile(r"^\| ([A-Z]{2}(?: or [A-Z]{2})*) \|(.*)\|$", re.MULTILINE)

TEXTS = ("LO", "SH", "ST", "LT", "UT", "UC")
#: A value that may stay, for each VR; others are written by ``number``.
FAMILIAR = {
    "AE": "STORESCP", "AS": "045Y", "CS": "AXIAL", "DA": "20190725", "DS": "1.5",
    "DT": "20190725101112", "IS": "7", "PN": "Zqxwvut", "TM": "101112", "UR": "http://zqxwvut",
    "UI": "1.2.826.0.1.3680043.10.99.5.6",
    **dict.fromkeys(TEXTS, "CHEST"),
}  # fmt: skip
ZONE = 0x00080201
#: A colour profile of numbers alone.
PROFILE = without_words(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()) or b""
#: A word that nobody knows, and where words stand.
STRANGE = "ZQXWVUT"
WIDTHS = {"US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "AT": 4, "UV": 8, "SV": 8, "FD": 8}
CODE = {
    0x00080100: ("SH", "51185008"), 0x00080102: ("SH", "SCT"), 0x00080104: ("LO", "Chest"),
}  # fmt: skip
#: Sequences whose items are more than items: trees, pictures, and references by position.
TREES = {0x0040A730, 0x00700001, 0x0040B020, 0x00400555, 0x00080110, 0x00700009}
#: Attributes that decide about the object itself.
OURS = {0x00080016, 0x00080018, 0x0020000D, 0x0020000E, 0x00080008, 0x00080064}
#: One pixel, and what the header must say of it.
PICTURE: dict[int, tuple[str, bytes | str]] = {
    0x00280301: ("CS", "NO"), 0x00280302: ("CS", "NO"), 0x00280004: ("CS", "MONOCHROME2"),
    0x00280008: ("IS", "1"),
    **{tag: ("US", us(1)) for tag in (0x00280002, 0x00280010, 0x00280011)},
    0x00280100: ("US", us(8)), 0x00280101: ("US", us(8)), 0x00280102: ("US", us(7)),
    0x00280103: ("US", us(0)), 0x7FE00010: ("OB", b"\7\0"),
}  # fmt: skip
CLASSES = sorted(
    uid
    for uid, row in classes().items()
    if routes()[row.route].outcome != "quarantine" or routes()[row.route].reason in settled_by()
)
#: Enough to meet every route.
SOME, FEW = CLASSES[::3], CLASSES[1::17]


def sample(tag: int, vr: str) -> bytes | str | list[dict[int, tuple[str, str]]]:
    """A value that may stay."""
    if tag == ZONE:
        return "+0800"
    if tag == ICC_PROFILE:
        return PROFILE
    if vr == "SQ":
        return [CODE]
    if vr in FAMILIAR:
        return FAMILIAR[vr]
    return (1).to_bytes(WIDTHS.get(vr, 8), "little")


def vr_of(tag: int) -> str:
    """The VR by which an attribute is written; of one that no dictionary knows, text."""
    return (dictionary(tag)[0] or ("LO",))[0]


def tags() -> list[int]:
    """All attributes of the statement that an object may hold."""
    named = {tag for tag in profile() if isinstance(tag, int)} | set(known_tags())
    return sorted(
        t
        for t in named - OURS - TREES - FRAMED.keys() - PICTURE.keys()
        if t > 0x0008FFFF or t >> 16 == 8
    )


TAGS = tags()
E1_1 = frozenset(profile())


def is_by_vr(tag: int, by_vr: dict[str, list[str]]) -> bool:
    """Whether the pages state an attribute by its VR alone, or may do so."""
    return tag not in E1_1 and " or ".join(dictionary(tag)[0]) in by_vr


@lru_cache(maxsize=32)
def stated(policy: Policy) -> dict[int, list[str]]:
    """What the pages say of each attribute: the words for Types 1, 2, 3 and outside."""
    page, others = policy_page(policy), rules_page()
    by_vr = {vr: cells(rest) for vr, rest in BY_VR.findall(others)}
    found = {tag: by_vr[" or ".join(dictionary(tag)[0])] for tag in TAGS if is_by_vr(tag, by_vr)}
    for group, element, rest in ROW.findall(others) + ROW.findall(page):
        found[int(group + element, 16)] = cells(rest)[-4:]
    for group, element in GONE.findall(page):
        found[int(group + element, 16)] = ["removed"] * 4
    return found


def cells(rest: str) -> list[str]:
    """The cells of a row."""
    return [cell.strip() for cell in rest.split("|")]


def source(uid: str) -> bytes:
    """An object of a class with every attribute that there is."""
    base = {tag: value for tag, value in ct().items() if tag >> 16 not in (0x0028, 0x7FE0)}
    every = {tag: (vr_of(tag), sample(tag, vr_of(tag))) for tag in TAGS}
    ours = {0x00080016: ("UI", uid), 0x00080018: ("UI", "1.2.3.4")}
    image_type = {0x00080008: ("CS", "ORIGINAL\\PRIMARY")}
    return part10(base | every | ours | image_type | PICTURE)  # type: ignore[arg-type,operator]


def observed(tag: int, vr: str, before: bytes, after: bytes | None) -> str:
    """What happened to an attribute."""
    if after is None:
        return "removed"
    value = after.rstrip(b" \0") if vr in FAMILIAR else after
    if not value:
        return "emptied"
    if vr == "SQ":
        return "dummy" if b"261665006" in value else "inside"
    if vr in DUMMIES and value == DUMMIES[vr]:
        return "dummy"
    if vr == "UI" and value.startswith(b"2.25."):
        return "replaced"
    if vr in ("DA", "DT") and value.startswith(b"20190824"):
        return "shifted"
    assert value == before, hex(tag)
    return "kept"


def differences(policy: Policy, uid: str) -> list[str]:
    """Attributes with which another thing happened than is said."""
    data = source(uid)
    made = deidentify(
        data, policy=policy, keys=KEYS, subject=SUBJECT, offset_days=OFFSET,
        harvested=Harvest(), pixels=DONE,
    )  # fmt: skip
    assert isinstance(made, Released), (uid, made)
    out = b"".join(made.chunks)
    after = {one.tag: out[one.value : one.end] for one in walk(out).elements}
    kinds, said, found = strictest(iod_nodes(classes()[uid].iod)), stated(policy), []
    for tag in TAGS:
        vr = vr_of(tag)
        value = sample(tag, vr)
        before = value.encode() if isinstance(value, str) else value
        column = {"1": 0, "2": 1, "3": 2, "": 3}[kinds.get(tag, "")[:1]]
        word = {"cleaned": "kept", "pooled": "kept"}.get(said[tag][column], said[tag][column])
        done = observed(tag, vr, before if isinstance(before, bytes) else b"", after.get(tag))
        if done != word:
            found.append(
                f"{tag:08X} {vr} {kinds.get(tag)}: {said[tag][column]} stated, {done} done"
            )
    return found


@pytest.mark.parametrize("uid", SOME)
def test_each_class_is_handled_as_the_default_policy_says(uid: str) -> None:
    policy = with_options(load_policy("tw-hospital"), ["+clean_recognizable_visual_features"])
    assert differences(policy, uid) == []


@pytest.mark.parametrize("name", policy_names())
@pytest.mark.parametrize("uid", FEW)
def test_each_policy_does_what_its_page_says(name: str, uid: str) -> None:
    switches = ("recognizable_visual_features", "structured_content", "pixel_data")
    policy = with_options(load_policy(name), [f"+clean_{switch}" for switch in switches])
    if policy.structured_reports == "rebuild" or classes()[uid].route != "report":
        assert differences(policy, uid) == []


@pytest.mark.parametrize("uid", FEW)
def test_no_word_stays_that_no_vocabulary_knows(uid: str) -> None:
    strange = {
        tag: (vr_of(tag), STRANGE) for tag in TAGS if vr_of(tag) in (*TEXTS, "CS", "PN", "AE", "UR")
    }
    data = part10(ct() | strange | {0x00080016: ("UI", uid)} | PICTURE)  # type: ignore[operator]
    made = deidentify(
        data, policy=load_policy("research-full"), keys=KEYS, subject=SUBJECT, offset_days=1,
        harvested=Harvest(), pixels=DONE,
    )  # fmt: skip
    assert isinstance(made, Released) or made.reasons == ("deid.face-visible",)
    if isinstance(made, Released):
        assert STRANGE.encode() not in b"".join(made.chunks)


@pytest.mark.parametrize("option", PERFORMED)
def test_each_option_does_what_its_page_says(option: str) -> None:
    policy = with_options(load_policy("basic"), [f"+{option}"])
    assert differences(policy, "1.2.840.10008.5.1.4.1.1.2") == []


def test_every_method_code_that_can_be_written_is_stated() -> None:
    page = statement()
    for place in range(1 << len(PERFORMED)):
        if place.bit_count() < 2:
            assert all(f"| {code} |" in page for code in method_codes(place))
    assert all(f"`{option}`" in page for option in PERFORMED)
    known = {method.code for method in methods().values()}
    assert set(method_codes((1 << len(PERFORMED)) - 1, known)) == known


def literals(room: str) -> set[str]:
    """The codes of rooms that stand in the source of a room."""
    found: set[str] = set()
    for path in (SRC / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= set(re.findall(r"^(?:deid|dicom)\.[a-z-]+$", node.value))
    return found


def test_every_reason_that_can_be_given_is_stated() -> None:
    page = statement()
    given = {row.reason for row in routes().values()} | literals("deid") | literals("dicom")
    missing = {
        reason
        for reason in given - {""}
        if f"`{reason}`" not in page and not reason.startswith(("deid.policy", "deid.words"))
    }
    assert missing == set()


def test_every_class_that_is_held_is_said_to_be_held() -> None:
    page = statement()
    for name, route in routes().items():
        if any(row.route == name for row in classes().values()):
            line = next(one for one in page.splitlines() if one.startswith(f"| {name} |"))
            assert ("held" in line) == (
                route.outcome == "quarantine" or route.reason in settled_by()
            )
