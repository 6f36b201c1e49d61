"""What this door needs of the catalogue, the archive and the children; assembly hands them in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yushan.base import PackId, Scope, SeriesUID
    from yushan.domain.packs import Sidecar
    from yushan.services.catalogue import Query, SeriesRow, StudyRow

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
        self, scope: Scope, query: Query, limit: int, offset: int = 0
    ) -> Sequence[SeriesRow]:
        """Series by study, number and UID."""
        ...


class Archive(Protocol):
    """Reads packs; asks nobody about rights, so the catalogue is asked before."""

    def series_sidecars(self, series: SeriesUID) -> Sequence[Sidecar]:
        """The sidecars of a series, one for each pack that holds some of it."""
        ...

    def read(self, pack: PackId, start: int, length: int) -> bytes:
        """Bytes of a pack."""
        ...


class Children(Protocol):
    """Processes without keys or sockets, in which foreign pixels are decoded."""

    def run(self, function: Callable[..., T], *arguments: Any) -> T:  # noqa: ANN401 - any task
        """Call a function in a child."""
        ...
