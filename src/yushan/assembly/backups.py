"""What stands behind ``yushan backup`` and ``yushan restore``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from yushan.assembly.backing import backup_of, own_secrets, signing_secret, store_of
from yushan.assembly.backup_keys import check_keys, place_keys, read, role_of
from yushan.assembly.parts import rooms_of
from yushan.base import Rejected
from yushan.engines.keys import Sealer, load_secret, make_secret
from yushan.flows.backup import Place, Target, public_of, restore

if TYPE_CHECKING:
    from yushan.flows.backup import Manifest

Answer = dict[str, Any]
#: The note of a complete backup in a role's folder: its time is what health looks at.
NOTE = "backed-up"


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
        data = Path(settings.data)
        there = frozenset(own_secrets(data)) if data.is_dir() else frozenset()
        target = Target(
            data, settings.database_url(), rooms_of(settings), store_of(settings), there
        )
        done = restore(found, checked, target)
        for own in given.own.keys() - there:
            make_secret(data / own, given.own[own])
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
