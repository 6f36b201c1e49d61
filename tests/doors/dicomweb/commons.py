"""A small commons behind the door: files in packs, found by a fake or by the real rooms."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from tests.unit.dicom.factory import Written, image

from yushan.base import (
    EVERYTHING,
    NOTHING,
    PackId,
    Pseudonym,
    Scope,
    SeriesUID,
    SiteName,
    StudyUID,
)
from yushan.domain.dicom import describe
from yushan.domain.packs import InstanceEntry, PackWriter, Sidecar
from yushan.doors.dicomweb import Beside, routes
from yushan.services.catalogue import Query, SeriesRow, StudyRow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.types import Receive, Send
    from starlette.types import Scope as Connection

NORTH, SOUTH = SiteName("north"), SiteName("south")
SUBJECTS = {"north": "ABCDEFGHIJKLMNO2", "south": "ZYXWVUTSRQPONML3"}


def series(
    study: str, number: int, slices: int, *, site: str = "north", **about: Any
) -> list[bytes]:
    """Files of one CT or other series whose pixels tell study, series and slice apart."""
    modality = about.pop("modality", "CT")
    texts = {
        0x00080020: ("DA", about.pop("date", "20240315")),
        0x00080030: ("TM", about.pop("time", "101500")),
        0x00080060: ("CS", modality),
        0x00080070: ("LO", about.pop("maker", "Acme")),
        0x00081030: ("LO", about.pop("description", "CHEST CT")),
        0x0008103E: ("LO", about.pop("series_description", f"AXIAL {number}")),
        0x00100010: ("PN", SUBJECTS[site]),
        0x00100020: ("LO", SUBJECTS[site]),
        0x00180015: ("CS", about.pop("body_part", "CHEST")),
        0x0020000D: ("UI", study),
        0x0020000E: ("UI", f"{study}.{number}"),
        0x00200011: ("IS", str(number)),
    }
    common = [Written(tag, vr, value.encode()) for tag, (vr, value) in texts.items()]
    extra = about.pop("more", ())
    return [
        image(
            more=(
                *common,
                *extra,
                Written(0x00080018, "UI", f"{study}.{number}.{index}".encode()),
                Written(0x00200013, "IS", str(index).encode()),
            ),
            **({"pixels": bytes((number * 40 + index,)) * 48} | about),
        )
        for index in range(1, slices + 1)
    ]


def packed(files: Sequence[bytes], site: str, received_at: str) -> tuple[bytes, list[Sidecar]]:
    """A pack of the files and a sidecar for each series in it."""
    out = io.BytesIO()
    writer = PackWriter(out)
    members = [writer.add([content]) for content in files]
    pack = writer.finish().pack
    found: dict[str, Sidecar] = {}
    for content, member in zip(files, members, strict=True):
        about = describe(content)
        summary = about.summary
        entry = InstanceEntry(
            sop_instance_uid=summary.sop_instance_uid,
            sop_class_uid=summary.sop_class_uid,
            transfer_syntax_uid=summary.transfer_syntax_uid,
            instance_number=summary.instance_number,
            start=member.start,
            length=member.length,
            frames=list(about.frames),
            bulk=list(about.bulk),
            spots=list(about.spots),
            metadata=about.metadata,
        )
        sidecar = found.setdefault(
            summary.series_instance_uid,
            Sidecar(
                pack=pack,
                site=site,
                subject=SUBJECTS[site],
                study_instance_uid=summary.study_instance_uid,
                series_instance_uid=summary.series_instance_uid,
                modality=summary.modality,
                received_at=received_at,
                source="ee" * 32,
                policy="tw-hospital",
                policy_digest="cd" * 32,
                instances=[],
            ),
        )
        sidecar.instances.append(entry)
    return out.getvalue(), list(found.values())


@dataclass
class Held:
    """All packs of a commons in memory: the archive's face."""

    packs: dict[str, bytes] = field(default_factory=dict)
    sidecars: list[Sidecar] = field(default_factory=list)

    def add(self, files: Sequence[bytes], site: str = "north") -> None:
        stamp = f"2026-12-01T00:00:{len(self.packs):02d}.000+00:00"
        data, sidecars = packed(files, site, stamp)
        self.packs[sidecars[0].pack] = data
        self.sidecars += sidecars

    def series_sidecars(self, series: SeriesUID) -> list[Sidecar]:
        return [one for one in self.sidecars if one.series_instance_uid == series]

    def read(self, pack: PackId, start: int, length: int) -> bytes:
        return self.packs[pack][start : start + length]

    def read_now(self, pack: PackId, start: int, length: int) -> memoryview | None:
        return memoryview(self.read(pack, start, length))


class FakeCatalogue:
    """The catalogue's face over the sidecars, as plainly as it can be said."""

    def __init__(self, held: Held) -> None:
        self.held = held

    def rows(self, scope: Scope) -> list[SeriesRow]:
        grouped: dict[str, list[Sidecar]] = {}
        for sidecar in self.held.sidecars:
            if scope.admits(StudyUID(sidecar.study_instance_uid), frozenset({sidecar.site})):
                grouped.setdefault(sidecar.series_instance_uid, []).append(sidecar)
        return sorted(map(series_row, grouped.values()), key=lambda row: row.series_instance_uid)

    def series(
        self,
        scope: Scope,
        query: Query,
        limit: int,
        offset: int = 0,
        *,
        after: tuple[str, str] | None = None,
    ) -> list[SeriesRow]:
        found = [row for row in self.rows(scope) if fits(row, query)]
        if after is not None:
            places = [(row.study_instance_uid, row.series_instance_uid) for row in found]
            offset = places.index((StudyUID(after[0]), SeriesUID(after[1]))) + 1
        return found[offset : offset + limit]

    def studies(
        self,
        scope: Scope,
        query: Query,
        limit: int,
        offset: int = 0,
        *,
        after: tuple[str, str] | None = None,
    ) -> list[StudyRow]:
        hit = {row.study_instance_uid for row in self.rows(scope) if fits(row, query)}
        grouped = {uid: [row for row in self.rows(scope) if row.study_instance_uid == uid]
                   for uid in hit}  # fmt: skip
        found = sorted(
            map(study_row, grouped.values()),
            key=lambda row: (-int(row.study_date or 0), row.study_instance_uid),
        )
        if after is not None:
            place = [(row.study_date, row.study_instance_uid) for row in found].index(after)
            found = found[place + 1 :]
        return found[offset : offset + limit]

    def count(self, scope: Scope, query: Query) -> int:
        return len(self.studies(scope, query, 10**9))


def fits(row: SeriesRow, query: Query) -> bool:
    def like(patterns: Sequence[str], value: str) -> bool:
        wanted = [one.lower().replace("[", "[[]") for one in patterns if one]
        return not wanted or any(fnmatchcase(value.lower(), one) for one in wanted)

    def inside(first: str, last: str, value: str) -> bool:
        return not (first or last) or (bool(value) and first <= value <= (last or "~"))

    return all(
        (
            not query.studies or row.study_instance_uid in query.studies,
            not query.series or row.series_instance_uid in query.series,
            not query.subjects or row.subject in query.subjects,
            inside(query.date_from, query.date_to, row.study_date),
            inside(query.time_from, query.time_to, row.study_time),
            inside(query.series_date_from, query.series_date_to, row.series_date),
            query.series_number in (None, row.series_number),
            not query.sop_classes or row.sop_class_uid in query.sop_classes,
            like(query.modalities, row.modality),
            like(query.body_parts, row.body_part),
            like((query.study_description,), row.study_description),
            like((query.series_description,), row.description),
            like((query.manufacturer,), row.manufacturer),
            like((query.model,), row.model),
        )
    )


def series_row(parts: Sequence[Sidecar]) -> SeriesRow:
    first = parts[0]
    about = first.instances[0].metadata

    def text(tag: str) -> str:
        return str(about.get(tag, {}).get("Value", [""])[0])

    return SeriesRow(
        study_instance_uid=StudyUID(first.study_instance_uid),
        series_instance_uid=SeriesUID(first.series_instance_uid),
        subject=Pseudonym(first.subject),
        site=SiteName(first.site),
        modality=first.modality,
        body_part=text("00180015"),
        description=text("0008103E"),
        study_description=text("00081030"),
        manufacturer=text("00080070"),
        model=text("00081090"),
        series_number=about.get("00200011", {}).get("Value", [None])[0],
        instances=sum(len(part.instances) for part in parts),
        bytes=sum(entry.length for part in parts for entry in part.instances),
        sop_class_uid=first.instances[0].sop_class_uid,
        transfer_syntax_uid=first.instances[0].transfer_syntax_uid,
        study_date=text("00080020"),
        study_time=text("00080030"),
        series_date=text("00080021"),
        received_at=first.received_at,
        first_pack=PackId(first.pack),
        packs=tuple(PackId(part.pack) for part in parts),
    )


def study_row(rows: Sequence[SeriesRow]) -> StudyRow:
    first = rows[0]
    return StudyRow(
        study_instance_uid=first.study_instance_uid,
        subject=first.subject,
        sites=tuple(sorted({row.site for row in rows})),
        study_date=first.study_date,
        study_time=first.study_time,
        modalities=tuple(sorted({row.modality for row in rows})),
        description=first.study_description,
        series=len(rows),
        instances=sum(row.instances for row in rows),
        bytes=sum(row.bytes for row in rows),
        body_part=", ".join(sorted({row.body_part for row in rows if row.body_part})),
        received_at=first.received_at,
    )


class Inline:
    """Children for tests that do not ask where the work is done."""

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return function(*arguments)


#: Token → who has it.
ACCOUNTS = {
    "all": SimpleNamespace(role="steward", scope=EVERYTHING),
    "north": SimpleNamespace(role="researcher", scope=Scope(sites=frozenset({NORTH}))),
    "one": SimpleNamespace(role="clinician", scope=Scope(studies=frozenset({StudyUID("1.2.10")}))),
    "nothing": SimpleNamespace(role="visitor", scope=NOTHING),
    "mask-less": SimpleNamespace(role="steward", scope=EVERYTHING, id="noted"),
    "mask-a": SimpleNamespace(role="researcher", scope=Scope(everything=True, mask="a"), id="ra"),
    "mask-b": SimpleNamespace(role="researcher", scope=Scope(everything=True, mask="b"), id="rb"),
    "no-images": SimpleNamespace(role="ministry", scope=EVERYTHING),
}


def app_of(catalogue: Any, archive: Any, children: Any = None, **more: Any) -> Any:
    """The door alone, with accounts by bearer token."""
    inner = Starlette(routes=routes(catalogue, archive, children or Inline(), Beside(**more)))

    async def app(scope: Connection, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            said = dict(scope["headers"]).get(b"authorization", b"").decode()
            account = ACCOUNTS.get(said.removeprefix("Bearer "))
            scope.setdefault("state", {}).update(account=account, language="en", site=None)
        await inner(scope, receive, send)

    return app


def ordinary() -> Held:
    """Three studies: a CT of two series and one of MR at north, an old CT at south."""
    held = Held()
    held.add([*series("1.2.10", 1, 3), *series("1.2.10", 2, 2)])
    held.add(series("1.2.20", 1, 2, modality="MR", body_part="BRAIN", date="20250101",
                    description="BRAIN MRI", time="093000", maker="Other"))  # fmt: skip
    held.add(series("1.2.30", 1, 1, site="south", date="20190630", description="HEAD CT",
                    body_part="HEAD"), "south")  # fmt: skip
    return held
