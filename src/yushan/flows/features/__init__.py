"""Features: what each segment of a segmentation measures over the series it was drawn on.

Owns nothing and writes nothing. Promises: images and segmentation are read by our own readers and
decoded in a child only; another frame of reference, another grid, colour or a part of a series is
refused, never measured. Start at ``story.py``.
"""

from yushan.flows.features.story import measure_segments
from yushan.flows.features.values import Binning, Measured, SegmentMeasures

__all__ = ["Binning", "Measured", "SegmentMeasures", "measure_segments"]
