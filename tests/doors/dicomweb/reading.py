"""Reads multipart answers with nothing of ours."""

from __future__ import annotations

import re
from email.parser import BytesParser
from typing import NamedTuple


class Got(NamedTuple):
    """One part."""

    media_type: str
    body: bytes


def parts(response) -> list[Got]:
    """The parts of a multipart/related answer, split by its boundary."""
    kind = response.headers["content-type"]
    assert kind.startswith("multipart/related;"), kind
    assert len(response.content) == int(response.headers["content-length"])
    boundary = re.search(r"boundary=([0-9a-f]+)", kind)[1].encode()
    pieces = response.content.split(b"--" + boundary)
    assert pieces[0] == b""
    assert pieces[-1] == b"--\r\n"
    found = []
    for piece in pieces[1:-1]:
        head, body = piece.removeprefix(b"\r\n").split(b"\r\n\r\n", 1)
        fields = BytesParser().parsebytes(head)
        body = body.removesuffix(b"\r\n")
        assert int(fields["content-length"]) == len(body)
        found.append(Got(fields["content-type"], body))
    return found
