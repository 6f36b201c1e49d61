"""RFC 9497 as published: appendix A.1 (ristretto255-SHA512), modes OPRF and VOPRF."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yushan.engines.keys import (
    blind,
    compute,
    derive_key,
    evaluate,
    finalize,
    is_proven,
    multiply_generator,
    prove,
    random_scalar,
    read_element,
    read_scalar,
)
from yushan.engines.keys.oprf import Mode, expand_message

if TYPE_CHECKING:
    from yushan.engines.keys.group import Element, Scalar

SEED = bytes.fromhex("a3" * 32)
KEY_INFO = b"test key"
BLIND = "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706"
SECOND_BLIND = "222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e"
KEYS: dict[Mode, str] = {
    0: "5ebcea5ee37023ccb9fc2d2019f9d7737be85591ae8652ffa9ef0f4d37063b0e",
    1: "e6f73f344b79b379f1a0dd37e07ff62e38d9f71345ce62ae3a9bc60b04ccd909",
}
VOPRF_PUBLIC = "c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e"


class Vector(NamedTuple):
    mode: Mode
    data: str
    blind: str
    blinded: str
    evaluated: str
    output: str


VECTORS = [
    Vector(
        0,
        "00",
        BLIND,
        "609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c",
        "7ec6578ae5120958eb2db1745758ff379e77cb64fe77b0b2d8cc917ea0869c7e",
        "527759c3d9366f277d8c6020418d96bb393ba2afb20ff90df23fb7708264e2f3"
        "ab9135e3bd69955851de4b1f9fe8a0973396719b7912ba9ee8aa7d0b5e24bcf6",
    ),
    Vector(
        0,
        "5a" * 17,
        BLIND,
        "da27ef466870f5f15296299850aa088629945a17d1f5b7f5ff043f76b3c06418",
        "b4cbf5a4f1eeda5a63ce7b77c7d23f461db3fcab0dd28e4e17cecb5c90d02c25",
        "f4a74c9c592497375e796aa837e907b1a045d34306a749db9f34221f7e750cb4"
        "f2a6413a6bf6fa5e19ba6348eb673934a722a7ede2e7621306d18951e7cf2c73",
    ),
    Vector(
        1,
        "00",
        BLIND,
        "863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945",
        "aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e",
        "b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7d"
        "a4d8527693914139caee5bd03903af43a491351d23b430948dd50cde10d32b3c",
    ),
    Vector(
        1,
        "5a" * 17,
        BLIND,
        "cc0b2a350101881d8a4cba4c80241d74fb7dcbfde4a61fde2f91443c2bf9ef0c",
        "60a59a57208d48aca71e9e850d22674b611f752bed48b36f7a91b372bd7ad468",
        "8a9a2f3c7f085b65933594309041fc1898d42d0858e59f90814ae90571a6df60"
        "356f4610bf816f27afdd84f47719e480906d27ecd994985890e5f539e7ea74b6",
    ),
    Vector(
        1,
        "5a" * 17,
        SECOND_BLIND,
        "90a0145ea9da29254c3a56be4fe185465ebb3bf2a1801f7124bbbadac751e654",
        "cc5ac221950a49ceaa73c8db41b82c20372a4c8d63e5dded2db920b7eee36a2a",
        "8a9a2f3c7f085b65933594309041fc1898d42d0858e59f90814ae90571a6df60"
        "356f4610bf816f27afdd84f47719e480906d27ecd994985890e5f539e7ea74b6",
    ),
]


class ProofVector(NamedTuple):
    pairs: list[Vector]
    nonce: str
    proof: str


PROOFS = [
    ProofVector(
        [VECTORS[2]],
        SECOND_BLIND,
        "ddef93772692e535d1a53903db24367355cc2cc78de93b3be5a8ffcc6985dd06"
        "6d4346421d17bf5117a2a1ff0fcb2a759f58a539dfbe857a40bce4cf49ec600d",
    ),
    ProofVector(
        [VECTORS[3]],
        SECOND_BLIND,
        "401a0da6264f8cf45bb2f5264bc31e109155600babb3cd4e5af7d181a2c9dc0a"
        "67154fabf031fd936051dec80b0b6ae29c9503493dde7393b722eafdf5a50b02",
    ),
    ProofVector(
        [VECTORS[2], VECTORS[4]],
        "419c4f4f5052c53c45f3da494d2b67b220d02118e0857cdbcf037f9ea84bbe0c",
        "cc203910175d786927eeb44ea847328047892ddf8590e723c37205cb74600b0a"
        "5ab5337c8eb4ceae0494c2cf89529dcf94572ed267473d567aeed6ab873dee08",
    ),
]


def scalar(text: str) -> Scalar:
    return read_scalar(bytes.fromhex(text))


def element(text: str) -> Element:
    return read_element(bytes.fromhex(text))


@pytest.mark.parametrize("mode", [0, 1])
def test_the_key_of_the_published_seed_is_the_published_key(mode: Mode) -> None:
    assert derive_key(SEED, KEY_INFO, mode).hex() == KEYS[mode]
    if mode == 1:
        assert multiply_generator(derive_key(SEED, KEY_INFO, mode)).hex() == VOPRF_PUBLIC


@pytest.mark.parametrize("vector", VECTORS)
def test_every_published_step_gives_the_published_bytes(vector: Vector) -> None:
    data = bytes.fromhex(vector.data)
    blinded = blind(data, vector.mode, factor=scalar(vector.blind))
    assert blinded.element.hex() == vector.blinded
    evaluated = evaluate(scalar(KEYS[vector.mode]), blinded.element)
    assert evaluated.hex() == vector.evaluated
    assert finalize(data, blinded.factor, evaluated).hex() == vector.output
    assert compute(scalar(KEYS[vector.mode]), data, vector.mode).hex() == vector.output


@pytest.mark.parametrize("vector", PROOFS)
def test_every_published_proof_is_made_and_accepted(vector: ProofVector) -> None:
    asked = [element(pair.blinded) for pair in vector.pairs]
    answered = [element(pair.evaluated) for pair in vector.pairs]
    proof = prove(scalar(KEYS[1]), asked, answered, nonce=scalar(vector.nonce))
    assert proof.hex() == vector.proof
    assert is_proven(element(VOPRF_PUBLIC), asked, answered, proof)


def test_a_message_longer_than_one_digest_expands_as_rfc_9380_says() -> None:
    # RFC 9380 appendix K.3, SHA-512, msg "abc", 0x80 bytes: the first eight.
    tag = b"QUUX-V01-CS02-with-expander-SHA512-256"
    expanded = expand_message(b"abc", tag, 0x80)
    assert len(expanded) == 0x80
    assert expanded[:8].hex() == "7f1dddd13c08b543"


def test_an_answer_under_another_key_is_not_proven() -> None:
    honest, marking = random_scalar(), random_scalar()
    asked = blind(b"person", 1).element
    answered = evaluate(marking, asked)
    proof = prove(marking, [asked], [answered])
    assert is_proven(multiply_generator(marking), [asked], [answered], proof)
    assert not is_proven(multiply_generator(honest), [asked], [answered], proof)


@pytest.mark.parametrize("proof", [b"", bytes(64), b"\xff" * 64, b"\1" * 63])
def test_a_malformed_proof_is_not_proven(proof: bytes) -> None:
    key = random_scalar()
    asked = blind(b"person", 1).element
    assert not is_proven(multiply_generator(key), [asked], [evaluate(key, asked)], proof)
    good = prove(key, [asked], [evaluate(key, asked)])
    assert not is_proven(multiply_generator(key), [asked], [bytes(32)], good)  # type: ignore[list-item]


@given(place=st.integers(0, 63), flip=st.integers(1, 255))
@settings(max_examples=25, deadline=None)
def test_a_damaged_proof_is_not_proven(place: int, flip: int) -> None:
    key = random_scalar()
    asked = blind(b"person", 1).element
    answered = evaluate(key, asked)
    proof = bytearray(prove(key, [asked], [answered]))
    proof[place] ^= flip
    assert not is_proven(multiply_generator(key), [asked], [answered], bytes(proof))


@given(data=st.binary(max_size=200))
@settings(max_examples=25, deadline=None)
def test_the_blinding_never_changes_the_value(data: bytes) -> None:
    key = random_scalar()
    once, again = blind(data), blind(data)
    assert once.element != again.element
    values = {finalize(data, b.factor, evaluate(key, b.element)) for b in (once, again)}
    assert len(values) == 1
