"""The demo's key ceremony: every role gets the keys it may hold and no others.

In real life each key is made where it lives and the linkage shares at a ceremony of three bodies;
here one process makes all of them, in separate folders.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.engines.database import Database, migrate
from yushan.engines.keys import Authority, Signer, deal, make_secret
from yushan.services.consent import ConsentOffice
from yushan.services.ledger import Ledger
from yushan.services.linkage import Identity, commons_public

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.base import Clock

HOLDERS: Final = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Keys:
    """Where the ceremony left each key (paths), and the sites' tokens (values, for digests)."""

    public: Path
    folder: Path
    tokens: dict[str, str]

    def secret(self, role: str, name: str) -> str:
        """A role's own secret file."""
        return str(self.folder / role / name)

    def known(self, name: str) -> str:
        """A public key's file."""
        return str(self.public / name)


def hold_ceremony(folder: Path, sites: tuple[str, ...], clock: Clock) -> Keys:
    """Make all keys of a demo below ``folder``."""
    public = folder / "public"
    public.mkdir(parents=True)
    dealt = deal()
    (public / "linkage-group").write_bytes(dealt.public)
    for share in dealt.shares:
        make_secret(folder / f"keyholder-{share.index}" / "share", share.to_bytes())
    for name in (*(f"keyholder-{index}" for index in HOLDERS), *sites):
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "linkage-group").write_bytes(dealt.public)  # its own: keys change
    holders = [make_secret(folder / f"keyholder-{index}" / "identity") for index in HOLDERS]
    (public / "linkage-members").write_bytes(b"".join(Identity(one).public for one in holders))
    for name in ("commons-key", "sealing-key"):
        make_secret(folder / "commons" / name)
    (public / "commons").write_bytes(
        commons_public((folder / "commons" / "sealing-key").read_bytes())
    )
    signing = make_secret(folder / "commons" / "signing-key")
    (public / "ledger").write_bytes(Signer(signing).public)
    office(folder, public, clock)
    tokens = {name: secrets.token_urlsafe(32) for name in (*sites, "commons")}
    for site in sites:
        make_secret(folder / site / "site-key")
    for name, token in tokens.items():
        make_secret(folder / name / "token", token.encode())
    certify(folder, public, sites, clock)
    return Keys(public, folder, tokens)


def office(folder: Path, public: Path, clock: Clock) -> None:
    """The consent office's keys; its public key comes from the office itself."""
    key = make_secret(folder / "citizen" / "consent-key")
    signer = Signer(make_secret(folder / "citizen" / "signing-key"))
    database = Database("sqlite://")
    migrate(database, ["services.consent"])
    (public / "consent").write_bytes(ConsentOffice(Ledger(database, clock, signer), key).public)
    database.dispose()


def certify(folder: Path, public: Path, sites: tuple[str, ...], clock: Clock) -> None:
    """A small authority gives each gateway a certificate for DIMSE, and each role one for HTTP."""
    authority = Authority("Yushan demo", clock.now())
    (public / "authority.pem").write_bytes(authority.certificate)
    holders = (f"keyholder-{index}" for index in HOLDERS)
    for role in ("commons", "citizen", *holders, *sites):
        certificate, key = authority.issue(role, ("127.0.0.1", "localhost"))
        (folder / role / "tls.pem").write_bytes(certificate)
        make_secret(folder / role / "tls.key", key)
    for site in sites:
        certificate, key = authority.issue(site, ("127.0.0.1",))
        (folder / site / "dimse.pem").write_bytes(certificate)
        make_secret(folder / site / "dimse.key", key)
