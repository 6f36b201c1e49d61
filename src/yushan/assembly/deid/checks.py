"""``yushan verify``: the verifier over a folder, and what it says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from yushan.assembly.deid.releases import reason
from yushan.assembly.deid.terminal import Line, stoppable
from yushan.base import SystemClock, translator
from yushan.doors.cli import language, say
from yushan.flows.deid import Check, check, policy_for, with_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.doors.cli import CheckWish
    from yushan.flows.deid import Verdict

#: Findings that a terminal shows; ``--json`` gives all.
MOST: Final = 50


def check_folder(asked: CheckWish) -> int:
    """Look through a folder; 0 when nothing was found."""
    policy = with_vocabulary(policy_for(asked.policy, asked.options), asked.words)
    line = Line(SystemClock(), is_seen=asked.is_seen)
    with stoppable() as stopped:
        try:
            wish = Check(
                out=asked.out, policy=policy, against=asked.against, keys=keys_for(asked),
                jobs=asked.jobs or 0,
            )  # fmt: skip
            verdict = check(wish, line, stopped)
        finally:
            line.end()
    if asked.as_json:
        say(answer(verdict), as_json=True)
    else:
        sys.stdout.write("\n".join(lines(verdict)) + "\n")
    return 0 if verdict.holds else 1


def keys_for(asked: CheckWish) -> Path | None:
    """The keys OUT was made with: as named, or where ``yushan deid`` leaves them."""
    beside = Path(f"{asked.out.resolve()}.keys")
    is_used = asked.against is not None and (beside / "site.key").exists()
    return asked.keys or (beside if is_used else None)


def answer(verdict: Verdict) -> dict[str, Any]:
    """What ``--json`` prints."""
    return {
        "holds": verdict.holds,
        "objects": verdict.objects,
        "clean": verdict.clean,
        "instances": verdict.instances,
        "originals": verdict.originals,
        "kinds": dict(sorted(verdict.kinds.items())),
        "findings": verdict.findings,
    }


def lines(verdict: Verdict) -> Iterator[str]:
    """The same for people."""
    tell = translator("zh-Hant" if language() == "zh-Hant" else "en")
    if verdict.holds:
        yield tell("{objects} objects, none with findings.").format(objects=verdict.objects)
    else:
        yield tell("{objects} objects, {wrong} with findings.").format(
            objects=verdict.objects, wrong=verdict.objects - verdict.clean
        )
        for one in verdict.findings[:MOST]:
            yield f"  {one['file']}  {one['place']}  {one['kind']}"
        if (more := sum(verdict.kinds.values()) - MOST) > 0:
            yield "  " + tell("and {more} more").format(more=more)
        for kind, count in sorted(verdict.kinds.items()):
            yield f"  {count:>6} × {kind}: {reason(kind)}"
    if verdict.originals is not None:
        yield tell("{instances} of {originals} originals are here.").format(
            instances=verdict.instances, originals=verdict.originals
        )
