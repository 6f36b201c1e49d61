"""What the operations about oneself take and give."""

from __future__ import annotations

from typing import Annotated

import msgspec

from yushan.doors.api.values import Count, Moment  # noqa: TC001 - read at run time


class Me(msgspec.Struct, frozen=True):
    """Who asks, what they may do, and what they may see of the images."""

    user: str
    role: str
    language: str
    site: str | None
    permissions: tuple[str, ...]
    sees_everything: bool
    sees_sites: tuple[str, ...]
    sees_studies: Count


class Token(msgspec.Struct, frozen=True):
    """A token of one's own; the secret is never shown again."""

    id: str
    name: str
    created: Moment
    expires: Moment
    used: Moment | None


class Tokens(msgspec.Struct, frozen=True):
    """One's own tokens, newest first."""

    tokens: tuple[Token, ...]


class TokenWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new token: a name to tell it by, and for how many days it is valid."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
    days: Annotated[int, msgspec.Meta(ge=1, le=90)] = 30


class NewToken(msgspec.Struct, frozen=True):
    """A token that was just made, with its secret: it is shown this once."""

    token: Token
    secret: str


class Nothing(msgspec.Struct, frozen=True):
    """Done; there is nothing to say."""
