"""What stands behind the commands. Each act imports only what it needs, so the CLI starts fast."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from yushan.base import Rejected

if TYPE_CHECKING:
    from yushan.assembly.settings import Role
    from yushan.doors.cli import (
        Archives,
        Audits,
        Backups,
        Certificates,
        CheckWish,
        DeidWish,
        DemoWish,
        People,
        Registers,
    )

Answer = dict[str, Any]


def load_as(config: Path, kind: type[Any]) -> Any:  # noqa: ANN401 - a role's settings
    """The settings, if they are for this kind of role."""
    settings = load(config)
    if not isinstance(settings, kind):
        raise Rejected("assembly.other-role", role=type(settings).__name__.lower())
    return settings


def load(config: Path) -> Role:
    """The settings of a file, with what the environment lays over them."""
    from yushan.assembly.loading import load as read  # noqa: PLC0415 - see the module's docstring

    return read(config, dict(os.environ))


def plain(value: Any) -> Any:  # noqa: ANN401 - any struct or dataclass
    """As plain values for printing."""
    return msgspec.to_builtins(value, str_keys=True)


class TheHouse:
    """The house as the CLI sees it."""

    @property
    def accounts(self) -> Registers:
        """Accounts of a portal."""
        from yushan.assembly.account_acts import AccountActs  # noqa: PLC0415

        return AccountActs()

    @property
    def audits(self) -> Audits:
        """Ledgers."""
        from yushan.assembly.audit_acts import AuditActs  # noqa: PLC0415

        return AuditActs()

    @property
    def people(self) -> People:
        """People's choices and shared keys."""
        from yushan.assembly.people import PeopleActs  # noqa: PLC0415

        return PeopleActs()

    @property
    def certificates(self) -> Certificates:
        """Certificates of a small authority."""
        from yushan.assembly.certificates import CertificateActs  # noqa: PLC0415

        return CertificateActs()

    @property
    def backups(self) -> Backups:
        """Backups, restores, drills."""
        from yushan.assembly.backups import BackupActs  # noqa: PLC0415

        return BackupActs()

    @property
    def archives(self) -> Archives:
        """The commons' archive."""
        from yushan.assembly.archive_acts import ArchiveActs  # noqa: PLC0415

        return ArchiveActs(load)

    def demo(self, wish: DemoWish) -> int:
        """Run the demo."""
        from yushan.assembly.demo import Wanted, run_demo  # noqa: PLC0415

        viewer = Path(os.environ.get("YUSHAN_VIEWER", ".cache/viewer"))
        return run_demo(
            Wanted(wish.source, wish.leave, wish.keep, wish.port, wish.as_json, viewer, wish.tls)
        )

    def up(self, config: Path) -> None:
        """Serve a role until told to stop."""
        from yushan.assembly.roles import build  # noqa: PLC0415
        from yushan.assembly.serve import run  # noqa: PLC0415
        from yushan.engines.observe import configure  # noqa: PLC0415

        configure()
        run(build(load(config)))

    def check_config(self, config: Path) -> Answer:
        """The settings as read, and all that can be known of them before a start."""
        from yushan.assembly.checking import check, told  # noqa: PLC0415
        from yushan.doors.cli import language  # noqa: PLC0415

        settings = load(config)
        found = check(settings)
        fatal = any(one.is_fatal for one in found)
        return {"well": not fatal, "findings": told(found, language()), **plain(settings)}

    def explain_settings(self, role: str, name: str) -> Answer:
        """What settings mean."""
        from yushan.assembly.explaining import explain  # noqa: PLC0415

        return explain(role, name)

    def make_keys(self, role: str, folder: Path) -> Answer:
        """A role's secrets, and what others get of them."""
        from yushan.assembly.key_making import make_keys  # noqa: PLC0415

        return make_keys(role, folder)

    def upgrade(self, config: Path, place: str, *, plan: bool) -> Answer:
        """Bring the tables of a stopped role to what the program needs."""
        from yushan.assembly.upgrades import upgrade_role  # noqa: PLC0415

        return upgrade_role(config, place, only_plan=plan)

    def doctor(self) -> Answer:
        """What this machine lacks."""
        from yushan.assembly.doctor import doctor  # noqa: PLC0415

        return doctor()

    def deid(self, wish: DeidWish) -> int:
        """De-identify a folder."""
        from yushan.assembly.deid import release_folder  # noqa: PLC0415

        return release_folder(wish)

    def verify_folder(self, wish: CheckWish) -> int:
        """Look through a folder."""
        from yushan.assembly.deid import check_folder  # noqa: PLC0415

        return check_folder(wish)

    def review_folder(self, out: Path, keys: Path | None, port: int) -> int:
        """Let a person decide about pictures."""
        from yushan.assembly.deid.review import review_folder  # noqa: PLC0415

        return review_folder(out, keys, port)

    def count_words(self, source: Path, site: str, out: Path, *, is_seen: bool) -> Answer:
        """Count words of descriptors over patients."""
        from yushan.assembly.deid import count  # noqa: PLC0415

        return count(source, site, out, is_seen=is_seen)

    def join_words(
        self, tables: tuple[Path, ...], patients: int | None, sites: int | None, out: Path
    ) -> Answer:
        """Join the counts of hospitals to a vocabulary."""
        from yushan.assembly.deid import join  # noqa: PLC0415

        return join(tables, patients, sites, out)

    def gateway_status(self, config: Path) -> Answer:
        """The accounting, and how the commons' ledger stands with what was seen of it."""
        from yushan.assembly.acts import with_gateway  # noqa: PLC0415
        from yushan.services.ledger import sightings  # noqa: PLC0415

        with with_gateway(load(config)) as (journal, _):
            found = journal.accounting()
            return {
                "received": found.received,
                "states": {str(state): count for state, count in found.states.items()},
                "closes": found.closes,
                "reasons": {f"{row.state}: {row.reason}": row.count for row in found.reasons},
                "witness": {
                    one.origin: one.alarm or f"{one.size} entries fit"
                    for one in sightings(journal.db)
                },
            }

    def gateway_retry(self, config: Path, state: str, code: str | None, who: str) -> Answer:
        """Send objects of a state back to the start."""
        from yushan.assembly.acts import state_named, with_gateway  # noqa: PLC0415

        with with_gateway(load(config)) as (_, handling):
            done = handling.retry_all(state_named(state), code, who=who, reason="retry")
            return {"retried": done}

    def gateway_release(
        self, config: Path, numbers: tuple[int, ...], who: str, second: str, reason: str
    ) -> Answer:
        """Take objects out of the gateway's hands."""
        from yushan.assembly.acts import with_gateway  # noqa: PLC0415

        with with_gateway(load(config)) as (_, handling):
            done = handling.release(numbers, who=who, second=second, reason=reason)
            return {"released": done}

    def gateway_import(self, config: Path, folder: Path) -> Answer:
        """Take a folder's files in."""
        from yushan.assembly.gateway_settings import Gateway  # noqa: PLC0415
        from yushan.assembly.imports import import_folder  # noqa: PLC0415

        report = import_folder(load_as(config, Gateway), folder.absolute())
        return {"taken": report.taken, "left_out": dict(report.left_out)}

    def install_viewer(self, folder: Path, npm: str) -> Answer:
        """Bring the viewer out of its package."""
        from yushan.doors.viewer import VERSION, install  # noqa: PLC0415

        install(folder, npm)
        return {"viewer": VERSION, "folder": str(folder)}
