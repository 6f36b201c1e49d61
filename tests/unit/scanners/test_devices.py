"""Scanners measure what their profiles say, with the usual phantoms."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from tests.bench.realism_devices import grain_of, nominal, water, wire
from tests.bench.realism_phantoms import ACCEPTED, AT_100_MM, line_width, recovered

from yushan.domain.scanners import CtOptions, ct_profile, ct_scan, exposed, profile, profiles
from yushan.domain.volumes import Grid, Volume


@pytest.mark.parametrize("maker", profiles("CT"), ids=lambda maker: maker.name)
def test_a_wire_shows_the_resolution_that_each_kernel_names(maker) -> None:
    for kernel in maker.kernels:
        said = nominal(kernel)
        assert wire(maker, kernel.name) == pytest.approx((said.half, said.tenth), rel=0.025)


def test_water_shows_the_noise_that_a_kernel_names() -> None:
    maker = ct_profile("ct-canon-prism")
    said = nominal(maker.kernel())
    seen = grain_of(water(maker, CtOptions(couch=False)))
    assert seen == pytest.approx((said.noise, said.mean), rel=0.05)


def test_hot_spheres_come_back_as_accredited_scanners_show_them() -> None:
    found, spread = recovered(profile("pt-ge-discovery690"))
    assert 8 < spread < 16
    for diameter, (mean, highest) in ACCEPTED.items():
        assert mean[0] - 0.03 < found[diameter].mean < mean[1] + 0.03
        assert highest[0] - 0.03 < found[diameter].highest < highest[1] + 0.03


def test_a_line_10_cm_before_the_collimator_is_as_wide_as_published() -> None:
    camera = profile("nm-siemens-symbia")
    assert line_width(camera, 100) == pytest.approx(AT_100_MM, abs=0.5)
    assert line_width(camera, 25) < line_width(camera, 100) < line_width(camera, 200)


def cylinder(radius: float) -> Volume:
    line = (np.arange(128) - 63.5) * 3.4
    plane = np.where(np.hypot(line[:, None], line[None]) < radius, 40.0, -1000.0)
    return Volume(
        Grid.axial((4, 128, 128), (0.8, 3.4, 3.4)),
        np.repeat(plane.astype(np.float32)[None], 4, axis=0),
    )


def test_automatic_exposure_keeps_the_noise_of_people_of_any_size() -> None:
    maker = msgspec.structs.replace(ct_profile("ct-toshiba-aquilion"), hardening=0.0)
    asked = CtOptions(kernel="vessel", thickness_mm=0.8, couch=False)
    noise, doses = [], []
    for radius in (110, 150):
        options = exposed(cylinder(radius), maker, asked)
        part = ct_scan(cylinder(radius), maker, 2, options).values[:, 56:72, 56:72]
        noise.append(float((part - part.mean(axis=0, dtype=np.float64)).std()))
        doses.append(options.dose)
    assert doses[1] > 1.5 * doses[0]
    assert noise[1] == pytest.approx(noise[0], rel=0.15)
    assert exposed(cylinder(110), maker, CtOptions(kernel="lung")).dose == 1.0
