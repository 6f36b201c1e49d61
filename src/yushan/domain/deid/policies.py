"""The policies of this house: signed files, by name; and what one becomes with other options."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from yushan.base import Rejected
from yushan.domain.deid.policy import EXCLUSIVE, PERFORMED, Pixels, Policy, checked, read_policy
from yushan.domain.deid.tables import methods

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    #: Whether (public key, data, signature) belong together; Ed25519 of whoever loads.
    IsSigned = Callable[[bytes, bytes, bytes], bool]

#: The longest name that fits (0012,0063) behind the name of the house.
MOST_NAME: Final = 50
#: What is read when a policy that read nothing takes ``clean_pixel_data``.
ALL_PIXELS: Final = Pixels(
    sample=0.02,
    read=("tomography", "projection", "ultrasound", "capture", "photograph", "ophthalmic", "slide"),
)


class SignedFile(NamedTuple):
    """A policy file with its detached signature (Ed25519, 64 bytes) over its bytes."""

    content: bytes
    signature: bytes


@cache
def policy_names() -> tuple[str, ...]:
    """The names of the policies of this house."""
    folder = files("yushan.domain.deid") / "data" / "policies"
    return tuple(
        sorted(e.name.removesuffix(".toml") for e in folder.iterdir() if e.name.endswith(".toml"))
    )


@cache
def distribution_key() -> bytes:
    """The public key (32 bytes) under which the packaged policies are signed."""
    folder = files("yushan.domain.deid") / "data" / "policies"
    return bytes.fromhex((folder / "distribution.pub").read_text("ascii").strip())


def policy_file(name: str) -> SignedFile:
    """A packaged policy as it lies on disk.

    Raises
    ------
    Rejected
        ``deid.policy-unknown`` when there is none of that name.
    """
    if name not in policy_names():
        raise Rejected("deid.policy-unknown")
    folder = files("yushan.domain.deid") / "data" / "policies"
    signature = folder / f"{name}.sig"
    return SignedFile(
        (folder / f"{name}.toml").read_bytes(),
        bytes.fromhex(signature.read_text("ascii")) if signature.is_file() else b"",
    )


@cache
def load_policy(name: str) -> Policy:
    """A packaged policy without a look at its signature: for documents and tests.

    Whoever releases anything takes ``signed_policy``.
    """
    return read_policy(policy_file(name).content)


def signed_policy(name: str, is_signed: IsSigned) -> Policy:
    """A packaged policy, when it is as the house signed it.

    Parameters
    ----------
    name
        One of ``policy_names``.
    is_signed
        Tells whether a public key, data and a signature belong together.

    Raises
    ------
    Rejected
        ``deid.policy-unknown``, and as ``read_signed``.
    """
    return read_signed(policy_file(name), distribution_key(), is_signed)


def read_signed(file: SignedFile, public: bytes, is_signed: IsSigned) -> Policy:
    """A policy file of whoever holds the key to ``public``.

    Raises
    ------
    Rejected
        ``deid.policy-unsigned`` when the signature is missing or another's, or a byte was changed;
        as ``read_policy``.
    """
    if not is_signed(public, file.content, file.signature):
        raise Rejected("deid.policy-unsigned")
    return read_policy(file.content)


def with_options(policy: Policy, changes: Iterable[str]) -> Policy:
    """A policy with options switched: ``+retain_uids`` takes one more, ``-retain_uids`` one less.

    One of two options that exclude each other takes the other's place. The name says what was
    switched by the codes of the options, and the digest is another.

    Raises
    ------
    Rejected
        ``deid.policy-option`` for an option that is none; as ``checked``.
    """
    options = dict.fromkeys(policy.options)
    switched: dict[str, str] = {}
    for change in changes:
        sign, option = change[:1], change[1:]
        if sign not in ("+", "-") or option not in PERFORMED:
            raise Rejected("deid.policy-option", option=change[:40])
        for pair in EXCLUSIVE if sign == "+" else ():
            for other in pair if option in pair else ():
                if other != option and other in options:
                    del options[other]
                    switched[other] = "-"
        if sign == "+":
            options[option] = None
        else:
            options.pop(option, None)
        switched[option] = sign
    made = adapted(policy, tuple(one for one in PERFORMED if one in options))
    return renamed(made, policy, switched)


def adapted(policy: Policy, options: tuple[str, ...]) -> Policy:
    """The policy with other options, and the fields that follow from them."""
    changed: dict[str, object] = {"options": options}
    before = set(policy.options)
    for option in before ^ set(options):
        changed |= FOLLOWS.get((option, option in options), {})
    if "clean_pixel_data" in options and not policy.pixels.read:
        changed["pixels"] = ALL_PIXELS
    return msgspec.structs.replace(policy, **changed)


def renamed(made: Policy, base: Policy, switched: dict[str, str]) -> Policy:
    """The policy under a name that says how it differs from its base."""
    real = {
        option: sign for option, sign in switched.items() if made.has(option) != base.has(option)
    }
    if not real:
        return base
    codes = "".join(real[option] + methods()[option].code for option in PERFORMED if option in real)
    named = msgspec.structs.replace(made, name=base.name + codes, digest="")
    made = checked(named, f"{base.digest} {codes}".encode())
    if len(made.name) > MOST_NAME:
        short = f"{base.name[:24]}~{made.digest[:16]}"
        return msgspec.structs.replace(made, name=short)
    return made


#: Fields that follow from an option taken or left.
FOLLOWS: Final[dict[tuple[str, bool], dict[str, str]]] = {
    ("clean_recognizable_visual_features", True): {"faces": "remove"},
    ("clean_recognizable_visual_features", False): {"faces": "quarantine"},
    ("clean_structured_content", True): {"structured_reports": "rebuild"},
    ("clean_structured_content", False): {"structured_reports": "quarantine"},
}


def with_words(policy: Policy, words: frozenset[str], digest: str) -> Policy:
    """A policy that also keeps learned words in descriptors; ``digest`` is the vocabulary's."""
    made = msgspec.structs.replace(policy, words=policy.words | words, digest="")
    return checked(made, f"{policy.digest} words {digest}".encode())
