"""The story as a durable flow: a step per stage, ids and counts only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from yushan.base import PackId, SiteName
from yushan.flows.admit.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Callable

    from yushan.flows.admit.story import Admit

QUEUE: Final = "admit"


def run_key(site: str, pack: str, attempt: int) -> str:
    """The name of an attempt's run: the same attempt is the same run."""
    return f"admit-{site}-{pack}-{attempt}"


def durable_admit(admit: Admit, after: Callable[[], None]) -> Callable[[str, str], None]:
    """Register the flow of this process; call it once, before ``Durable.start``.

    The flow takes a site and a pack. An attempt that holds the pack ends the run; the ticker
    starts the next. ``after`` is called when a run ends.
    """
    from yushan.engines.durable import flow, step  # noqa: PLC0415 - children load this room too

    @step("admit.prepare")
    def prepare(site: str, pack: str) -> str:
        prepared = admit.prepare(SiteName(site), PackId(pack))
        return msgspec.json.encode(prepared).decode()

    @step("admit.enter")
    def enter(site: str, pack: str, prepared: str) -> bool:
        counts = msgspec.json.decode(prepared, type=Prepared)
        return admit.enter(SiteName(site), PackId(pack), counts)

    @step("admit.clear")
    def clear(site: str, pack: str) -> bool:
        return admit.clear(SiteName(site), PackId(pack))

    @flow("admit")
    def story(site: str, pack: str) -> None:
        prepared = prepare(site, pack)
        if prepared != "null" and enter(site, pack, prepared):
            clear(site, pack)
        after()

    return story
