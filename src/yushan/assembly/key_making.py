"""What stands behind ``yushan keys make``: a role's secrets in place, and what others get."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from yushan.assembly.gate import token_sha256
from yushan.base import Rejected, SystemClock
from yushan.engines.database import Database, migrate
from yushan.engines.keys import Signer, load_secret, make_secret
from yushan.services.linkage import Identity, commons_public

if TYPE_CHECKING:
    from pathlib import Path

Answer = dict[str, Any]

#: Role → its secret files; ``token`` is what it shows to others.
SECRETS: Final = {
    "commons": ("commons-key", "sealing-key", "signing-key", "token"),
    "citizen": ("consent-key", "signing-key"),
    "keyholder": ("identity",),
    "gateway": ("site-key", "token"),
}


def make_keys(role: str, folder: Path) -> Answer:
    """Every secret of a role that is not there yet; public files below ``public``.

    Raises
    ------
    Rejected
        ``base.settings-invalid``: no such role
    """
    if role not in SECRETS:
        raise Rejected("base.settings-invalid", where="role")
    made = {name: secret(folder / name) for name in SECRETS[role]}
    public = folder / "public"
    public.mkdir(exist_ok=True)
    shown = public_files(role, made)
    for name, value in shown.items():
        (public / name).write_bytes(value)
    told: Answer = {
        "secrets": sorted(str(folder / name) for name in made),
        "public": sorted(str(public / name) for name in shown),
    }
    if "token" in made:
        told["token_sha256"] = token_sha256(made["token"].decode())
    return told


def secret(path: Path) -> bytes:
    """A secret that is there, or a new one; a token is text."""
    if path.exists():
        return load_secret(path)
    return make_secret(path, secrets.token_urlsafe(32).encode() if path.name == "token" else None)


def public_files(role: str, made: dict[str, bytes]) -> dict[str, bytes]:
    """What others need of a role, by the file's name."""
    if role == "commons":
        signer = Signer(made["signing-key"])
        return {"commons": commons_public(made["sealing-key"]), "ledger": signer.public}
    if role == "citizen":
        return {"consent": office_public(made["consent-key"], made["signing-key"])}
    if role == "keyholder":
        return {"identity": Identity(made["identity"]).public}
    return {}


def office_public(consent: bytes, signing: bytes) -> bytes:
    """The office's public key, as the office itself tells it."""
    from yushan.services.consent import ConsentOffice  # noqa: PLC0415 - an office's rooms
    from yushan.services.ledger import Ledger  # noqa: PLC0415

    database = Database("sqlite://")
    try:
        migrate(database, ["services.consent"])
        ledger = Ledger(database, SystemClock(), Signer(signing))
        return ConsentOffice(ledger, consent).public
    finally:
        database.dispose()
