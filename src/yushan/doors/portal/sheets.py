"""Lists as files: CSV that spreadsheets open rightly, JSON for programs."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

import msgspec
from starlette.responses import Response, StreamingResponse

from yushan.doors.portal.shell import HEADERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

#: Cells that begin so are formulas to a spreadsheet (OWASP ASVS 5.0 1.2.10).
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def safe(value: object) -> str:
    """A cell as text; what a spreadsheet would compute gets an apostrophe before it."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) and not is_number(text) else text


def is_number(text: str) -> bool:
    """A plain number is no formula."""
    return (
        text.lstrip("-").replace(".", "", 1).isascii()
        and text.lstrip("-").replace(".", "", 1).isdigit()
    )


def lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A CSV table piece by piece, with the mark by which spreadsheets know UTF-8."""
    yield "\ufeff" + line(head)
    for row in rows:
        yield line(row)


def line(cells: Iterable[object]) -> str:
    """One line of CSV (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([safe(cell) for cell in cells])
    return out.getvalue()


def csv_answer(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A table as a CSV file to keep; rows are drawn while they are sent."""
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(lines(head, rows), 200, headers, "text/csv; charset=utf-8")


def json_answer(value: Any) -> Response:  # noqa: ANN401 - any JSON value
    """A value as JSON."""
    return Response(msgspec.json.encode(value), 200, HEADERS, "application/json")
