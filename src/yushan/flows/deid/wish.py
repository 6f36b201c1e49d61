"""What is asked of a run, and what the command line's words mean."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from yushan.base import Rejected
from yushan.domain.deid import load_policy, policy_names, read_policy

if TYPE_CHECKING:
    from yushan.domain.deid import Policy

DEFAULT_POLICY: Final = "tw-hospital"
Beginning = Literal["", "resume", "fresh"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One run.

    Parameters
    ----------
    source, out
        IN, a folder, a file or an archive; OUT, a folder that is empty or from the same keys.
    policy
        What is kept.
    keys, report
        Their places; by default ``OUT.keys`` and ``report.json`` in it.
    jobs
        Processes that work side by side; 0 means as many as this process may use.
    beginning
        Nothing: begin, or go on where the last run stopped; ``resume``: only go on; ``fresh``:
        take away what the last run made and begin.
    ocr
        Whether pictures are read for text; if not, what needs reading is quarantined.
    """

    source: Path
    out: Path
    policy: Policy
    keys: Path | None = None
    report: Path | None = None
    jobs: int = 0
    beginning: Beginning = ""
    ocr: bool = True

    def workers(self) -> int:
        """The number of processes."""
        return self.jobs or len(os.sched_getaffinity(0))


def policy_for(name: str, options: tuple[str, ...] = ()) -> Policy:
    """A policy by its name or file, with options switched: ``+name``, ``-name``.

    Raises
    ------
    Rejected
        ``deid.policy-unknown``, ``deid.policy-invalid``, ``deid.policy-option``.
    """
    if name in policy_names():
        policy = load_policy(name)
    elif Path(name).is_file():
        policy = read_policy(Path(name).read_bytes())
    else:
        raise Rejected("deid.policy-unknown")
    return switched(policy, options) if options else policy


def switched(policy: Policy, options: tuple[str, ...]) -> Policy:
    """A policy with options switched; its digest says so."""
    chosen = dict.fromkeys(policy.options)
    for option in options:
        sign, name = option[:1], option[1:]
        if sign not in {"+", "-"} or name not in PERFORMED:
            raise Rejected("deid.policy-option")
        chosen.pop(name, None)
        if sign == "+":
            chosen[name] = None
    digest = hashlib.sha256(f"{policy.digest} {' '.join(sorted(chosen))}".encode()).hexdigest()
    return msgspec.structs.replace(policy, options=tuple(chosen), digest=digest)
