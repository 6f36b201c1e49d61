"""The first start of a restored role: who left since the backup is gone before a door opens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from yushan.base import Unavailable
from yushan.engines.observe import facts, log_for
from yushan.flows.backup import clear_mark, read_mark

if TYPE_CHECKING:
    from collections.abc import Callable

    from yushan.assembly.settings import Role
    from yushan.flows.withdraw import Ticker

log = log_for(__name__)


def let_go_first(settings: Role, withdrawing: Ticker, settled: Callable[[], bool]) -> None:
    """In a restored folder: hold what is there against today's list of opt-outs, to the end.

    ``settled`` says whether nothing of anybody who left can be seen any more.

    Raises
    ------
    Unavailable
        ``backup.list-needed``: without the list nobody can say who left, so the role stays shut.
    Rejected
        ``backup.restore-unfinished``
    """
    data = Path(settings.data)
    mark = read_mark(data)
    if mark is None:
        return
    story = withdrawing.withdraw
    try:
        left = story.notice()
        story.go_on()
        hidden = settled()
    except Unavailable as error:
        raise Unavailable("backup.list-needed") from error
    if not hidden:
        raise Unavailable("backup.list-needed")
    clear_mark(data)
    log.info("role.restored", extra=facts(role=settings.name, count=left))
