"""What stands behind ``yushan backup`` and ``yushan restore``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from yushan.assembly.backing import (
    backup_of,
    own_secrets,
    rooms_of,
    secret_files,
    signing_secret,
    store_of,
)
from yushan.assembly.loading import load
from yushan.base import Rejected
from yushan.engines.keys import Sealer, load_secret, make_secret
from yushan.flows.backup import (
    Manifest,
    Place,
    Secrets,
    Target,
    fingerprint,
    public_of,
    restore,
    unsealed_keys,
)

if TYPE_CHECKING:
    from yushan.assembly.settings import Role

Answer = dict[str, Any]
#: The note of a complete backup in a role's folder: its time is what health looks at.
NOTE = "backed-up"


def read(config: Path) -> Role:
    """The settings of a file, with what the environment lays over them."""
    return load(config, dict(os.environ))


def told(manifest: Manifest) -> Answer:
    """A manifest for people."""
    return {
        "set": manifest.set,
        "role": manifest.role,
        "name": manifest.name,
        "program": manifest.program,
        "at": manifest.ended_at.isoformat(),
        "seconds": round((manifest.ended_at - manifest.began_at).total_seconds(), 2),
        "files": manifest.file_count,
        "bytes": manifest.file_bytes,
        "new_bytes": manifest.new_bytes,
        "rows": sum(manifest.rows.values()),
        "keys": "sealed" if manifest.sealed_to else "left out",
        "signed_by": manifest.signed_by,
    }


class BackupActs:
    """``yushan backup``."""

    def make(self, config: Path, place: str, recipient: Path | None, *, whole: bool) -> Answer:
        """One set of a role, beside its running process."""
        settings = read(config)
        public = read_recipient(recipient) if recipient else b""
        database, backup = backup_of(settings, config, whole=whole)
        try:
            manifest = backup.make(Place(place), public)
        finally:
            database.dispose()
        (Path(settings.data) / NOTE).write_text(manifest.set)
        return told(manifest)

    def listing(self, place: str) -> Answer:
        """All whole sets of a place, oldest first."""
        found = Place(place)
        return {"sets": [told(found.manifest(name)) for name in found.sets()]}

    def check(self, place: str, name: str) -> Answer:
        """Read and hash every byte of a set."""
        manifest, size, faults = Place(place).check(name)
        return {
            "holds": not faults,
            "set": manifest.set,
            "bytes": size,
            "faults": [{"code": one.code, "object": one.name} for one in faults],
        }

    def prune(self, place: str, keep: int) -> Answer:
        """Forget old sets and what only they needed."""
        gone, objects = Place(place).prune(keep)
        return {"gone": gone, "objects": objects}

    def recipient(self, opener: Path) -> Answer:
        """Make the pair of keys for which keys are sealed; the private one stays with people."""
        secret = load_secret(opener) if opener.exists() else make_secret(opener)
        return {"recipient": Sealer(secret).public.hex(), "opener": str(opener)}

    def restore(self, config: Path, place: str, name: str, opener: Path | None) -> Answer:
        """A set into the empty places that the settings name; the role must not run."""
        settings, found = read(config), Place(place)
        manifest = found.manifest(name)
        if (manifest.role, manifest.name) != (role_of(settings), settings.name):
            raise Rejected("backup.other-role", role=manifest.role, name=manifest.name)
        given = place_keys(settings, found, manifest, opener)
        check_keys(settings, manifest, given)
        checked = found.manifest(name, public_of(signing_secret(settings)))
        target = Target(
            Path(settings.data), settings.database_url(), rooms_of(settings), store_of(settings)
        )
        done = restore(found, checked, target)
        for own, value in given.own.items():
            make_secret(Path(settings.data) / own, value)
        return {
            "set": manifest.set, "files": done.files, "bytes": done.bytes, "rows": done.rows,
            "next": "start the role: it lets go of everybody who left since, then opens its doors",
        }  # fmt: skip

    def drill(self, config: Path, place: str, name: str, opener: Path | None) -> Answer:
        """Restore into a scratch place, start the role there, prove everything."""
        from yushan.assembly.drill import Drill  # noqa: PLC0415 - starts a process of its own

        return Drill(config, place, name, opener).run()


def read_recipient(path: Path) -> bytes:
    """A recipient's public key: 64 hex digits in a file."""
    try:
        public = bytes.fromhex(path.read_text("utf-8").strip())
    except (OSError, ValueError) as error:
        raise Rejected("backup.recipient-malformed") from error
    if len(public) != 32:
        raise Rejected("backup.recipient-malformed")
    return public


def role_of(settings: Role) -> str:
    """The role's name as settings files say it."""
    return str(type(settings).__struct_config__.tag)


def place_keys(settings: Role, place: Place, manifest: Manifest, opener: Path | None) -> Secrets:
    """With an opener: write every secret that is named by the settings and is not there yet."""
    if opener is None:
        return Secrets(settings={}, own={})
    found = unsealed_keys(place.keys(manifest.set), load_secret(opener), manifest.set)
    tree = msgspec.to_builtins(settings)
    for name, value in found.settings.items():
        path = named(tree, name)
        if path and not Path(path).exists():
            make_secret(path, value)
    return found


def named(tree: Any, name: str) -> str:  # noqa: ANN401 - a tree of settings
    """The value of one setting by its dotted name; empty when the settings have none such."""
    for part in name.split("."):
        if isinstance(tree, dict):
            tree = tree.get(part, "")
        elif isinstance(tree, list | tuple) and part.isdigit() and int(part) < len(tree):
            tree = tree[int(part)]
        else:
            return ""
    return tree if isinstance(tree, str) else ""


def check_keys(settings: Role, manifest: Manifest, given: Secrets) -> None:
    """Refuse to restore beside other keys, or without those that the data needs.

    Raises
    ------
    Rejected
        ``backup.keys-missing``, ``backup.keys-differ``, each naming the setting
    """
    there = {name: fingerprint(path.read_bytes()) for name, path in secret_files(settings).items()}
    data = Path(settings.data)
    own = given.own or (own_secrets(data) if data.is_dir() else {})
    there |= {f"data/{name}": fingerprint(value) for name, value in own.items()}
    for name, expected in manifest.keys.items():
        if name == "config" or is_replaceable(name):
            continue
        if name not in there:
            raise Rejected("backup.keys-missing", name=name)
        if there[name] != expected:
            raise Rejected("backup.keys-differ", name=name)


def is_replaceable(name: str) -> bool:
    """Whether another secret serves as well: what proves us to others may be renewed any time."""
    last = name.rpartition(".")[2]
    return last in {"token_file", "key", "tls_key", "metrics_token_file", "demo_accounts"}
