"""`/studies/UID`: one study: overview, series, provenance, tags, uses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from yushan.base import Absent, SeriesUID
from yushan.domain.dicom import TRANSFER_SYNTAXES
from yushan.doors.portal.finder import has_picture, study_line
from yushan.doors.portal.provenance import ADMITTED, LOOKED_THROUGH, Lane, lanes, ways
from yushan.doors.portal.provenance_picture import picture
from yushan.doors.portal.shell import account_of
from yushan.doors.portal.tags import tag_rows
from yushan.doors.portal.uses import ACTS, Use, uses
from yushan.doors.portal.words import mark
from yushan.services.accounts import may, role_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from yushan.base import Language
    from yushan.domain.packs import Sidecar
    from yushan.doors.portal.looking import Looking, Seen
    from yushan.doors.portal.shell import Shell
    from yushan.services.archive import Archive
    from yushan.services.catalogue import SeriesRow
    from yushan.services.ledger import Entry, Ledger

#: What the viewer lays over the images it was drawn upon.
OVERLAYS: Final = frozenset({"SEG", "RTSTRUCT"})
#: Drawn over another series: the viewer opens the study, not these.
DERIVED: Final = frozenset({"SEG", "RTSTRUCT", "RTPLAN", "RTDOSE", "SR", "PR", "KO", "REG"})
#: Entries about a study that its page of uses sums up.
LOOKS: Final = 2000
TABS: Final = {
    "": mark("Overview"),
    "series": mark("Series"),
    "provenance": mark("Provenance"),
    "tags": mark("Tags"),
    "uses": mark("Uses"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesCard:
    """A series as drawn on the study's page; ``lossy`` None: its syntax is not known."""

    uid: str
    number: str
    title: str
    modality: str
    body_part: str
    instances: int
    bytes: int
    maker: str
    slice_mm: float | None
    syntax: str
    lossy: bool | None
    site: str
    thumbnail: str
    view: str


@dataclass(frozen=True, slots=True)
class Rooms:
    """What a study's pages draw from beside the catalogue."""

    archive: Archive
    ledger: Ledger


class StudyPages:
    """One study that the account may see; every look at it is told to the ledger first."""

    def __init__(self, shell: Shell, looking: Looking, rooms: Rooms) -> None:
        self.shell, self.looking, self.rooms = shell, looking, rooms
        self.finder = looking.finder

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        handlers: dict[str, Callable[[Request], Response]] = {
            "": self.study, "/series": self.series, "/provenance": self.provenance,
            "/tags": self.tags, "/uses": self.uses,
        }  # fmt: skip
        return [
            self.shell.get(
                f"/studies/{{uid}}{path}", self.looking.guard(handler), needs="see_images"
            )
            for path, handler in handlers.items()
        ]

    def study(self, request: Request) -> Response:
        """What it is, picture by picture, and its way in short."""
        seen = self.looking.at(request)
        found = self.lanes(seen)
        packs = sorted({pack for lane in found for pack in lane.packs})
        return self.draw(request, seen, "", lanes=found, ways=ways(found), packs=packs)

    def series(self, request: Request) -> Response:
        """Every series in figures."""
        return self.draw(request, self.looking.at(request), "series")

    def provenance(self, request: Request) -> Response:
        """The way of every image as a picture, with the table behind it."""
        seen = self.looking.at(request)
        found = self.lanes(seen)
        looks = self.uses_of(request, seen)
        return self.draw(
            request, seen, "provenance", lanes=found, ways=ways(found), picture=picture(found),
            looks=sum(one.times for one in looks),
        )  # fmt: skip

    def uses(self, request: Request) -> Response:
        """Who looked at it, by day and role."""
        seen = self.looking.at(request)
        shown = self.uses_of(request, seen)
        words = {kind: seen.words.translate(word) for kind, word in ACTS.items()}
        roles = {one.role: role_name(one.role, seen.language) for one in shown if one.role}
        return self.draw(
            request, seen, "uses", uses=shown, acts=words, roles=roles,
            named=may(account_of(request), "audit_ledger"),
        )  # fmt: skip

    def tags(self, request: Request) -> Response:
        """The header of a series' first image."""
        seen = self.looking.at(request)
        wanted = request.query_params.get("series", "")
        chosen = next((one for one in seen.series if one.series_instance_uid == wanted), None)
        if chosen is None and (wanted or not seen.series):
            raise Absent("portal.no-such-page")
        chosen = chosen or seen.series[0]
        sidecars = self.sidecars(chosen)
        first = next((one.instances[0] for one in sidecars if one.instances), None)
        return self.draw(
            request, seen, "tags", tags=tag_rows(first.metadata) if first else [],
            chosen=self.card(chosen, seen.series.index(chosen) + 1, seen.language),
        )  # fmt: skip

    # what is drawn

    def draw(self, request: Request, seen: Seen, tab: str, **values: Any) -> Response:  # noqa: ANN401 - a template's names
        """A tab of the study."""
        row, words = seen.row, seen.words
        cards = [self.card(one, place, seen.language) for place, one in enumerate(seen.series, 1)]
        images = sum(one.instances for one in seen.series)
        line = replace(study_line(row, seen.language, ""), series=len(cards), instances=images)
        return self.shell.page(
            request, "study.html", here="studies", reading=True, study=line, series=cards,
            size=sum(one.bytes for one in seen.series), tab=tab,
            viewer=self.shell.place.viewer.format(study=row.study_instance_uid),
            viewable=any(card.view for card in cards),
            tabs=[(key, words.translate(word)) for key, word in TABS.items()],
            **values,
        )  # fmt: skip

    def lanes(self, seen: Seen) -> list[Lane]:
        """The study's packs on their way, with what the ledger says of them."""
        sidecars = [one for series in seen.series for one in self.sidecars(series)]
        entries = self.about("subject", seen.row.subject, ADMITTED, LOOKED_THROUGH)
        return lanes(sidecars, entries, self.rooms.ledger)

    def uses_of(self, request: Request, seen: Seen) -> list[Use]:
        """Who looked at it, as far as this account may know."""
        entries = self.about("study", seen.row.study_instance_uid, tuple(ACTS), LOOKS)
        return uses(entries, named=may(account_of(request), "audit_ledger"))

    def about(self, name: str, value: str, kinds: tuple[str, ...], limit: int) -> list[Entry]:
        """Entries of the ledger about a person or a study."""
        return self.rooms.ledger.about(name, value, kinds=kinds, limit=limit)

    def sidecars(self, series: SeriesRow) -> Sequence[Sidecar]:
        """The parts of a series as the archive has them."""
        return self.rooms.archive.series_sidecars(SeriesUID(series.series_instance_uid))

    def card(self, row: SeriesRow, place: int, language: Language) -> SeriesCard:
        """A series as drawn; without a number its place in the study."""
        part = self.finder.word("body", row.body_part, language) if row.body_part else ""
        parts = (row.modality, row.description or part)
        syntax = TRANSFER_SYNTAXES.get(row.transfer_syntax_uid)
        shown = has_picture(row)
        opens = shown or row.modality in OVERLAYS
        view = self.shell.place.viewer.format(study=row.study_instance_uid)
        return SeriesCard(
            uid=row.series_instance_uid,
            number=str(place if row.series_number is None else row.series_number),
            title=" ".join(part for part in parts if part),
            modality=row.modality,
            body_part=part,
            instances=row.instances,
            bytes=row.bytes,
            maker=" ".join(part for part in (row.manufacturer, row.model) if part),
            slice_mm=None if row.slice_um is None else row.slice_um / 1000,
            syntax=syntax.name if syntax else row.transfer_syntax_uid,
            lossy=syntax.lossy if syntax else None,
            site=row.site,
            thumbnail=self.finder.thumbnail(row, 256) if shown else "",
            view=f"{view}?series={row.series_instance_uid}" if opens else "",
        )
