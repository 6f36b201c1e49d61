"""`/studies/UID`: one study: its series, where it came from, its identifiers, its tags."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from yushan.base import Absent, SeriesUID
from yushan.doors.portal.finder import has_picture, study_line
from yushan.doors.portal.shell import language_of
from yushan.doors.portal.studies import scope_of
from yushan.doors.portal.tags import tag_rows
from yushan.doors.portal.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from yushan.base import Language
    from yushan.domain.packs import Sidecar
    from yushan.doors.portal.finder import Finder
    from yushan.doors.portal.place import Place
    from yushan.doors.portal.shell import Shell
    from yushan.services.archive import Archive
    from yushan.services.catalogue import SeriesRow, StudyRow


@dataclass(frozen=True, slots=True)
class SeriesCard:
    """A series as drawn on the study's page."""

    uid: str
    number: str
    title: str
    instances: int
    bytes: int
    maker: str
    thumbnail: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One station of a study's way; ``where`` is a place in words."""

    time: datetime | None
    what: str
    detail: str
    where: str


class StudyPages:
    """One study that the account may see."""

    def __init__(self, shell: Shell, archive: Archive, finder: Finder) -> None:
        self.shell, self.archive, self.finder = shell, archive, finder

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        get, needs = self.shell.get, "see_images"
        return [
            get("/studies/{uid}", self.study, needs=needs),
            get("/studies/{uid}/tags", self.tags, needs=needs),
        ]

    def study(self, request: Request) -> Response:
        """One study: its series, where it came from, its identifiers."""
        language = language_of(request)
        row, series = self.finder.study(scope_of(request), request.path_params["uid"])
        sidecars = [one for uid in series for one in self.sidecars(uid)]
        return self.shell.page(
            request, "study.html", tab="",
            provenance=provenance(sidecars, Words(language), self.shell.place),
            packs=sorted({one.pack for one in sidecars}),
            **self.header(row, series, language),
        )  # fmt: skip

    def tags(self, request: Request) -> Response:
        """The header of a series' first image."""
        language = language_of(request)
        row, series = self.finder.study(scope_of(request), request.path_params["uid"])
        wanted = request.query_params.get("series", "")
        chosen = next((one for one in series if one.series_instance_uid == wanted), None)
        if chosen is None and (wanted or not series):
            raise Absent("portal.no-such-page")
        chosen = chosen or series[0]
        sidecars = self.sidecars(chosen)
        first = next((one.instances[0] for one in sidecars if one.instances), None)
        header = self.header(row, series, language)
        cards: list[SeriesCard] = header["series"]
        return self.shell.page(
            request, "study.html", tab="tags", tags=tag_rows(first.metadata) if first else [],
            chosen=next(card for card in cards if card.uid == chosen.series_instance_uid),
            **header,
        )  # fmt: skip

    def sidecars(self, series: SeriesRow) -> Sequence[Sidecar]:
        """The parts of a series as the archive has them."""
        return self.archive.series_sidecars(SeriesUID(series.series_instance_uid))

    def header(
        self, row: StudyRow, series: Sequence[SeriesRow], language: Language
    ) -> dict[str, Any]:
        """What every tab of a study needs."""
        words = Words(language)
        cards = [self.card(one, place, language) for place, one in enumerate(series, 1)]
        images = sum(one.instances for one in series)
        return {
            "here": "studies",
            "reading": True,
            "study": replace(study_line(row, language, ""), series=len(series), instances=images),
            "series": cards,
            "size": sum(one.bytes for one in series),
            "viewer": self.shell.place.viewer.format(study=row.study_instance_uid),
            "viewable": any(card.thumbnail for card in cards),
            "tabs": [
                ("", words.translate("Overview"), None),
                ("tags", words.translate("Tags"), None),
            ],
        }

    def card(self, row: SeriesRow, place: int, language: Language) -> SeriesCard:
        """A series as drawn; without a number its place in the study."""
        parts = (row.modality, row.description or self.finder.word("body", row.body_part, language))
        return SeriesCard(
            uid=row.series_instance_uid,
            number=str(place if row.series_number is None else row.series_number),
            title=" ".join(part for part in parts if part),
            instances=row.instances,
            bytes=row.bytes,
            maker=" ".join(part for part in (row.manufacturer, row.model) if part),
            thumbnail=self.finder.thumbnail(row, 256) if has_picture(row) else "",
        )


def provenance(sidecars: Sequence[Sidecar], words: Words, place: Place) -> list[Fact]:
    """The way of a study's packs from the hospital into the index, in its order."""
    if not sidecars:
        return []
    centre, found = words.translate("national centre"), []
    for site, policy in sorted({(one.site, one.policy) for one in sidecars}):
        detail = words.say("policy {policy}", policy=policy) if policy else ""
        done = words.translate("First stage: de-identified and verified in the hospital")
        found.append(Fact(None, done, detail, place.site_name(site, words.language)))
    sources: dict[tuple[str, str], int] = {}
    for one in sidecars:
        key = (one.received_at, one.source)
        sources[key] = sources.get(key, 0) + len(one.instances)
    for (received_at, source), number in sorted(sources.items()):
        time = datetime.fromisoformat(received_at) if received_at else None
        images = words.count("{n} image", "{n} images", number)
        detail = words.say("{images}, pack {pack}", images=images, pack=f"{source[:12]}…")
        done = words.translate("Acknowledged: on the centre's disk")
        found.append(Fact(time, done, detail, centre))
    done = words.translate("Verified again, second stage, indexed")
    detail = words.translate("with the centre's key and another program")
    return [*found, Fact(None, done, detail, centre)]
