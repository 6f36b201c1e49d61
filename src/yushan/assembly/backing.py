"""A role's settings as what a backup needs: trees, secrets, heads of its logs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from yushan import __version__
from yushan.assembly.gateway_settings import Gateway
from yushan.assembly.parts import open_database
from yushan.assembly.settings import Citizen, Commons, KeyHolder
from yushan.base import Rejected, SystemClock
from yushan.engines.keys import Signer, load_secret
from yushan.engines.store import open_store
from yushan.flows.backup import Backup, Secrets, held_in
from yushan.services.ledger import Ledger
from yushan.services.linkage import holder_signer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.assembly.settings import Role
    from yushan.engines.database import Database
    from yushan.engines.store import Store

#: Files of secrets in a role's own folder, by how their names end.
OWN_SECRETS: Final = ("-rotations", "-key")
#: Settings that name files others may read.
PUBLIC: Final = frozenset({
    "certificate", "ca", "client_ca", "tls_cert", "tls_ca", "data", "viewer", "demo_state",
    "commons_public", "ledger_public", "consent_public", "linkage_group", "linkage_members",
    "members",
})  # fmt: skip


def signing_secret(settings: Role) -> bytes:
    """The secret by which a role signs its backups."""
    if isinstance(settings, Gateway):
        return load_secret(settings.site_key)
    if isinstance(settings, KeyHolder):
        return load_secret(settings.identity)
    if isinstance(settings, Citizen | Commons):
        return load_secret(settings.signing_key)
    raise Rejected("assembly.other-role", role=settings.name)


def secret_files(settings: Role) -> dict[str, Path]:
    """Setting → the private file it names, of those that are there."""
    return dict(private_files(msgspec.to_builtins(settings), ""))


def private_files(tree: Any, prefix: str) -> Iterator[tuple[str, Path]]:  # noqa: ANN401 - a tree of settings
    """The same for a part of the settings."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from private_files(value, f"{prefix}.{name}" if prefix else name)
    elif isinstance(tree, list | tuple):
        for number, value in enumerate(tree):
            yield from private_files(value, f"{prefix}.{number}")
    elif isinstance(tree, str) and prefix.rpartition(".")[2] not in PUBLIC and is_private(tree):
        yield prefix, Path(tree)


def is_private(value: str) -> bool:
    """Whether a setting's value is the path of a file that only its owner reads."""
    if not value.startswith("/"):
        return False
    try:
        path = Path(value)
        return path.is_file() and not path.stat().st_mode & 0o077
    except OSError:
        return False


def own_secrets(data: Path) -> dict[str, bytes]:
    """Secrets in the role's own folder."""
    return {
        path.name: path.read_bytes()
        for path in sorted(data.iterdir())
        if path.is_file() and path.name.endswith(OWN_SECRETS)
    }


def store_of(settings: Role) -> Store | None:
    """Where the role keeps packs, if it does."""
    return open_store(settings.store_url()) if isinstance(settings, Commons) else None


def ledger_of(settings: Role, database: Database) -> Ledger | None:
    """The role's logs, if it keeps any that it signs."""
    if isinstance(settings, Commons):
        signer = Signer(load_secret(settings.signing_key))
    elif isinstance(settings, KeyHolder):
        signer = holder_signer(load_secret(settings.identity))
    else:
        return None
    return Ledger(database, SystemClock(), signer)


def heads_of(settings: Role, database: Database) -> dict[str, str]:
    """The newest signed note of each log, sealed now."""
    ledger = ledger_of(settings, database)
    if ledger is None:
        return {}
    ledger.seal()
    newest = {log.origin: log.newest_heads(1) for log in ledger.logs}
    return {origin: heads[0].note for origin, heads in newest.items() if heads}


def backup_of(
    settings: Role, config: Path, *, whole: bool = False, opened: Database | None = None
) -> tuple[Database, Backup]:
    """The role as it can be backed up, beside its running process; its tables as they are."""
    database, data = opened or open_database(settings), Path(settings.data)
    own = own_secrets(data)
    named = {name: path.read_bytes() for name, path in secret_files(settings).items()}
    named["config"] = config.read_bytes()
    secrets = Secrets(settings=named, own=own)
    return database, Backup(
        kind=str(type(settings).__struct_config__.tag),
        name=settings.name,
        program=__version__,
        database=database,
        trees=held_in(data, frozenset(own), store_of(settings)),
        secrets=secrets,
        signing=signing_secret(settings),
        clock=SystemClock(),
        heads=dict if opened else lambda: heads_of(settings, database),
        whole=whole,
    )
