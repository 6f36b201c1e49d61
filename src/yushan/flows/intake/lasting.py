"""The story as a durable flow: a step per stage, ids only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.engines.durable import flow, step
from yushan.flows.intake.desk import LANES
from yushan.services.gateway import Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from yushan.flows.intake.story import Intake


def run_key(run: Run) -> str:
    """The name of an attempt's run: the same attempt is the same run."""
    return f"intake-{run.batch}-{run.attempt}"


def durable_intake(
    intake: Intake, after: Callable[[], None]
) -> dict[str, Callable[[str, str], None]]:
    """Register the flows of this process, by queue; call it once, before ``Durable.start``.

    A flow takes a batch and the number of an attempt. A step that holds the batch ends the run;
    the ticker starts the next attempt. ``after`` is called when a run ends.
    """
    names_once = {name for lane in LANES.values() for name in lane}
    steps = {name: lasting_step(intake, name) for name in names_once}
    return {
        queue: lasting_story(queue, [steps[name] for name in names], after)
        for queue, names in LANES.items()
    }


def lasting_story(
    name: str, steps: list[Callable[[str, str], bool]], after: Callable[[], None]
) -> Callable[[str, str], None]:
    """One flow: its steps in order."""

    @flow(name)
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
