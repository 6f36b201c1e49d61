"""What the commands about people and shared keys ask of the house."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


Answer = dict[str, Any]


class Consent(Protocol):
    """Acts at the consent office."""

    def record(self, config: Path, identity: str, wish: Answer) -> Answer:
        """Record a person's choice; the receipt."""
        ...

    def withdraw(self, config: Path, identity: str, receipt: str, channel: str) -> Answer:
        """Take an earlier choice back; the receipt of that."""
        ...

    def prove(self, config: Path, identity: str, receipt: str, out: Path) -> Answer:
        """Write a file that proves that a choice stands in the office's ledger."""
        ...

    def show(self, config: Path, identity: str) -> Answer:
        """Where each kind of use stands for a person, and the choices in force."""
        ...

    def history(self, config: Path, identity: str) -> Answer:
        """Every choice a person made, with its signed receipt."""
        ...

    def listing(self, config: Path, after: int, limit: int) -> Answer:
        """Choices of everybody, by handle."""
        ...

    def check(self, receipt: Path, public: Path) -> Answer:
        """Whether the office signed a receipt."""
        ...

    def rotate(self, config: Path, out: Path) -> Answer:
        """Change the token key; ``out`` is for the commons."""
        ...

    def adopt(self, config: Path, order: Path) -> Answer:
        """At the commons: go along with a changed token key."""
        ...


class Linkage(Protocol):
    """Acts of key holders, and of those who trust them."""

    def identity(self, config: Path) -> Answer:
        """A holder's public identity, for the other parties."""
        ...

    def usage(self, config: Path, since: date | None) -> Answer:
        """Counts by site and day, as they stand in table and ledger."""
        ...

    def begin(self, config: Path, table: Path, kind: str, lost: int) -> Answer:
        """Lay a ceremony's plan on the table."""
        ...

    def step(self, config: Path, table: Path) -> Answer:
        """Do what can be done now; again until it is done."""
        ...

    def switch(self, config: Path) -> Answer:
        """Use the new share from now on."""
        ...

    def adopt(self, config: Path, table: Path) -> Answer:
        """At the commons or a gateway: take over the result of a ceremony."""
        ...


class People(Protocol):
    """Both, and who left."""

    @property
    def consent(self) -> Consent:
        """Acts at the consent office."""
        ...

    @property
    def linkage(self) -> Linkage:
        """Acts of key holders, and of those who trust them."""
        ...

    def withdrawals(self, config: Path, limit: int) -> Answer:
        """Cases of people who left, the newest first."""
        ...
