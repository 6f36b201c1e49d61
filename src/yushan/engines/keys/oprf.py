"""Oblivious pseudorandom function OPRF(ristretto255, SHA-512) of RFC 9497, modes 0 and 1.

The asker blinds an input, the keeper of the key multiplies, the asker finishes: the keeper never
sees the input, the asker never sees the key. In mode 1 (VOPRF) the keeper proves that it used the
key that belongs to its public element, so it cannot mark an asker with a key of its own.
"""

from __future__ import annotations

import hmac
from hashlib import sha512
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from yushan.base import Broken, YushanError
from yushan.engines.keys.group import (
    IDENTITY,
    SIZE,
    Element,
    Scalar,
    add,
    invert_scalar,
    map_to_element,
    multiply,
    multiply_generator,
    multiply_scalars,
    random_scalar,
    read_element,
    read_scalar,
    reduce_scalar,
    subtract_scalars,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

#: 0 is OPRF, 1 is VOPRF (RFC 9497 table 1).
Mode = Literal[0, 1]

BLOCK: Final = 128
DIGEST: Final = 64
PROOF_SIZE: Final = 2 * SIZE


class Blinded(NamedTuple):
    """An input under a random factor: ``element`` goes out, ``factor`` stays."""

    factor: Scalar
    element: Element


def context(mode: Mode) -> bytes:
    """The context string of RFC 9497 section 3.1."""
    return b"OPRFV1-" + bytes([mode]) + b"-ristretto255-SHA512"


def framed(*parts: bytes) -> bytes:
    """Each part with its length in two bytes before it."""
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts)


def expand_message(message: bytes, tag: bytes, length: int = DIGEST) -> bytes:
    """``expand_message_xmd`` with SHA-512, RFC 9380 section 5.3.1; at most 255 digests."""
    suffix = tag + bytes([len(tag)])
    first = sha512(bytes(BLOCK) + message + length.to_bytes(2, "big") + b"\0" + suffix).digest()
    blocks = [sha512(first + b"\1" + suffix).digest()]
    for number in range(2, -(-length // DIGEST) + 1):
        mixed = bytes(a ^ b for a, b in zip(first, blocks[-1], strict=True))
        blocks.append(sha512(mixed + bytes([number]) + suffix).digest())
    return b"".join(blocks)[:length]


def hash_to_group(data: bytes, mode: Mode = 0) -> Element:
    """HashToGroup of RFC 9497 section 4.1."""
    return map_to_element(expand_message(data, b"HashToGroup-" + context(mode)))


def hash_to_scalar(data: bytes, tag: bytes) -> Scalar:
    """HashToScalar of RFC 9497 section 4.1 under a domain separation tag."""
    return reduce_scalar(expand_message(data, tag))


def derive_key(seed: bytes, info: bytes, mode: Mode = 0) -> Scalar:
    """DeriveKeyPair of RFC 9497 section 3.2.1: the secret scalar of a 32-byte seed."""
    for counter in range(256):
        scalar = hash_to_scalar(
            seed + framed(info) + bytes([counter]), b"DeriveKeyPair" + context(mode)
        )
        if any(scalar):
            return scalar
    raise Broken("keys.derivation-failed")  # pragma: no cover - 256 zero scalars in a row


def blind(data: bytes, mode: Mode = 0, *, factor: Scalar | None = None) -> Blinded:
    """The input under a random factor (``factor`` is for test vectors only)."""
    chosen = factor or random_scalar()
    return Blinded(chosen, multiply(chosen, hash_to_group(data, mode)))


def evaluate(key: Scalar, blinded: Element) -> Element:
    """What the keeper of the key does with one blinded element."""
    return multiply(key, blinded)


def finalize(data: bytes, factor: Scalar, evaluated: Element) -> bytes:
    """The function's value for the input, 64 bytes."""
    return output(data, multiply(invert_scalar(factor), evaluated))


def compute(key: Scalar, data: bytes, mode: Mode = 0) -> bytes:
    """The same value for one who has both key and input (Evaluate of RFC 9497)."""
    return output(data, multiply(key, hash_to_group(data, mode)))


def output(data: bytes, issued: Element) -> bytes:
    """The outer hash."""
    return sha512(framed(data, issued) + b"Finalize").digest()


def composites(
    public: Element, blinded: Sequence[Element], evaluated: Sequence[Element]
) -> list[Scalar]:
    """One weight per pair, so that one proof speaks for all (ComputeComposites)."""
    seed = sha512(framed(public, b"Seed-" + context(1))).digest()
    return [
        hash_to_scalar(
            framed(seed) + number.to_bytes(2, "big") + framed(asked, answered) + b"Composite",
            b"HashToScalar-" + context(1),
        )
        for number, (asked, answered) in enumerate(zip(blinded, evaluated, strict=True))
    ]


def weighted_sum(weights: Sequence[Scalar], elements: Sequence[Element]) -> Element:
    """The sum of the elements, each times its weight."""
    total = IDENTITY
    for weight, element in zip(weights, elements, strict=True):
        total = add(multiply(weight, element), total)
    return total


def challenge(*elements: Element) -> Scalar:
    """The verifier's question, asked by a hash (Fiat-Shamir)."""
    return hash_to_scalar(framed(*elements) + b"Challenge", b"HashToScalar-" + context(1))


def prove(
    key: Scalar,
    blinded: Sequence[Element],
    evaluated: Sequence[Element],
    *,
    nonce: Scalar | None = None,
) -> bytes:
    """GenerateProof of RFC 9497 section 2.2.1: 64 bytes that all answers used one key."""
    public = multiply_generator(key)
    asked = weighted_sum(composites(public, blinded, evaluated), blinded)
    answered = multiply(key, asked)
    chosen = nonce or random_scalar()
    question = challenge(
        public, asked, answered, multiply_generator(chosen), multiply(chosen, asked)
    )
    return question + subtract_scalars(chosen, multiply_scalars(question, key))


def is_proven(
    public: Element, blinded: Sequence[Element], evaluated: Sequence[Element], proof: bytes
) -> bool:
    """VerifyProof of RFC 9497 section 2.2.2; anything malformed is not proven."""
    try:
        question, response = read_scalar(proof[:SIZE]), read_scalar(proof[SIZE:])
        for element in evaluated:
            read_element(element)
    except YushanError:
        return False
    weights = composites(public, blinded, evaluated)
    asked, answered = weighted_sum(weights, blinded), weighted_sum(weights, evaluated)
    first = add(multiply_generator(response), multiply(question, public))
    second = add(multiply(response, asked), multiply(question, answered))
    return hmac.compare_digest(challenge(public, asked, answered, first, second), question)
