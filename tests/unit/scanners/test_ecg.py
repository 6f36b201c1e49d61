"""Intervals measured on the leads are those that the record says it has."""

from __future__ import annotations

import numpy as np
import pytest

from yushan.domain.scanners import ecg, rhythms

QUIET = 0.0


def lead(record, name: str) -> np.ndarray:
    return record.samples[:, record.leads.index(name)] * record.step_uv / 1000


def size(record) -> np.ndarray:
    """Length of the heart's vector as eight leads see it, mV."""
    return np.linalg.norm(
        record.samples[:, [0, 1, 6, 7, 8, 9, 10, 11]] * record.step_uv / 1000, axis=1
    )


@pytest.mark.parametrize("rhythm", rhythms())
def test_every_rhythm_keeps_einthoven_and_its_own_limits(rhythm) -> None:
    record = ecg(11, rhythm)
    assert record.samples.shape == (5000, 12)
    assert record.samples.dtype == np.int16
    first, second, third, right, left, foot = (lead(record, one) for one in record.leads[:6])
    assert np.abs(second - first - third).max() < 0.006
    assert np.abs(right + left + foot).max() < 0.009
    assert np.abs(record.samples).max() * record.step_uv < 6000
    facts = record.facts
    gaps = np.diff([one.qrs_on for one in record.beats])
    assert facts["rate_bpm"] == pytest.approx(60 / gaps.mean(), abs=0.1)
    assert facts["qtc_ms"] == pytest.approx(facts["qt_ms"] / np.cbrt(np.median(gaps)), rel=0.12)
    assert ("pr_ms" in facts) == (
        rhythm not in {"atrial_fibrillation", "atrial_flutter", "complete_block"}
    )


@pytest.mark.parametrize("rhythm", ["sinus", "left_bundle_branch_block", "first_degree_block"])
def test_waves_begin_and_end_where_the_truth_says(rhythm) -> None:
    record = ecg(5, rhythm, noise=QUIET)
    strength, time = size(record), np.arange(5000) / record.rate_hz
    for beat in record.beats[1:-1]:
        inside = (time > beat.qrs_on) & (time < beat.qrs_off)
        assert (
            time[np.argmax(np.where((time > beat.p_on) & (time < beat.t_off), strength, 0))]
            in time[inside]
        )
        before = strength[(time > beat.qrs_on - 0.012) & (time < beat.qrs_on)]
        assert before.max() < 0.12 * strength[inside].max()
        wave = (time > beat.p_on) & (time < beat.p_off)
        peak = time[wave][np.argmax(strength[wave])]
        assert peak == pytest.approx((beat.p_on + beat.p_off) / 2, abs=0.006)
        rest = strength[(time > beat.t_off + 0.03) & (time < beat.t_off + 0.06)]
        t_wave = strength[(time > beat.qrs_off + 0.03) & (time < beat.t_off)]
        assert rest.size == 0 or rest.max() < 0.12 * t_wave.max()
        assert 1000 * (beat.qrs_on - beat.p_on) == pytest.approx(record.facts["pr_ms"], abs=0.1)
        assert 1000 * (beat.qrs_off - beat.qrs_on) == pytest.approx(record.facts["qrs_ms"], abs=0.1)


def test_peaks_found_in_a_noisy_record_give_its_rate() -> None:
    record = ecg(8, "sinus")
    steep = np.abs(np.diff(lead(record, "II")))
    peaks = np.flatnonzero(steep > 0.55 * steep.max())
    beats = peaks[np.insert(np.diff(peaks) > 100, 0, True)]
    measured = 60 * (len(beats) - 1) / ((beats[-1] - beats[0]) / record.rate_hz)
    assert measured == pytest.approx(record.facts["rate_bpm"], abs=0.5)


def test_rhythms_differ_as_they_should() -> None:
    spread = {
        name: np.std(np.diff([b.qrs_on for b in ecg(3, name, 20).beats]))
        for name in ("sinus", "atrial_fibrillation")
    }
    assert spread["atrial_fibrillation"] > 3 * spread["sinus"]
    assert ecg(3, "ventricular_ectopics", 30).facts["ectopics"] > 1
    assert ecg(3, "left_bundle_branch_block").facts["qrs_ms"] > 120
    assert ecg(3, "long_qt").facts["qtc_ms"] >= 490
    lifted = ecg(3, "inferior_infarction", noise=QUIET)
    beat = lifted.beats[1]
    st = round((beat.qrs_off + 0.04) * lifted.rate_hz)
    assert lead(lifted, "III")[st] > 0.1 > -0.03 > lead(lifted, "aVL")[st]


def test_an_unknown_rhythm_is_refused() -> None:
    with pytest.raises(ValueError, match="no rhythm"):
        ecg(1, "waltz")
