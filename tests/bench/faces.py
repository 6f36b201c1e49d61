"""Faces of real heads taken off: how far from the person, what stayed, who is known, how fast.

tools/faces DATA [--pictures FOLDER] [--large] [--attack [PEOPLE]]
"""

from __future__ import annotations

import argparse
import resource
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nibabel
import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates, zoom

from tests.bench.faces_drawing import VIEWS, drawn, sheet, sliced
from tests.unit.faces.heads import AXIAL, made_head
from yushan.base import Rejected
from yushan.domain.faces import coarse, find_head, regular_volume, remove_face
from yushan.domain.faces.proof import distance, face_of, placement
from yushan.domain.faces.surface import body_mask, depth_mm, skin_map

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.faces import Defaced, Head, Keep, Volume

SEED = b"a seed for figures, not a secret"
HEADS = {
    "head CT 2.5 mm": ("ct-mr-head/ct_head", "CT"),
    "CT 4 mm": ("ct-mr-head/ct_example", "CT"),
    "T1 MR 4 mm": ("ct-mr-head/mri_t1_example", "MR"),
    "Colin27 T1 1 mm": ("mr-templates/ch2", "MR"),
    "average head T1 1 mm": ("mr-deface/mean_reg2mean", "MR"),
}
#: Heads whose pictures may be shown.
SHOWN = ("Colin27 T1 1 mm", "average head T1 1 mm")
PEOPLE, ROUNDS = 6, 2


def loaded(path: Path) -> tuple[NDArray[Any], tuple[float, float, float]]:
    """A NIfTI volume as ``[superior, posterior, left]`` with its spacing."""
    image = nibabel.as_closest_canonical(nibabel.load(path))
    size = [float(x) for x in image.header.get_zooms()[:3]]
    values = np.asanyarray(image.dataobj).transpose(2, 1, 0)[:, ::-1, ::-1]
    return np.rint(values).astype(np.int16), (size[2], size[1], size[0])


def head_volume(data: Path, name: str) -> Volume:
    """One of ``HEADS``."""
    path, modality = HEADS[name]
    values, spacing = loaded(data / f"{path}.nii.gz")
    return regular_volume(values, spacing, axes=AXIAL, modality=modality)


def changed_in(volume: Volume, done: Defaced, mask: NDArray[np.bool_]) -> str:
    """How many samples of a mask changed."""
    count = int(((volume.values != done.volume.values) & mask).sum())
    return f"{count} of {int(mask.sum()):,}"


def figures(data: Path) -> None:
    """Each head, each depth."""
    print("head | keep | seconds | changed % | mean mm | 95 % mm | correlation | nearer of 39")
    for name in HEADS:
        volume = head_volume(data, name)
        for keep in ("brain", "deep"):
            start = time.process_time()
            try:
                done = remove_face(volume, seed=SEED, keep=keep)
            except Rejected as error:
                print(f"{name} | {keep} | refused: {error.code}")
                continue
            took = time.process_time() - start
            assert done is not None, name
            far = done.proof
            print(
                f"{name} | {keep} | {took:.1f} | {100 * done.share:.1f} | {far.mean_mm:.1f} | "
                f"{far.far_mm:.1f} | {far.correlation:.2f} | {far.nearer}"
            )
            kept(data, name, volume, done)


def kept(data: Path, name: str, volume: Volume, done: Defaced) -> None:
    """What stayed as it was, against masks that others made."""
    if name.startswith("Colin27"):
        brain = loaded(data / "mr-templates/ch2bet.nii.gz")[0] > 0
        print(f"  brain samples changed (mask ch2bet): {changed_in(volume, done, brain)}")
    if name.startswith("average"):
        face = loaded(data / "mr-deface/facemask.nii.gz")[0] == 0
        head = find_head(coarse(volume), volume.modality)
        assert head is not None
        inside = depth_mm(head.mask)
        shell = replaced_grid((inside > 0) & (inside <= 5), volume)
        ours, whole = (done.volume.values != volume.values) & face & shell, face & shell
        print(f"  skin (5 mm) in the human's mask changed: {100 * ours.sum() / whole.sum():.1f} %")
    if volume.modality == "CT":
        inside = skull_inside(volume)
        print(f"  samples inside the skull changed: {changed_in(volume, done, inside)}")


def replaced_grid(mask: NDArray[np.bool_], volume: Volume) -> NDArray[np.bool_]:
    """A mask in cubes on the samples of an axial volume."""
    index = [
        np.clip((centres / 2.0).astype(int), 0, n - 1)
        for centres, n in zip(volume.centres_mm, mask.shape, strict=True)
    ]
    found: NDArray[np.bool_] = mask[np.ix_(*index)]
    return found


def skull_inside(volume: Volume) -> NDArray[np.bool_]:
    """What bone encloses in axial slices of CT above the ears: brain and its fluids."""
    from scipy.ndimage import binary_closing, binary_erosion, binary_fill_holes, label

    found = np.zeros(volume.values.shape, bool)
    head = find_head(coarse(volume), volume.modality)
    assert head is not None
    first = int(np.searchsorted(volume.centres_mm[0], (head.nasion + 5) * 2.0))
    for index in range(first, len(found)):
        bone = binary_closing(volume.values[index] > 250, iterations=3)
        hollow = binary_erosion(binary_fill_holes(bone) & ~bone, iterations=2)
        labels, count = label(hollow)
        if count:
            found[index] = labels == 1 + np.argmax(np.bincount(labels.ravel())[1:])
    return found


def other_person(volume: Volume, head: Head, number: int) -> Volume:
    """The same head with another face: everything in the face moved smoothly by some mm."""
    random = np.random.default_rng(number)
    shape = volume.values.shape
    inside = gaussian_filter((depth_mm(head.mask) < 30).astype(np.float32), 3)
    level = (np.arange(shape[0]) < head.nasion + 20)[:, None, None]
    front = (np.arange(shape[1]) < head.axis[0] + 15)[None, :, None]
    where = gaussian_filter((level & front).astype(np.float32), 5) * inside
    moves = []
    for _ in range(3):
        fine = gaussian_filter(random.standard_normal(shape).astype(np.float32), 6)
        broad = gaussian_filter(random.standard_normal(shape).astype(np.float32), 14)
        moves.append((2.2 * fine / fine.std() + 2.2 * broad / broad.std()) / 2.0 * where)
    grid = np.indices(shape, dtype=np.float32)
    values = map_coordinates(
        volume.values, [g + m for g, m in zip(grid, moves, strict=True)], order=1, mode="nearest"
    )
    return replace(volume, values=values.astype(np.int16))


def attack(data: Path, count: int, keeps: tuple[Keep, ...] = ("deep",)) -> None:
    """Who is known again in a gallery of people with the same skull and other faces.

    The attacker has everybody's surface and lays the skulls over each other without error. By
    default only the thinner shell, which is the harder one to hide with.
    """
    print(f"\nattack: {count} people a head, each {ROUNDS} times; chance {100 / count:.1f} %")
    for keep in keeps:
        hits, sure, total, refused, ranks = 0, 0, 0, 0, []
        for name in ("head CT 2.5 mm", "Colin27 T1 1 mm", "average head T1 1 mm"):
            whole = head_volume(data, name)
            cubes = np.rint(coarse(whole)).astype(np.int16)
            base = regular_volume(cubes, (2.0, 2.0, 2.0), axes=AXIAL, modality=whole.modality)
            head = find_head(coarse(base), base.modality)
            assert head is not None
            people = [other_person(base, head, number) for number in range(count)]
            gallery = [surface(person, head) for person in people]
            is_face = face_of(head, ears=True)
            frame = placement(is_face)
            for number, person in enumerate(people):
                noisy = rescanned(person, number)
                order = ranking(gallery, surface(noisy, head), is_face, frame)
                sure += order[0] == number
                for round_ in range(ROUNDS):
                    try:
                        done = remove_face(person, seed=SEED + bytes([number, round_]), keep=keep)
                    except Rejected:
                        refused += 1
                        continue
                    assert done is not None
                    order = ranking(gallery, surface(done.volume, head), is_face, frame)
                    hits += order[0] == number
                    ranks.append(order.index(number) + 1)
                    total += 1
        print(
            f"keep {keep}: scanned again {sure} of {3 * count} known; defaced {hits} of {total} "
            f"({100 * hits / max(total, 1):.0f} %), mean rank {np.mean(ranks):.1f} "
            f"(chance {(count + 1) / 2:.1f}), refused {refused}"
        )


def rescanned(volume: Volume, number: int) -> Volume:
    """The same person another day: other noise."""
    random = np.random.default_rng(1000 + number)
    noise = 0.02 * float(np.ptp(volume.values)) * random.standard_normal(volume.values.shape)
    return replace(volume, values=np.rint(volume.values + noise).astype(np.int16))


def surface(volume: Volume, head: Head) -> NDArray[np.float32]:
    """The skin around the axis of a head whose skull the attacker has laid over his."""
    return skin_map(body_mask(coarse(volume), head.threshold), head.axis, head.yaw)


def ranking(gallery: list[Any], probe: Any, is_face: Any, frame: Any) -> list[int]:
    """People by likeness, the most alike first."""
    far = [
        distance(one, probe, is_face & (probe > 10), refit(frame, is_face, probe))
        for one in gallery
    ]
    return [int(x) for x in np.argsort(far)]


def refit(frame: Any, is_face: Any, probe: Any) -> Any:
    """The placement of what can be seen of both."""
    return frame if (probe > 10)[is_face].all() else placement(is_face & (probe > 10))


def large(data: Path) -> None:
    """512 x 512 x 200: seconds on one core and memory."""
    values, spacing = loaded(data / "ct-mr-head/ct_head.nii.gz")
    factors = (200 / values.shape[0], 512 / values.shape[1], 512 / values.shape[2])
    fine = np.concatenate([zoom(part, factors, order=1) for part in np.array_split(values, 5)])
    size = tuple(s / f for s, f in zip(spacing, factors, strict=True))
    volume = regular_volume(fine, size, axes=AXIAL, modality="CT")
    del values, fine
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.process_time()
    done = remove_face(volume, seed=SEED, keep="brain")
    took = time.process_time() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert done is not None
    print(f"\n{volume.values.shape}: {took:.1f} s of one core, {after:.0f} MiB (was {before:.0f})")


def pictures(data: Path, folder: Path) -> None:
    """Before and after, only of heads that may be shown, and of one made by code."""
    folder.mkdir(parents=True, exist_ok=True)
    made = made_head(spacing_mm=(1.5, 1.2, 1.2), modality="CT").volume
    for name, volume in {
        **{name: head_volume(data, name) for name in SHOWN}, "made CT": made,
    }.items():  # fmt: skip
        cubes, head = coarse(volume), find_head(coarse(volume), volume.modality)
        assert head is not None
        rows, titles = [], []
        states = [("as it was", volume)]
        for keep in ("brain", "deep"):
            done = remove_face(volume, seed=SEED, keep=keep)
            assert done is not None
            states.append((f"keep = {keep}", done.volume))
        ends = np.percentile(cubes, [1, 99.5]) if volume.modality == "MR" else (-200, 300)
        for title, state in states:
            found = coarse(state)
            views = [drawn(found, head.threshold, turn) for turn in VIEWS.values()]
            side = sliced(found[:, :, round(head.axis[1])], (ends[0], ends[1]))
            level = max(head.nasion - 14, 1)
            rows.append([*views, side, sliced(found[level][::-1], (ends[0], ends[1]))])
            titles.append(f"{name}: {title}")
        path = folder / f"faces-{name.split()[0].lower()}.png"
        sheet(rows, titles).quantize(48).save(path, optimize=True)
        print(path, path.stat().st_size)


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--attack", type=int, nargs="?", const=PEOPLE, metavar="PEOPLE")
    chosen = parser.parse_args()
    if chosen.large:
        large(chosen.data)
    figures(chosen.data)
    if chosen.attack:
        attack(chosen.data, chosen.attack)
    if chosen.pictures:
        pictures(chosen.data, chosen.pictures)


if __name__ == "__main__":
    main()
