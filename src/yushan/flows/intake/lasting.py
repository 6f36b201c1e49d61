"""The story as a durable flow: a step per stage, ids only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.engines.durable import flow, step
from yushan.flows.intake.story import STEPS
from yushan.services.gateway import Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from yushan.flows.intake.story import Intake

QUEUE: Final = "intake"


def run_key(run: Run) -> str:
    """The name of an attempt's run: the same attempt is the same run."""
    return f"intake-{run.batch}-{run.attempt}"


def durable_intake(intake: Intake, after: Callable[[], None]) -> Callable[[str, str], None]:
    """Register the flow of this process; call it once, before ``Durable.start``.

    The flow takes a batch and the number of an attempt. A step that holds the batch ends the run;
    the ticker starts the next attempt. ``after`` is called when a run ends.
    """
    steps = [lasting_step(intake, name) for name in STEPS]

    @flow("intake")
    def story(batch: str, attempt: str) -> None:
        for take in steps:
            if not take(batch, attempt):
                break
        after()

    return story


def lasting_step(intake: Intake, name: str) -> Callable[[str, str], bool]:
    """One step; it answers whether the story goes on."""

    @step(f"intake.{name}")
    def take(batch: str, attempt: str) -> bool:
        return intake.take(name, Run(batch, int(attempt)))

    return take
