"""Which objects may pass stage 1: by storage class, then by what the header says of pixels."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.domain.deid.tables import page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yushan.domain.deid.policy import Policy

UNKNOWN_CLASS: Final = "deid.class-unknown"
PRIVATE_CLASS: Final = "deid.class-private"
#: Root of all classes of the Standard; others are a maker's own.
STANDARD: Final = "1.2.840.10008."
#: Marks in Image Type of pictures made of screens, and of drawings over pictures.
CAPTURED: Final = re.compile(
    "SCREEN|CAPTURE|DOSE_?INFO|PASTED|REPORT|COMPOSED|OVERLAY|SSAVE|PRINT|FOREIGN|GRAPH"
)
#: Pictures that come with a slide and show its label.
LABELLED: Final = frozenset({"LABEL", "OVERVIEW", "THUMBNAIL", "MACRO", "LOCALIZER"})
#: Words of the region that say that a head is in the picture, and words that say it is not.
HEAD: Final = re.compile(
    "HEAD|BRAIN|FACE|FACIAL|SKULL|CRANI|ORBIT|SINUS|NECK|NASO|EYE|EAR|JAW|MAXILL|MANDIB|IAC|PITUI"
    "|CEREB|STROKE|MPRAGE|WHOLE|CERVIC|C-?SPINE|DENTAL|TMJ|THYROID|LARYN|PHARYN|CAROTID|頭|腦|臉|頸|鼻|眼"
)
ELSEWHERE: Final = re.compile(
    "CHEST|THORA|LUNG|HEART|CARDI|CORONARY|BREAST|ABD|PELV|LIVER|HEPAT|KIDNEY|RENAL|PROSTAT|UTER"
    "|COLON|BOWEL|PANCREA|SPLEEN|LUMB|SACR|T-?SPINE|L-?SPINE|HIP|KNEE|FEMUR|LEG|ANKLE|FOOT|SHOULDER"
    "|ELBOW|WRIST|HAND|ARM|EXTREM|AORT|胸|腹|肝|肺|心|腎|骨盆|膝|腰"
)
#: Thicker slices do not show a face that could be matched, in mm.
FACE_SLICE_MM: Final = 3.0
#: Maps and series of the brain in which a face cannot be recognised (Schwarz et al. 2021).
FACELESS: Final = frozenset(
    {"DIFFUSION", "ADC", "FA", "TRACEW", "TENSOR", "FMRI", "BOLD", "PERFUSION", "ASL"}
)
#: Volumes made of projections, in which a face may be seen as in slices.
VOLUMES: Final = frozenset({"1.2.840.10008.5.1.4.1.1.13.1.1", "1.2.840.10008.5.1.4.1.1.13.1.2"})
#: Photographs of people, which no policy lets go with their faces.
PORTRAITS: Final = frozenset({"1.2.840.10008.5.1.4.1.1.77.1.4"})


class StorageClass(NamedTuple):
    """One row of ``classes.toml``."""

    uid: str
    name: str
    iod: str
    route: str


class Route(NamedTuple):
    """What becomes of the classes of one route: ``release``, ``policy`` or ``quarantine``."""

    outcome: str
    reason: str
    note: str


class Facts(NamedTuple):
    """What the header says of the pixels, trimmed; empty where it says nothing."""

    image_type: tuple[str, ...] = ()
    burned_in: str = ""
    recognizable: str = ""
    conversion_type: str = ""
    photometric: str = ""
    samples: int = 1
    has_pixels: bool = True
    body: str = ""
    slice_mm: float | None = None
    is_map: bool = False


@cache
def classes() -> dict[str, StorageClass]:
    """Storage classes by UID."""
    table = tomllib.loads(page("classes.toml"))
    return {uid: StorageClass(uid, *row) for uid, row in table["classes"].items()}


@cache
def routes() -> Mapping[str, Route]:
    """Routes by name."""
    table = tomllib.loads(page("classes.toml"))
    return {
        name: Route(row["outcome"], row["reason"], row["note"])
        for name, row in table["routes"].items()
    }


@cache
def settled_by() -> Mapping[str, str]:
    """Reason to the option whose work on the pixels settles it."""
    table: Mapping[str, str] = tomllib.loads(page("classes.toml"))["settled_by"]
    return table


def obstacles(sop_class_uid: str, facts: Facts, policy: Policy) -> Iterator[str]:
    """The reasons for which an object may not pass stage 1, as codes; none when it may."""
    row = classes().get(sop_class_uid)
    if row is None:
        yield UNKNOWN_CLASS if sop_class_uid.startswith(STANDARD) else PRIVATE_CLASS
        return
    route = routes()[row.route]
    if row.route == "slide" and not LABELLED.isdisjoint(facts.image_type):
        yield "deid.slide-label"
    if route.outcome == "quarantine":
        yield route.reason
        if route.reason not in settled_by():
            return
    yield from by_route(row, route.reason, facts, policy)
    yield from everything(facts)
    if may_show_face(row, facts, policy):
        yield "deid.face-visible"


def by_route(row: StorageClass, reason: str, facts: Facts, policy: Policy) -> Iterator[str]:
    """What holds the objects of some routes."""
    if row.route == "report" and policy.structured_reports == "quarantine":
        yield reason
    elif row.route == "projection":
        yield from projection(facts, policy, reason)
    elif row.route == "tomography":
        yield from tomography(facts)


def everything(facts: Facts) -> Iterator[str]:
    """What holds an object of any class."""
    if facts.burned_in not in ("", "NO"):
        yield "deid.burned-in"
    if facts.conversion_type:
        yield "deid.captured"


def may_show_face(row: StorageClass, facts: Facts, policy: Policy) -> bool:
    """Whether a face may be seen, as the header says or by class, region and thickness."""
    if facts.recognizable == "YES" or row.uid in PORTRAITS:
        return True
    is_volume = row.route == "tomography" or row.uid in VOLUMES
    if not is_volume or policy.faces == "release" or not facts.has_pixels:
        return False
    return shows_face(facts, when_unsaid=policy.faces == "remove")


def tomography(facts: Facts) -> Iterator[str]:
    """Slices go when they are the scanner's own greyscale pictures."""
    if "SECONDARY" in facts.image_type[1:2] and facts.image_type[0] == "DERIVED":
        yield "deid.derived-secondary"
    if any(CAPTURED.search(word) for word in facts.image_type):
        yield "deid.captured"
    if facts.has_pixels and (facts.samples != 1 or not is_grey(facts.photometric)):
        yield "deid.colour-slice"


def projection(facts: Facts, policy: Policy, reason: str) -> Iterator[str]:
    """Radiographs go on the word of their header, and only where the policy trusts it."""
    is_clean = facts.burned_in == "NO" and facts.image_type[:2] == ("ORIGINAL", "PRIMARY")
    if policy.projection_radiography != "trust-annotation" or not is_clean or facts.samples != 1:
        yield reason


def is_grey(photometric: str) -> bool:
    """Whether pixels are shades of grey."""
    return photometric in ("", "MONOCHROME1", "MONOCHROME2")


def shows_face(facts: Facts, *, when_unsaid: bool) -> bool:
    """Whether slices are thin enough, and high enough, to draw a face from.

    A thickness that the header does not say counts as thin, and a region that it does not say as a
    head where faces are looked for in the pixels (``when_unsaid``).
    """
    if facts.is_map or not FACELESS.isdisjoint(facts.image_type):
        return False
    if facts.slice_mm is not None and facts.slice_mm > FACE_SLICE_MM:
        return False
    if HEAD.search(facts.body):
        return True
    return when_unsaid and ELSEWHERE.search(facts.body) is None


def classes_table() -> str:
    """The routes with their classes as a Markdown table for the documents."""
    lines = ["| Route | Outcome | Why | Classes |", "|---|---|---|---|"]
    for name, route in routes().items():
        names = ", ".join(row.name for row in classes().values() if row.route == name)
        lines.append(f"| {name} | {route.outcome} | {route.note} | {names} |")
    return "\n".join(lines)
