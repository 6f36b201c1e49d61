"""One identity provider: where people are sent, and what their coming back proves."""

from __future__ import annotations

import base64
import hmac
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

import msgspec
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from authlib.oidc.discovery import get_well_known_url  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from yushan.base import Forbidden, Unavailable
from yushan.engines.oidc.asking import Asker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: Signatures that are believed; never ``none``, never one with a shared secret (ASVS 5.0 9.1.2).
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
#: How long what a provider says of itself is kept; its keys are asked again when one is unknown.
METADATA_S: Final = 3600.0
LEEWAY_S: Final = 60
#: How old a message that somebody left may be, and what makes it one (Back-Channel Logout 2.4).
LEFT_S: Final = 300
LEFT: Final = "http://schemas.openid.net/event/backchannel-logout"
ENDS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """How a provider is reached. ``redirect`` is our own address that it sends people back to."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect: str
    scopes: tuple[str, ...] = ("openid",)
    ca: str = ""


class Begun(msgspec.Struct, frozen=True):
    """What must be kept for this browser until it comes back; ``verifier`` is a secret."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Proven:
    """Who somebody is: (issuer, subject) never changes hands; ``claims`` may."""

    issuer: str
    subject: str
    claims: dict[str, Any]
    token: str = field(repr=False)

    def values(self, claim: str) -> frozenset[str]:
        """The texts of a claim, be it one or a list."""
        found = self.claims.get(claim, ())
        listed = [found] if isinstance(found, str) else found
        if not isinstance(listed, list | tuple):
            return frozenset()
        return frozenset(one for one in listed if isinstance(one, str))


@dataclass(frozen=True, slots=True)
class Left:
    """Who left at the provider: a subject, one session of theirs, or both; empty: not said."""

    subject: str
    session: str


class Provider:
    """Safe to call from several threads; asks the provider only when somebody signs in."""

    def __init__(self, config: Config, now: Callable[[], float] = time.time) -> None:
        self.config, self.now = config, now
        self.asker = Asker(config.issuer, config.ca)
        self.known: tuple[float, dict[str, Any]] | None = None
        self.keys: KeySet | None = None

    def metadata(self) -> dict[str, Any]:
        """What the provider says of itself.

        Raises
        ------
        Unavailable
            ``oidc.unreachable``: no answer, or not that of this very issuer (ASVS 5.0 10.5.3).
        """
        if self.known is not None and self.known[0] > self.now() - METADATA_S:
            return self.known[1]
        found = self.asker.get(get_well_known_url(self.config.issuer, external=True))
        allowed = all(self.asker.is_allowed(found.get(end)) for end in ENDS)
        if found.get("issuer") != self.config.issuer or not allowed:
            raise Unavailable("oidc.unreachable")
        self.known = (self.now(), found)
        return found

    def begin(self, *, fresh: bool = False) -> tuple[str, Begun]:
        """Where to send the browser, and what to keep until it comes back.

        ``fresh``: the provider shall ask again who it is.
        """
        begun = Begun(*(secrets.token_urlsafe(32) for _ in range(3)))
        asked = {
            "response_type": "code",
            "client_id": self.config.client_id,
            "redirect_uri": self.config.redirect,
            "scope": " ".join(self.config.scopes),
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": create_s256_code_challenge(begun.verifier),
            "code_challenge_method": "S256",
        } | ({"prompt": "login"} if fresh else {})
        end = str(self.metadata()["authorization_endpoint"])
        return f"{end}{'&' if '?' in end else '?'}{urlencode(asked)}", begun

    def finish(self, begun: Begun, came: Mapping[str, str]) -> Proven:
        """Who came back with these parameters.

        Raises
        ------
        Forbidden
            ``oidc.refused``: the provider said no; ``oidc.not-believed``: another state, issuer,
            nonce, audience, signature or time, or a code that is no good.
        Unavailable
            ``oidc.unreachable``.
        """
        if not hmac.compare_digest(came.get("state", "").encode(), begun.state.encode()):
            raise Forbidden("oidc.not-believed")
        if came.get("iss", self.config.issuer) != self.config.issuer:
            raise Forbidden("oidc.not-believed")
        if "error" in came or not came.get("code"):
            raise Forbidden("oidc.refused")
        return self.proven(self.exchange(begun, came["code"]), begun.nonce)

    def exchange(self, begun: Begun, code: str) -> str:
        """The ID token for a code, over our own line to the provider."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.config.redirect,
            "code_verifier": begun.verifier,
        }
        pair = f"{quote(self.config.client_id)}:{quote(self.config.client_secret)}"
        basic = base64.b64encode(pair.encode()).decode()
        status, found = self.asker.post(str(self.metadata()["token_endpoint"]), form, basic)
        token = found.get("id_token")
        if status != 200 or not isinstance(token, str):
            raise Forbidden("oidc.not-believed")
        return token

    def proven(self, token: str, nonce: str) -> Proven:
        """Check an ID token: signature, issuer, audience, time, nonce."""
        try:
            claims = self.claims(token)
            checked = CodeIDToken(
                claims, {},
                {"iss": {"value": self.config.issuer}, "aud": {"value": self.config.client_id}},
                {"nonce": nonce, "client_id": self.config.client_id},
            )  # fmt: skip
            checked.validate(now=int(self.now()), leeway=LEEWAY_S)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise Forbidden("oidc.not-believed") from error
        subject = claims.get("sub")
        if not isinstance(subject, str) or not subject:
            raise Forbidden("oidc.not-believed")
        return Proven(self.config.issuer, subject, claims, token)

    def left(self, token: str) -> Left:
        """Who left there, as the provider tells us by itself (Back-Channel Logout 1.0 2.6).

        Raises
        ------
        Forbidden
            ``oidc.not-believed``: not the provider's, not for us, not of now, or no such message.
        Unavailable
            ``oidc.unreachable``.
        """
        try:
            claims = self.claims(token)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise Forbidden("oidc.not-believed") from error
        subject, session = (str(claims.get(name) or "") for name in ("sub", "sid"))
        if not (self.is_for_us(claims) and self.is_leaving(claims) and (subject or session)):
            raise Forbidden("oidc.not-believed")
        return Left(subject, session)

    def is_for_us(self, claims: Mapping[str, Any]) -> bool:
        """Whether issuer and audience are those of the settings."""
        audience = claims.get("aud")
        named = audience if isinstance(audience, list) else [audience]
        return claims.get("iss") == self.config.issuer and self.config.client_id in named

    def is_leaving(self, claims: Mapping[str, Any]) -> bool:
        """Whether it is a fresh message that somebody left, and no ID token."""
        events, made = claims.get("events"), claims.get("iat")
        ends = claims.get("exp", made)
        if not (isinstance(made, int) and isinstance(ends, int)):
            return False
        if "nonce" in claims or not claims.get("jti"):
            return False
        is_fresh = abs(self.now() - made) <= LEFT_S and ends > self.now() - LEFT_S
        return is_fresh and isinstance(events, dict) and LEFT in events

    def claims(self, token: str) -> dict[str, Any]:
        """The claims of a token whose signature one of the provider's keys made."""
        if self.keys is None:
            self.load_keys()
        try:
            return dict(jwt.decode(token, self.key_set(), algorithms=ALGORITHMS).claims)
        except JoseError:
            self.load_keys()  # the provider may have changed its keys since
            return dict(jwt.decode(token, self.key_set(), algorithms=ALGORITHMS).claims)

    def key_set(self) -> KeySet:
        """The keys that were loaded."""
        if self.keys is None:
            raise Unavailable("oidc.unreachable")
        return self.keys

    def load_keys(self) -> None:
        """Ask the provider for its keys; keys inside tokens are never believed."""
        found = self.asker.get(str(self.metadata()["jwks_uri"]))
        self.keys = KeySet.import_key_set({"keys": list(found.get("keys", []))})

    @staticmethod
    def session_of(token: str) -> str:
        """The provider's name of the session of an ID token that was believed; empty if none."""
        try:
            body = token.split(".")[1]
            said = msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        except (IndexError, ValueError, msgspec.DecodeError):
            return ""
        return str(said.get("sid") or "") if isinstance(said, dict) else ""

    def leave(self, token: str, onward: str) -> str:
        """Where to send the browser so that the session there ends too; empty if nowhere."""
        end = str(self.metadata().get("end_session_endpoint") or "")
        if not self.asker.is_allowed(end):
            return ""
        asked = {"id_token_hint": token, "post_logout_redirect_uri": onward,
                 "client_id": self.config.client_id}  # fmt: skip
        return f"{end}{'&' if '?' in end else '?'}{urlencode(asked)}"
