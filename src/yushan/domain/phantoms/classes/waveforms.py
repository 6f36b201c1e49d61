"""Waveforms: electrocardiograms of three classes, haemodynamic pressure, breathing and EEG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from pydicom.dataset import Dataset

from yushan.domain.phantoms.headers import coded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

TWELVE_LEAD: Final = "1.2.840.10008.5.1.4.1.1.9.1.1"
GENERAL_ECG: Final = "1.2.840.10008.5.1.4.1.1.9.1.2"
AMBULATORY_ECG: Final = "1.2.840.10008.5.1.4.1.1.9.1.3"
HEMODYNAMIC: Final = "1.2.840.10008.5.1.4.1.1.9.2.1"
RESPIRATORY: Final = "1.2.840.10008.5.1.4.1.1.9.6.1"
EEG: Final = "1.2.840.10008.5.1.4.1.1.9.7.1"
#: Lead -> its code (CID 3001).
LEADS: Final = {
    "I": "2:1", "II": "2:2", "III": "2:61", "aVR": "2:62", "aVL": "2:63", "aVF": "2:64",
    "V1": "2:3", "V2": "2:4", "V3": "2:5", "V4": "2:6", "V5": "2:7", "V6": "2:8",
}  # fmt: skip


class Channel(NamedTuple):
    """One channel: name, code of its source, unit (UCUM), step of a sample in that unit, band."""

    name: str
    source: tuple[str, str, str]
    unit: tuple[str, str]
    step: float
    band_hz: tuple[float, float]


#: Channels of classes that are not electrocardiograms.
PRESSURE: Final = Channel(
    "AO", ("109015", "DCM", "Aortic pressure waveform"), ("mm[Hg]", "mmHg"), 0.1, (0.1, 50)
)
BREATH: Final = Channel(
    "RESP", ("109015", "DCM", "Respiration"), ("mV", "millivolt"), 0.01, (0.05, 10)
)


def lead(name: str, step_uv: float) -> Channel:
    """A lead of an electrocardiogram."""
    source = (LEADS[name], "MDC", f"Lead {name}")
    return Channel(f"Lead {name}", source, ("uV", "microvolt"), step_uv, (0.05, 150))


def electrode(name: str, number: int) -> Channel:
    """An electrode of the ten-twenty system."""
    source = (f"10:{number}", "MDC", f"EEG {name}")
    return Channel(name, source, ("uV", "microvolt"), 0.1, (0.5, 70))


def add_waveform(
    dataset: Dataset, samples: NDArray[np.int16], channels: Sequence[Channel], rate_hz: float,
    comment: str = "",
) -> None:  # fmt: skip
    """Waveform modules of samples ``[time, channel]``; ``comment`` was typed by the operator."""
    group = Dataset()
    group.WaveformOriginality = "ORIGINAL"
    group.NumberOfWaveformChannels = len(channels)
    group.NumberOfWaveformSamples = samples.shape[0]
    group.SamplingFrequency = rate_hz
    group.MultiplexGroupLabel = "RHYTHM"
    group.ChannelDefinitionSequence = [defined(one) for one in channels]
    group.WaveformBitsAllocated, group.WaveformSampleInterpretation = 16, "SS"
    group.WaveformPaddingValue = b"\x00\x80"
    group["WaveformPaddingValue"].VR = "OW"
    group.WaveformData = np.ascontiguousarray(samples, "<i2").tobytes()
    group["WaveformData"].VR = "OW"
    dataset.WaveformSequence = [group]
    dataset.AcquisitionDateTime = dataset.StudyDate + dataset.StudyTime
    dataset.AcquisitionContextSequence = []
    if str(dataset.SOPClassUID) == HEMODYNAMIC:
        dataset.Laterality = ""
    if comment:
        note = Dataset()
        note.UnformattedTextValue = comment
        note.ReferencedWaveformChannels, note.AnnotationGroupNumber = [1, 0], 1
        dataset.WaveformAnnotationSequence = [note]


def defined(channel: Channel) -> Dataset:
    """One item of the Channel Definition Sequence."""
    item = Dataset()
    item.ChannelLabel = channel.name
    item.ChannelSourceSequence = [coded(*channel.source)]
    item.ChannelSensitivity, item.ChannelSensitivityCorrectionFactor = channel.step, 1
    unit, meaning = channel.unit
    item.ChannelSensitivityUnitsSequence = [coded(unit, "UCUM", meaning)]
    item.ChannelBaseline, item.ChannelSampleSkew = 0, 0
    item.WaveformBitsStored = 16
    item.FilterLowFrequency, item.FilterHighFrequency = channel.band_hz
    return item


def pressure(seed: int, seconds: float = 8.0, rate_hz: float = 240) -> NDArray[np.int16]:
    """Aortic pressure ``[time, 1]`` in 0.1 mmHg: upstroke, dicrotic notch, slow fall."""
    rng = np.random.default_rng((seed, 9))
    low, high, rate = rng.uniform(62, 84), rng.uniform(108, 152), rng.uniform(58, 92)
    time = np.arange(int(seconds * rate_hz)) / rate_hz
    phase = (time * rate / 60) % 1
    rise = np.exp(-(((phase - 0.16) / 0.075) ** 2))
    fall = np.where(phase > 0.16, np.exp(-(phase - 0.16) / 0.42), 0) * 0.9
    notch = 0.13 * np.exp(-(((phase - 0.42) / 0.022) ** 2))
    shape = np.clip(np.maximum(rise, fall) - notch, 0, 1.05)
    breath = 2.2 * np.sin(2 * np.pi * 0.24 * time)
    values = low + (high - low) * shape + breath + rng.normal(0, 0.3, time.size)
    return np.rint(values * 10).astype(np.int16)[:, None]


def breathing(seed: int, seconds: float = 30.0, rate_hz: float = 25) -> NDArray[np.int16]:
    """A belt's signal ``[time, 1]`` in 0.01 mV."""
    rng = np.random.default_rng((seed, 10))
    time = np.arange(int(seconds * rate_hz)) / rate_hz
    angle = 2 * np.pi * rng.uniform(0.2, 0.3) * time + 0.4 * np.sin(0.31 * time)
    values = np.sin(angle) + 0.22 * np.sin(2 * angle + 0.6) + rng.normal(0, 0.02, time.size)
    return np.rint(values * 100).astype(np.int16)[:, None]


def brain_waves(seed: int, channels: int = 8, seconds: float = 10.0) -> NDArray[np.int16]:
    """An EEG at rest ``[time, channel]`` in 0.1 uV, 200 Hz: alpha behind, pink noise all over."""
    rng = np.random.default_rng((seed, 11))
    rate_hz = 200
    count = int(seconds * rate_hz)
    time = np.arange(count) / rate_hz
    rows: list[Any] = []
    for channel in range(channels):
        white = np.fft.rfft(rng.normal(0, 1, count))
        slope = np.sqrt(np.maximum(np.fft.rfftfreq(count, 1 / rate_hz), 0.5))
        pink = np.fft.irfft(white / slope, count)
        waxing = 1 + 0.6 * np.sin(2 * np.pi * 0.21 * time + rng.uniform(0, 6))
        alpha = np.sin(2 * np.pi * rng.uniform(9.2, 10.6) * time + rng.uniform(0, 6)) * waxing
        rows.append(14 * pink / pink.std() + 16 * channel / channels * alpha)
    return np.asarray(np.rint(np.array(rows).T * 10), np.int16)
