"""Consent tokens: which key, and the key times the person. Pure.

The element is not hashed again (RFC 9497's Finalize takes the person's number in), so whoever knows
the factor between two keys, and only who knows it, can bring a token from one to the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.base import Unavailable
from yushan.engines.keys import (
    Element,
    Scalar,
    fingerprint,
    invert_scalar,
    multiply,
    multiply_scalars,
    read_element,
    read_scalar,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Bytes by which a token names its key, and in all.
KEY_SIZE: Final = 8
TOKEN_SIZE: Final = 40
ONE: Final = read_scalar((1).to_bytes(32, "little"))


class Epochs:
    """The keys so far, as far as their factors are known; ``public`` is the first one's."""

    def __init__(self, public: bytes, rotations: Sequence[bytes] = ()) -> None:
        element, scale = read_element(public), ONE
        self.scales: dict[bytes, Scalar] = {fingerprint(element): scale}
        for rotation in rotations:
            factor = read_scalar(rotation)
            element, scale = multiply(factor, element), multiply_scalars(scale, factor)
            self.scales[fingerprint(element)] = scale
        #: The newest key's public element.
        self.public: Element = element

    def brought(self, token: bytes, key: bytes) -> Element:
        """A token's element under the key of this fingerprint.

        Raises
        ------
        Unavailable
            ``consent.key-unknown``: nobody told us how its key and that one belong together.
        """
        mine, element = token[:KEY_SIZE], Element(token[KEY_SIZE:])
        return element if mine == key else multiply(self.between(mine, key), read_element(element))

    def between(self, old: bytes, new: bytes) -> Scalar:
        """What brings a token from one key to another; raises as `brought`."""
        if old not in self.scales or new not in self.scales:
            raise Unavailable("consent.key-unknown")
        return multiply_scalars(self.scales[new], invert_scalar(self.scales[old]))

    def forms(self, element: Element, key: bytes) -> list[bytes]:
        """A token in every form in which it may have been kept."""
        others = [one for one in self.scales if one != key] if key in self.scales else []
        moved = [one + multiply(self.between(key, one), element) for one in others]
        return [token_of(key, element), *moved]


def token_of(key: bytes, element: Element) -> bytes:
    """A token as it travels and is kept."""
    return key + element
