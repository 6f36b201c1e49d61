"""What becomes of an arrival: a decision by tables. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.services.gateway.reading import Kind
from yushan.services.gateway.states import State

if TYPE_CHECKING:
    from yushan.domain.dicom import Summary
    from yushan.services.gateway.reading import Arrival

#: Why an object waits for the rest of its series.
SERIES_OPEN: Final = "gateway.series-open"

#: Kinds that are no DICOM -> state and reason.
BY_KIND: Final[dict[Kind, tuple[State, str]]] = {
    Kind.EMPTY: (State.REFUSED, "gateway.empty-file"),
    Kind.DIRECTORY: (State.REFUSED, "gateway.dicomdir"),
    Kind.PICTURE: (State.TO_DIGITISE, "gateway.not-dicom"),
    Kind.ARCHIVE: (State.REFUSED, "gateway.archive-file"),
    Kind.OTHER: (State.REFUSED, "gateway.not-an-image"),
}

#: Faults of a DICOM file that sending it again can mend; all others need a person's look.
MENDED_BY_SENDING: Final = frozenset({"dicom.truncated", "dicom.uid-missing", "dicom.uid-invalid"})


@dataclass(frozen=True, slots=True)
class First:
    """The object that holds a SOP Instance UID."""

    sha256: str
    content_sha256: str
    transfer_syntax_uid: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """State and reason of an arrival; ``first``: it holds its SOP Instance UID from now on."""

    state: State
    reason: str | None = None
    first: bool = False


def judge(arrival: Arrival, first: First | None) -> Verdict:
    """What becomes of ``arrival`` where ``first`` holds its SOP Instance UID (``None``: nobody)."""
    if arrival.kind is not Kind.DICOM:
        return Verdict(*BY_KIND[arrival.kind])
    if arrival.fault is not None or arrival.summary is None:
        fault = arrival.fault or "gateway.not-an-image"
        mendable = fault in MENDED_BY_SENDING
        return Verdict(State.REFUSED if mendable else State.QUARANTINED, fault)
    if first is None:
        return Verdict(State.HELD, SERIES_OPEN, first=True)
    if is_same(arrival, first):
        return Verdict(State.DUPLICATE, "gateway.duplicate")
    return Verdict(State.CONFLICT, "gateway.conflict")


def is_same(arrival: Arrival, first: First) -> bool:
    """Same bytes, or the same data set under another file's meta group."""
    if arrival.sha256 == first.sha256:
        return True
    summary = arrival.summary
    syntax = summary.transfer_syntax_uid if summary else ""
    return (arrival.content_sha256, syntax) == (first.content_sha256, first.transfer_syntax_uid)


def patient_key(summary: Summary) -> str:
    """Whom an object belongs to here: PatientID, or its study where that is empty."""
    return summary.patient_id.strip() or f"study:{summary.study_instance_uid}"
