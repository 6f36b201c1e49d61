"""One life of a gateway process, for tests that kill it: ``python -m tests.flows.life …``.

Arguments: base folder, URL of the commons, number of effects after which it kills itself (0: it
does not), ``inline`` or ``children``. It ends by itself, with 0, when every object has come to its
end.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.flows.intaking import KEYS, POLICY, Holders, Inline, Office
from tests.unit.gateway.making import is_signed

from yushan.base import SiteName, SystemClock
from yushan.engines.database import Database, migrate
from yushan.engines.durable import Durable
from yushan.engines.net import Peer
from yushan.engines.sandbox import Children
from yushan.flows.intake import (
    QUEUE,
    READING,
    Desk,
    Intake,
    Ticker,
    Workshop,
    durable_intake,
    run_key,
)
from yushan.services.gateway import Batches, HttpCommons, Journal, Outbox, Rules, Sender, State

if TYPE_CHECKING:
    from collections.abc import Iterator

RULES = Rules(
    quiet_s=0.3, quiet_released_s=0.1, backoff_s=0.1, backoff_most_s=0.5, patience_s=6.0,
    piece_bytes=900, chunk_files=2,
)  # fmt: skip
OPEN = (State.RECEIVED, State.HELD, State.READY, State.DEIDENTIFIED, State.PACKED, State.SENT)


class Fuse:
    """Counts effects on the disk and kills the process at one of them."""

    def __init__(self, left: int) -> None:
        self.left, self.armed = left, left > 0
        self.lock = threading.Lock()

    def burn(self) -> None:
        with self.lock:
            self.left -= 1
            if self.armed and self.left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def lay(self) -> None:
        """Burn before and after each commit, fsync, rename and unlink of this process."""
        fuse, begin = self, Database.begin

        @contextmanager
        def mortal(database: Database) -> Iterator[Any]:
            with begin(database) as tx:
                yield tx
                fuse.burn()
            fuse.burn()

        Database.begin = mortal  # type: ignore[method-assign]
        for owner, name in ((os, "fsync"), (Path, "rename"), (Path, "unlink")):
            setattr(owner, name, self.around(getattr(owner, name)))

    def around(self, effect: Any) -> Any:
        def mortal(*arguments: Any, **named: Any) -> Any:
            self.burn()
            done = effect(*arguments, **named)
            self.burn()
            return done

        return mortal


def live(base: Path, url: str, workers: Inline | Children) -> int:
    """Run until everything has come to its end."""
    db, clock = Database(f"sqlite:///{base}/gateway.db"), SystemClock()
    migrate(db, ["services.gateway"])
    journal = Journal(db, clock, base / "spool", RULES)
    batches = Batches(db, clock, base / "spool", RULES)
    outbox = Outbox(db, clock, base / "outbox", RULES)
    sender = Sender(outbox, HttpCommons(Peer(url)), is_signed)
    intake = Intake(Desk(
        site=SiteName("h1"), keys=KEYS, policy=POLICY, batches=batches, outbox=outbox,
        sender=sender, consent=Office(), linker=Holders(), chance=random.random,
        workshop=Workshop(base / "work", workers, RULES.chunk_files),
    ))  # fmt: skip
    durable = Durable(f"sqlite:///{base}/durable.db", "gateway", {QUEUE: 2, READING: 1})
    stories = durable_intake(intake, lambda: ticker.wake())  # noqa: PLW0108 - made later
    ticker = Ticker(journal, batches, outbox, sender, lambda run, lane: durable.enqueue(
        lane, stories[lane], run.batch, str(run.attempt), key=run_key(run)
    ))  # fmt: skip
    journal.start(time.time())
    intake.start()
    durable.start()
    ticker.start()
    end = time.monotonic() + 60
    while time.monotonic() < end:
        said = journal.accounting()
        if said.received and not any(said.states[state] for state in OPEN):
            break
        time.sleep(0.05)
    ticker.stop()
    durable.stop()
    return 0 if time.monotonic() < end else 3


if __name__ == "__main__":
    Fuse(int(sys.argv[3])).lay()
    hands = Children(1) if sys.argv[4] == "children" else Inline()
    sys.exit(live(Path(sys.argv[1]), sys.argv[2], hands))
