"""Passkeys (WebAuthn level 2): made and used for one origin, with a challenge that works once."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, Final

from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from sqlalchemy import select, update

from yushan.base import Forbidden, Rejected
from yushan.services.accounts.factors import active
from yushan.services.accounts.tables import ACCOUNT, FACTOR
from yushan.services.accounts.values import Account, account_of

if TYPE_CHECKING:
    from sqlalchemy import Row

    from yushan.engines.database import Database
    from yushan.services.accounts.factors import Factors
    from yushan.services.accounts.steps import Steps

#: What a device's answer may raise when it is made up or for somebody else.
WRONG: Final = (ValueError, TypeError, KeyError, AttributeError)
Json = dict[str, Any]


class Passkeys:
    """What the browser is asked, and what its answers prove. ``host`` is the origin's host."""

    def __init__(self, db: Database, factors: Factors, steps: Steps) -> None:
        self.db, self.factors, self.steps = db, factors, steps

    def begin_making(self, account: Account, host: str) -> tuple[str, Json]:
        """A secret for the browser to bring back, and what its authenticator is asked."""
        user = PublicKeyCredentialUserEntity(
            id=str(account.id).encode(), name=account.user, display_name=account.user
        )
        with self.db.read() as tx:
            known = [data_of(row) for row in active(tx, account.id) if row.kind == "passkey"]
        options, state = server(host).register_begin(
            user,
            known,
            resident_key_requirement=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return self.steps.begin("making", account.id, json.dumps(state)), dict(options)

    def finish_making(
        self, account: Account, host: str, secret: str, answer: str, name: str
    ) -> None:
        """Keep the passkey that was made.

        Raises
        ------
        Forbidden
            ``accounts.step-over``, ``accounts.passkey-wrong``.
        Conflict
            ``accounts.passkey-known``.
        """
        step = self.steps.take("making", secret)
        if step.account != account.id:
            raise Forbidden("accounts.step-over")
        try:
            response = RegistrationResponse.from_dict(parsed(answer))
            made = server(host).register_complete(json.loads(step.data), response)
        except WRONG as error:
            raise Forbidden("accounts.passkey-wrong") from error
        data = made.credential_data
        if data is None or not made.is_user_verified():
            raise Forbidden("accounts.passkey-wrong")
        handle = base64.b64encode(data.credential_id).decode()
        self.factors.add_passkey(account, name, handle, base64.b64encode(data).decode())

    def begin_use(self, host: str) -> tuple[str, Json]:
        """A secret for the browser to bring back, and what is asked; nobody is named."""
        required = UserVerificationRequirement.REQUIRED
        options, state = server(host).authenticate_begin(user_verification=required)
        return self.steps.begin("passkey", "", json.dumps(state)), dict(options)

    def finish_use(self, host: str, secret: str, answer: str) -> Account:
        """Whose passkey signed the challenge.

        Raises
        ------
        Forbidden
            ``accounts.step-over``, ``accounts.passkey-wrong``.
        """
        step = self.steps.take("passkey", secret)
        try:
            response = AuthenticationResponse.from_dict(parsed(answer))
            row = self.by_handle(base64.b64encode(response.raw_id).decode())
            if row is None:
                raise Forbidden("accounts.passkey-wrong")
            server(host).authenticate_complete(json.loads(step.data), [data_of(row)], response)
            counter = response.response.authenticator_data.counter
        except WRONG as error:
            raise Forbidden("accounts.passkey-wrong") from error
        self.note_use(row, counter)
        return account_of(self.owner(row.account))

    def note_use(self, row: Row[Any], counter: int) -> None:
        """Keep the signature counter; one that went back is a copy of the authenticator."""
        fresh = FACTOR.c.counter < counter if counter else FACTOR.c.counter == 0
        used = {"counter": counter, "used_s": self.factors.now_s()}
        with self.db.begin() as tx:
            asked = update(FACTOR).where(FACTOR.c.id == row.id, fresh)
            if not tx.execute(asked.values(used)).rowcount:
                raise Forbidden("accounts.passkey-wrong")

    def by_handle(self, handle: str) -> Row[Any] | None:
        """The passkey with a credential's id."""
        asked = select(FACTOR).where(FACTOR.c.handle == handle, FACTOR.c.kind == "passkey")
        with self.db.read() as tx:
            return tx.execute(asked).one_or_none()

    def owner(self, account: str) -> Row[Any]:
        """The open account that a passkey belongs to."""
        asked = select(ACCOUNT).where(ACCOUNT.c.id == account, ACCOUNT.c.closed_s.is_(None))
        with self.db.read() as tx:
            row = tx.execute(asked).one_or_none()
        if row is None:
            raise Forbidden("accounts.passkey-wrong")
        return row


def server(host: str) -> Fido2Server:
    """The relying party of a host; origins of other hosts are refused by it."""
    return Fido2Server(PublicKeyCredentialRpEntity(id=host, name="Yushan"))


def data_of(row: Row[Any]) -> AttestedCredentialData:
    """A passkey's public part from its row."""
    return AttestedCredentialData(base64.b64decode(row.secret))


def parsed(answer: str) -> Json:
    """The browser's answer; ``Rejected("accounts.passkey-unreadable")``."""
    try:
        found = json.loads(answer)
    except ValueError as error:
        raise Rejected("accounts.passkey-unreadable") from error
    if not isinstance(found, dict):
        raise Rejected("accounts.passkey-unreadable")
    return found
