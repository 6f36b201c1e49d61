"""Shares: any two of three are the whole, one is nothing, and a key can be changed."""

from __future__ import annotations

from itertools import combinations

import pytest

from yushan.base import Broken
from yushan.engines.keys import (
    Share,
    deal,
    evaluate,
    group_of,
    hash_to_group,
    join,
    multiply,
    random_scalar,
    rotation,
)

PAIRS = list(combinations((1, 2, 3), 2))


@pytest.mark.parametrize("pair", PAIRS)
def test_any_two_shares_answer_like_the_whole_key(pair: tuple[int, int]) -> None:
    secret = random_scalar()
    dealt = deal(secret)
    asked = hash_to_group(b"person")
    parts = {index: evaluate(dealt.shares[index - 1].secret, asked) for index in pair}
    assert join(parts) == evaluate(secret, asked)


def test_one_share_alone_does_not_answer_like_the_whole_key() -> None:
    secret = random_scalar()
    asked = hash_to_group(b"person")
    share = deal(secret).shares[0]
    assert join({share.index: evaluate(share.secret, asked)}) != evaluate(secret, asked)


def test_the_group_is_known_from_the_public_parts_alone() -> None:
    dealt = deal()
    assert group_of({share.index: share.public for share in dealt.shares}) == dealt.group


def test_shares_of_two_keys_are_noticed() -> None:
    mine, other = deal(), deal()
    publics = {share.index: share.public for share in mine.shares}
    with pytest.raises(Broken, match=r"keys\.shares-differ"):
        group_of({**publics, 3: other.shares[2].public})


def test_a_rotation_multiplies_the_key_and_makes_old_shares_useless() -> None:
    dealt, change = deal(), rotation()
    renewed = [change.apply(share) for share in dealt.shares]
    expected = multiply(change.factor, dealt.group)
    assert group_of({share.index: share.public for share in renewed}) == expected
    mixed = {1: dealt.shares[0].public, 2: renewed[1].public}
    scaled = {1: multiply(change.factor, dealt.shares[0].public), 2: renewed[1].public}
    assert join(mixed) != expected
    assert join(scaled) != expected


def test_a_share_does_not_show_its_secret() -> None:
    share = deal().shares[0]
    assert share.secret.hex() not in repr(share)
    assert "secret" not in repr(Share(1, share.secret))
