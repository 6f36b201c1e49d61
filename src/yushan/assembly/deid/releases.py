"""``yushan deid``: a run, what is said of it, and the page."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from yushan.assembly.deid.page import unsigned, write_page
from yushan.assembly.deid.terminal import Line, stoppable
from yushan.base import SystemClock, codes, translator
from yushan.doors.cli import language, say
from yushan.flows.deid import Wish, is_signed, policy_for, run, with_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yushan.doors.cli import DeidWish
    from yushan.flows.deid import Report


def release_folder(asked: DeidWish) -> int:
    """De-identify a folder; 0 when the run is finished, whatever was held back."""
    policy = policy_for(asked.policy, asked.options, asked.policy_key)
    policy = with_vocabulary(policy, asked.words)
    wish = Wish(
        source=asked.source, out=asked.out, policy=policy,
        keys=asked.keys, report=asked.report, jobs=asked.jobs or 0, beginning=asked.beginning,
        ocr=asked.ocr, decisions=asked.decisions,
        is_policy_signed=is_signed(asked.policy, asked.policy_key),
    )  # fmt: skip
    line = Line(SystemClock(), is_seen=asked.is_seen)
    with stoppable() as stopped:
        try:
            report = run(wish, progress=line, stopped=stopped)
        finally:
            line.end()
    write_page(report)
    if asked.as_json:
        say(answer(report, signed=wish.is_policy_signed), as_json=True)
    else:
        sys.stdout.write("\n".join(lines(report)) + "\n")
        if not wish.is_policy_signed:
            sys.stdout.write(unsigned(teller()) + "\n")
    return 0 if report.summary.closes else 1


def answer(report: Report, *, signed: bool) -> dict[str, Any]:
    """What ``--json`` prints: numbers and places; rows are in the report alone."""
    found = report.summary
    return {
        "inputs": found.inputs,
        "sums": found.sums,
        "closes": found.closes,
        "objects": found.objects,
        "persons": found.persons,
        "reasons": found.reasons,
        "methods": found.methods,
        "report": str(report.report),
        "page": str(report.page),
        "policy_signed": signed,
        "keys": str(report.keys),
        "keys_are_new": report.keys_are_new,
    }


def teller() -> Callable[[str], str]:
    """Messages in the terminal's language."""
    return translator("zh-Hant" if language() == "zh-Hant" else "en")


def lines(report: Report) -> Iterator[str]:
    """The same for people."""
    tell, found = teller(), report.summary
    yield closing(report, tell)
    yield tell("Objects in OUT: {objects}; patients: {persons}.").format(
        objects=found.objects, persons=found.persons
    )
    for code, count in found.reasons.items():
        yield f"  {count:>6} × {code}: {reason(code)}"
    yield f"{tell('Report')}: {report.page}"
    if report.keys_are_new:
        yield tell(
            "New keys were made in {keys}. Keep this folder: with it the same people get the same "
            "pseudonyms next time. Never give it away with OUT: it tells who they are."
        ).format(keys=report.keys)


def closing(report: Report, tell: Callable[[str], str]) -> str:
    """The sum that must hold, as a sentence."""
    sums = report.summary.sums
    words = {
        "released": tell("released"),
        "quarantined": tell("quarantined"),
        "refused": tell("refused"),
        "to-digitise": tell("to digitise"),
    }
    parts = " + ".join(f"{sums[name]:,} {word}" for name, word in words.items())
    sign = "=" if report.summary.closes else "≠"
    return f"{report.summary.inputs:,} {tell('inputs')} {sign} {parts}"


def reason(code: str) -> str:
    """What a code means, in the terminal's language."""
    texts = codes().get(code)
    if texts is None:
        return code
    return texts.zh if language() == "zh-Hant" else texts.en
