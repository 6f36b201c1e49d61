"""Waveforms as series: electrocardiograms, pressure, breathing, EEG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yushan.domain.phantoms.cases.case import device
from yushan.domain.phantoms.classes import waveforms
from yushan.domain.phantoms.sample import SampleFile
from yushan.domain.results import truth_json
from yushan.domain.scanners import (
    ecg,
    rhythms,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydicom.dataset import Dataset

    from yushan.domain.phantoms.cases.case import Case, Counter
    from yushan.domain.phantoms.recipes import Step


def electrocardiogram(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """Twelve leads at rest; the rhythm is ``choice.rhythm`` or drawn by the seed."""
    known = rhythms()
    rhythm = step.choice.get("rhythm", known[case.seed % len(known)])
    found = ecg(case.seed, rhythm)
    leads = [waveforms.lead(name, found.step_uv) for name in found.leads]
    machine = device("ECG", "Yushan Cardio", "YC-12", "V04")
    series = counter.series(machine, step.description, waveforms.TWELVE_LEAD)
    note = f"{case.patient.romanised.replace('^', ' ')} resting"
    yield case.instance(
        series, 1,
        lambda d: waveforms.add_waveform(d, found.samples, leads, found.rate_hz, note),
    )  # fmt: skip
    if "json" in case.options.truths:
        told = {
            "generator": "yushan phantom", "recipe": case.recipe.name, "seed": case.seed,
            "facts": found.facts,
            "beats": [
                {"kind": one.kind, "p_on": one.p_on, "p_off": one.p_off, "qrs_on": one.qrs_on,
                 "qrs_off": one.qrs_off, "t_off": one.t_off}
                for one in found.beats
            ],
        }  # fmt: skip
        yield SampleFile(f"{series.study.key}/truth/01-truth.json", truth_json(told))


def other_waveforms(case: Case, counter: Counter, step: Step) -> Iterator[SampleFile]:
    """Pressure, breathing, EEG, and electrocardiograms of the other classes."""
    found = ecg(case.seed, "sinus")
    eeg = waveforms.brain_waves(case.seed)
    rows: tuple[tuple[str, str, Any, list[waveforms.Channel], float], ...] = (
        ("ECG", waveforms.GENERAL_ECG, found.samples[:, :3],
         [waveforms.lead(n, found.step_uv) for n in found.leads[:3]], found.rate_hz),
        ("ECG", waveforms.AMBULATORY_ECG, found.samples[:, :2],
         [waveforms.lead(n, found.step_uv) for n in found.leads[:2]], found.rate_hz),
        ("HD", waveforms.HEMODYNAMIC, waveforms.pressure(case.seed), [waveforms.PRESSURE], 240),
        ("RESP", waveforms.RESPIRATORY, waveforms.breathing(case.seed), [waveforms.BREATH], 25),
        ("EEG", waveforms.EEG, eeg,
         [waveforms.electrode(f"E{n}", n) for n in range(1, eeg.shape[1] + 1)], 200),
    )  # fmt: skip
    for modality, kind, samples, channels, rate in rows:
        machine = device(modality, "Yushan Cardio", "YC-M", "V04")
        series = counter.series(machine, step.description or modality, kind)

        def fill(
            dataset: Dataset, samples: Any = samples,  # noqa: ANN401 - samples by time and channel
            of: tuple[Any, float] = (channels, rate),
        ) -> None:  # fmt: skip
            waveforms.add_waveform(dataset, samples, *of)

        yield case.instance(series, 1, fill)
