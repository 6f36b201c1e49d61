"""The screen of an ultrasound machine: picture, scales and whatever text its maker burns in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]

from yushan.domain.scanners.drawing import Image, sampled
from yushan.domain.scanners.lettering import write
from yushan.domain.scanners.picture import Mark, Picture, whole
from yushan.domain.scanners.ultrasound import Matter, Section, compressed, echoes, matter
from yushan.domain.scanners.ultrasound_doppler import coloured
from yushan.domain.scanners.ultrasound_probe import Machine, fan, machine, scanned
from yushan.domain.scanners.ultrasound_scenes import abdomen

if TYPE_CHECKING:
    from collections.abc import Mapping

Bits = NDArray[np.uint8]
#: Parts of a section that are worth a mask, and what they are called in the truth.
TRUTH = {
    "gallbladder": ("gallbladder", "stone"),
    "stone": ("stone",),
    "cyst": ("cyst",),
    "liver_lesion": ("liver_lesion", "liver_lesion_core"),
    "kidney": ("kidney", "kidney_medulla", "kidney_sinus"),
    "liver": ("liver",),
    "thyroid": ("thyroid", "thyroid_nodule"),
    "thyroid_nodule": ("thyroid_nodule",),
}


@dataclass(frozen=True, slots=True)
class Legend:
    """Text a machine burns into its pictures; empty lines are left out.

    Parameters
    ----------
    hospital, name, number, born, taken
        As shown: the site, the person's name and chart number, birth date, date and time.
    note
        What the operator typed under the picture.
    """

    hospital: str = ""
    name: str = ""
    number: str = ""
    born: str = ""
    taken: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Cine:
    """How long a clip is and how the body moves under the probe.

    Parameters
    ----------
    frames
        At least 1.
    breath_mm
        How far the organs slide, lateral and deep.
    breath_s
        Of one breath.
    colour
        Show flow in a box; frames are then RGB.
    """

    frames: int = 1
    breath_mm: tuple[float, float] = (9.0, 3.0)
    breath_s: float = 4.0
    colour: bool = False

    def shift(self, time_s: float) -> tuple[float, float]:
        """How far the organs have slid at a moment, mm."""
        phase = 2 * np.pi * time_s / self.breath_s
        return self.breath_mm[0] * float(np.sin(phase)), self.breath_mm[1] * float(
            1 - np.cos(phase)
        )


def ultrasound(
    section: Section | None = None,
    probe: Machine | str = "convex-a",
    seed: int = 0,
    cine: Cine | None = None,
    legend: Legend | None = None,
) -> Picture:
    """Frames of an ultrasound machine, uint8 ``[row, column]`` or ``[frame, row, column]``.

    Parameters
    ----------
    section
        What lies under the probe; without one an abdomen of this seed.
    probe
        A machine or its name.
    seed
        Same seed, same scatterers.
    cine
        Frames and breath; one frame without.
    legend
        Text to burn in; none without.

    Returns
    -------
    Picture
        Masks of :data:`TRUTH` that occur, per frame; marks of stones, cysts and lesions of the
        first frame; facts of the machine and where the picture lies on the screen.

    Raises
    ------
    ValueError
        There is no such machine.
    """
    device = machine(probe) if isinstance(probe, str) else probe
    clip = cine or Cine()
    body = matter(section or abdomen(seed), seed)
    screen = furniture(device, legend or Legend())
    frames, labels, flows = [], [], []
    for number in range(clip.frames):
        rng = np.random.default_rng((seed, 0x51, number))
        time = number / device.frame_hz
        shown, found = frame(body, device, clip.shift(time), rng)
        picture, flow = whole(shown), np.zeros(found.shape, dtype=np.bool_)
        if clip.colour:
            picture, flow = coloured(picture, found, body.section.names, device, (time, rng))
        frames.append(framed(screen, picture, device))
        labels.append(found)
        flows.append(flow)
    masks = truth(body.section, np.stack(labels), device)
    if clip.colour:
        masks["flow"] = on_screen(np.stack(flows), device)
    first = 0 if clip.frames == 1 else slice(None)
    scale = fan(device)[2]
    return Picture(
        np.stack(frames)[first],
        (scale, scale),
        masks={name: mask[first] for name, mask in masks.items()},
        marks=tuple(marks(masks, scale)),
        facts=facts(device),
    )


def frame(
    body: Matter, device: Machine, shift: tuple[float, float], rng: np.random.Generator
) -> tuple[Image, Bits]:
    """One picture 0..1 in the window, and the labels under it (255 outside of the fan)."""
    envelope, labels = echoes(body, device, shift)
    grey = compressed(envelope, device, rng)
    shown = scanned(grey, device)
    sample, beam, _, _ = fan(device)
    found = sampled(labels, np.maximum(sample, 0), np.maximum(beam, 0), 0).astype(np.uint8)
    found[sample < 0] = 255
    return tone(shown), found


def tone(grey: Image) -> Image:
    """The machine's grey map: dark greys pressed down, as on the real pictures at hand."""
    return np.asarray(np.clip(grey, 0, 1) ** np.float32(1.8), dtype=np.float32)


def framed(screen: Bits, picture: Bits, device: Machine) -> Bits:
    """The picture put into its window of the screen, in colour if it is."""
    top, left, bottom, right = device.window
    full = screen.copy() if picture.ndim == 2 else np.repeat(screen[..., None], 3, axis=2)
    part = full[top:bottom, left:right]
    np.maximum(part, picture, out=part)
    return full


def on_screen(inside: NDArray[np.bool_], device: Machine) -> NDArray[np.bool_]:
    """Masks ``[frame, row, column]`` of the window on the whole screen."""
    top, left, bottom, right = device.window
    full = np.zeros((len(inside), *device.screen), dtype=np.bool_)
    full[:, top:bottom, left:right] = inside
    return full


def truth(section: Section, cut: Bits, device: Machine) -> dict[str, NDArray[np.bool_]]:
    """Masks ``[frame, row, column]`` on the whole screen of what occurs."""
    masks = {}
    for name, parts in TRUTH.items():
        values = [section.names.index(part) for part in parts if part in section.names]
        inside = np.isin(cut, values)
        if values and inside[0].any():
            masks[name] = on_screen(inside, device)
    return masks


def marks(masks: Mapping[str, NDArray[np.bool_]], scale: float) -> list[Mark]:
    """Stones, cysts, nodules and lesions one by one, measured on the masks of the first frame."""
    found = []
    for name in ("stone", "cyst", "liver_lesion", "thyroid_nodule"):
        if name not in masks:
            continue
        parts, count = ndimage.label(masks[name][0])
        for number in range(1, count + 1):
            rows, columns = np.nonzero(parts == number)
            if rows.size > 8:
                spread = np.cov(np.stack([rows, columns]).astype(np.float64))
                long, short = np.sqrt(np.maximum(np.linalg.eigvalsh(spread), 0))[::-1] * 4 * scale
                place = (float(rows.mean()), float(columns.mean()))
                size = (round(float(long), 1), round(float(short), 1))
                found.append(Mark(name, *place, size))
    return found


def facts(device: Machine) -> dict[str, float | str]:
    """What headers of such a machine say."""
    top, left, bottom, right = device.window
    shape = {"convex": "CURVED LINEAR", "linear": "LINEAR", "sector": "SECTOR"}[device.shape]
    return {
        "maker": device.maker, "model": device.model, "transducer": shape, "mhz": device.mhz,
        "depth_mm": device.depth_mm, "frame_hz": device.frame_hz, "scale_mm": fan(device)[2],
        "top": top, "left": left, "bottom": bottom, "right": right,
    }  # fmt: skip


def furniture(device: Machine, legend: Legend) -> Bits:
    """The black screen with grey bar, depth scale, settings and the legend."""
    screen = np.zeros(device.screen, dtype=np.uint8)
    top, _left, bottom, right = device.window
    rows = max(device.screen[0] // 40, 14)
    bar = np.linspace(255, 0, (bottom - top) // 3).astype(np.uint8)
    screen[top : top + bar.size, 14:26] = bar[:, None]
    scale, (row, _) = fan(device)[2], fan(device)[3]
    for depth in range(0, int(device.depth_mm) + 1, 10):
        at = round(top + row + depth / scale)
        long = 9 if depth % 50 == 0 else 4
        screen[at : at + 2, right + 6 : right + 6 + long] = 220
        if depth % 50 == 0 and depth:
            write(screen, str(depth // 10), (at - rows // 2, right + 18), rows)
    legends(screen, device, legend, rows)
    return screen


def legends(screen: Bits, device: Machine, legend: Legend, height: int) -> None:
    """Text at the places where this style of machine puts it."""
    wide, bottom = screen.shape[1], device.window[2]
    write(screen, legend.hospital, (4, 30), height + 2)
    write(screen, legend.taken, (4, wide - 8), height, right=True)
    write(screen, f"{legend.name}  {legend.number}".strip(), (4 + height + 4, 30), height + 2)
    write(screen, legend.born, (4 + height + 4, wide - 8), height, right=True)
    settings = (
        device.model,
        f"{device.mhz:.1f}MHz",
        f"D {device.depth_mm / 10:.1f}cm",
        f"DR {device.dynamic_db:.0f}",
        f"{device.frame_hz:.0f}Hz",
        "MI 1.1",
        "TIS 0.4",
    )
    if device.style == "dense":
        for line, text in enumerate(settings):
            write(
                screen,
                text,
                (device.window[0] + 30 + line * (height + 2), wide - 8),
                height - 2,
                right=True,
            )
    else:
        write(screen, "  ".join(settings[1:5]), (bottom - height, wide - 8), height - 2, right=True)
    write(screen, legend.note, (bottom - 2 * height, 40), height + 2)
