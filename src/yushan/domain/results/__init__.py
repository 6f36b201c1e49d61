"""Results: segments, findings and measurements as SEG, SR (TID 1500), RTSTRUCT and JSON. Pure.

The one place where what an application found becomes DICOM objects, and where segmentations are
read back on the grid of their series. Owns nothing. Promises: the same values give the same bytes
(UIDs and moments are given); objects pass a DICOM validator; masks come back as they went.
Start at ``values.py`` and ``source.py``.
"""

from yushan.domain.results.codes import ABNORMAL, ANATOMY, LEFT, RIGHT, TISSUE, Code
from yushan.domain.results.reading import Segmented, read_segmentation
from yushan.domain.results.report import measurement_report
from yushan.domain.results.segmentation import segmentation
from yushan.domain.results.source import SourceFrame, SourceSeries
from yushan.domain.results.structures import read_structure_set, structure_set
from yushan.domain.results.truth import truth_json
from yushan.domain.results.values import (
    Algorithm,
    Evaluation,
    Finding,
    ImageRegion,
    Kind,
    Maker,
    Measurement,
    Output,
    Segment,
    Shape,
)

__all__ = [
    "ABNORMAL",
    "ANATOMY",
    "LEFT",
    "RIGHT",
    "TISSUE",
    "Algorithm",
    "Code",
    "Evaluation",
    "Finding",
    "ImageRegion",
    "Kind",
    "Maker",
    "Measurement",
    "Output",
    "Segment",
    "Segmented",
    "Shape",
    "SourceFrame",
    "SourceSeries",
    "measurement_report",
    "read_segmentation",
    "read_structure_set",
    "segmentation",
    "structure_set",
    "truth_json",
]
