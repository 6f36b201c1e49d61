"""What a request to store is made of, and what becomes of each of its objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yushan.base import Pseudonym, Scope, SiteName


@dataclass(frozen=True, slots=True)
class Asking:
    """Who stores, for which site, what they may reach; ``study`` is the one of the address."""

    account: str
    scope: Scope
    site: SiteName
    study: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What an object says of itself as it was sent; with ``reasons`` it could not be read."""

    sop_class_uid: str = ""
    sop_instance_uid: str = ""
    series_instance_uid: str = ""
    study_instance_uid: str = ""
    patient_id: str = ""
    #: Whether (0012,0062) says that nobody is named in it.
    identity_removed: bool = False
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class How:
    """What is to be done with one object.

    Without ``clean`` it is taken as it is or not at all: nobody says that it names nobody.
    ``known`` says that its study is here.
    """

    subject: Pseudonym
    clean: bool
    known: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """An object as it may be stored, in the file ``path``; with ``reasons`` it may not.

    ``coerced`` says that identifiers or other elements differ from what was sent.
    """

    reasons: tuple[str, ...] = ()
    path: str = ""
    size: int = 0
    sha256: bytes = b""
    coerced: bool = False
    known: bool = False
    subject: str = ""
    study_instance_uid: str = ""
    series_instance_uid: str = ""
    sop_instance_uid: str = ""
    sop_class_uid: str = ""
    transfer_syntax_uid: str = ""
    instance_number: int | None = None
    modality: str = ""
    frames: tuple[tuple[int, int], ...] = ()
    bulk: tuple[tuple[str, int, int], ...] = ()
    spots: tuple[tuple[int, str], ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one object: stored (``made`` without reasons), or why not."""

    sent: Sent
    made: Made
    is_duplicate: bool = False

    @property
    def reasons(self) -> tuple[str, ...]:
        """Codes; empty when it is stored."""
        return self.made.reasons
