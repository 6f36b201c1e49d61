"""What this door needs of other rooms; assembly hands them in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yushan.base import PackId, Scope, SeriesUID
    from yushan.domain.packs import Sidecar
    from yushan.services.catalogue import Query, SeriesRow, StudyRow
    from yushan.services.ledger import Thing

T = TypeVar("T")


class Catalogue(Protocol):
    """Finds studies and series inside a scope; what is outside does not exist."""

    def studies(
        self,
        scope: Scope,
        query: Query,
        limit: int,
        offset: int = 0,
        *,
        after: tuple[str, str] | None = None,
    ) -> Sequence[StudyRow]:
        """Studies, newest study date first; ``after`` is (study date, UID) of the last one seen."""
        ...

    def count(self, scope: Scope, query: Query) -> int:
        """How many studies there are."""
        ...

    def series(
        self,
        scope: Scope,
        query: Query,
        limit: int,
        offset: int = 0,
        *,
        after: tuple[str, str] | None = None,
    ) -> Sequence[SeriesRow]:
        """Series by study, number and UID; behind ``after`` (study, series) if that is given."""
        ...


class Archive(Protocol):
    """Reads packs; asks nobody about rights, so the catalogue is asked before."""

    def series_sidecars(self, series: SeriesUID) -> Sequence[Sidecar]:
        """The sidecars of a series, one for each pack that holds some of it."""
        ...

    def read(self, pack: PackId, start: int, length: int) -> bytes:
        """Bytes of a pack."""
        ...

    def read_now(self, pack: PackId, start: int, length: int) -> memoryview | None:
        """The same, if nothing has to be waited for; None: ask `read`."""
        ...


class Children(Protocol):
    """Processes without keys or sockets, in which foreign pixels are decoded."""

    def run(self, function: Callable[..., T], *arguments: Any) -> T:  # noqa: ANN401 - any task
        """Call a function in a child."""
        ...


class Names(Protocol):
    """What a scope calls things; ``own_…`` leads back to the commons' own names."""

    def uid(self, uid: str) -> str:
        """The scope's name of a UID."""
        ...

    def own_uid(self, uid: str) -> str:
        """The commons' name of it."""
        ...

    def subject(self, subject: str) -> str:
        """The scope's name of a person."""
        ...

    def own_subject(self, subject: str) -> str:
        """The commons' name of them."""
        ...

    def tag(self, data: bytes) -> str:
        """The scope's name for bytes."""
        ...


class Masks(Protocol):
    """The names of all scopes."""

    def of(self, name: str) -> Names | None:
        """Those of one; None where the commons' own are used."""
        ...


class Audit(Protocol):
    """Notes who is shown what, before it is shown."""

    def saw(
        self,
        account: Any,  # noqa: ANN401 - whoever has id and role
        action: str,
        thing: Thing,
        *,
        count: int = 1,
        size: int = 0,
        purpose: str = "",
    ) -> None:
        """``Unavailable`` when it cannot be noted: then nothing is shown."""
        ...

    def saw_again(
        self,
        account: Any,  # noqa: ANN401 - whoever has id and role
        action: str,
        thing: Thing,
        count: int,
    ) -> bool:
        """Note it, if the same was noted a moment ago; False: ask `saw`."""
        ...


class Purposes(Protocol):
    """Knows what people said a study is looked at for."""

    def check(self, account: Any, study: str) -> str:  # noqa: ANN401 - whoever asks
        """The code of the reason, empty where none is asked for; ``Forbidden`` until it is."""
        ...

    def are_asked(self, account: Any) -> bool:  # noqa: ANN401 - whoever asks
        """Whether anything is ever asked of this account."""
        ...


class Beside(NamedTuple):
    """Who else takes part: names of scopes, the record of who saw what, reasons, storing."""

    masks: Masks | None = None
    audit: Audit | None = None
    purposes: Purposes | None = None
    #: Somebody else answers ``POST`` at the addresses of studies.
    stores: bool = False
    #: How often this process has written to the database; None: nothing is kept for a moment.
    writes: Callable[[], int] | None = None


NOBODY: Final = Beside()
