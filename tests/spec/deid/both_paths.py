"""Both paths of stage 1 on real files: equal data sets, and no new error for others' checker.

Run: ``tools/both-paths FOLDER [--policy NAME]``. Prints how many files were released, how many of
them differ between the span path and the readable one, and how many have error lines of dciodvfy
that their originals do not have; the last two must be 0.
"""

from __future__ import annotations

import argparse
import io
import re
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pydicom
from pydicom.datadict import tag_for_keyword
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian
from tests.spec.deid.objects import KEYS, OFFSET, SUBJECT
from tests.spec.deid.reference import Reference, annex_e, differences, tree_of

from yushan.domain.deid import (
    CleanedPixels,
    Harvest,
    Policy,
    Released,
    deidentify,
    harvest,
    load_policy,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

DCIODVFY = Path(sys.executable).parent / "dciodvfy"
#: As if every picture had been read: here headers are compared.
READ = CleanedPixels(done=frozenset({"clean_pixel_data", "clean_recognizable_visual_features"}))
MISSING = re.compile("Missing attribute .*Element=<([A-Za-z0-9]+)>")
UIDS = re.compile(r"[0-9]+(?:\.[0-9]+){2,}")


def released(data: bytes, policy: Policy) -> bytes | None:
    """The object as the span path releases it, whatever its pixels show; None when held."""
    made = deidentify(
        data, policy=policy, keys=KEYS, subject=SUBJECT, offset_days=OFFSET,
        harvested=Harvest(), pixels=READ,
    )  # fmt: skip
    return b"".join(made.chunks) if isinstance(made, Released) else None


def unequal(data: bytes, out: bytes, policy: Policy) -> list[str]:
    """Where the two paths differ."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reference = Reference(policy, KEYS, OFFSET, harvest(data).tokens)
        return list(differences(tree_of(pydicom.dcmread(io.BytesIO(out))), reference.object(data)))


def new_errors(data: bytes, out: bytes) -> Counter[str]:
    """Error lines of dciodvfy that only the released object has; UIDs do not count."""
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "before", Path(folder) / "after"
        before.write_bytes(inflated(data))
        after.write_bytes(out)
        found = set(errors(after)) - set(errors(before))
    return Counter(line for line in found if not is_asked_for(line))


def inflated(data: bytes) -> bytes:
    """A deflated file as the checker can read it; any other as it is."""
    dataset = pydicom.dcmread(io.BytesIO(data))
    if dataset.file_meta.TransferSyntaxUID != DeflatedExplicitVRLittleEndian:
        return data
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


def is_asked_for(line: str) -> bool:
    """Whether an error is that an attribute is missing which Table E.1-1 removes, no choice left.

    Annex E removes (0010,2297) and (0010,2299) also of animals, where the Patient module asks for
    them.
    """
    missing = MISSING.search(line)
    tag = tag_for_keyword(missing.group(1)) if missing else None
    row = annex_e().get(f"{tag:08X}") if tag else None
    return row is not None and row["basic"] == "X"


def errors(path: Path) -> Iterator[str]:
    """The error lines of a file."""
    made = subprocess.run([DCIODVFY, path], capture_output=True, check=False)
    for line in made.stderr.decode("utf-8", "replace").splitlines():
        if line.startswith("Error"):
            yield UIDS.sub("UID", line)


def main(arguments: list[str] | None = None) -> int:
    """Compare all files of a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--policy", default="tw-hospital")
    options = parser.parse_args(arguments)
    policy, counts = load_policy(options.policy), Counter({"paths differ": 0})
    for path in sorted(one for one in options.folder.rglob("*") if one.is_file()):
        data = path.read_bytes()
        out = released(data, policy) if data[128:132] == b"DICM" else None
        counts["files"] += 1
        if out is None:
            continue
        counts["released"] += 1
        for line in unequal(data, out, policy):
            counts["paths differ"] += 1
            print(f"{path}: {line}")
        worse = new_errors(data, out) if DCIODVFY.exists() else Counter[str]()
        counts["files with new errors"] += bool(worse)
        for line in worse:
            print(f"{path}: {line}")
    print(dict(counts))
    return int(bool(counts["paths differ"] or counts["files with new errors"]))


if __name__ == "__main__":
    sys.exit(main())
