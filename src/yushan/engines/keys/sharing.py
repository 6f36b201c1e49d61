"""Shares of one secret scalar: any two of three give it, one alone says nothing (Shamir 1979).

The secret itself is never put together again: holders multiply with their shares, and the answers
are added with the weights of Lagrange at zero.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Final

from yushan.base import Broken, Rejected
from yushan.engines.keys.group import (
    SIZE,
    Element,
    Scalar,
    add,
    add_scalars,
    invert_scalar,
    multiply,
    multiply_generator,
    multiply_scalars,
    random_scalar,
    read_element,
    read_scalar,
    whole_scalar,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

THRESHOLD: Final = 2
HOLDERS: Final = 3


@dataclass(frozen=True, slots=True)
class Share:
    """One holder's part; ``index`` counts from 1, ``public`` is ``secret * G``."""

    index: int
    secret: Scalar = field(repr=False)

    @property
    def public(self) -> Element:
        """What others check this holder's answers with."""
        return multiply_generator(self.secret)

    def to_bytes(self) -> bytes:
        """33 bytes for a secret file: the index, then the secret."""
        return bytes([self.index]) + self.secret

    @staticmethod
    def from_bytes(data: bytes) -> Share:
        """Read a share; ``Rejected("keys.share-malformed")`` or ``keys.scalar-invalid``."""
        if len(data) != 1 + SIZE or not 1 <= data[0] <= HOLDERS:
            raise Rejected("keys.share-malformed")
        return Share(data[0], read_scalar(data[1:]))


@dataclass(frozen=True, slots=True)
class Dealt:
    """Shares for the holders of one secret, by index."""

    shares: tuple[Share, ...]

    @property
    def public(self) -> bytes:
        """The holders' public elements one after the other: 96 bytes that everybody may know."""
        return b"".join(share.public for share in self.shares)


@dataclass(frozen=True, slots=True)
class Rotation:
    """A change of the shared key from ``k`` to ``factor * k``.

    Each holder gets ``factor`` and its own ``refresh``; the commons gets ``factor``. The refresh
    values share zero anew, so that an old share and a new one do not fit together.
    """

    factor: Scalar = field(repr=False)
    refresh: tuple[Scalar, ...] = field(repr=False)

    def apply(self, share: Share) -> Share:
        """The holder's new share."""
        scaled = multiply_scalars(self.factor, share.secret)
        return Share(share.index, add_scalars(scaled, self.refresh[share.index - 1]))

    def apply_to_all(self, dealt: Dealt) -> Dealt:
        """Every holder's new share, where one machine holds them all (demonstration, tests)."""
        return Dealt(tuple(self.apply(share) for share in dealt.shares))


def deal(secret: Scalar | None = None) -> Dealt:
    """Two-of-three shares of a secret, a fresh one if none is given.

    Done once, at a ceremony: the machine that deals sees the secret for that moment.
    """
    whole, slope = secret or random_scalar(), random_scalar()
    shares = tuple(
        Share(index, add_scalars(whole, multiply_scalars(slope, whole_scalar(index))))
        for index in range(1, HOLDERS + 1)
    )
    return Dealt(shares)


def rotation() -> Rotation:
    """A fresh rotation; no one needs to know the key for it."""
    slope = random_scalar()
    refresh = (multiply_scalars(slope, whole_scalar(index)) for index in range(1, HOLDERS + 1))
    return Rotation(random_scalar(), tuple(refresh))


def weight(index: int, present: Collection[int]) -> Scalar:
    """Lagrange's weight at zero of one holder among those present."""
    return weight_at(index, present, 0)


def weight_at(index: int, present: Collection[int], place: int) -> Scalar:
    """Lagrange's weight of one holder among those present, at the place of none of them."""
    result = whole_scalar(1)
    for other in present:
        if other != index:
            quotient = multiply_scalars(
                whole_scalar(other - place), invert_scalar(whole_scalar(other - index))
            )
            result = multiply_scalars(result, quotient)
    return result


def join(parts: Mapping[int, Element]) -> Element:
    """The whole's answer from the answers of `THRESHOLD` holders by index."""
    elements = [multiply(weight(index, parts), part) for index, part in parts.items()]
    total = elements[0]
    for element in elements[1:]:
        total = add(total, element)
    return total


def read_publics(data: bytes) -> dict[int, Element]:
    """The holders' public elements by index from `Dealt.public`.

    Raises
    ------
    Rejected
        ``keys.element-invalid``.
    """
    if len(data) != HOLDERS * SIZE:
        raise Rejected("keys.element-invalid")
    places = range(0, len(data), SIZE)
    return {n: read_element(data[at : at + SIZE]) for n, at in enumerate(places, start=1)}


def read_groups(data: bytes) -> list[dict[int, Element]]:
    """The holders' public elements of one shared key or several, one after the other.

    Raises
    ------
    Rejected
        ``keys.element-invalid``.
    """
    size = HOLDERS * SIZE
    if not data or len(data) % size:
        raise Rejected("keys.element-invalid")
    return [read_publics(data[place : place + size]) for place in range(0, len(data), size)]


def group_of(publics: Mapping[int, Element]) -> Element:
    """The public element of the whole from the holders' public elements.

    Raises
    ------
    Broken
        ``keys.shares-differ``: the holders do not hold shares of one secret.
    """
    pairs = combinations(sorted(publics), THRESHOLD)
    wholes = {join({index: publics[index] for index in pair}) for pair in pairs}
    if len(wholes) != 1:
        raise Broken("keys.shares-differ", count=len(publics))
    return wholes.pop()
