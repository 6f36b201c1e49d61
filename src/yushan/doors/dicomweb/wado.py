"""Retrieve (WADO-RS, PS3.18 10.4): metadata and whole instances, as they are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from yushan.base import Rejected
from yushan.doors.dicomweb.finding import base_of, scope_of, target_of
from yushan.doors.dicomweb.media import DICOM, accepted, require_json
from yushan.doors.dicomweb.metadata import Shelf
from yushan.doors.dicomweb.multipart import Part, related, single

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from starlette.requests import Request

    from yushan.doors.dicomweb.finding import Finder, Found
    from yushan.doors.dicomweb.media import Range
    from yushan.doors.dicomweb.multipart import Piece

#: How much of a file is read at a time.
CHUNK: Final = 4 << 20


class Wado:
    """The retrieve transactions for metadata and instances."""

    def __init__(self, finder: Finder) -> None:
        self.finder = finder
        self.shelf = Shelf()

    def metadata(self, request: Request) -> Response:
        """``…/metadata`` of a study, series or instance."""
        media_type = require_json(request)
        scope, target = scope_of(request), target_of(request)
        if target.instance:
            made = [self.shelf.written(self.finder.instance(scope, target))]
        else:
            rows = self.finder.rows(scope, target)
            made = [one for row in rows for one in self.shelf.series(row, self.finder)]
        return Response(self.shelf.joined(made, base_of(request)), 200, {}, media_type)

    def instances(self, request: Request) -> Response:
        """Files of a study, series or instance, one part each; one alone also as it is."""
        target = target_of(request)
        ranges = accepted(request)
        found = self.finder.instances(scope_of(request), target)
        as_parts = choose_form(ranges, found, alone=bool(target.instance))
        parts = [self.part(one, base_of(request)) for one in found]
        if as_parts:
            return related(parts, f'type="{DICOM}"', {})
        return single(parts[0], {})

    def part(self, found: Found, base: str) -> Part:
        """A file as a part."""
        entry, row = found.entry, found.row

        def pieces() -> Iterator[Piece]:
            for start in range(0, entry.length, CHUNK):
                yield self.finder.read(found, start, min(CHUNK, entry.length - start))

        location = (
            f"{base}/studies/{row.study_instance_uid}/series/{row.series_instance_uid}"
            f"/instances/{entry.sop_instance_uid}"
        )
        syntax = f"{DICOM}; transfer-syntax={entry.transfer_syntax_uid}"
        return Part(syntax, entry.length, pieces, location)


def choose_form(ranges: Sequence[Range], found: Sequence[Found], *, alone: bool) -> bool:
    """Whether to answer in parts; files are given as stored, never transcoded.

    Raises
    ------
    Rejected
        ``dicomweb.not-acceptable``: another type, or a transfer syntax the files do not have.
    """
    stored = {one.entry.transfer_syntax_uid for one in found}
    for one in ranges:
        if not one.covers(DICOM) or (one.syntax not in ("", "*") and {one.syntax} != stored):
            continue
        if one.multipart or one.type != DICOM:
            return True
        if alone:
            return False
    raise Rejected("dicomweb.not-acceptable")
