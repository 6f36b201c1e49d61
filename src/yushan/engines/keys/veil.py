"""Veiled evaluation: a holder's answer that the asker can check and combine but not read.

A share ``k`` applied to a blinded element ``B`` is answered as the ElGamal pair
``R = ρG, S = kB + ρC`` under the reader's public element ``C``, with a proof that the same ``k``
stands behind the holder's public element ``P = kG``; one proof speaks for a batch. The asker
checks the proof, adds the pairs of two holders with Lagrange's weights, takes its blinding off and
mixes the pair anew; only the reader can open it. So the asker never sees the value, and the reader
never sees ``B``, the blinding or the proof, with which it could try all inputs.
"""

from __future__ import annotations

from hashlib import sha512
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
from yushan.engines.keys.oprf import framed, hash_to_scalar, weighted_sum
from yushan.engines.keys.sharing import join

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TAG: Final = b"HashToScalar-yushan-veiled-evaluation-2"
PAIR_SIZE: Final = 2 * SIZE
VEILED_PROOF_SIZE: Final = 3 * SIZE


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
    """What the proof is about: every public element of one veiled evaluation, or of their sum."""

    public: Element
    blinded: Element
    reader: Element
    hint: Element
    body: Element

    def question(self, *commitments: Element) -> Scalar:
        """The verifier's question by a hash over all of it (Fiat-Shamir)."""
        return hash_to_scalar(framed(*self, *commitments), TAG)


def weights(
    public: Element, reader: Element, blinded: Sequence[Element], pairs: Sequence[Veiled]
) -> list[Scalar]:
    """One weight per pair, so that one proof speaks for all.

    Each depends on every pair. In RFC 9497 it depends on its own alone, which would let a holder
    look for errors that cancel out (generalised birthday), the easier the larger the batch.
    """
    said = framed(public, reader, *blinded, *(part for pair in pairs for part in pair))
    seed = sha512(said + b"Seed-" + TAG).digest()
    return [hash_to_scalar(seed + number.to_bytes(2, "big"), TAG) for number in range(len(pairs))]


def evaluate_veiled(
    share: Scalar, blinded: Sequence[Element], reader: Element
) -> tuple[list[bytes], bytes]:
    """A holder's answer: a pair per element (64 bytes each), and one proof for all (96 bytes)."""
    public, veils = multiply_generator(share), [random_scalar() for _ in blinded]
    pairs = [
        Veiled(multiply_generator(veil), add(multiply(share, asked), multiply(veil, reader)))
        for veil, asked in zip(veils, blinded, strict=True)
    ]
    chosen = weights(public, reader, blinded, pairs)
    veil, asked = weighted_scalar(chosen, veils), weighted_sum(chosen, blinded)
    body = add(multiply(share, asked), multiply(veil, reader))
    said = Statement(public, asked, reader, multiply_generator(veil), body)
    a, b = random_scalar(), random_scalar()
    mixed = add(multiply(a, asked), multiply(b, reader))
    question = said.question(multiply_generator(a), multiply_generator(b), mixed)
    first = add_scalars(a, multiply_scalars(question, share))
    second = add_scalars(b, multiply_scalars(question, veil))
    return [pair.to_bytes() for pair in pairs], question + first + second


def weighted_scalar(weights: Sequence[Scalar], scalars: Sequence[Scalar]) -> Scalar:
    """The sum of the scalars, each times its weight."""
    terms = [multiply_scalars(weight, one) for weight, one in zip(weights, scalars, strict=True)]
    total = terms[0]
    for term in terms[1:]:
        total = add_scalars(total, term)
    return total


def read_parts(
    answer: tuple[Sequence[bytes], bytes],
    public: Element,
    blinded: Sequence[Element],
    reader: Element,
) -> list[Veiled]:
    """The pairs of a holder's answer, their proof checked.

    Raises
    ------
    Rejected
        ``keys.proof-wrong``: malformed, incomplete, or another key than the holder's was used.
    """
    parts, proof = answer
    sizes = {len(part) for part in parts} == {PAIR_SIZE} and len(parts) == len(blinded)
    if not sizes or len(proof) != VEILED_PROOF_SIZE:
        raise Rejected("keys.proof-wrong")
    try:
        pairs = [Veiled.from_bytes(part) for part in parts]
        question, first, second = (
            read_scalar(proof[place : place + SIZE]) for place in range(0, VEILED_PROOF_SIZE, SIZE)
        )
    except YushanError as error:
        raise Rejected("keys.proof-wrong") from error
    said = summed(public, reader, blinded, pairs)
    expected = said.question(
        subtract(multiply_generator(first), multiply(question, public)),
        subtract(multiply_generator(second), multiply(question, said.hint)),
        subtract(
            add(multiply(first, said.blinded), multiply(second, reader)),
            multiply(question, said.body),
        ),
    )
    if expected != question:
        raise Rejected("keys.proof-wrong")
    return pairs


def summed(
    public: Element, reader: Element, blinded: Sequence[Element], pairs: Sequence[Veiled]
) -> Statement:
    """What is to be proved of all pairs together."""
    chosen = weights(public, reader, blinded, pairs)
    return Statement(
        public,
        weighted_sum(chosen, blinded),
        reader,
        weighted_sum(chosen, [pair.hint for pair in pairs]),
        weighted_sum(chosen, [pair.body for pair in pairs]),
    )


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
