"""Veiled evaluation: checked by the asker, opened by the reader alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yushan.base import Rejected
from yushan.engines.keys import (
    PART_SIZE,
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
    read_part,
    take_off,
    unveil,
)

READER = random_scalar()
READER_PUBLIC = multiply_generator(READER)


def veiled_value(data: bytes, secret: Scalar, holders: tuple[int, int]) -> Veiled:
    """The whole protocol of one asker."""
    dealt, asked = deal(secret), blind(data)
    parts = {}
    for index in holders:
        share = dealt.shares[index - 1]
        part = evaluate_veiled(share.secret, asked.element, READER_PUBLIC)
        parts[index] = read_part(part, share.public, asked.element, READER_PUBLIC)
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


def answer() -> tuple[bytes, Element, Element]:
    share, asked = deal().shares[0], blind(b"person").element
    return evaluate_veiled(share.secret, asked, READER_PUBLIC), share.public, asked


def test_an_answer_under_another_share_is_refused() -> None:
    part, _, asked = answer()
    with pytest.raises(Rejected, match=r"keys\.proof-wrong"):
        read_part(part, deal().shares[0].public, asked, READER_PUBLIC)


def test_an_answer_to_another_question_is_refused() -> None:
    part, public, _ = answer()
    with pytest.raises(Rejected, match=r"keys\.proof-wrong"):
        read_part(part, public, blind(b"person").element, READER_PUBLIC)


def test_an_answer_for_another_reader_is_refused() -> None:
    part, public, asked = answer()
    with pytest.raises(Rejected, match=r"keys\.proof-wrong"):
        read_part(part, public, asked, multiply_generator(random_scalar()))


@given(place=st.integers(0, PART_SIZE - 1), flip=st.integers(1, 255))
@settings(max_examples=40, deadline=None)
def test_a_damaged_answer_is_refused(place: int, flip: int) -> None:
    part, public, asked = answer()
    damaged = bytearray(part)
    damaged[place] ^= flip
    with pytest.raises(Rejected, match=r"keys\.proof-wrong"):
        read_part(bytes(damaged), public, asked, READER_PUBLIC)


@pytest.mark.parametrize("size", [0, 64, PART_SIZE - 1, PART_SIZE + 1])
def test_an_answer_of_another_size_is_refused(size: int) -> None:
    _, public, asked = answer()
    with pytest.raises(Rejected, match=r"keys\.proof-wrong"):
        read_part(bytes(size), public, asked, READER_PUBLIC)
