"""What an application found, before it is written down: segments, findings, measurements."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from yushan.domain.results.codes import ANATOMY, Code

if TYPE_CHECKING:
    from datetime import datetime


class Kind(StrEnum):
    """How far a result may be trusted; it is written into every object."""

    EXACT = "exact"
    LEARNED_SYNTHETIC = "learned-synthetic"
    PLUGGED = "plugged"


@dataclass(frozen=True, slots=True)
class Algorithm:
    """What made a result.

    Parameters
    ----------
    name, version
        As its card says.
    kind
        Exact, learned on synthetic data, or plugged in.
    card
        Id of the model's card, or empty.
    """

    name: str
    version: str
    kind: Kind = Kind.EXACT
    card: str = ""

    @property
    def parameters(self) -> str:
        """Kind and card as one text, for Algorithm Parameters."""
        return f"kind={self.kind}" + (f" card={self.card}" if self.card else "")


@dataclass(frozen=True, slots=True)
class Segment:
    """One structure of a segmentation.

    Parameters
    ----------
    name
        Segment Label, at most 64 characters.
    type
        What it is: Segmented Property Type.
    category
        Its category; anatomy unless said.
    laterality
        Modifier of the type, or None.
    colour
        Red, green, blue 0..255 for display.
    algorithm
        What drew it; None says a person did.
    region
        Anatomic region of a lesion, or None.
    tracking_id, tracking_uid
        Of the lesion over time, or empty; both or none.
    """

    name: str
    type: Code
    category: Code = ANATOMY
    laterality: Code | None = None
    colour: tuple[int, int, int] = (230, 120, 60)
    algorithm: Algorithm | None = None
    region: Code | None = None
    tracking_id: str = ""
    tracking_uid: str = ""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One number of a finding.

    Parameters
    ----------
    concept
        What was measured.
    value
        The number in ``unit``.
    unit
        UCUM symbol: ``mm``, ``mm3``, ``[hnsf'U]``, ``1`` …
    method
        Measurement Method, or None.
    convention
        How it was taken, in words: ``longest diameter in the slice, voxel centres``.
    """

    concept: Code
    value: float
    unit: str
    method: Code | None = None
    convention: str = ""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A coded answer: density = calcified, T stage = T2, and such."""

    concept: Code
    value: Code


class Shape(StrEnum):
    """Graphic types of a region on an image (PS3.3 C.18.6.1.1)."""

    POINT = "POINT"
    MULTIPOINT = "MULTIPOINT"
    POLYLINE = "POLYLINE"
    CIRCLE = "CIRCLE"
    ELLIPSE = "ELLIPSE"


@dataclass(frozen=True, slots=True)
class ImageRegion:
    """A region drawn on one image.

    Parameters
    ----------
    slice
        Index of the image in the source series, from 0.
    points
        ``(column, row)`` in pixels; 0, 0 is the outer corner of the first pixel. A closed
        outline repeats its first point.
    shape
        How the points are meant.
    """

    slice: int
    points: tuple[tuple[float, float], ...]
    shape: Shape = Shape.POLYLINE


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding with its numbers.

    Parameters
    ----------
    tracking_id, tracking_uid
        Stay the same when the lesion is seen again.
    type
        What it is.
    site
        Where, or None; ``laterality`` beside it.
    segment
        Number of its segment in the segmentation that is written beside, or None.
    regions
        Regions on images; a finding has a segment or regions or neither.
    note
        A comment in free text.
    """

    tracking_id: str
    tracking_uid: str
    type: Code
    site: Code | None = None
    laterality: Code | None = None
    category: Code | None = None
    measurements: tuple[Measurement, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    segment: int | None = None
    regions: tuple[ImageRegion, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Maker:
    """Equipment module of what is written."""

    manufacturer: str = "Yushan"
    model: str = "Yushan"
    serial: str = "0"
    software: str = "1"


@dataclass(frozen=True, slots=True)
class Output:
    """The series and instance a result becomes; a new run is a new series.

    Parameters
    ----------
    series_instance_uid, sop_instance_uid
        Given by the caller, so that the same run writes the same bytes (:meth:`named`).
    series_number
        Series Number.
    description
        Series Description; for learned results it begins with ``AI``.
    moment
        When the result was made; content and series date and time.
    maker
        Equipment.
    creator
        Person, DICOM PN; empty where a machine made it.
    label
        Content Label or Structure Set Label: capitals, digits and ``_``, at most 16.
    """

    series_instance_uid: str
    sop_instance_uid: str
    series_number: int
    description: str
    moment: datetime
    maker: Maker = field(default_factory=Maker)
    creator: str = ""
    label: str = "RESULT"
