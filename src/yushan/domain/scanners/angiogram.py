"""Coronary angiograms: contrast runs through a beating tree of vessels under a C-arm.

Vessels are tubes in LPS mm; each pixel sums how far its ray runs in them, times the iodine there at
that moment, over a background of the chest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from yushan.domain.scanners.angiogram_scene import background
from yushan.domain.scanners.angiogram_tree import Branch, coronaries
from yushan.domain.scanners.drawing import Image, blurred, grain, resized, soft, tube
from yushan.domain.scanners.picture import Mark, Picture, whole
from yushan.domain.scanners.projection import View, point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.domain.scanners.projection import Film

Floats = NDArray[np.float64]
#: Focus to detector and focus to the middle, mm.
FAR_MM: Final = (1000.0, 740.0)
#: Attenuation of undiluted contrast medium, per mm, beyond that of blood.
IODINE: Final = 0.23
#: Contrast along a ray, in pixels, from which a vessel counts as shown.
FILLED: Final = 0.2
#: Usual angles: name -> degrees to the left and to the head.
ANGLES: Final = {
    "LAO": (40.0, 0.0), "RAO": (-30.0, 0.0), "RAO-caudal": (-20.0, -25.0),
    "LAO-cranial": (35.0, 25.0), "RAO-cranial": (-10.0, 35.0), "spider": (45.0, -25.0),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Injection:
    """One run.

    Parameters
    ----------
    frames, frame_hz
        Length and rate.
    rate_bpm
        Of the heart.
    start_s, hold_s
        When contrast leaves the catheter, and for how long.
    speed_mm_s
        Of its front.
    left_deg, head_deg
        Angles of the detector: to the patient's left (LAO) and to the head (cranial) positive.
    subtracted
        Show the difference to the first frame.
    """

    frames: int = 48
    frame_hz: float = 15.0
    rate_bpm: float = 70.0
    start_s: float = 0.5
    hold_s: float = 1.7
    speed_mm_s: float = 230.0
    left_deg: float = 40.0
    head_deg: float = 0.0
    subtracted: bool = False


def c_arm(middle: tuple[float, float, float], run: Injection, size: int, field_mm: float) -> View:
    """The view of a C-arm: ``field_mm`` is what its detector covers at the middle of the turn."""
    a, b = np.deg2rad(run.left_deg), np.deg2rad(run.head_deg)
    flat = np.array([np.sin(a), -np.cos(a), 0])
    up = np.array([0.0, 0, 1])
    way = np.cos(b) * flat + np.sin(b) * up
    down = np.sin(b) * flat - np.cos(b) * up
    right = np.array([np.cos(a), np.sin(a), 0])
    centre = np.array(middle) + (FAR_MM[0] - FAR_MM[1]) * way
    source = np.array(middle) - FAR_MM[1] * way
    pixel = field_mm * FAR_MM[0] / FAR_MM[1] / size
    return View(point(centre), point(right), point(down), (size, size), pixel, point(source))


def angiogram(
    seed: int,
    branches: Sequence[Branch] | None = None,
    run: Injection | None = None,
    film: Film | None = None,
    size: int = 512,
) -> Picture:
    """A cine of the coronary arteries, uint8 ``[frame, row, column]``, vessels dark.

    Parameters
    ----------
    seed
        Same seed, same noise and motion; also the vessels if none are given.
    branches
        Vessels filled by this injection; without any the right coronary of :func:`coronaries`.
    run
        Angles, times, heart rate.
    film
        Line integrals of the chest from the same angles (:func:`c_arm`), resized to the picture;
        an invented background without.
    size
        Pixels of a side; 180 mm at the heart.

    Returns
    -------
    Picture
        Mask ``vessel`` (where contrast shows) per frame; marks of stenoses in the fullest
        frame; facts of angles, rate and the frame in which vessels are fullest.
    """
    how = run or Injection()
    tree = tuple(branches) if branches else coronaries(seed, "right")
    middle = point(np.concatenate([one.points for one in tree]).mean(axis=0))
    view = c_arm(middle, how, size, 180.0)
    still = (
        background(seed, size, how.left_deg) if film is None else resized(film.values, (size, size))
    )
    rng = np.random.default_rng((seed, 0xA6))
    scene = Scene(tree, view, how, np.array(middle), still)
    frames, masks, amounts = [], [], []
    first: Image | None = None
    for number in range(how.frames):
        dense, mask = scene.dense(number)
        light = detected(np.exp(-dense), rng, size)
        first = light if first is None else first
        frames.append(subtracted(light, first) if how.subtracted else shown(light))
        masks.append(mask)
        amounts.append(int(mask.sum()))
    fullest = int(np.argmax(amounts))
    facts: dict[str, float | str] = {
        "left_deg": how.left_deg, "head_deg": how.head_deg, "frame_hz": how.frame_hz,
        "rate_bpm": how.rate_bpm, "fullest": fullest, "far_mm": FAR_MM[0], "near_mm": FAR_MM[1],
        "detector_pixel_mm": view.pixel_mm,
    }  # fmt: skip
    at_heart = view.pixel_mm * FAR_MM[1] / FAR_MM[0]
    return Picture(
        np.stack(frames),
        (at_heart, at_heart),
        8,
        {"vessel": np.stack(masks)},
        scene.stenoses(fullest),
        facts,
    )


class Scene:
    """A tree under a C-arm over time."""

    def __init__(
        self, tree: Sequence[Branch], view: View, run: Injection, middle: Floats, still: Image
    ) -> None:
        """Keep what does not change."""
        self.tree, self.view, self.run, self.middle, self.still = tree, view, run, middle, still

    def squeeze(self, number: int) -> float:
        """How far the heart is contracted at a frame, 0..1."""
        phase = (number / self.run.frame_hz * self.run.rate_bpm / 60) % 1
        return float(np.sin(np.pi * min(phase / 0.42, 1)) ** 1.4) if phase < 0.42 else 0.0

    def moved(self, points: Floats, number: int) -> Floats:
        """Points of the heart at a frame: drawn in, turned and let down."""
        amount = self.squeeze(number)
        steps = points - self.middle
        angle = 0.13 * amount
        turned = np.stack(
            [
                steps[:, 0] * np.cos(angle) - steps[:, 1] * np.sin(angle),
                steps[:, 0] * np.sin(angle) + steps[:, 1] * np.cos(angle),
                steps[:, 2],
            ],
            axis=1,
        )
        breath = 2.0 * np.sin(2 * np.pi * number / self.run.frame_hz / 5)
        return np.asarray(
            self.middle
            + turned * (1 - 0.12 * amount)
            + np.array([1.5, -3.0, -5.0]) * amount
            + np.array([0, 0, breath])
        )

    def contrast(self, along: Floats, number: int) -> Floats:
        """Share of contrast 0..1 at distances from the ostium."""
        since = number / self.run.frame_hz - self.run.start_s - along / self.run.speed_mm_s
        rise = np.clip(since / 0.18, 0, 1)
        fall = np.clip((since - self.run.hold_s) / 0.9, 0, 1)
        pulse = 1 - 0.18 * self.squeeze(number)
        return np.asarray(rise * (1 - fall) ** 1.5 * pulse)

    def dense(self, number: int) -> tuple[Image, NDArray[np.bool_]]:
        """Line integrals of the whole at a frame, and where vessels are filled."""
        size = self.view.shape
        total, filled = np.zeros(size, dtype=np.float32), np.zeros(size, dtype=np.bool_)
        for one in self.tree:
            level = self.contrast(one.along, number)
            if level.max() < 0.02:
                continue
            seen = self.view.seen(self.moved(one.points, number))
            scale = self.view.magnified(point(self.middle)) / self.view.pixel_mm
            part = np.zeros(size, dtype=np.float32)
            tube(part, seen, one.radii * scale, chord=True, level=level)
            total += part / np.float32(scale)
            filled |= part > FILLED
        blush = blurred(total, 22) * np.float32(0.25)
        shift = round(2.0 * self.squeeze(number))
        still = np.roll(self.still, shift, axis=0) if shift else self.still
        dense = still + np.float32(IODINE) * (total + blush) + self.catheter(number)
        return np.asarray(dense, dtype=np.float32), filled

    def catheter(self, number: int) -> Image:
        """The catheter from the aorta to the first mouth, with contrast while injecting."""
        size = self.view.shape
        mouth = self.view.seen(self.moved(self.tree[0].points[:1], number))[0]
        line = np.linspace(0, 1, 40)[:, None]
        top = np.array([-20.0, mouth[1] + 0.12 * size[1]])
        bow = np.array([[0.0, 0.16 * size[1]]]) * np.sin(np.pi * line) * line
        path = top * (1 - line) + mouth * line + bow
        cover = np.zeros(size, dtype=np.float32)
        scale = self.view.magnified(point(self.middle)) / self.view.pixel_mm
        tube(cover, path, np.full(40, 0.95 * scale), chord=True)
        time = number / self.run.frame_hz - self.run.start_s
        strength = 0.14 + (0.16 if -0.15 < time < self.run.hold_s else 0.0)
        return cover / np.float32(scale) * np.float32(strength)

    def stenoses(self, number: int) -> tuple[Mark, ...]:
        """Where narrowings are shown at a frame."""
        found = []
        for one in self.tree:
            for place, percent in one.stenoses:
                index = int(np.argmin(np.abs(one.along - place)))
                at = self.view.seen(self.moved(one.points[index : index + 1], number))[0]
                wide = 2 * float(one.radii[index])
                found.append(
                    Mark(
                        "stenosis",
                        float(at[0]),
                        float(at[1]),
                        (wide, wide),
                        {"vessel": one.name, "diameter_percent": percent},
                    )
                )
        return tuple(found)


def detected(light: Image, rng: np.random.Generator, size: int) -> Image:
    """Scatter, blur of the detector and quanta."""
    veil = blurred(light[::4, ::4], 12)
    seen = light + np.float32(0.25) * resized(veil, light.shape)
    seen = blurred(seen, 1.35 * size / 512)
    return np.asarray(
        seen
        * (
            1
            + np.float32(0.008)
            * grain(rng, light.shape, 0.7)
            / np.sqrt(np.maximum(seen / seen.mean(), 0.05))
        ),
        dtype=np.float32,
    )


def shown(light: Image) -> NDArray[np.uint8]:
    """The logarithm as grey, the round stop around it."""
    level = np.log(np.maximum(light, 1e-6))
    inside = level[stop(light.shape[0]) > 0.5]
    low, high = np.percentile(inside, [0.3, 99.7])
    grey = np.clip((level - low) / (high - low), 0, 1) ** np.float32(1.3) * np.float32(0.94)
    return np.asarray(
        whole(np.asarray(grey * stop(light.shape[0]), dtype=np.float32)), dtype=np.uint8
    )


def subtracted(light: Image, mask: Image) -> NDArray[np.uint8]:
    """The logarithm less that of the mask frame, on grey."""
    level = np.log(np.maximum(light, 1e-6)) - np.log(np.maximum(mask, 1e-6))
    grey = np.clip(0.78 + level * np.float32(0.9), 0, 1) * stop(light.shape[0])
    return np.asarray(whole(np.asarray(grey, dtype=np.float32)), dtype=np.uint8)


def stop(size: int) -> Image:
    """The open part of the detector: a square with cut corners."""
    line = np.abs(np.arange(size, dtype=np.float32) - (size - 1) / 2) / np.float32(size / 2)
    away = np.maximum(
        np.maximum(line[:, None], line[None]), (line[:, None] + line[None]) * np.float32(0.62)
    )
    return soft((away - np.float32(0.985)) * np.float32(size / 4))
