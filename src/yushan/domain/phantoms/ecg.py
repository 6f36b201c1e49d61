"""A 12-lead electrocardiogram of a regular heart, ten seconds, as a DICOM waveform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from pydicom.dataset import Dataset

from yushan.domain.phantoms.headers import coded

if TYPE_CHECKING:
    from numpy.typing import NDArray

TWELVE_LEAD: Final = "1.2.840.10008.5.1.4.1.1.9.1.1"
RATE_HZ: Final = 500
SECONDS: Final = 10
#: Microvolt of one step.
STEP_UV: Final = 2.5

#: Waves: time from the R peak in s, width in s, height in mV along the axes left, down, back.
WAVES: Final = (
    (-0.17, 0.022, (0.07, 0.12, 0.02)),  # P
    (-0.026, 0.009, (-0.06, -0.10, -0.22)),  # Q, septum
    (0.000, 0.012, (0.75, 0.95, 0.30)),  # R
    (0.024, 0.011, (-0.16, -0.22, 0.62)),  # S
    (0.27, 0.048, (0.22, 0.25, -0.18)),  # T
)
#: Leads: name, code of PS3.16 CID 3001, and what they see of left, down, back.
LEADS: Final = (
    ("I", "2:1", (1.00, 0.00, 0.00)), ("II", "2:2", (0.50, 0.87, 0.00)),
    ("III", "2:61", (-0.50, 0.87, 0.00)), ("aVR", "2:62", (-0.75, -0.43, 0.00)),
    ("aVL", "2:63", (0.75, -0.43, 0.00)), ("aVF", "2:64", (0.00, 0.87, 0.00)),
    ("V1", "2:3", (-0.25, 0.05, -1.05)), ("V2", "2:4", (0.15, 0.05, -1.20)),
    ("V3", "2:5", (0.50, 0.10, -0.85)), ("V4", "2:6", (0.85, 0.15, -0.35)),
    ("V5", "2:7", (1.00, 0.15, 0.05)), ("V6", "2:8", (0.90, 0.15, 0.30)),
)  # fmt: skip


def samples(rate_bpm: float, seed: int) -> NDArray[np.int16]:
    """Samples ``[time, lead]`` in steps of 2.5 uV: beats, slow drift and muscle noise."""
    rng = np.random.default_rng(seed)
    time = np.arange(RATE_HZ * SECONDS) / RATE_HZ
    beats = np.cumsum(60 / rate_bpm * rng.normal(1, 0.015, int(SECONDS * rate_bpm / 60) + 2)) - 0.4
    heart = np.zeros((time.size, 3))
    for beat in beats:
        for delay, width, heights in WAVES:
            wave = np.exp(-(((time - beat - delay) / width) ** 2) / 2)
            heart += wave[:, None] * np.array(heights)
    seen = heart @ np.array([axis for _, _, axis in LEADS]).T
    drift = 0.04 * np.sin(2 * np.pi * 0.22 * time)[:, None] * rng.normal(1, 0.3, len(LEADS))
    noise = rng.normal(0, 0.008, seen.shape)
    return np.asarray(np.rint((seen + drift + noise) * 1000 / STEP_UV), dtype=np.int16)


def channel(name: str, code: str) -> Dataset:
    """Definition of one lead."""
    item = Dataset()
    item.ChannelLabel = f"Lead {name}"
    item.ChannelSourceSequence = [coded(code, "MDC", f"Lead {name}")]
    item.ChannelSensitivity, item.ChannelSensitivityCorrectionFactor = STEP_UV, 1
    item.ChannelSensitivityUnitsSequence = [coded("uV", "UCUM", "microvolt")]
    item.ChannelBaseline, item.ChannelSampleSkew = 0, 0
    item.WaveformBitsStored = 16
    item.FilterLowFrequency, item.FilterHighFrequency = 0.05, 150
    return item


def add_ecg(dataset: Dataset, seed: int, comment: str) -> None:
    """Waveform modules; ``comment`` is a note the machine's operator typed."""
    values = samples(72, seed)
    group = Dataset()
    group.WaveformOriginality = "ORIGINAL"
    group.NumberOfWaveformChannels = len(LEADS)
    group.NumberOfWaveformSamples = values.shape[0]
    group.SamplingFrequency = RATE_HZ
    group.MultiplexGroupLabel = "RHYTHM"
    group.ChannelDefinitionSequence = [channel(name, code) for name, code, _ in LEADS]
    group.WaveformBitsAllocated, group.WaveformSampleInterpretation = 16, "SS"
    group.WaveformPaddingValue = b"\x00\x80"
    group["WaveformPaddingValue"].VR = "OW"
    group.WaveformData = values.astype("<i2").tobytes()
    group["WaveformData"].VR = "OW"
    dataset.WaveformSequence = [group]
    dataset.AcquisitionDateTime = dataset.StudyDate + dataset.StudyTime
    dataset.AcquisitionContextSequence = []
    note = Dataset()
    note.UnformattedTextValue = comment
    note.ReferencedWaveformChannels = [1, 0]
    note.AnnotationGroupNumber = 1
    dataset.WaveformAnnotationSequence = [note]
