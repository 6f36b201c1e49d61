"""The addresses of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.routing import Route

from yushan.doors.dicomweb.capabilities import Capabilities
from yushan.doors.dicomweb.finding import Finder
from yushan.doors.dicomweb.frames import Frames
from yushan.doors.dicomweb.hurrying import hurried
from yushan.doors.dicomweb.pictures import Pictures
from yushan.doors.dicomweb.ports import NOBODY
from yushan.doors.dicomweb.qido import Qido
from yushan.doors.dicomweb.refusals import guarded
from yushan.doors.dicomweb.wado import Wado

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from yushan.doors.dicomweb.ports import Archive, Beside, Catalogue, Children

    Handler = Callable[[Request], Response]

ROOT: Final = "/dicom-web"
STUDY: Final = "/studies/{study}"
SERIES: Final = STUDY + "/series/{series}"
INSTANCE: Final = SERIES + "/instances/{instance}"
FRAMES: Final = INSTANCE + "/frames/{frames}"


def routes(
    catalogue: Catalogue, archive: Archive, children: Children, beside: Beside = NOBODY
) -> list[Route]:
    """What is read below ``/dicom-web``; who asks is in ``request.state.account``."""
    finder = Finder(catalogue, archive, beside)
    capabilities, at_once = Capabilities(stores=beside.stores), hurried(finder)
    return [
        Route(
            ROOT + path,
            guarded(handler, capabilities.of(path), at_once if path == FRAMES else None),
            methods=["GET", "OPTIONS"],
            name=f"dicomweb{path}",
        )
        for path, handler in handlers(finder, children, capabilities).items()
    ]


def handlers(finder: Finder, children: Children, capabilities: Capabilities) -> dict[str, Handler]:
    """Address → what answers it; what is asked for most comes first."""
    frames = Frames(finder, children)
    qido, wado, pictures = Qido(finder), Wado(frames), Pictures(frames)
    return {
        FRAMES: frames.frames,
        "": capabilities.of(""),
        "/": capabilities.of("/"),
        "/studies": qido.studies,
        "/series": qido.series,
        "/instances": qido.instances,
        STUDY: wado.instances,
        STUDY + "/series": qido.series,
        STUDY + "/instances": qido.instances,
        STUDY + "/metadata": wado.metadata,
        STUDY + "/rendered": pictures.rendered,
        STUDY + "/thumbnail": pictures.thumbnail,
        SERIES: wado.instances,
        SERIES + "/instances": qido.instances,
        SERIES + "/metadata": wado.metadata,
        SERIES + "/rendered": pictures.rendered,
        SERIES + "/thumbnail": pictures.thumbnail,
        INSTANCE: wado.instances,
        INSTANCE + "/metadata": wado.metadata,
        INSTANCE + "/rendered": pictures.rendered,
        INSTANCE + "/thumbnail": pictures.thumbnail,
        FRAMES + "/rendered": pictures.rendered,
        FRAMES + "/thumbnail": pictures.thumbnail,
        INSTANCE + "/bulkdata/{path:path}": frames.bulk,
    }
