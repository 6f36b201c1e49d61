"""A restore drill: the newest backup becomes a running role in a scratch place, and is proven.

1. Every object of the set is read and held against its hash.
2. The set is restored into an empty folder: SQLite, folder store, whatever the role itself uses.
3. The role's own proofs: the sum closes, every byte of every pack, the logs against their heads,
   the index made again from the packs equals the restored one.
4. A process of the role starts there, reading only, and answers.
5. A report, signed by the role's key, with the seconds that all this took.
"""

from __future__ import annotations

import base64
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import structs

from yushan.assembly.backing import own_secrets, signing_secret, store_of
from yushan.assembly.backup_keys import check_keys, place_keys, read, role_of
from yushan.assembly.demo.processes import Process
from yushan.assembly.gateway_settings import Gateway
from yushan.assembly.parts import rooms_of
from yushan.assembly.proofs import Proof, proofs
from yushan.assembly.settings import Http, Observe
from yushan.base import Rejected, canonical_json, write_settings
from yushan.engines.keys import Signer, derive
from yushan.flows.backup import MARK, Place, Secrets, Target, restore

if TYPE_CHECKING:
    from yushan.assembly.settings import Role
    from yushan.flows.backup import Manifest

Answer = dict[str, Any]
PREFIX: Final = b"yushan drill report 1\n"
START_S: Final = 90.0


class Drill:
    """One drill of one set."""

    def __init__(self, config: Path, place: str, name: str, opener: Path | None) -> None:
        self.settings, self.place = read(config), Place(place)
        self.name, self.opener = name, opener
        self.begun = time.monotonic()

    def run(self) -> Answer:
        """The report; nothing is left behind."""
        scratch = Path(tempfile.mkdtemp(prefix="yushan-drill-"))
        try:
            return self.run_in(scratch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def run_in(self, scratch: Path) -> Answer:
        """The same in a given empty folder."""
        manifest, size, faults = self.place.check(self.name)
        if (manifest.role, manifest.name) != (role_of(self.settings), self.settings.name):
            raise Rejected("backup.other-role", role=manifest.role, name=manifest.name)
        found = [Proof("every object as it was", not faults, f"{size} bytes")]
        settings = scratch_settings(self.settings, scratch)
        given = place_keys(settings, self.place, manifest, self.opener)
        if self.opener is None:
            given = Secrets(settings={}, own=own_secrets(Path(self.settings.data)))
        check_keys(settings, manifest, given)
        target = Target(
            Path(settings.data), settings.database_url(), rooms_of(settings), store_of(settings)
        )
        done = restore(self.place, manifest, target)
        for own, value in given.own.items():
            (Path(settings.data) / own).write_bytes(value)
            (Path(settings.data) / own).chmod(0o600)
        found.append(Proof("restored whole", holds=True, detail=f"{done.rows} rows"))
        (Path(settings.data) / MARK).unlink()  # only read here: nobody sees who left since
        found += proofs(settings, manifest)
        found.append(started(settings, scratch))
        return self.report(manifest, found)

    def report(self, manifest: Manifest, found: list[Proof]) -> Answer:
        """What was found, signed."""
        said = {
            "holds": all(one.holds for one in found),
            "set": manifest.set,
            "role": manifest.role,
            "name": manifest.name,
            "backed_up_at": manifest.ended_at.isoformat(),
            "drilled_at": datetime.now(UTC).isoformat(),
            "seconds": round(time.monotonic() - self.begun, 2),
            "proofs": [
                {"what": one.what, "holds": one.holds, "detail": one.detail} for one in found
            ],
        }
        signer = Signer(derive(signing_secret(self.settings), "yushan/backup/sign"))
        signature = base64.b64encode(signer.sign(PREFIX + canonical_json(said))).decode()
        return said | {"signed_by": signer.public.hex(), "signature": signature}


def scratch_settings(settings: Role, scratch: Path) -> Role:
    """The same role in a scratch place: reading only, on loopback, its servers left alone."""
    changes: Answer = {
        "data": str(scratch / "data"), "database": "", "flows": "", "read_only": True,
        "http": Http(port=0), "observe": Observe(disk_low_mib=0, disk_full_mib=0), "demo": False,
    }  # fmt: skip
    for name in ("store", "demo_accounts", "demo_state"):
        if hasattr(settings, name):
            changes[name] = ""
    if isinstance(settings, Gateway):
        changes["dimse"] = ()
    return structs.replace(settings, **changes)


def started(settings: Role, scratch: Path) -> Proof:
    """Whether a process of the role starts there and answers."""
    from yushan.assembly.demo.plan import Ports  # noqa: PLC0415 - brings the demo along

    http = Http(port=Ports(0).free())
    config = scratch / "role.toml"
    config.write_text(write_settings(structs.replace(settings, http=http)), "utf-8")
    process = Process(settings.name, config, http.url(), scratch / "log.jsonl")
    process.start()
    try:
        end = time.monotonic() + START_S
        while time.monotonic() < end and process.is_alive():
            if process.answers():
                return Proof("started and answers", holds=True)
            time.sleep(0.1)
        return Proof("started and answers", holds=False, detail=last_words(process.log))
    finally:
        if process.running is not None:
            process.running.terminate()
            process.running.wait(30)


def last_words(log: Path) -> str:
    """What a process that does not answer wrote last: an event and a code, or its error's kind."""
    lines = log.read_text("utf-8", errors="replace").splitlines()
    return lines[-1][:200] if lines else ""
