"""Pages compressed for the way, in a length that tells nothing.

A page holds a token beside words that the address brought; whoever sees lengths could guess the
one by trying the other (BREACH). So each answer carries up to 100 random bytes in gzip's own
header, as Heal-the-BREACH proposes and Django does.
"""

from __future__ import annotations

import gzip
import io
import secrets
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.requests import Request

#: Below that nothing is gained.
SMALLEST: Final = 1024
MOST_PADDING: Final = 100
LEVEL: Final = 4


def packed(request: Request, body: bytes) -> tuple[bytes, dict[str, str]]:
    """The body as this browser takes it, and the headers that say so."""
    if len(body) < SMALLEST or "gzip" not in request.headers.get("accept-encoding", ""):
        return body, {}
    out = io.BytesIO()
    padding = secrets.token_hex(secrets.randbelow(MOST_PADDING // 2) + 1)
    with gzip.GzipFile(padding, "wb", LEVEL, out, mtime=0) as file:
        file.write(body)
    return out.getvalue(), {"Content-Encoding": "gzip"}
