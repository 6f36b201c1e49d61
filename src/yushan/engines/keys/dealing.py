"""Dealing without a dealer: three holders make, change or give again their shares together.

Each deals by a line ``f(x) = a + bx`` of its own, publishes ``aG`` and ``bG`` (Feldman 1987) and
gives every other its point; the sums are the shares (Pedersen 1991), so nobody ever knows the
whole. Lines through zero at zero change all shares and not the key (Herzberg et al. 1995); lines
through zero at the lost holder's place hide the others' points while its share is found again.
Who deals proves that it knows ``a`` (Schnorr), so it cannot choose it to cancel others' out.
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
    multiply,
    multiply_generator,
    multiply_scalars,
    random_scalar,
    read_element,
    read_scalar,
    subtract,
    whole_scalar,
)
from yushan.engines.keys.oprf import framed, hash_to_scalar
from yushan.engines.keys.sharing import HOLDERS, weight_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TAG: Final = b"HashToScalar-yushan-dealing-1"


class Line(NamedTuple):
    """A secret line; ``start`` None where it is fixed: a line that is zero at ``root``."""

    start: Scalar | None
    slope: Scalar
    root: int = 0

    def at(self, index: int) -> Scalar | None:
        """The point of a holder; None is zero, at the root of a fixed line."""
        if self.start is None:
            step = index - self.root
            return multiply_scalars(self.slope, whole_scalar(step)) if step else None
        return add_scalars(self.start, multiply_scalars(self.slope, whole_scalar(index)))

    def commitments(self) -> tuple[Element, ...]:
        """What everybody may know: of the slope, and before it of the start if there is one."""
        slope = multiply_generator(self.slope)
        return (slope,) if self.start is None else (multiply_generator(self.start), slope)


def draw_line() -> Line:
    """A fresh line, for a new key."""
    return Line(random_scalar(), random_scalar())


def draw_zero(root: int = 0) -> Line:
    """A fresh line that is zero at ``root``: 0 leaves the key, an index that holder's share."""
    return Line(None, random_scalar(), root)


def prove_start(start: Scalar, session: bytes, index: int) -> bytes:
    """64 bytes: who deals knows the start behind its commitment (Schnorr)."""
    nonce = random_scalar()
    public, first = multiply_generator(start), multiply_generator(nonce)
    question = hash_to_scalar(framed(session, bytes([index]), public, first), TAG)
    return question + add_scalars(nonce, multiply_scalars(question, start))


def check_start(proof: bytes, public: Element, session: bytes, index: int) -> None:
    """Refuse a start that nobody proved to know; ``Rejected("keys.dealing-foul")``."""
    try:
        question, response = read_scalar(proof[:SIZE]), read_scalar(proof[SIZE:])
    except YushanError as error:
        raise Rejected("keys.dealing-foul", index=index) from error
    first = subtract(multiply_generator(response), multiply(question, public))
    if hash_to_scalar(framed(session, bytes([index]), public, first), TAG) != question:
        raise Rejected("keys.dealing-foul", index=index)


def read_commitments(parts: Iterable[bytes], count: int, index: int) -> tuple[Element, ...]:
    """A dealer's commitments; ``Rejected("keys.dealing-foul")`` unless they are ``count``."""
    try:
        found = tuple(read_element(part) for part in parts)
    except YushanError as error:
        raise Rejected("keys.dealing-foul", index=index) from error
    if len(found) != count:
        raise Rejected("keys.dealing-foul", index=index)
    return found


def public_at(commitments: tuple[Element, ...], index: int, root: int = 0) -> Element | None:
    """What a dealer's point of a holder must be, as a public element; None is zero."""
    *start, slope = commitments
    if start:
        return add(start[0], multiply(whole_scalar(index), slope))
    return multiply(whole_scalar(index - root), slope) if index != root else None


def check_point(point: bytes, expected: Element | None, dealer: int) -> Scalar:
    """A point that a dealer gave us, held against what it published.

    Raises
    ------
    Rejected
        ``keys.dealing-foul`` with the dealer's ``index``.
    """
    try:
        read = read_scalar(point)
    except YushanError as error:
        raise Rejected("keys.dealing-foul", index=dealer) from error
    if expected is None or multiply_generator(read) != expected:
        raise Rejected("keys.dealing-foul", index=dealer)
    return read


def sum_scalars(first: Scalar, others: Iterable[Scalar]) -> Scalar:
    """The sum."""
    for one in others:
        first = add_scalars(first, one)
    return first


def sum_elements(parts: Iterable[Element]) -> Element:
    """The sum of at least one."""
    total, *others = parts
    for one in others:
        total = add(total, one)
    return total


def found_again(points: Mapping[int, Scalar], lost: int) -> Scalar:
    """The lost holder's share from the hidden points of the two others (Lagrange at its place)."""
    terms = [multiply_scalars(weight_at(index, points, lost), one) for index, one in points.items()]
    return sum_scalars(terms[0], terms[1:])


def others(index: int) -> tuple[int, ...]:
    """The holders beside one."""
    return tuple(one for one in range(1, HOLDERS + 1) if one != index)
