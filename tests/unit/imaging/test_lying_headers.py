"""Headers that say what no pixel can be: refused, never an exception."""

from __future__ import annotations

import pytest
from tests.spec.deid.objects import ct, part10, us

from yushan.base import Rejected
from yushan.domain.redaction import frames_of


@pytest.mark.parametrize("stored", [0, 17, 32769])
def test_more_bits_stored_than_allocated_are_refused(stored: int) -> None:
    frames = frames_of(part10(ct(BitsStored=("US", us(stored)), HighBit=None)))
    with pytest.raises(Rejected, match=r"imaging\.frame-undecodable"):
        frames.values(0)
