"""What an MR scanner does to a known signal: noise, resolution, motion, slices, scale."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from yushan.domain.scanners import MrOptions, adc_map, fat_look, mr_look, mr_profile, mr_scan
from yushan.domain.scanners.mr_field import bias_field, coil_maps
from yushan.domain.scanners.mr_kspace import (
    ghosted,
    image_of,
    moved,
    path_of,
    received,
    shifted,
    spectrum,
    window,
)
from yushan.domain.scanners.mr_look import signal_of
from yushan.domain.scanners.mr_scan import FAT_HZ_T
from yushan.domain.scanners.mr_tissues import relaxation
from yushan.domain.volumes import Grid, Volume

PLAIN = replace(mr_profile("t1-se-15a"), bias=0.0, ghost=0.0, phase_share=1.0, coils=1)
WHITE = 1000 * signal_of(PLAIN, relaxation(1.5)["white_matter"])
SCRIPT = """
import hashlib, sys
import numpy as np
from yushan.domain.scanners import mr_profile, mr_scan, MrOptions
from yushan.domain.volumes import Grid, Volume
values = np.frombuffer(sys.stdin.buffer.read(), "f4").reshape(6, 48, 40)
signal = Volume(Grid.axial((6, 48, 40), (2.0, 2.0, 2.0)), values)
scan = mr_scan(signal, mr_profile("flair-15b"), 5, MrOptions(motion_mm=1.0))
print(hashlib.sha256(scan.values.tobytes()).hexdigest())
"""


def block(shape: tuple[int, int, int] = (4, 64, 64), height: float = WHITE) -> Volume:
    """A bright square in the dark."""
    values = np.zeros(shape, dtype=np.float32)
    values[:, shape[1] // 4 : -shape[1] // 4, shape[2] // 4 : -shape[2] // 4] = height
    return Volume(Grid.axial(shape, (1.0, 1.0, 1.0)), values)


def test_background_of_one_coil_is_rayleigh_and_bright_signal_is_rician() -> None:
    profile = replace(PLAIN, snr=10.0, white=1000.0)
    scan = mr_scan(block((8, 96, 96)), profile, 3).values.astype(float)
    sigma, dark, bright = 100.0, scan[:, :16], scan[:, 40:56, 40:56]
    assert dark.mean() == pytest.approx(sigma * np.sqrt(np.pi / 2), rel=0.02)
    assert dark.std() == pytest.approx(sigma * np.sqrt(2 - np.pi / 2), rel=0.03)
    assert (bright**2).mean() == pytest.approx(1000**2 + 2 * sigma**2, rel=0.01)


@pytest.mark.parametrize("coils", [2, 4])
def test_background_of_several_coils_is_chi(coils: int) -> None:
    rng = np.random.default_rng(1)
    lines = np.full((128, 128), 1e-12, dtype=np.complex64)
    seen = coil_maps((128, 128), coils), window((128, 128), 0.8)
    found = received(lines, 1.0, seen, rng)
    assert (found**2).mean() == pytest.approx(2 * coils, rel=0.02)


def test_white_matter_gets_its_stored_value() -> None:
    scan = mr_scan(block(), replace(PLAIN, snr=1e4), 1)
    assert scan.values.dtype == np.uint16
    assert scan.values[:, 28:36, 28:36].mean() == pytest.approx(PLAIN.white, rel=0.01)


def test_coils_see_everything_together() -> None:
    assert (coil_maps((32, 40), 6) ** 2).sum(0) == pytest.approx(np.ones((32, 40)), rel=1e-5)


def test_fewer_lines_blur_along_phase_and_ring() -> None:
    full, part = window((64, 64), 1.0), window((64, 64), 0.5)
    step = np.zeros((64, 64), dtype=np.float32)
    step[20:44] = 1
    sharp, soft = (image_of(spectrum(step) * w).real[:, 32] for w in (full, part))
    assert np.diff(soft).max() < 0.75 * np.diff(sharp).max()
    assert soft.max() > 1.03
    assert np.abs(np.diff(image_of(spectrum(step.T) * part).real[32])).max() > 0.6


def test_motion_keeps_the_energy_and_no_motion_changes_nothing() -> None:
    lines = spectrum(block().values[0])
    still = moved(lines, np.zeros((64, 2), dtype=np.float32))
    assert np.allclose(still, lines, atol=1e-3)
    one = moved(lines, np.full((64, 2), (3.0, -2.0), dtype=np.float32))
    assert np.allclose(image_of(one).real, np.roll(block().values[0], (3, -2), (0, 1)), atol=0.2)
    path = path_of(64, 2.0, np.random.default_rng(1))
    assert np.ptp(path) > 0
    assert np.linalg.norm(moved(lines, path)) == pytest.approx(np.linalg.norm(lines), rel=1e-4)


def test_ghosts_lie_where_the_beat_puts_them() -> None:
    spot = np.zeros((64, 64), dtype=np.float32)
    spot[32, 32] = 1
    found = np.abs(image_of(ghosted(spectrum(spot), 0.05, 4.0, 0.0)))[:, 32]
    assert found[32] == pytest.approx(1, abs=0.01)
    assert found[16] == pytest.approx(0.05, abs=0.005)
    assert found[48] == pytest.approx(0.05, abs=0.005)


def test_fat_moves_along_read_by_its_frequency() -> None:
    line = shifted(spectrum(block().values[0]), 3.0)
    assert np.allclose(image_of(line).real, np.roll(block().values[0], 3, 1), atol=0.2)
    profile = replace(PLAIN, phase_axis="rows", snr=1e4)
    moved_by = FAT_HZ_T * 1.5 / profile.bandwidth_hz
    scan = mr_scan(block(), profile, 1, MrOptions(fat=block())).values[0].astype(float)
    columns = np.arange(64)
    middle = (scan.sum(0) * columns).sum() / scan.sum()
    # the square covers columns 16 to 47
    assert middle == pytest.approx(31.5 + moved_by, abs=0.15)


def test_slices_join_to_thickness_and_gap() -> None:
    values = np.zeros((40, 8, 8), dtype=np.float32)
    values[10:20] = WHITE
    fine = Volume(Grid.axial((40, 8, 8), (1.0, 1.0, 1.0)), values)
    profile = replace(PLAIN, slice_mm=5.0, gap_mm=1.0, snr=1e4)
    scan = mr_scan(fine, profile, 1, MrOptions(thick=True, fat=fine))
    assert scan.grid.spacing == (6.0, 1.0, 1.0)
    # first slice: samples 0 to 4, middle on sample 2; then every 6 mm
    assert scan.grid.origin[2] == pytest.approx(fine.grid.origin[2] + 2)
    share = scan.values[:, 4, 4] / profile.white
    assert share[0] < 0.02
    assert share[2] > 0.98
    assert 0.2 < share[3] < 0.8
    with pytest.raises(ValueError, match="thinner"):
        mr_scan(
            Volume(Grid.axial((2, 8, 8), (1, 1, 1)), values[:2]), profile, 1, MrOptions(thick=True)
        )


def test_bias_is_smooth_the_same_on_every_grid_and_as_wide_as_asked() -> None:
    grid = Grid.axial((20, 60, 60), (8.0, 4.0, 4.0))
    fields = [np.log(bias_field(grid, 0.1, seed)) for seed in range(12)]
    assert np.std(fields) == pytest.approx(0.1, rel=0.35)
    assert max(np.abs(np.diff(field, axis=1)).max() for field in fields) < 0.06
    turned = Grid.sagittal((1, 1, 1), (1.0, 1.0, 1.0), tuple(grid.points([[5, 6, 7]])[0]))
    assert bias_field(turned, 0.1, 3)[0, 0, 0] == pytest.approx(
        np.exp(fields[3][5, 6, 7]), rel=1e-4
    )


def test_diffusion_map_gives_back_the_tissue() -> None:
    scans = []
    for name in ("dwi-b0-15b", "dwi-b1000-15b"):
        profile = replace(mr_profile(name), snr=1e4, bias=0.0, ghost=0.0, white=4000.0)
        look = mr_look(profile, 1)["grey_matter"].mean
        scan = mr_scan(block(height=look), profile, 1)
        white = signal_of(profile, relaxation(1.5)["white_matter"])
        scans.append(Volume(scan.grid, scan.values * (white * 1000)))
    found = adc_map(scans[0], scans[1], b_low=0, b_high=1000, least=1000 * 1000)
    assert found.values[:, 30:34, 30:34].mean() == pytest.approx(830, rel=0.02)
    assert found.values[0, 0, 0] == 0


def test_only_fat_is_left_in_its_look() -> None:
    look = fat_look(mr_look(PLAIN, 1))
    assert {name for name, shade in look.items() if shade.mean} == {"fat", "marrow"}


def test_the_same_seed_gives_the_same_bits_in_another_process() -> None:
    values = np.random.default_rng(2).uniform(0, 500, (6, 48, 40)).astype(np.float32)
    signal = Volume(Grid.axial((6, 48, 40), (2.0, 2.0, 2.0)), values)
    scan = mr_scan(signal, mr_profile("flair-15b"), 5, MrOptions(motion_mm=1.0))
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], input=values.tobytes(), capture_output=True, check=True
    )
    assert run.stdout.decode().strip() == hashlib.sha256(scan.values.tobytes()).hexdigest()
    other = mr_scan(signal, mr_profile("flair-15b"), 6, MrOptions(motion_mm=1.0))
    assert not np.array_equal(other.values, scan.values)
