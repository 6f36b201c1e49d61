"""Synthetic images beside real ones: tissues, noise, edges, gradients; tables and pictures.

tools/realism DATA [--pictures FOLDER] [--people N] [KIND …]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.realism_chest import chest_ct
from tests.bench.realism_devices import ct_devices, ct_exposure
from tests.bench.realism_film import chest_film
from tests.bench.realism_head import head_ct, head_mr
from tests.bench.realism_head_single import head_single
from tests.bench.realism_more_ct import more_ct
from tests.bench.realism_nuclear import bone_scan
from tests.bench.realism_phantoms import gamma_devices, pet_devices
from tests.bench.realism_pictures import coronary_cine, fundus_photograph
from tests.bench.realism_sites import sites_apart
from tests.bench.realism_small import electrocardiogram, retina_piece, slide, sonogram

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS: dict[str, Callable[[Path, Path | None, int], None]] = {
    "chest-ct": chest_ct,
    "more-ct": more_ct,
    "head-mr": head_mr,
    "head-single": head_single,
    "head-ct": head_ct,
    "chest-film": chest_film,
    "bone-scan": bone_scan,
    "fundus": fundus_photograph,
    "angiogram": coronary_cine,
    "ultrasound": sonogram,
    "ecg": electrocardiogram,
    "histology": slide,
    "retina-piece": retina_piece,
    "ct-devices": ct_devices,
    "ct-exposure": ct_exposure,
    "pet-devices": pet_devices,
    "gamma-devices": gamma_devices,
    "sites": sites_apart,
}


def main() -> None:
    """Compare what the folder holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("kinds", nargs="*", default=[])
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--people", type=int, default=3)
    asked = parser.parse_intermixed_args()
    for name in asked.kinds or KINDS:
        start = time.process_time()
        print(f"\n## {name}\n")
        try:
            KINDS[name](asked.data, asked.pictures, asked.people)
        except FileNotFoundError as error:
            print(f"not compared: {Path(str(error.filename)).name} is not there")
        print(f"\n({time.process_time() - start:.0f} s of processor)")


if __name__ == "__main__":
    main()
