"""What several roles are made of: database, secrets, peers, names of sites."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from yushan.assembly.gate import token_sha256
from yushan.assembly.upgrading import bring_up
from yushan.base import SiteName
from yushan.domain.deid import signed_policy
from yushan.engines.database import Database
from yushan.engines.keys import load_secret, make_secret, verify
from yushan.engines.net import Peer
from yushan.flows.cleaning import terms_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yushan.assembly.settings import Remote, Role, Site
    from yushan.base import Language
    from yushan.domain.verifier import Terms


#: Role → the services that keep tables in its database. A database always has all of its role's.
ROOMS: Final = {
    "Gateway": ("gateway", "accounts", "ledger"),
    "KeyHolder": ("ledger", "linkage"),
    "Citizen": ("consent", "ledger"),
    "Commons": ("ledger", "archive", "catalogue", "withdrawal", "accounts"),
}

#: What people store by DICOMweb who belong to no hospital.
STORED: Final[Mapping[str, Mapping[Language, str]]] = {
    "stow": {"zh-Hant": "經DICOMweb存入", "en": "Stored by DICOMweb"}
}


def open_database(settings: Role) -> Database:
    """The role's database with the tables of its rooms."""
    Path(settings.data).mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database_url())
    bring_up(database, rooms_of(settings), Path(settings.data))
    return database


def rooms_of(settings: Role) -> list[str]:
    """The rooms whose tables the role keeps."""
    return [f"services.{room}" for room in ROOMS[type(settings).__name__]]


def peer(remote: Remote) -> Peer:
    """Another role, with our token for it."""
    token = load_secret(remote.token_file).decode() if remote.token_file else None
    shown = (remote.certificate, remote.key) if remote.certificate else None
    return Peer(remote.url, token=token, ca=remote.ca or None, certificate=shown)


def known_sites(sites: Sequence[Site]) -> dict[str, SiteName]:
    """SHA-256 of a site's token → the site."""
    return {site.token_sha256: SiteName(site.name) for site in sites}


def site_names(sites: Sequence[Site]) -> Mapping[str, Mapping[Language, str]]:
    """A site's short name → its name in each language; also of what no hospital sent."""
    named: dict[str, Mapping[Language, str]] = {
        site.name: {"zh-Hant": site.zh or site.name, "en": site.en or site.name} for site in sites
    }
    return {**STORED, **named}


def site_of(name: str, token: str, zh: str = "", en: str = "") -> Site:
    """How others are told of a site and its token."""
    from yushan.assembly.settings import Site  # noqa: PLC0415 - settings import the doors

    return Site(name=name, zh=zh, en=en, token_sha256=token_sha256(token))


def factors_of(path: str) -> list[bytes]:
    """The factors of a key's changes so far, oldest first (private file of 32 bytes each)."""
    data = load_secret(path) if Path(path).exists() else b""
    return [data[at : at + 32] for at in range(0, len(data), 32)]


def keep_factor(path: str, factor: bytes) -> None:
    """Add the factor of a key's newest change; again changes nothing."""
    known = factors_of(path)
    if factor in known:
        return
    part = Path(f"{path}.part")
    part.unlink(missing_ok=True)
    make_secret(part, b"".join([*known, factor]))
    part.replace(path)


def read_public(path: str) -> bytes:
    """The bytes of a public key's file."""
    return Path(path).read_bytes()


def policy_digests(names: Sequence[str]) -> dict[str, str]:
    """Signed policy → its digest, as the public record tells it."""
    return {name: signed_policy(name, verify).digest for name in names}


def accepted_policies(names: Sequence[str]) -> dict[str, Terms]:
    """The terms of signed policies, by the digest that packs name."""
    policies = [signed_policy(name, verify) for name in names]
    return {policy.digest: terms_of(policy) for policy in policies}
