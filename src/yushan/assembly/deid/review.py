"""``yushan review``: pages at this machine alone, until they are told to stop."""

from __future__ import annotations

import secrets
import socket
import sys
from contextlib import suppress
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import uvicorn

from yushan.base import Absent, Rejected, translator
from yushan.doors.cli import language
from yushan.doors.review import Box, Held, application
from yushan.engines.sandbox import Children
from yushan.flows.deid import review
from yushan.flows.desk import View, png, sheet
from yushan.services.gateway import Region

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from yushan.flows.deid import Review
    from yushan.flows.desk import Sheet, Workers

#: Memory of a child that draws a picture, MiB; shared styles and scripts of the pages.
MEMORY_MIB: Final = 4096
SHARED: Final = ("desk.js", "tokens.css")


class ReviewTable:
    """Pictures of a review, drawn in children; decisions go to its file."""

    def __init__(self, found: Review, workers: Workers) -> None:
        self.found, self.workers = found, workers

    def held(self) -> list[Held]:
        """What waits, and what was decided so far."""
        return [self.one(number) for number in range(len(self.found.waiting))]

    def one(self, number: int) -> Held:
        """One that waits."""
        one, decision = self.found.waiting[number], self.found.decision(number)
        found = tuple(Box(*box) for box in one.boxes)
        if decision is None:
            return Held(one.name, one.reasons, found)
        chosen = tuple(Box(*box) for box in decision.boxes)
        return Held(one.name, one.reasons, found, decision.choice, chosen, decision.who)

    def sheet(self, number: int) -> Sheet | None:
        """Size and frames of a picture."""
        try:
            return self.workers.run(sheet, self.found.waiting[number].path)
        except Rejected:
            return None

    def png(self, number: int, frame: int, filled: tuple[Box, ...]) -> bytes:
        """A frame with some boxes filled."""
        view = View(frame=frame, filled=tuple(Region(*box) for box in filled))
        try:
            return self.workers.run(png, self.found.waiting[number].path, view)
        except Rejected as error:
            raise Absent("gateway.no-picture") from error

    def decide(self, number: int, choice: Any, boxes: tuple[Box, ...], who: str) -> None:  # noqa: ANN401 - one of three words, checked by the door
        """Keep a decision."""
        plain = tuple((one.x, one.y, one.width, one.height, one.frame) for one in boxes)
        self.found.decide(number, choice, plain, who)


def review_folder(out: Path, keys: Path | None, port: int) -> int:
    """Serve the pages until Ctrl-C; 0."""
    found = review(out, keys)
    workers = Children(1, memory_mib=MEMORY_MIB)
    secret, static = secrets.token_urlsafe(16), files("yushan") / "doors" / "portal" / "static"
    shared = {name: (static / name).read_bytes() for name in SHARED}
    tongue: Any = "zh-Hant" if language() == "zh-Hant" else "en"
    app = application(ReviewTable(found, workers), secret=secret, language=tongue, assets=shared)
    with socket.create_server(("127.0.0.1", port)) as door:
        address = f"http://127.0.0.1:{door.getsockname()[1]}/{secret}/"
        said = translator(tongue)("{count} pictures wait. Open {address}; Ctrl-C ends it.")
        sys.stdout.write(said.format(count=len(found.waiting), address=address) + "\n")
        sys.stdout.flush()
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, proxy_headers=False,
        )  # fmt: skip
        try:
            with suppress(KeyboardInterrupt):  # the signal comes back once the server has ended
                uvicorn.Server(config).run(sockets=[door])
        finally:
            workers.close()
    return 0
