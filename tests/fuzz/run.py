"""Trials in bounded children, and the sum of their ends."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tests.fuzz.trial import Trial, mutated, trial
from yushan.base import Rejected
from yushan.engines.sandbox import Children

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STEP = 500
PRELOAD = ("tests.fuzz.trial",)


class Options(NamedTuple):
    """Which inputs, and the limits of one child."""

    seed: int = 1
    count: int = 1000
    seconds: float = 10.0
    memory_mib: int = 1024
    workers: int = 1


@dataclass
class Report:
    """Ends by kind; faults with the numbers that make them again."""

    options: Options
    kinds: Counter[str] = field(default_factory=Counter)
    faults: dict[str, list[int]] = field(default_factory=dict)
    peak_kib: int = 0
    slowest: tuple[float, int] = (0.0, -1)

    def add(self, number: int, made: Trial) -> None:
        """Count one end."""
        self.kinds[made.kind] += 1
        self.peak_kib = max(self.peak_kib, made.peak_kib)
        self.slowest = max(self.slowest, (made.seconds, number))
        if made.fault:
            self.faults.setdefault(made.fault, []).append(number)

    @property
    def closes(self) -> bool:
        """Whether every input came to exactly one end."""
        return self.kinds.total() == self.options.count

    def lines(self) -> Iterator[str]:
        """The report as text."""
        yield f"seed {self.options.seed}: {self.options.count} inputs, {self.kinds.total()} ends"
        for kind, count in self.kinds.most_common():
            yield f"{count:>8}  {kind}"
        seconds, number = self.slowest
        what = mutated(self.options.seed, number)[0] if number >= 0 else "none"
        yield f"peak memory of a child {self.peak_kib / 1024:.0f} MiB"
        yield f"slowest {seconds:.2f} s of processor: input {number}, {what}"
        for fault, numbers in sorted(self.faults.items()):
            yield f"FAULT {fault}: {len(numbers)} inputs, first {numbers[:10]}"


def run(options: Options, told: Callable[[Report], None] = lambda _: None) -> Report:
    """All trials of a seed; ``told`` hears of them now and then."""
    report = Report(options)
    children = Children(
        options.workers, memory_mib=options.memory_mib, seconds=options.seconds, preload=PRELOAD
    )
    try:
        for first in range(0, options.count, STEP):
            numbers = range(first, min(first + STEP, options.count))
            found = [(one, children.threads.submit(ended, children, options.seed, one))
                     for one in numbers]  # fmt: skip
            for number, future in found:
                report.add(number, future.result())
            told(report)
    finally:
        children.close()
    return report


def ended(children: Children, seed: int, number: int) -> Trial:
    """One trial; a child that dies, is late, is full or raises is a fault."""
    try:
        return children.run(trial, seed, number)
    except Rejected as error:
        kind = f"{error.code} {error.facts.get('error', '')}".strip()
        return Trial(kind, kind, 0.0, 0, 0)
