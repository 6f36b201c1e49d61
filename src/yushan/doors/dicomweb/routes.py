"""The addresses of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from yushan.doors.dicomweb.finding import Finder, base_of
from yushan.doors.dicomweb.frames import Frames
from yushan.doors.dicomweb.media import require_json
from yushan.doors.dicomweb.pictures import Pictures
from yushan.doors.dicomweb.qido import Qido
from yushan.doors.dicomweb.refusals import guarded
from yushan.doors.dicomweb.wado import Wado

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from yushan.doors.dicomweb.ports import Archive, Catalogue, Children

    Handler = Callable[[Request], Response]

ROOT: Final = "/dicom-web"
STUDY: Final = "/studies/{study}"
SERIES: Final = STUDY + "/series/{series}"
INSTANCE: Final = SERIES + "/instances/{instance}"


def routes(catalogue: Catalogue, archive: Archive, children: Children) -> list[Route]:
    """Everything below ``/dicom-web``; who asks is in ``request.state.account``."""
    return [
        Route(ROOT + path, guarded(handler), name=f"dicomweb{path}")
        for path, handler in handlers(catalogue, archive, children).items()
    ]


def handlers(catalogue: Catalogue, archive: Archive, children: Children) -> dict[str, Handler]:
    """Address → what answers it."""
    finder = Finder(catalogue, archive)
    qido, wado, frames = Qido(finder), Wado(finder), Frames(finder, children)
    pictures = Pictures(frames)
    return {
        "": capabilities,
        "/": capabilities,
        "/studies": qido.studies,
        "/series": qido.series,
        "/instances": qido.instances,
        STUDY: wado.instances,
        STUDY + "/series": qido.series,
        STUDY + "/instances": qido.instances,
        STUDY + "/metadata": wado.metadata,
        STUDY + "/thumbnail": pictures.thumbnail,
        SERIES: wado.instances,
        SERIES + "/instances": qido.instances,
        SERIES + "/metadata": wado.metadata,
        SERIES + "/thumbnail": pictures.thumbnail,
        INSTANCE: wado.instances,
        INSTANCE + "/metadata": wado.metadata,
        INSTANCE + "/rendered": pictures.rendered,
        INSTANCE + "/thumbnail": pictures.thumbnail,
        INSTANCE + "/frames/{frames}": frames.frames,
        INSTANCE + "/frames/{frames}/rendered": pictures.rendered,
        INSTANCE + "/frames/{frames}/thumbnail": pictures.thumbnail,
        INSTANCE + "/bulkdata/{path:path}": frames.bulk,
    }


#: What the service does, for programs (PS3.18 8.9).
TRANSACTIONS: Final = {
    "store": ["/studies", STUDY],
    "search": ["/studies", "/series", "/instances", STUDY + "/series", STUDY + "/instances",
               SERIES + "/instances"],
    "retrieve": [STUDY, SERIES, INSTANCE],
    "metadata": [STUDY + "/metadata", SERIES + "/metadata", INSTANCE + "/metadata"],
    "frames": [INSTANCE + "/frames/{frames}"],
    "bulkdata": [INSTANCE + "/bulkdata/{path}"],
    "rendered": [INSTANCE + "/rendered", INSTANCE + "/frames/{frames}/rendered"],
    "thumbnail": [STUDY + "/thumbnail", SERIES + "/thumbnail", INSTANCE + "/thumbnail",
                  INSTANCE + "/frames/{frames}/thumbnail"],
}  # fmt: skip


def capabilities(request: Request) -> Response:
    """``/dicom-web/``: the transactions and their addresses."""
    media_type = require_json(request)
    said = {"service": base_of(request), "transactions": TRANSACTIONS}
    return Response(msgspec.json.encode(said), 200, {}, media_type)
