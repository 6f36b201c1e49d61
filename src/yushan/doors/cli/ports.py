"""What the commands ask of the house; assembly hands it in and imports only what is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.doors.cli.account_ports import Registers
    from yushan.doors.cli.archive_ports import Archives
    from yushan.doors.cli.audit_ports import Audits
    from yushan.doors.cli.backup_ports import Backups, Certificates
    from yushan.doors.cli.people_ports import People

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DemoWish:
    """What is asked of ``yushan demo``."""

    source: Path | None
    leave: bool
    keep: Path | None
    port: int
    as_json: bool
    tls: bool = False


@dataclass(frozen=True, slots=True)
class DeidWish:
    """What is asked of ``yushan deid``; ``is_seen``: a person watches the terminal."""

    source: Path
    out: Path
    policy: str
    options: tuple[str, ...]
    policy_key: Path | None
    words: Path | None
    keys: Path | None
    report: Path | None
    jobs: int | None
    beginning: Literal["", "resume", "fresh"]
    ocr: bool
    decisions: Path | None
    as_json: bool
    is_seen: bool


@dataclass(frozen=True, slots=True)
class CheckWish:
    """What is asked of ``yushan verify``."""

    out: Path
    against: Path | None
    keys: Path | None
    policy: str
    options: tuple[str, ...]
    words: Path | None
    jobs: int | None
    as_json: bool
    is_seen: bool


class House(Protocol):
    """Acts of an operator. Each returns what is printed; refusals are ``YushanError``."""

    @property
    def accounts(self) -> Registers:
        """Accounts of a portal."""
        ...

    @property
    def audits(self) -> Audits:
        """Ledgers."""
        ...

    @property
    def people(self) -> People:
        """People's choices and shared keys."""
        ...

    @property
    def archives(self) -> Archives:
        """The commons' archive."""
        ...

    @property
    def certificates(self) -> Certificates:
        """Certificates of a small authority."""
        ...

    @property
    def backups(self) -> Backups:
        """Backups, restores, drills."""
        ...

    def demo(self, wish: DemoWish) -> int:
        """Run the demo; its exit code."""
        ...

    def up(self, config: Path) -> None:
        """Serve a role until told to stop."""
        ...

    def check_config(self, config: Path) -> Answer:
        """The settings as read, ``findings`` about them, ``well``."""
        ...

    def explain_settings(self, role: str, name: str) -> Answer:
        """What a role's settings mean; all whose name holds ``name``."""
        ...

    def make_keys(self, role: str, folder: Path) -> Answer:
        """A role's secrets where they live, and what others get of them."""
        ...

    def upgrade(self, config: Path, place: str, *, plan: bool) -> Answer:
        """Bring the tables of a stopped role to what the program needs."""
        ...

    def doctor(self) -> Answer:
        """What this machine lacks, and the command that mends it."""
        ...

    def deid(self, wish: DeidWish) -> int:
        """De-identify a folder; the exit code."""
        ...

    def verify_folder(self, wish: CheckWish) -> int:
        """Look through a folder; the exit code."""
        ...

    def review_folder(self, out: Path, keys: Path | None, port: int) -> int:
        """Let a person decide about pictures that wait; the exit code."""
        ...

    def count_words(self, source: Path, site: str, out: Path, *, is_seen: bool) -> Answer:
        """Count words of descriptors over patients."""
        ...

    def join_words(
        self, tables: tuple[Path, ...], patients: int | None, sites: int | None, out: Path
    ) -> Answer:
        """Join the counts of hospitals to a vocabulary."""
        ...

    def gateway_status(self, config: Path) -> Answer:
        """The accounting."""
        ...

    def gateway_retry(self, config: Path, state: str, code: str | None, who: str) -> Answer:
        """Send objects of a state back to the start."""
        ...

    def gateway_release(
        self, config: Path, numbers: tuple[int, ...], who: str, second: str, reason: str
    ) -> Answer:
        """Take objects out of the gateway's hands, by two people."""
        ...

    def gateway_import(self, config: Path, folder: Path) -> Answer:
        """Take a folder's files in."""
        ...

    def install_viewer(self, folder: Path, npm: str) -> Answer:
        """Bring the viewer out of its package."""
        ...
