"""Tables of tissues, tracers, profiles and sites hold together."""

from __future__ import annotations

import numpy as np
import pytest

from yushan.domain.bodies import TISSUES
from yushan.domain.scanners import (
    HOLD_OUTS,
    PHASES,
    SITES,
    TRACERS,
    CtOptions,
    activity_look,
    attenuation,
    ct_choice,
    ct_look,
    ct_profile,
    held_out,
    profile,
    profiles,
)


@pytest.mark.parametrize("phase", PHASES)
def test_every_tissue_of_a_body_has_a_shade_in_every_phase(phase) -> None:
    look = ct_look(phase, 1)
    assert set(TISSUES) <= set(look)
    assert look["air"].mean == -1000
    assert all(-1000 <= shade.mean <= 20_000 and shade.spread >= 0 for shade in look.values())


@pytest.mark.parametrize("tracer", TRACERS)
def test_every_tissue_takes_up_something_or_nothing(tracer) -> None:
    look = activity_look(tracer, 1)
    assert set(TISSUES) <= set(look)
    assert min(shade.mean for shade in look.values()) >= 0


def means(tissue, phase, people=40):
    return np.mean([ct_look(phase, seed)[tissue].mean for seed in range(people)])


@pytest.mark.parametrize(
    ("tissue", "rising"),
    [
        ("liver", ("native", "arterial", "pancreatic", "portal")),
        ("pancreas", ("native", "portal", "pancreatic")),
        ("blood_left", ("native", "late", "portal", "pancreatic", "arterial", "coronary")),
        ("blood_right", ("native", "late", "coronary", "arterial", "pulmonary")),
        ("kidney_medulla", ("native", "arterial", "pancreatic", "portal", "late")),
    ],
)
def test_contrast_arrives_in_its_order(tissue, rising) -> None:
    seen = [means(tissue, phase) for phase in rising]
    assert seen == sorted(seen)


def test_a_pancreatic_tumour_is_darkest_against_its_organ_in_the_pancreatic_phase() -> None:
    gaps = {phase: means("pancreas", phase) - means("tumour_pancreas", phase) for phase in PHASES}
    assert max(gaps, key=gaps.__getitem__) == "pancreatic"
    assert 10 < gaps["portal"] < gaps["pancreatic"] <= 60


def test_lower_voltage_brightens_iodine_and_bone_and_nothing_else() -> None:
    at80, at120 = (ct_look("portal", 3, kvp) for kvp in (80.0, 120.0))
    assert at80["blood_left"].mean > at120["blood_left"].mean + 30
    assert at80["cortical_bone"].mean > 1.25 * at120["cortical_bone"].mean
    assert at80["stomach_content"] == at120["stomach_content"]


def test_looks_are_drawn_by_the_seed_alone() -> None:
    assert ct_look("portal", 5) == ct_look("portal", 5) != ct_look("portal", 6)
    assert activity_look("fdg", 5) == activity_look("fdg", 5) != activity_look("fdg", 6)
    with pytest.raises(ValueError, match="no phase"):
        ct_look("full moon", 1)
    with pytest.raises(ValueError, match="no tracer"):
        activity_look("ink", 1)


@pytest.mark.parametrize(("kev", "water"), [(70, 0.01937), (140, 0.01538), (511, 0.0096)])
def test_attenuation_of_air_and_water_is_theirs(kev, water) -> None:
    air, wet, bone = attenuation([-1000, 0, 1000], kev)
    assert (air, wet) == (pytest.approx(0, abs=1e-7), pytest.approx(water))
    assert water < bone <= 2 * water * 1.0001


def test_profiles_have_names_of_their_own_and_headers() -> None:
    rows = [row for modality in ("CT", "PT", "NM") for row in profiles(modality)]
    assert len({row.name for row in rows}) == len(rows)
    for row in rows:
        assert profile(row.name) is row
        assert {"Manufacturer", "ManufacturerModelName", "SoftwareVersions"} <= set(row.header)


@pytest.mark.parametrize("site", SITES)
def test_a_site_scans_with_what_it_has(site) -> None:
    row = SITES[site]
    for name in (*row.ct, *row.pt, *row.nm):
        assert profile(name)
    for seed in range(20):
        made = ct_choice(site, seed)
        assert made.profile.name in row.ct
        assert made.profile.kernel(made.options.kernel)
        assert row.dose[0] <= made.options.dose <= row.dose[1]
        assert made.phase in row.phases
        assert made.slices_mm in made.profile.slices
    assert ct_choice(site, 3) == ct_choice(site, 3)


def test_what_is_held_out_is_named_and_exists() -> None:
    for row in HOLD_OUTS.values():
        for name in row.profiles:
            kernels = {kernel.name for kernel in ct_profile(name).kernels}
            assert not row.kernels or kernels & set(row.kernels)
    lung = CtOptions(kernel="LUNG", dose=0.2)
    assert held_out(ct_profile("ct-ge-lightspeed"), lung) == ("kernel-edge", "dose-low")
    assert held_out(ct_profile("ct-siemens-as"), CtOptions()) == ()
    with pytest.raises(ValueError, match="no site"):
        ct_choice("site-99", 1)
