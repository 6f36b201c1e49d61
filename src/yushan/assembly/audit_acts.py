"""Acts of an operator on ledgers: export, checks, change of the key, witness."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from yushan.assembly.gateway_settings import Gateway
from yushan.assembly.loading import load as read
from yushan.assembly.parts import open_database, read_public
from yushan.assembly.reconciling import Reconciling
from yushan.assembly.recording import open_ledger, site_ledger
from yushan.assembly.settings import Commons
from yushan.base import Broken, Rejected, SystemClock
from yushan.engines.keys import Signer, load_secret, make_secret
from yushan.engines.store import open_store
from yushan.services.archive import Admissions
from yushan.services.ledger import (
    Ledger,
    Place,
    Question,
    Witness,
    audit_event,
    read_receipt,
    verify_export,
    verify_receipt,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.assembly.settings import Role
    from yushan.doors.cli import AuditForm

Answer = dict[str, Any]
R = TypeVar("R", Commons, Gateway)


class AuditActs:
    """What ``yushan audit`` does."""

    def export(self, config: Path, folder: Path, form: AuditForm, *, public: bool) -> Answer:
        """Seal what can be sealed, and write the files."""
        settings = keeper_of(config)
        with ledger_of(settings) as ledger:
            if form == "fhir":
                return events(ledger, folder, Place(settings.name, settings.http.url()))
            return files(ledger, folder, public=public)

    def verify(self, folder: Path, key: str | None) -> Answer:
        """Verify exported files alone."""
        found = verify_export(folder, key)
        return {"holds": found.holds, **plain(found)}

    def receipt(self, file: Path, key: str | None) -> Answer:
        """Verify a receipt by itself."""
        found = verify_receipt(read_receipt(file.read_bytes()), key)
        return {"holds": found.holds, **plain(found)}

    def check(self, config: Path) -> Answer:
        """Every row of the role's own ledger."""
        with ledger_of(keeper_of(config)) as ledger:
            found = ledger.verify()
            return {"holds": found.holds, **plain(found)}

    def reconcile(self, config: Path) -> Answer:
        """The ledger against the archive's accounting."""
        settings = settings_of(config, Commons)
        with ledger_of(settings) as ledger:
            incoming = Path(settings.data) / "incoming"
            store = open_store(settings.store_url())
            admissions = Admissions(ledger.db, incoming, store, ledger.clock)
            found = Reconciling(ledger, admissions).round()
            return {"holds": found.closes, **plain(found)}

    def rotate_key(self, config: Path) -> Answer:
        """Another signing key; the old one is gone afterwards."""
        settings = settings_of(config, Commons)
        path = Path(settings.signing_key)
        with ledger_of(settings) as ledger:
            fresh = path.with_name(f"{path.name}.new")
            make_secret(fresh, secrets.token_bytes(32))
            change = ledger.rotate(Signer(load_secret(fresh)))
            fresh.replace(path)
            return {"key": ledger.public_key, "since": change.time}

    def retire_witness(self, config: Path) -> Answer:
        """Another key for a gateway's witness, and no memory."""
        settings = settings_of(config, Gateway)
        database = open_database(settings)
        try:
            witness = Witness(
                database, SystemClock(), settings.name, Path(settings.data) / "witness.key",
                read_public(settings.ledger_public),
            )  # fmt: skip
            old = witness.key.line
            witness.retire()
            return {"retired": old, "key": witness.key.line}
        finally:
            database.dispose()


def settings_of(config: Path, kind: type[R]) -> R:
    """Settings of a role of this kind; ``Rejected("assembly.other-role")``."""
    found: Role = read(config, dict(os.environ))
    if not isinstance(found, kind):
        raise Rejected("assembly.other-role", role=found.name)
    return found


def keeper_of(config: Path) -> Commons | Gateway:
    """Settings of a role that records who looked at what; ``Rejected("assembly.other-role")``."""
    found: Role = read(config, dict(os.environ))
    if not isinstance(found, Commons | Gateway):
        raise Rejected("assembly.other-role", role=found.name)
    return found


@contextmanager
def ledger_of(settings: Commons | Gateway) -> Iterator[Ledger]:
    """A role's own ledger with the key that belongs to it."""
    database = open_database(settings)
    try:
        if isinstance(settings, Gateway):
            yield site_ledger(database, SystemClock(), settings.site_key)
        else:
            yield open_ledger(database, SystemClock(), settings.signing_key)
    finally:
        database.dispose()


def files(ledger: Ledger, folder: Path, *, public: bool = False) -> Answer:
    """Both logs, or the public one, as files that anybody can verify."""
    sealed = seal(ledger)
    ledger.export(folder, restricted=not public)
    logs = (ledger.public,) if public else ledger.logs
    sizes = {log.origin: log.size() for log in logs}
    told = {"folder": str(folder), "entries": sizes, "key": ledger.public_key}
    return told | ({} if sealed else {"unsealed": "ledger.changed-past"})


def export_ledger(settings: Commons, folder: Path) -> Answer:
    """Write a commons' ledger as files."""
    with ledger_of(settings) as ledger:
        return files(ledger, folder)


def seal(ledger: Ledger) -> bool:
    """Sign what there is; False if the past was changed, so that the files can still be written."""
    try:
        ledger.seal()
    except Broken:
        return False
    return True


def events(ledger: Ledger, folder: Path, place: Place) -> Answer:
    """The restricted log as FHIR AuditEvents, one a line."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    count = 0
    with (folder / "audit-events.ndjson").open("xb") as out:
        for found in ledger.search.all(Question()):
            out.write(msgspec.json.encode(audit_event(found, place)) + b"\n")
            count += 1
    return {"file": str(folder / "audit-events.ndjson"), "events": count}


def plain(value: object) -> Answer:
    """As plain values for printing."""
    return dict(msgspec.to_builtins(value, str_keys=True))
