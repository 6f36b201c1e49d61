"""Veiled evaluation: checked by the asker, opened by the reader alone."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yushan.base import Rejected
from yushan.engines.keys import (
    PAIR_SIZE,
    VEILED_PROOF_SIZE,
    Element,
    Scalar,
    Veiled,
    blind,
    deal,
    evaluate,
    evaluate_veiled,
    hash_to_group,
    join_veiled,
    mix,
    multiply_generator,
    random_scalar,
    read_parts,
    take_off,
    unveil,
)
from yushan.engines.keys.group import add, subtract
from yushan.engines.keys.veil import weights

READER = random_scalar()
READER_PUBLIC = multiply_generator(READER)


def veiled_value(data: bytes, secret: Scalar, holders: tuple[int, int]) -> Veiled:
    """The whole protocol of one asker."""
    dealt, asked = deal(secret), blind(data)
    parts = {}
    for index in holders:
        share = dealt.shares[index - 1]
        answer = evaluate_veiled(share.secret, [asked.element], READER_PUBLIC)
        [parts[index]] = read_parts(answer, share.public, [asked.element], READER_PUBLIC)
    return mix(take_off(asked.factor, join_veiled(parts)), READER_PUBLIC)


@pytest.mark.parametrize("holders", [(1, 2), (1, 3), (2, 3), (3, 1)])
def test_the_reader_opens_the_key_times_the_person(holders: tuple[int, int]) -> None:
    secret = random_scalar()
    opened = unveil(READER, veiled_value(b"person", secret, holders))
    assert opened == evaluate(secret, hash_to_group(b"person"))


def test_no_byte_pair_repeats_and_no_element_of_the_asker_is_in_it() -> None:
    secret = random_scalar()
    first, second = (veiled_value(b"person", secret, (1, 2)) for _ in range(2))
    assert first.hint != second.hint
    assert first.body != second.body
    assert unveil(READER, first) == unveil(READER, second)


def test_another_reader_opens_something_else() -> None:
    secret = random_scalar()
    pair = veiled_value(b"person", secret, (1, 2))
    assert unveil(random_scalar(), pair) != evaluate(secret, hash_to_group(b"person"))


class Said(NamedTuple):
    """What one holder answered to a batch, and what is needed to check it."""

    parts: list[bytes]
    proof: bytes
    public: Element
    asked: list[Element]

    def read(self, **changed: Any) -> list[Veiled]:
        one = self._replace(**changed)
        return read_parts((one.parts, one.proof), one.public, one.asked, READER_PUBLIC)


def said(count: int = 1) -> Said:
    share, asked = deal().shares[0], [blind(b"%d" % n).element for n in range(count)]
    return Said(*evaluate_veiled(share.secret, asked, READER_PUBLIC), share.public, asked)


@pytest.mark.parametrize("count", [1, 2, 7])
def test_one_proof_speaks_for_a_batch(count: int) -> None:
    share, asked = deal().shares[0], [blind(b"%d" % n).element for n in range(count)]
    parts, proof = evaluate_veiled(share.secret, asked, READER_PUBLIC)
    pairs = read_parts((parts, proof), share.public, asked, READER_PUBLIC)
    assert [unveil(READER, pair) for pair in pairs] == [evaluate(share.secret, b) for b in asked]
    assert (len(proof), {len(part) for part in parts}) == (VEILED_PROOF_SIZE, {PAIR_SIZE})


def test_one_marked_answer_in_a_batch_spoils_all() -> None:
    batch, marking = said(5), random_scalar()
    [marked], _ = evaluate_veiled(marking, batch.asked[2:3], READER_PUBLIC)
    parts = [*batch.parts[:2], marked, *batch.parts[3:]]
    with pytest.raises(Rejected, match=r"keys\.proof-wrong"):
        batch.read(parts=parts)


def test_errors_that_would_cancel_out_without_weights_are_noticed() -> None:
    batch = said(2)
    first, second = (Veiled.from_bytes(part) for part in batch.parts)
    shift = multiply_generator(random_scalar())
    parts = [Veiled(first.hint, add(first.body, shift)).to_bytes(),
             Veiled(second.hint, subtract(second.body, shift)).to_bytes()]  # fmt: skip
    with pytest.raises(Rejected, match=r"keys\.proof-wrong"):
        batch.read(parts=parts)


def test_answers_in_another_order_are_refused() -> None:
    batch = said(3)
    with pytest.raises(Rejected, match=r"keys\.proof-wrong"):
        batch.read(parts=batch.parts[::-1])


def test_the_weight_of_a_pair_depends_on_every_other() -> None:
    batch, other = said(2), said(2)
    pairs = [Veiled.from_bytes(part) for part in batch.parts]
    swapped = [pairs[0], Veiled.from_bytes(other.parts[1])]
    before = weights(batch.public, READER_PUBLIC, batch.asked, pairs)
    assert before[0] != weights(batch.public, READER_PUBLIC, batch.asked, swapped)[0]


def test_an_answer_under_another_share_is_refused() -> None:
    with pytest.raises(Rejected, match=r"keys\.proof-wrong"):
        said().read(public=deal().shares[0].public)


def test_an_answer_to_another_question_is_refused() -> None:
    with pytest.raises(Rejected, match=r"keys\.proof-wrong"):
        said().read(asked=[blind(b"person").element])


def test_an_answer_for_another_reader_is_refused() -> None:
    one = said()
    with pytest.raises(Rejected, match=r"keys\.proof-wrong"):
        read_parts(
            (one.parts, one.proof), one.public, one.asked, multiply_generator(random_scalar())
        )


@given(place=st.integers(0, PAIR_SIZE + VEILED_PROOF_SIZE - 1), flip=st.integers(1, 255))
@settings(max_examples=40, deadline=None)
def test_a_damaged_answer_is_refused(place: int, flip: int) -> None:
    one = said()
    damaged = bytearray(one.parts[0] + one.proof)
    damaged[place] ^= flip
    with pytest.raises(Rejected, match=r"keys\.proof-wrong"):
        one.read(parts=[bytes(damaged[:PAIR_SIZE])], proof=bytes(damaged[PAIR_SIZE:]))


@pytest.mark.parametrize("size", [0, 32, PAIR_SIZE - 1, PAIR_SIZE + 1])
def test_an_answer_of_another_size_is_refused(size: int) -> None:
    one = said()
    with pytest.raises(Rejected, match=r"keys\.proof-wrong"):
        one.read(parts=[bytes(size)])
    with pytest.raises(Rejected, match=r"keys\.proof-wrong"):
        one.read(proof=bytes(size))
    with pytest.raises(Rejected, match=r"keys\.proof-wrong"):
        one.read(parts=[])
