"""Many mutated inputs through stage 1 in children with limits; every end is counted.

Run: ``tools/fuzz [--count 100000] [--seed 1] [--seconds 10] [--memory-mib 1024] [--only NUMBER]``
"""

from __future__ import annotations

import argparse
import time

from tests.fuzz.run import Options, Report, run
from tests.fuzz.trial import mutated, trial

EVERY = 5000


def main() -> int:
    """Count, print, and say by the exit code whether all promises held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10.0, help="deadline of one input")
    parser.add_argument("--memory-mib", type=int, default=1024, help="address space of a child")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--only", type=int, help="one input, in this process, with its traceback")
    given = parser.parse_args()
    if given.only is not None:
        print(mutated(given.seed, given.only)[0], trial(given.seed, given.only))
        return 0
    begun = time.monotonic()

    def told(report: Report) -> None:
        done = report.kinds.total()
        if done % EVERY == 0 and done < given.count:
            print(f"{done} after {time.monotonic() - begun:.0f} s: {report.kinds['released']} "
                  f"released, faults {report.faults}", flush=True)  # fmt: skip

    report = run(
        Options(given.seed, given.count, given.seconds, given.memory_mib, given.workers), told
    )
    print("\n".join(report.lines()))
    print(f"{time.monotonic() - begun:.0f} s")
    return 1 if report.faults or not report.closes else 0


if __name__ == "__main__":
    raise SystemExit(main())
