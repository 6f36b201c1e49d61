"""Words and kinds of arrays that the scanners share."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Phase = Literal["native", "arterial", "pancreatic", "portal", "late", "pulmonary", "coronary"]
Tracer = Literal["fdg", "perfusion", "bone"]

Floats = NDArray[np.float32]
Axis = tuple[NDArray[np.intp], NDArray[np.float32]]
Doubles = NDArray[np.float64]
Spectrum = NDArray[np.complex64]
