"""Veiled evaluation: a holder's answer that the asker can check and combine but not read.

A share ``k`` applied to a blinded element ``B`` is answered as the ElGamal pair
``R = ρG, S = kB + ρC`` under the reader's public element ``C``, with a proof that the same ``k``
stands behind the holder's public element ``P = kG``. The asker checks the proof, adds the pairs of
two holders with Lagrange's weights, takes its blinding off and mixes the pair anew; only the
reader can open it. So the asker never sees the value, and the reader never sees ``B``, the
blinding or the proof, with which it could try all inputs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.base import Rejected, YushanError
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
    subtract,
)
from yushan.engines.keys.oprf import framed, hash_to_scalar
from yushan.engines.keys.sharing import join

if TYPE_CHECKING:
    from collections.abc import Mapping

TAG: Final = b"HashToScalar-yushan-veiled-evaluation-1"
PART_SIZE: Final = 5 * SIZE


class Veiled(NamedTuple):
    """An element that one reader can open."""

    hint: Element
    body: Element

    def to_bytes(self) -> bytes:
        """64 bytes."""
        return self.hint + self.body

    @staticmethod
    def from_bytes(data: bytes) -> Veiled:
        """Read 64 bytes; ``Rejected("keys.element-invalid")`` if they are not two elements."""
        return Veiled(read_element(data[:SIZE]), read_element(data[SIZE:]))


class Statement(NamedTuple):
    """What the proof is about: every public element of one veiled evaluation."""

    public: Element
    blinded: Element
    reader: Element
    hint: Element
    body: Element

    def question(self, *commitments: Element) -> Scalar:
        """The verifier's question by a hash over all of it (Fiat-Shamir)."""
        return hash_to_scalar(framed(*self, *commitments), TAG)


def evaluate_veiled(share: Scalar, blinded: Element, reader: Element) -> bytes:
    """The holder's answer: `PART_SIZE` bytes, the pair and its proof (question, two responses)."""
    veil = random_scalar()
    body = add(multiply(share, blinded), multiply(veil, reader))
    said = Statement(multiply_generator(share), blinded, reader, multiply_generator(veil), body)
    a, b = random_scalar(), random_scalar()
    mixed = add(multiply(a, blinded), multiply(b, reader))
    question = said.question(multiply_generator(a), multiply_generator(b), mixed)
    first = add_scalars(a, multiply_scalars(question, share))
    second = add_scalars(b, multiply_scalars(question, veil))
    return said.hint + said.body + question + first + second


def read_part(part: bytes, public: Element, blinded: Element, reader: Element) -> Veiled:
    """The pair of a holder's answer, its proof checked.

    Raises
    ------
    Rejected
        ``keys.proof-wrong``: malformed, or another key than the holder's was used.
    """
    if len(part) != PART_SIZE:
        raise Rejected("keys.proof-wrong")
    try:
        pair = Veiled.from_bytes(part[: 2 * SIZE])
        question, first, second = (
            read_scalar(part[place : place + SIZE]) for place in range(2 * SIZE, PART_SIZE, SIZE)
        )
    except YushanError as error:
        raise Rejected("keys.proof-wrong") from error
    said = Statement(public, blinded, reader, *pair)
    expected = said.question(
        subtract(multiply_generator(first), multiply(question, public)),
        subtract(multiply_generator(second), multiply(question, pair.hint)),
        subtract(
            add(multiply(first, blinded), multiply(second, reader)), multiply(question, pair.body)
        ),
    )
    if expected != question:
        raise Rejected("keys.proof-wrong")
    return pair


def join_veiled(parts: Mapping[int, Veiled]) -> Veiled:
    """The whole's answer from two holders' pairs by index."""
    return Veiled(
        join({index: pair.hint for index, pair in parts.items()}),
        join({index: pair.body for index, pair in parts.items()}),
    )


def take_off(factor: Scalar, pair: Veiled) -> Veiled:
    """The pair without the asker's blinding factor."""
    inverse = invert_scalar(factor)
    return Veiled(multiply(inverse, pair.hint), multiply(inverse, pair.body))


def mix(pair: Veiled, reader: Element) -> Veiled:
    """The same value under fresh randomness: nothing a holder put there comes through."""
    veil = random_scalar()
    return Veiled(add(pair.hint, multiply_generator(veil)), add(pair.body, multiply(veil, reader)))


def unveil(private: Scalar, pair: Veiled) -> Element:
    """The value, for the reader."""
    return read_element(subtract(pair.body, multiply(private, pair.hint)))
