"""An abdominal ultrasound clip: speckle in a fan, vessels, a gall bladder and a kidney."""

from __future__ import annotations

from typing import Final

import numpy as np

from yushan.domain.phantoms.canvas import Image, canvas, paint

ROWS: Final = 480
COLUMNS: Final = 640
#: Apex of the fan, first and last depth, in pixels; half the opening in degrees.
APEX: Final = (10.0, 320.0)
NEAREST: Final = 62.0
FARTHEST: Final = 442.0
HALF_OPENING_DEG: Final = 40.0
#: Grid the echoes are made on: depth and angle.
DEPTHS: Final = 380
BEAMS: Final = 256


def fan() -> tuple[Image, Image, Image]:
    """For each pixel: depth and beam on the grid, and whether the fan covers it."""
    row, column = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32)
    down, across = row - APEX[0], column - APEX[1]
    radius = np.hypot(down, across)
    angle = np.rad2deg(np.arctan2(across, down))
    depth = (radius - NEAREST) / (FARTHEST - NEAREST) * (DEPTHS - 1)
    beam = (angle / HALF_OPENING_DEG + 1) / 2 * (BEAMS - 1)
    inside = (depth >= 0) & (depth <= DEPTHS - 1) & (beam >= 0) & (beam <= BEAMS - 1)
    return depth, beam, inside.astype(np.float32)


def anatomy(shift: float) -> Image:
    """Echo strength ``[row, column]`` of the organs, moved along with the breath by ``shift``."""
    on = canvas(COLUMNS, float(COLUMNS), 0.42)
    np.copyto(on.image, 0.40 + 0.05 * on.ripple(shift, 60, 31) + 0.04 * on.ripple(0, 22, 32))
    top = -COLUMNS / 2
    vessels = (((-150, 190), (-40, 160)), ((-40, 160), (60, 190)), ((-90, 300), (-10, 240)))
    for (ax, ay), (bx, by) in vessels:
        ends = ((ax, top + ay + shift), (bx, top + by + shift))
        on.bar(ends, 11, 0.62)
        on.bar(ends, 8, 0.03)
    centre = (58.0, top + 250 + shift)
    on.ellipse(centre, (64, 31), 0.85, 24)
    on.ellipse(centre, (60, 27), 0.01, 24)
    on.disc((40, top + 258 + shift), 7, 0.95)  # a stone
    kidney = (-30.0, top + 372 + 0.6 * shift)
    on.ellipse(kidney, (92, 42), 0.70, -8)
    on.ellipse(kidney, (88, 38), 0.27, -8)
    on.ellipse(kidney, (58, 18), 0.66, -8)
    edge = on.distance((0, top + 120 + shift), (330, 330))
    paint(on.image, on.soft(np.abs(edge) - np.float32(3)), 0.98)
    return on.image


def clip(frames: int, seed: int) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    """Frames ``[frame, row, column]`` of grey values, without any text."""
    rng = np.random.default_rng(seed)
    depth, beam, inside = fan()
    rows, beams = depth.astype(np.intp) % DEPTHS, beam.astype(np.intp) % BEAMS
    fade = np.linspace(1.15, 0.62, DEPTHS, dtype=np.float32)[:, None]
    real, other = rng.standard_normal((2, DEPTHS, BEAMS + frames), dtype=np.float32)
    found = np.empty((frames, ROWS, COLUMNS), dtype=np.uint8)
    for frame in range(frames):
        shift = 7 * np.sin(2 * np.pi * frame / max(frames, 1))
        strength = anatomy(float(shift))[:ROWS]
        window = slice(frame, frame + BEAMS)
        speckle = np.hypot(blurred(real[:, window]), blurred(other[:, window])) * fade
        echo = speckle[rows, beams] * strength
        tone = np.clip(0.30 * np.log10(np.maximum(echo, 1e-3)) + 0.62, 0, 1)
        found[frame] = (255 * tone * inside * (strength > 0.008)).astype(np.uint8)
    return found


def blurred(noise: Image) -> Image:
    """Echoes of one point spread over its neighbours, more across than along."""
    for axis, times in ((0, 1), (1, 2)):
        for _ in range(times):
            noise = (np.roll(noise, 1, axis) + noise + np.roll(noise, -1, axis)) / np.float32(1.8)
    return noise
