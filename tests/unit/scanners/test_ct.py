"""CT does to known HU what its profile says: transfer, noise, geometry, padding."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from scipy import ndimage

from yushan.domain.scanners import (
    CtOptions,
    Motion,
    ct_header,
    ct_profile,
    ct_scan,
    implant,
    profile,
    profiles,
)
from yushan.domain.scanners.kernels import box_weights, mtf, noise_amplitude, slice_weights
from yushan.domain.volumes import Grid, Volume

SIEMENS, GE = ct_profile("ct-siemens-as"), ct_profile("ct-ge-lightspeed")
STILL = CtOptions(couch=False, noise=False)
#: The scan of `test_bits_…` in another process.
SCRIPT = """
import hashlib, sys
import numpy as np
from yushan.domain.scanners import CtOptions, ct_scan, implant, profile
from yushan.domain.volumes import Grid, Volume
hu = np.frombuffer(sys.stdin.buffer.read(), "f4").reshape(18, 64, 64)
hu = Volume(Grid.axial((18, 64, 64), (3.0, 5.6, 5.6)), hu)
options = CtOptions(thickness_mm=5.0, metal=(implant("clip", (0, 0, 0)),))
scan = ct_scan(hu, profile("ct-ge-lightspeed"), 9, options)
print(hashlib.sha256(scan.values.tobytes()).hexdigest())
"""


def water(shape=(8, 256, 256), spacing=(3.0, 1.4, 1.4), radius=160.0, hu=0.0) -> Volume:
    grid = Grid.axial(shape, spacing)
    y, x = (np.indices(shape[1:]) - (np.array(shape[1:]) - 1)[:, None, None] / 2) * spacing[1]
    image = np.where(np.hypot(x, y) < radius, hu, -1000.0).astype(np.float32)
    return Volume(grid, np.broadcast_to(image, shape).copy())


def residual(values) -> np.ndarray:
    flat = values.astype(np.float64)
    return flat - flat.mean(axis=0)


def unhardened(maker):
    return msgspec.structs.replace(maker, hardening=0.0)


@pytest.mark.parametrize("maker", profiles("CT"), ids=lambda maker: maker.name)
def test_every_kernel_passes_the_mean_and_loses_the_finest(maker) -> None:
    for kernel in maker.kernels:
        curve = mtf(kernel, np.linspace(0, 2.5, 60))
        assert curve[0] == 1
        assert curve.max() < 1.6
        assert curve[-1] < 0.02
        assert noise_amplitude(kernel, 0.0) == 0
        assert (curve.max() > 1.005) <= (kernel.edge > 0)


@pytest.mark.parametrize(
    ("thick", "dose", "share"), [(3.0, 1.0, 1.0), (3.0, 4.0, 0.5), (6.0, 1.0, 0.7071)]
)
def test_noise_in_the_middle_of_water_is_what_was_asked(thick, dose, share) -> None:
    options = CtOptions(couch=False, thickness_mm=thick, dose=dose)
    image = ct_scan(water((24, 256, 256)), SIEMENS, 5, options).values[:, 100:156, 100:156]
    asked = SIEMENS.kernel().noise_hu * share
    assert np.std(residual(image)) == pytest.approx(asked, rel=0.08)


def test_noise_has_no_low_frequencies_and_neighbours_that_pull_back() -> None:
    image = residual(ct_scan(water((16, 256, 256)), SIEMENS, 6, CtOptions(couch=False)).values)
    part = image[:, 64:192, 64:192]
    power = np.mean(np.abs(np.fft.fft2(part)) ** 2, axis=0)
    f = np.hypot(np.fft.fftfreq(128, 1.4)[:, None], np.fft.fftfreq(128, 1.4)[None])
    low, middle = power[(f > 0) & (f < 0.03)].mean(), power[(f > 0.15) & (f < 0.25)].mean()
    assert low < 0.35 * middle


@pytest.mark.parametrize(
    ("thick", "expected"), [(2.0, (0, 0)), (3.0, (1 / 6, 0)), (6.0, (0.58, 0.17))]
)
def test_thick_slices_share_noise_with_their_neighbours(thick, expected) -> None:
    options = CtOptions(couch=False, thickness_mm=thick)
    image = ct_scan(water((40, 96, 96), radius=60), SIEMENS, 7, options).values[:, 30:66, 30:66]
    image = image - image.mean(axis=(1, 2), keepdims=True, dtype=np.float64)
    for lag, share in enumerate(expected, 1):
        seen = np.mean(image[lag:] * image[:-lag]) / np.mean(image**2)
        assert seen == pytest.approx(share, abs=0.06)


def test_weights_of_slices_keep_power_and_mean() -> None:
    for ratio in (0.5, 1.0, 1.3, 2.0, 2.5, 5.0):
        assert np.sum(slice_weights(ratio) ** 2) == pytest.approx(1, abs=1e-5)
        assert np.sum(box_weights(ratio)) == pytest.approx(1, abs=1e-6)


def test_thick_slices_are_means_over_their_thickness() -> None:
    hu = water((12, 64, 64), (1.0, 4.0, 4.0), radius=500)
    hu.values[:] = (np.arange(12, dtype=np.float32) * 20)[:, None, None]
    image = ct_scan(hu, SIEMENS, 1, replace(STILL, thickness_mm=4.0)).values[:, 32, 32]
    assert np.allclose(np.diff(image[3:9]), 20, atol=2)


@pytest.mark.parametrize("every", [1, 2, 5])
def test_a_body_drawn_finer_is_scanned_with_its_partial_volume(every) -> None:
    hu = water((20, 64, 64), (1.0, 4.0, 4.0), radius=500)
    hu.values[:] = (np.arange(20, dtype=np.float32) * 10)[:, None, None]
    scan = ct_scan(hu, unhardened(SIEMENS), 1, replace(STILL, every=every))
    z = scan.grid.points([[k, 0, 0] for k in range(20 // every)])[:, 2]
    assert scan.grid.spacing[0] == every
    assert np.allclose(scan.values[:, 32, 32], 95 + z * 10, atol=2)


@pytest.mark.parametrize("hu", [-1000.0, -100.0, 0.0, 60.0, 200.0])
def test_mean_hu_of_a_body_stay(hu) -> None:
    image = ct_scan(water(hu=hu), GE, 3, CtOptions(couch=False)).values
    assert image[:, 100:156, 100:156].mean() == pytest.approx(hu, abs=6 if hu < 100 else 14)


def test_beams_grow_harder_in_the_middle() -> None:
    image = ct_scan(water(), GE, 3, STILL).values.astype(float)
    middle, edge = image[:, 120:136, 120:136].mean(), image[:, 120:136, 20:30].mean()
    assert -25 < middle - edge < -3


def test_noise_is_strongest_behind_shoulders_and_runs_from_side_to_side() -> None:
    hu = water((6, 192, 256), (3.0, 1.8, 1.8), radius=90)
    hu.values[:, 80:112, 12:244] = 60
    hu.values[:, 86:106, 20:50] = hu.values[:, 86:106, 206:236] = 900
    narrow = water((6, 192, 256), (3.0, 1.8, 1.8), radius=90)
    thin = residual(ct_scan(narrow, GE, 4, CtOptions(couch=False)).values)
    wide = residual(ct_scan(hu, GE, 4, CtOptions(couch=False)).values)
    where = np.s_[:, 88:104, 112:144]
    assert np.std(wide[where]) > 1.4 * np.std(thin[where])
    part = wide[where]
    along = np.mean(part[:, :, 1:] * part[:, :, :-1])
    across = np.mean(part[:, 1:] * part[:, :-1])
    assert along > across + 0.2 * np.mean(part**2)


def test_two_scans_of_one_body_share_anatomy_and_no_noise() -> None:
    hu = water((4, 128, 128), (3.0, 2.8, 2.8))
    scans = [residual(ct_scan(hu, SIEMENS, seed, CtOptions(couch=False)).values) for seed in (1, 2)]
    part = np.s_[:, 40:90, 40:90]
    assert abs(np.corrcoef(scans[0][part].ravel(), scans[1][part].ravel())[0, 1]) < 0.05


def test_noise_tells_a_copy_from_a_neighbour_and_from_a_repeated_scan() -> None:
    hu = water((4, 256, 256), (3.0, 1.4, 1.4))
    hu.values[:, 60:90, 60:90] = 60

    def fine(image):
        image = image.astype(np.float64)
        return (image - ndimage.median_filter(image, 5))[100:156, 100:156].ravel()

    first, again = (ct_scan(hu, GE, seed, CtOptions()).values for seed in (1, 2))
    grey = np.rint(np.clip((first[1] + 160) / 400, 0, 1) * 255)
    small = ndimage.zoom(first[1].reshape(128, 2, 128, 2).mean(axis=(1, 3)), 2, order=1)
    for other, low, high in (
        (grey, 0.9, 1.0), (small, 0.35, 1.0), (first[2], -0.1, 0.3), (again[1], -0.1, 0.1),
    ):  # fmt: skip
        assert low < np.corrcoef(fine(first[1]), fine(other))[0, 1] <= high


def test_what_a_maker_pads_lies_outside_its_circle() -> None:
    ge, siemens = (ct_scan(water(), maker, 1, CtOptions()).values for maker in (GE, SIEMENS))
    assert ge.dtype == np.int16
    assert (ge[0, 0, 0], ge[0, 128, 0] > -1200) == (-3024, True)
    assert siemens.min() >= -1024


def test_a_couch_lies_under_the_body_and_not_in_it() -> None:
    hu = water((3, 256, 256), (3.0, 1.8, 1.8), radius=120)
    without, with_it = (
        ct_scan(hu, GE, 1, replace(STILL, couch=there)).values for there in (False, True)
    )
    change = np.abs(with_it.astype(int) - without).max(axis=0)
    y = (np.indices((256, 256))[0] - 127.5) * 1.8
    assert change[y > 125].max() > 600
    assert change[np.hypot(y, y.T) < 110].max() < 40


def test_a_cup_holds_a_head_and_a_body_that_fills_the_field_lies_on_nothing_seen() -> None:
    hu = water((2, 128, 128), (3.0, 2.0, 2.0), radius=80)
    cup = ct_scan(hu, GE, 1, replace(STILL, couch="head")).values[0].astype(int)
    bare = ct_scan(hu, GE, 1, STILL).values[0]
    assert (cup - bare)[104:, 64].max() > 300
    standing = Volume(Grid.coronal(hu.grid.shape, hu.grid.spacing), hu.values)
    assert np.array_equal(
        ct_scan(standing, GE, 1, STILL).values,
        ct_scan(standing, GE, 1, replace(STILL, couch=True)).values,
    )
    full = water((2, 64, 64), (3.0, 2.0, 2.0), radius=500)
    assert np.array_equal(
        ct_scan(full, GE, 1, STILL).values, ct_scan(full, GE, 1, replace(STILL, couch=True)).values
    )


def test_bodies_wider_than_the_field_are_cut_off_with_a_bright_rim() -> None:
    image = ct_scan(water(radius=170), SIEMENS, 1, replace(STILL, field_mm=300.0)).values[4]
    assert image[128, 4] < -950
    assert image[128, 128 - 104] > 120
    assert abs(image[128, 128]) < 15


def test_metal_throws_streaks_and_a_clip_few() -> None:
    def streaked(kind):
        hu = water((2, 160, 160), (3.0, 2.2, 2.2))
        options = replace(STILL, metal=(implant(kind, (0, 0, 0)),))
        change = (
            ct_scan(hu, SIEMENS, 1, options).values.astype(int)
            - ct_scan(hu, SIEMENS, 1, STILL).values
        )
        ring = np.hypot(*(np.indices((160, 160)) - 79.5)) * 2.2
        return np.std(change[:, (ring > 40) & (ring < 140)])

    assert streaked("spine") > 25
    assert 0.2 < streaked("clip") < streaked("spine") / 4
    with pytest.raises(ValueError, match="no implant"):
        implant("spoon", (0, 0, 0))


@pytest.mark.parametrize(
    "motion",
    [Motion("heart", (8, 0, 0), radius_mm=60), Motion("breath", (0, 6, 0), period_mm=24.0)],
)
def test_motion_doubles_edges_where_something_moves(motion) -> None:
    hu = water((8, 128, 128), (3.0, 1.6, 1.6), radius=90)
    ring = np.hypot(*(np.indices((128, 128)) - 63.5)) * 1.6
    hu.values[:, ring < 30] = 300
    still = ct_scan(hu, SIEMENS, 1, STILL).values.astype(int)
    moving = ct_scan(hu, SIEMENS, 1, replace(STILL, motion=motion)).values.astype(int)
    change = np.abs(moving - still)[3]
    assert change[(ring > 24) & (ring < 36)].max() > 80
    assert change[ring < 15].max() < 60
    assert moving[3].mean() == pytest.approx(still[3].mean(), abs=4)


def test_nothing_in_the_field_and_nothing_that_moves_there_is_air() -> None:
    far = Motion("heart", (8, 0, 0), centre_mm=(0.0, 0.0, 900.0), radius_mm=30)
    options = replace(STILL, couch=True, motion=far)
    assert np.ptp(ct_scan(water((2, 64, 64), radius=-1), SIEMENS, 1, options).values) <= 2


def test_bits_do_not_depend_on_threads_processes_or_slabs() -> None:
    options = CtOptions(thickness_mm=5.0, metal=(implant("clip", (0, 0, 0)),))
    hu = water((18, 64, 64), (3.0, 5.6, 5.6))
    one, two = (ct_scan(hu, GE, 9, replace(options, threads=n)).values for n in (1, 2))
    assert np.array_equal(one, two)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], input=hu.values.tobytes(), capture_output=True, check=True
    )
    assert done.stdout.decode().strip() == hashlib.sha256(one.tobytes()).hexdigest()


@pytest.mark.parametrize(
    "wrong", [{"dose": 0.0}, {"thickness_mm": -1.0}, {"every": 0}, {"kernel": "none such"}]
)
def test_what_no_console_offers_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match=r"above 0|no kernel"):
        ct_scan(water((1, 32, 32)), GE, 1, CtOptions(**wrong))


def test_headers_speak_as_the_maker_does() -> None:
    force = ct_profile("ct-siemens-force")
    header = ct_header(force, CtOptions(kernel="lung", dose=0.5, kvp=100), 3)
    assert header["ConvolutionKernel"] == ["Bl57d", "3"]
    assert header["KVP"] == 100
    assert header["Manufacturer"] == "SIEMENS"
    low, high = force.exposure_mas
    assert low / 2 - 1 <= header["Exposure"] <= high / 2 + 1
    assert ct_header(GE, CtOptions(), 3)["ConvolutionKernel"] == "STANDARD"
    with pytest.raises(ValueError, match="no CT scanner"):
        ct_profile("pt-ge-advance")
    with pytest.raises(ValueError, match="no profile "):
        profile("none such")
    with pytest.raises(ValueError, match="no profiles of"):
        profiles("XX")
