"""The prime-order group ristretto255 (RFC 9496), over libsodium by ``rbcl``.

Scalars and elements are 32 bytes each. Scalar arithmetic stays in libsodium (constant time).
What comes from outside passes `read_element` or `read_scalar` first.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Final, NewType

from rbcl import rbcl

from yushan.base import Rejected

# Each process that loads the library writes it out anew and leaves it; loaded, it needs no name.
Path(import_module("rbcl._sodium").lib_path).unlink(missing_ok=True)

Scalar = NewType("Scalar", bytes)
Element = NewType("Element", bytes)

SIZE: Final = 32
#: Order of the group, RFC 9496 section 4.
ORDER: Final = 2**252 + 27742317777372353535851937790883648493
IDENTITY: Final = Element(bytes(SIZE))


def read_element(data: bytes) -> Element:
    """An element from outside; the identity and every non-canonical spelling are refused.

    Raises
    ------
    Rejected
        ``keys.element-invalid``.
    """
    if (
        len(data) != SIZE
        or data == IDENTITY
        or not rbcl.crypto_core_ristretto255_is_valid_point(data)
    ):
        raise Rejected("keys.element-invalid")
    return Element(data)


def read_scalar(data: bytes) -> Scalar:
    """A scalar from outside, 1 to ``ORDER - 1``, little-endian.

    Raises
    ------
    Rejected
        ``keys.scalar-invalid``.
    """
    if len(data) != SIZE or not 0 < int.from_bytes(data, "little") < ORDER:
        raise Rejected("keys.scalar-invalid")
    return Scalar(data)


def whole_scalar(value: int) -> Scalar:
    """A public whole number as scalar; negative numbers count from the order down."""
    return Scalar((value % ORDER).to_bytes(SIZE, "little"))


def random_scalar() -> Scalar:
    """A fresh secret scalar, never zero."""
    return Scalar(rbcl.crypto_core_ristretto255_scalar_random())


def reduce_scalar(wide: bytes) -> Scalar:
    """64 uniform bytes, little-endian, modulo the order."""
    return Scalar(rbcl.crypto_core_ristretto255_scalar_reduce(wide))


def map_to_element(uniform: bytes) -> Element:
    """The one-way map of RFC 9496 section 4.3.4 from 64 uniform bytes."""
    return Element(rbcl.crypto_core_ristretto255_from_hash(uniform))


def add_scalars(a: Scalar, b: Scalar) -> Scalar:
    """``a + b``."""
    return Scalar(rbcl.crypto_core_ristretto255_scalar_add(a, b))


def subtract_scalars(a: Scalar, b: Scalar) -> Scalar:
    """``a - b``."""
    return Scalar(rbcl.crypto_core_ristretto255_scalar_sub(a, b))


def multiply_scalars(a: Scalar, b: Scalar) -> Scalar:
    """``a * b``."""
    return Scalar(rbcl.crypto_core_ristretto255_scalar_mul(a, b))


def invert_scalar(a: Scalar) -> Scalar:
    """``1 / a``."""
    return Scalar(rbcl.crypto_core_ristretto255_scalar_invert(a))


def add(a: Element, b: Element) -> Element:
    """``A + B``."""
    return Element(rbcl.crypto_core_ristretto255_add(a, b))


def subtract(a: Element, b: Element) -> Element:
    """``A - B``."""
    return Element(rbcl.crypto_core_ristretto255_sub(a, b))


def multiply(scalar: Scalar, element: Element) -> Element:
    """``scalar * element``; neither may be zero."""
    return Element(rbcl.crypto_scalarmult_ristretto255(scalar, element))


def multiply_generator(scalar: Scalar) -> Element:
    """``scalar * G``; the public key of a secret scalar."""
    return Element(rbcl.crypto_scalarmult_ristretto255_base(scalar))
