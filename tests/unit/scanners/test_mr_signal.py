"""Signal equations of MR against closed forms, step-by-step simulations and known limits."""

from __future__ import annotations

import numpy as np
import pytest

from yushan.domain.scanners import mr_look, mr_profile, mr_profiles, profile, random_look
from yushan.domain.scanners.mr_look import signal_of
from yushan.domain.scanners.mr_signal import (
    adc,
    diffusion,
    ernst_angle,
    gradient_echo,
    inflow,
    inversion_recovery,
    null_ti,
    prepared_gradient_echo,
    relaxed,
    spin_echo,
    turbo_spin_echo,
)
from yushan.domain.scanners.mr_tissues import between, relaxation, table

T1, T2 = np.array([300.0, 900.0, 4000.0]), np.array([60.0, 90.0, 2000.0])


def after_pulses(t1: float, tr: float, flip: float, count: int) -> float:
    """Longitudinal magnetisation before pulse number ``count``, by steps."""
    along = 1.0
    for _ in range(count):
        along = 1 - (1 - along * np.cos(np.deg2rad(flip))) * np.exp(-tr / t1)
    return along


def prepared_by_steps(t1: float) -> float:
    """An MPRAGE cycle played until nothing changes any more: signal at the train's middle."""
    angle, along, seen = np.deg2rad(9), 1.0, 0.0
    for _ in range(40):
        along = 1 - (1 + along) * np.exp(-(900 - 88 * 7.0) / t1)
        for echo in range(176):
            seen = along * np.sin(angle) if echo == 88 else seen
            along = 1 - (1 - along * np.cos(angle)) * np.exp(-7.0 / t1)
        along = 1 - (1 - along) * np.exp(-(2300 - 900 - 88 * 7.0) / t1)
    return abs(seen) * np.exp(-3.0 / 50)


def test_spin_echo_is_its_closed_form_and_fades_to_proton_density() -> None:
    expected = (1 - 2 * np.exp(-(500 - 7) / T1) + np.exp(-500 / T1)) * np.exp(-14 / T2)
    assert spin_echo(T1, T2, tr_ms=500, te_ms=14) == pytest.approx(expected)
    assert spin_echo(T1, T2, tr_ms=1e6, te_ms=0) == pytest.approx(np.ones(3))


def test_turbo_spin_echo_recovers_after_its_train() -> None:
    expected = (1 - np.exp(-(3000 - 150) / T1)) * np.exp(-90 / T2)
    assert turbo_spin_echo(T1, T2, tr_ms=3000, te_ms=90, train_ms=150) == pytest.approx(expected)


def test_fluid_is_nulled_at_its_inversion_time() -> None:
    ti = null_ti(4000, tr_ms=9000, train_ms=150)
    signal = inversion_recovery(T1, T2, times_ms=(9000, 110, ti), train_ms=150)
    assert signal[2] < 1e-9
    assert signal[1] > 0.1


@pytest.mark.parametrize("flip", [5.0, 20.0, 70.0])
def test_spoiled_echoes_settle_where_steps_lead(flip: float) -> None:
    expected = after_pulses(900, 20, flip, 3000) * np.sin(np.deg2rad(flip)) * np.exp(-4 / 50)
    found = gradient_echo(900.0, 50.0, tr_ms=20, te_ms=4, flip_deg=flip)
    assert float(found) == pytest.approx(expected, rel=1e-9)


def test_ernst_angle_gives_most_signal() -> None:
    best = ernst_angle(900, tr_ms=20)
    signals = [
        float(gradient_echo(900.0, 50.0, tr_ms=20, te_ms=4, flip_deg=best + d)) for d in (-1, 0, 1)
    ]
    assert signals[1] == max(signals)


@pytest.mark.parametrize("t1", [350.0, 850.0, 1400.0, 4000.0])
def test_prepared_echoes_settle_where_steps_lead(t1: float) -> None:
    found = prepared_gradient_echo(
        t1, 50.0, cycle_ms=(2300, 900), train=(176, 7.0), te_ms=3.0, flip_deg=9
    )
    assert float(found) == pytest.approx(prepared_by_steps(t1), rel=1e-6)


def test_inflow_begins_fresh_and_ends_in_the_steady_state() -> None:
    fresh = inflow(1900.0, 200.0, tr_ms=23, te_ms=0, flip_deg=18, pulses=0)
    some = inflow(1900.0, 200.0, tr_ms=23, te_ms=0, flip_deg=18, pulses=7)
    still = inflow(1900.0, 200.0, tr_ms=23, te_ms=0, flip_deg=18, pulses=1e5)
    sine = np.sin(np.deg2rad(18))
    assert float(fresh) == pytest.approx(sine)
    assert float(some) == pytest.approx(after_pulses(1900, 23, 18, 7) * sine)
    assert float(still) == pytest.approx(
        float(gradient_echo(1900.0, 200.0, tr_ms=23, te_ms=0, flip_deg=18))
    )


def test_diffusion_and_its_inverse_agree_and_zeros_give_zero() -> None:
    known = np.array([0.7e-3, 3.0e-3])
    low, high = diffusion(50, known), diffusion(1000, known)
    assert adc(low, high, b_low=50, b_high=1000) == pytest.approx(known)
    assert adc([0.0, 1.0], [1.0, 0.0], b_low=0, b_high=1000) == pytest.approx([0, 0])


def test_contrast_adds_rates() -> None:
    assert float(relaxed(1000.0, relaxivity=5.0, uptake_mm=1.0)) == pytest.approx(1000 / 6)


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("t1-se-15a", "ventricle grey_matter deep_grey white_matter fat"),
        ("t2-tse-15a", "muscle white_matter grey_matter oedema ventricle"),
        ("flair-15a", "ventricle white_matter grey_matter oedema"),
        ("t1-mprage-30a", "ventricle grey_matter deep_grey white_matter fat"),
        ("t1-mprage-ce-30a", "oedema grey_matter white_matter metastasis_rim"),
        ("dwi-b1000-15b", "ventricle white_matter grey_matter infarct"),
        ("tof-30c", "ventricle grey_matter white_matter blood_left"),
        ("neck-t1-fs-ce-15a", "cortical_bone fat muscle tumour_nasopharynx"),
    ],
)
def test_contrast_of_tissues_is_what_a_reader_expects(name: str, order: str) -> None:
    look = mr_look(mr_profile(name), 1)
    means = [look[tissue].mean for tissue in order.split()]
    assert means == sorted(means)
    assert means[-1] > 1.05 * means[-2] > 0


def test_every_profile_is_complete_and_found_by_both_faces() -> None:
    for one in mr_profiles():
        assert mr_profile(one.name) is one
        assert one.header["MagneticFieldStrength"] == one.field_t
        assert ("ContrastBolusAgent" in one.header) == one.contrast
        assert signal_of(one, relaxation(one.field_t)["white_matter"]) > 0.005
    assert {one.held_out for one in mr_profiles()} == {True, False}
    with pytest.raises(ValueError, match="no MR profile"):
        mr_profile("none")


def test_people_differ_a_little_and_sequences_share_the_person() -> None:
    one, other = (mr_look(mr_profile("t1-se-15a"), seed) for seed in (1, 2))
    ratio = one["white_matter"].mean / other["white_matter"].mean
    assert 0.85 < ratio < 1.15
    assert ratio != 1
    assert mr_look(mr_profile("t1-se-15a"), 1) == one


def test_random_looks_cover_the_range_and_leave_air_dark() -> None:
    looks = [random_look(seed) for seed in range(200)]
    means = np.array([look["white_matter"].mean for look in looks])
    assert means.min() < 100
    assert means.max() > 900
    assert all(look["air"].mean == 0 for look in looks)
    assert random_look(3, ["fat", "air"]).keys() == {"fat", "air"}


def test_fields_outside_the_table_are_refused() -> None:
    with pytest.raises(ValueError, match="no relaxation"):
        relaxation(7.0)
    with pytest.raises(TypeError, match="pair"):
        between(1.0, 1.5)
    assert set(relaxation(1.5)) == set(table())
    assert relaxation(3.0)["white_matter"].t1_ms > relaxation(1.5)["white_matter"].t1_ms


@pytest.mark.parametrize("name", ["t1-mprage-30a"])
def test_common_face_of_profiles_knows_mr(name: str) -> None:
    assert profile(name).name == name
