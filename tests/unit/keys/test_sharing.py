"""Shares: any two of three are the whole, one is nothing, and a key can be changed."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from yushan.base import Broken, Rejected
from yushan.engines.keys import (
    Share,
    deal,
    evaluate,
    group_of,
    hash_to_group,
    join,
    load_secret,
    make_secret,
    multiply,
    multiply_generator,
    random_scalar,
    read_publics,
    rotation,
)

if TYPE_CHECKING:
    from pathlib import Path

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


def test_the_whole_key_is_known_from_the_public_parts_alone() -> None:
    secret = random_scalar()
    assert group_of(read_publics(deal(secret).public)) == multiply_generator(secret)


def test_shares_of_two_keys_are_noticed() -> None:
    mine, other = read_publics(deal().public), read_publics(deal().public)
    with pytest.raises(Broken, match=r"keys\.shares-differ"):
        group_of({**mine, 3: other[3]})


@pytest.mark.parametrize("data", [b"", bytes(96), b"\xff" * 96, bytes(32)])
def test_public_parts_that_are_none_are_refused(data: bytes) -> None:
    with pytest.raises(Rejected, match=r"keys\.element-invalid"):
        read_publics(data)


def test_a_rotation_multiplies_the_key_and_makes_old_shares_useless() -> None:
    dealt, change = deal(), rotation()
    old, new = dealt.shares, change.apply_to_all(dealt).shares
    expected = multiply(change.factor, group_of(read_publics(dealt.public)))
    assert group_of({share.index: share.public for share in new}) == expected
    mixed = {1: old[0].public, 2: new[1].public}
    scaled = {1: multiply(change.factor, old[0].public), 2: new[1].public}
    assert join(mixed) != expected
    assert join(scaled) != expected


def test_a_share_goes_into_a_secret_file_and_comes_back(tmp_path: Path) -> None:
    for share in deal().shares:
        path = tmp_path / f"{share.index}.key"
        make_secret(path, share.to_bytes())
        assert Share.from_bytes(load_secret(path)) == share


@pytest.mark.parametrize("data", [b"", b"\1" * 32, b"\0" + b"\1" * 32, b"\4" + b"\1" * 32])
def test_a_file_that_is_no_share_is_refused(data: bytes) -> None:
    with pytest.raises(Rejected, match=r"keys\.share-malformed"):
        Share.from_bytes(data)
    with pytest.raises(Rejected, match=r"keys\.scalar-invalid"):
        Share.from_bytes(b"\x01" + bytes(32))


def test_a_share_does_not_show_its_secret() -> None:
    share = deal().shares[0]
    assert share.secret.hex() not in repr(share)
    assert "secret" not in repr(Share(1, share.secret))
