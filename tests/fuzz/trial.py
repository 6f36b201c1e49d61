"""One mutated input through harvest, stage 1, the verifier and the disk, as a child does it."""

from __future__ import annotations

import hashlib
import random
import resource
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.fuzz.mutations import MUTATIONS
from tests.fuzz.seeds import PLANTED, seeds
from tests.spec.deid.objects import KEYS, OFFSET, SUBJECT
from yushan.domain.deid import load_policy
from yushan.domain.verifier import verify
from yushan.flows.cleaning import How, Source, clean, look, output_path


class Trial(NamedTuple):
    """What became of one input; ``fault`` names a broken promise, ``seconds`` are of processor."""

    kind: str
    fault: str
    seconds: float
    peak_kib: int
    size: int


def mutated(seed: int, number: int) -> tuple[str, bytes]:
    """The input of a number, and what was done to which file; always the same."""
    rng = random.Random(f"{seed}:{number}")
    source = rng.choice(seeds())
    act = rng.choice(MUTATIONS)
    data = act(source, rng)
    if rng.random() < 0.15:
        data = data[: rng.randrange(len(data) + 1)] if rng.random() < 0.3 else data
    return f"{act.__name__} of {source.name}", data


@cache
def folder() -> Path:
    """A folder of this child."""
    return Path(tempfile.mkdtemp(prefix="fuzz-"))


def trial(seed: int, number: int) -> Trial:
    """One input from bytes to its end."""
    _, data = mutated(seed, number)
    home = folder()
    path, output = home / "in", output_path(home, 1)
    path.write_bytes(data)
    begun = time.process_time()
    kind, fault = outcome(path, data)
    seconds = time.process_time() - begun
    left = [one.name for one in home.iterdir() if one not in (path, output)]
    if left or (kind != "released" and output.exists()):
        fault = "partial output"
    output.unlink(missing_ok=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Trial(kind, fault, seconds, peak, len(data))


def outcome(path: Path, data: bytes) -> tuple[str, str]:
    """The kind of end, and the promise that it broke, if any."""
    source = Source(1, str(path), hashlib.sha256(data).hexdigest())
    known = look((source,))
    if known.blind:
        return known.blind[0][1], ""
    how = How(str(path.parent), load_policy("tw-hospital"), KEYS, SUBJECT, OFFSET, known.tokens)
    (result,) = clean((source,), how)
    if result.reasons:
        return result.reasons[0], ""
    out = output_path(path.parent, 1).read_bytes()
    if len(out) != result.size:
        return "released", "size of the output"
    if any(word.encode() in out for word in PLANTED):
        return "released", "planted word"
    if verify(out, harvested=known.tokens, subject=SUBJECT):
        return "released", "verifier"
    return "released", ""
