from __future__ import annotations

import io
import json
import logging

import pytest

from yushan.base import Rejected
from yushan.engines.observe import QUIET, configure, facts, log_for


def test_an_unlisted_key_is_a_programmers_error() -> None:
    with pytest.raises(ValueError, match="not allowed"):
        facts(patient="WANG^DAMING")


def test_errors_are_logged_by_code_and_place_never_by_text() -> None:
    stream = io.StringIO()
    names = ["", "yushan", *QUIET]
    levels = {name: logging.getLogger(name).level for name in names}
    handlers = logging.getLogger().handlers[:]
    configure(stream)
    log = log_for("yushan.test")
    try:
        try:
            raise ValueError("WANG^DAMING")
        except ValueError:
            log.exception("something.failed", extra=facts(count=3))
        try:
            raise Rejected("room.reason", count=1)
        except Rejected:
            log.exception("other.failed")
    finally:
        logging.getLogger().handlers[:] = handlers
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert "WANG" not in stream.getvalue()
    assert (first["error"], first["count"], second["error"]) == ("ValueError", 3, "room.reason")
    assert "test_log.py" in first["at"]
