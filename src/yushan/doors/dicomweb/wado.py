"""Retrieve (WADO-RS, PS3.18 10.4): metadata and whole instances."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

import msgspec
from starlette.responses import Response

from yushan.base import YushanError
from yushan.domain.packs import ZipLines
from yushan.doors.dicomweb.caching import (
    coding_of,
    entity_tag,
    kept_headers,
    span_of,
    unchanged,
)
from yushan.doors.dicomweb.child import rewrite
from yushan.doors.dicomweb.forms import FileForm, file_form, target_of
from yushan.doors.dicomweb.frames import stretch_answer
from yushan.doors.dicomweb.media import DICOM, XML, ZIP, accepted, model_form
from yushan.doors.dicomweb.metadata import Shelf, version
from yushan.doors.dicomweb.multipart import Part, Streamed, boundary_of, head_of, related, single
from yushan.doors.dicomweb.native_model import native_model

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from starlette.requests import Request

    from yushan.doors.dicomweb.asking import Asker
    from yushan.doors.dicomweb.finding import Finder, Found
    from yushan.doors.dicomweb.frames import Frames
    from yushan.doors.dicomweb.multipart import Piece
    from yushan.services.catalogue import SeriesRow

#: How much of a file is read at a time.
CHUNK: Final = 4 << 20


class Wado:
    """The retrieve transactions for metadata and instances."""

    def __init__(self, frames: Frames) -> None:
        self.finder: Finder = frames.finder
        self.children = frames.children
        self.shelf = Shelf(self.finder)

    def metadata(self, request: Request) -> Response:
        """``…/metadata`` of a study, series or instance."""
        media_type = model_form(request)
        asker = self.finder.asker(request)
        rows: Sequence[SeriesRow] = self.finder.rows(asker)
        if asker.target.instance:
            rows = [self.finder.instance(asker).row]
        coding = "" if media_type == XML else coding_of(request)
        etag = entity_tag(asker, version(rows, asker), media_type, coding)
        headers = kept_headers(etag, vary="Accept, Accept-Encoding")
        if (same := unchanged(request, headers)) is not None:
            return same
        self.finder.saw(asker, rows, count_of(asker, rows))
        body = self.shelf.answer(rows, asker, coding)
        if media_type == XML:
            return xml_parts(msgspec.json.decode(body), headers)
        if coding:
            headers["Content-Encoding"] = coding
        return Response(body, 200, headers, media_type)

    def instances(self, request: Request) -> Response:
        """Files of a study, series or instance: in parts, as a ZIP, or one alone."""
        asker = self.finder.asker(request)
        ranges = accepted(request)
        found = self.finder.instances(asker)
        form = file_form(ranges, found, alone=bool(asker.target.instance))
        headers = kept_headers(
            entity_tag(asker, asker.base, repr(form), *(one.name() for one in found))
        )
        if (same := unchanged(request, headers)) is not None:
            return same
        rows = list({one.row.series_instance_uid: one.row for one in found}.values())
        size = sum(one.entry.length for one in found)
        self.finder.saw(asker, rows, len(found), size)
        if form.container == "zip":
            return self.zipped(asker, found, form, headers)
        if form.container == "parts":
            return self.in_parts(asker, found, form, headers)
        return self.alone(request, asker, found[0], (form, headers))

    def alone(
        self,
        request: Request,
        asker: Asker,
        found: Found,
        how: tuple[FileForm, dict[str, str]],
    ) -> Response:
        """One file, or the stretch of it that is asked for."""
        form, headers = how
        if target := target_of(found, form.syntax):
            data = self.rewritten(asker, found, target)
            return single(Part(type_of(target), len(data), [data]), headers)
        size = found.entry.length
        span = span_of(request, size, headers["ETag"])
        at, length = span or (0, size)
        media_type = type_of(found.entry.transfer_syntax_uid)
        place = (at, length, size)
        pieces = self.pieces(asker, found, at, length)
        return stretch_answer(pieces, place, media_type, headers, span is None)

    def in_parts(
        self, asker: Asker, found: Sequence[Found], form: FileForm, headers: dict[str, str]
    ) -> Response:
        """A part for each file; files that have to be rewritten make the length unknown."""
        inner = f'type="{DICOM}"'
        if not any(target_of(one, form.syntax) for one in found):
            return related([self.part(asker, one) for one in found], inner, headers)
        boundary = boundary_of(headers)
        kind = f"multipart/related; {inner}; boundary={boundary}"

        def pieces() -> Iterator[Piece]:
            for index, one in enumerate(found):
                part = self.in_form(asker, one, form)
                yield head_of(part, boundary, first=not index)
                yield from part.pieces()
            yield f"\r\n--{boundary}--\r\n".encode()

        return Streamed(pieces(), None, kind, headers)

    def in_form(self, asker: Asker, found: Found, form: FileForm) -> Part:
        """A file in the transfer syntax asked for; one that cannot be had in it, as stored."""
        if target := target_of(found, form.syntax):
            try:
                data = self.rewritten(asker, found, target)
            except YushanError:
                return self.part(asker, found)
            return Part(type_of(target), len(data), [data], self.location(asker, found))
        return self.part(asker, found)

    def zipped(
        self, asker: Asker, found: Sequence[Found], form: FileForm, headers: dict[str, str]
    ) -> Response:
        """A ZIP of the files, spelled like a pack: stored, named by place, complete headers."""
        known = None
        if not any(target_of(one, form.syntax) for one in found):
            known = ZipLines.size_of([one.entry.length for one in found])

        def pieces() -> Iterator[Piece]:
            lines = ZipLines()
            for one in found:
                held = list(self.in_form(asker, one, form).pieces())
                crc32 = 0
                for piece in held:
                    crc32 = zlib.crc32(piece, crc32)
                yield lines.add(sum(map(len, held)), crc32)
                yield from held
            yield lines.end()

        name = 'attachment; filename="dicom.zip"'
        return Streamed(pieces(), known, ZIP, {**headers, "Content-Disposition": name})

    def part(self, asker: Asker, found: Found) -> Part:
        """A file as a part, as it is stored."""
        size = found.entry.length
        return Part(
            type_of(found.entry.transfer_syntax_uid),
            size,
            lambda: self.pieces(asker, found, 0, size),
            self.location(asker, found),
        )

    def location(self, asker: Asker, found: Found) -> str:
        """Where the asker finds an instance alone."""
        row = found.row
        return asker.place(
            row.study_instance_uid, row.series_instance_uid, found.entry.sop_instance_uid
        )

    def pieces(self, asker: Asker, found: Found, start: int, length: int) -> Iterator[Piece]:
        """A stretch of a file under the asker's names."""
        for at in range(start, start + length, CHUNK):
            size = min(CHUNK, start + length - at)
            yield from self.finder.read(found, at, size, asker.names)

    def rewritten(self, asker: Asker, found: Found, target: str) -> bytes:
        """A whole file in another transfer syntax, made in a child."""
        data = b"".join(self.pieces(asker, found, 0, found.entry.length))
        return self.children.run(rewrite, data, found.entry.frames, target)


def type_of(syntax: str) -> str:
    """Media type of a file in a transfer syntax."""
    return f"{DICOM}; transfer-syntax={syntax}"


def count_of(asker: Asker, rows: Sequence[SeriesRow]) -> int:
    """How many instances an answer about series (or one instance) shows."""
    return 1 if asker.target.instance else sum(row.instances for row in rows)


def xml_parts(found: list[dict[str, dict[str, object]]], headers: dict[str, str]) -> Response:
    """Data sets as XML documents, one part each."""
    made = [native_model(one) for one in found]
    parts = [Part(f"{XML}; charset=utf-8", len(one), [one]) for one in made]
    return related(parts, f'type="{XML}"', headers)
