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
#: Marks in Image Type of pictures made of screens, and of drawings over pictures.
CAPTURED: Final = re.compile(
    "SCREEN|CAPTURE|DOSE_?INFO|PASTED|REPORT|COMPOSED|OVERLAY|SSAVE|PRINT|FOREIGN|GRAPH"
)
HEAD: Final = re.compile(
    "HEAD|BRAIN|FACE|SKULL|ORBIT|SINUS|NECK|NASO|EYE|EAR|JAW|MAXILL|MANDIB|IAC"
)
#: Thicker slices do not show a face that could be matched, in mm.
FACE_SLICE_MM: Final = 3.0


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
        yield UNKNOWN_CLASS
        return
    route = routes()[row.route]
    if route.outcome == "quarantine":
        yield route.reason
        if route.reason not in settled_by():
            return
    if row.route == "report" and policy.structured_reports == "quarantine":
        yield route.reason
    if row.route == "projection":
        yield from projection(facts, policy, route.reason)
    elif row.route == "tomography":
        yield from tomography(facts)
    yield from everything(facts, policy)


def everything(facts: Facts, policy: Policy) -> Iterator[str]:
    """What holds an object of any class."""
    if facts.burned_in not in ("", "NO"):
        yield "deid.burned-in"
    if facts.recognizable == "YES" or (policy.faces != "release" and shows_face(facts)):
        yield "deid.face-visible"
    if facts.conversion_type:
        yield "deid.captured"


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


def shows_face(facts: Facts) -> bool:
    """Whether slices of the head are thin enough to draw a face from."""
    is_thin = facts.slice_mm is not None and facts.slice_mm <= FACE_SLICE_MM
    return is_thin and HEAD.search(facts.body) is not None


def classes_table() -> str:
    """The routes with their classes as a Markdown table for the documents."""
    lines = ["| Route | Outcome | Why | Classes |", "|---|---|---|---|"]
    for name, route in routes().items():
        names = ", ".join(row.name for row in classes().values() if row.route == name)
        lines.append(f"| {name} | {route.outcome} | {route.note} | {names} |")
    return "\n".join(lines)
