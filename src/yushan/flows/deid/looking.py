"""The first pass, in a child: what an input is, whom it shows, which words tell who that is."""

from __future__ import annotations

import hashlib
import time
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.domain.deid import harvest, national_identity, pixel_need
from yushan.domain.dicom import declared_charset, text_values, walk
from yushan.flows.cleaning import content
from yushan.flows.deid.kinds import HEAD, Kind, kind_of

if TYPE_CHECKING:
    import mmap

    from yushan.domain.deid import Policy
    from yushan.domain.dicom import Part10

SOP_CLASS, SOP_INSTANCE, STUDY, SERIES = 0x00080016, 0x00080018, 0x0020000D, 0x0020000E
PATIENT_ID, ISSUER = 0x00100020, 0x00100021
#: Between the parts of a key of a person; no text of ours holds it.
APART: Final = "\x1f"
#: Why a file that is no DICOM goes no further.
STOPS: Final = {
    Kind.EMPTY: "standalone.empty",
    Kind.ZIP: "standalone.archive-opened",
    Kind.ARCHIVE: "standalone.archive-unknown",
    Kind.TO_DIGITISE: "standalone.to-digitise",
    Kind.FALSE_NAME: "dicom.not-part10",
    Kind.OTHER: "standalone.not-dicom",
}


@dataclass(frozen=True, slots=True)
class Input:
    """One input as a child needs it."""

    number: int
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What one input is. ``stop``: why it goes no further; ``keys``: by what its person is known.

    ``waits`` says what its pixels need before they go: nothing, ``text`` or ``face``, or both.
    """

    number: int
    sha256: bytes = b""
    keys: tuple[str, ...] = ()
    patient_id: str = ""
    issuer: str = ""
    sop_class: str = ""
    sop_instance: str = ""
    study: str = ""
    series: str = ""
    waits: str = ""
    tokens: frozenset[str] = frozenset()
    stop: str = ""
    seconds: float = 0.0


def look_all(inputs: tuple[Input, ...], policy: Policy) -> tuple[Looked, ...]:
    """Look at some inputs."""
    return tuple(look_timed(one, policy) for one in inputs)


def look_timed(one: Input, policy: Policy) -> Looked:
    """Look at one input; whatever it holds gives a value."""
    start = time.perf_counter()
    try:
        found = look(one, policy)
    except Rejected as error:
        found = Looked(one.number, stop=error.code)
    except OSError:
        found = Looked(one.number, stop="standalone.unreadable")
    return replace(found, seconds=time.perf_counter() - start)


def look(one: Input, policy: Policy) -> Looked:
    """Look at one input."""
    path = Path(one.path)
    with path.open("rb") as file:
        kind = kind_of(file.read(HEAD), one.name)
    if kind is not Kind.DICOM:
        return Looked(one.number, stop=STOPS[kind])
    with content(path) as data:
        seen = Looked(one.number, hashlib.sha256(data).digest())
        try:
            return look_inside(seen, data, policy)
        except Rejected as error:
            return replace(seen, stop=error.code)


def look_inside(seen: Looked, data: bytes | mmap.mmap, policy: Policy) -> Looked:
    """What a DICOM file says."""
    part = walk(data)
    sop_class, sop_instance, study, series, patient, issuer = texts(part)
    need = pixel_need(data, policy)
    waits = [word for word, due in (("text", need.text == "full"), ("face", need.face)) if due]
    identity = national_identity(data)
    return replace(
        seen,
        keys=keys_of(patient, issuer, study or seen.sha256.hex(), identity),
        patient_id=patient,
        issuer=issuer,
        sop_class=sop_class,
        sop_instance=sop_instance,
        study=study,
        series=series,
        waits=" ".join(waits),
        tokens=harvest(data).under(policy).tokens,
    )


def texts(part: Part10) -> list[str]:
    """The four UIDs, Patient ID and its issuer; empty where there are none."""
    charset = declared_charset(part, part.elements)
    found = {one.tag: one for one in part.elements if one.items is None and one.tag <= SERIES}
    said = []
    for tag in (SOP_CLASS, SOP_INSTANCE, STUDY, SERIES, PATIENT_ID, ISSUER):
        element = found.get(tag)
        values = None if element is None else text_values(part, element, charset)
        if element is not None and values is None:
            values = (bytes(part.buffer[element.value : element.end]).decode("latin_1"),)
        said.append(next(iter(values or ()), "").strip(" \0"))
    return said


def keys_of(patient: str, issuer: str, study: str, identity: str | None) -> tuple[str, ...]:
    """By what a person is known; two objects that share a key show one person.

    The chart number with its issuer, the chart number within one study (where some objects leave
    the issuer out), the national number; without any of them the study.
    """
    chart, by = folded(patient), folded(issuer)
    keys = [f"P{chart}{APART}{by}", f"T{study}{APART}{chart}"] if chart else [f"S{study}"]
    return (*keys, f"I{identity}") if identity else tuple(keys)


def folded(text: str) -> str:
    """Width and case folded, as the pseudonym takes it."""
    return unicodedata.normalize("NFKC", text).strip(" \0").upper()
