"""The ticker: looks at the list once a minute and takes every open case further."""

from __future__ import annotations

from typing import Final, Protocol

from yushan.base import YushanError
from yushan.engines.observe import facts, log_for
from yushan.engines.rounds import Rounds

log = log_for(__name__)

LOOK_S: Final = 60.0


class Story(Protocol):
    """Who leaves is noticed, and what began goes on (`Withdraw`, `AtHospital`)."""

    def notice(self) -> int:
        """Hold what is here against the list."""
        ...

    def go_on(self) -> int:
        """Take further what has begun."""
        ...


class Ticker(Rounds):
    """Withdraws in a thread of its own; what a former life began comes first."""

    def __init__(self, withdraw: Story, look_s: float = LOOK_S) -> None:
        super().__init__("withdraw", self.round, look_s)
        self.withdraw = withdraw

    def round(self) -> int:
        """One look; how many cases ended."""
        try:
            self.withdraw.notice()
        except YushanError as error:
            log.warning("withdrawal.list-missing", extra=facts(code=error.code))
        return self.withdraw.go_on()
