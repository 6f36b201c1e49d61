"""Changing the token key: the office multiplies it by a factor, the commons goes along.

The office brings its own tokens over by the factor; the commons gets it sealed, to understand the
tokens it keeps. Hospitals learn the new public key from the signed list and ask for tokens anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from yushan.base import Rejected, canonical_json
from yushan.engines.keys import (
    Element,
    Scalar,
    Signer,
    multiply,
    random_scalar,
    read_element,
    read_scalar,
    seal,
    verify,
)

if TYPE_CHECKING:
    from collections.abc import Callable

PREFIX: Final = b"yushan consent rotation 1\n"


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Public elements before and after, and the factor sealed to the commons; signed."""

    before: bytes
    after: bytes
    factor: bytes
    signature: bytes = b""


def change_key(before: Element, signer: Signer, commons_sealing: bytes) -> tuple[Scalar, Change]:
    """A fresh factor for the office, and what the commons is sent."""
    factor = random_scalar()
    after = multiply(factor, before)
    sealed = seal(commons_sealing, factor, PREFIX + before + after)
    change = Change(before=before, after=after, factor=sealed)
    signature = signer.sign(PREFIX + canonical_json(change))
    return factor, msgspec.structs.replace(change, signature=signature)


def read_change(
    data: bytes, signing_public: bytes, unseal: Callable[[bytes, bytes], bytes]
) -> tuple[bytes, Scalar]:
    """The public element before, and the factor, of a change that the office signed.

    Raises
    ------
    Rejected
        ``consent.change-forged``: not the office's, or it does not fit itself.
    """
    try:
        change = msgspec.json.decode(data, type=Change)
        bare = msgspec.structs.replace(change, signature=b"")
        if not verify(signing_public, PREFIX + canonical_json(bare), change.signature):
            raise Rejected("consent.change-forged")
        factor = read_scalar(unseal(change.factor, PREFIX + change.before + change.after))
        fits = multiply(factor, read_element(change.before)) == change.after
    except msgspec.MsgspecError as error:
        raise Rejected("consent.change-forged") from error
    if not fits:
        raise Rejected("consent.change-forged")
    return change.before, factor
