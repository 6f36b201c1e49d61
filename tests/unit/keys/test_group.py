"""What comes from outside into the group."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yushan.base import Rejected
from yushan.engines.keys import (
    multiply,
    multiply_generator,
    random_scalar,
    read_element,
    read_scalar,
)
from yushan.engines.keys.group import ORDER, add_scalars, whole_scalar

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "data",
    [
        bytes(32),
        b"",
        bytes(31),
        b"\xff" * 32,
        bytes.fromhex("ed" + "ff" * 30 + "7f"),  # not canonical: the field's prime
        b"\x01" + bytes(31),  # negative: an odd field element
    ],
    ids=["identity", "empty", "short", "all ones", "not canonical", "negative"],
)
def test_what_is_no_element_is_refused(data: bytes) -> None:
    with pytest.raises(Rejected, match=r"keys\.element-invalid"):
        read_element(data)


@pytest.mark.parametrize("value", [0, ORDER, ORDER + 1, 2**256 - 1])
def test_what_is_no_scalar_is_refused(value: int) -> None:
    with pytest.raises(Rejected, match=r"keys\.scalar-invalid"):
        read_scalar(value.to_bytes(32, "little"))


@given(a=st.integers(1, ORDER - 1), b=st.integers(1, ORDER - 1))
def test_scalars_add_as_numbers_modulo_the_order(a: int, b: int) -> None:
    assert add_scalars(whole_scalar(a), whole_scalar(b)) == whole_scalar(a + b)


def test_multiplication_commutes() -> None:
    a, b = random_scalar(), random_scalar()
    assert multiply(a, multiply_generator(b)) == multiply(b, multiply_generator(a))


def test_the_library_leaves_no_copy_of_itself_behind(tmp_path: Path) -> None:
    load = "from yushan.engines.keys import random_scalar; random_scalar()"
    done = subprocess.run(
        [sys.executable, "-c", load], env=os.environ | {"TMPDIR": str(tmp_path)}, check=False
    )
    assert done.returncode == 0
    assert list(tmp_path.iterdir()) == []
