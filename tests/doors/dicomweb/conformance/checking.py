"""A check, the list of all of them, and the server they are asked of."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import httpx
import pydicom
from dicomweb_client.api import DICOMwebClient
from pydicom.uid import generate_uid
from tests.doors.dicomweb.conformance.samples import Sample, samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

JSON = "application/dicom+json"
DICOM_PARTS = 'multipart/related; type="application/dicom"'
OCTET_PARTS = 'multipart/related; type="application/octet-stream"'
BOUNDARY = "part-of-the-suite"
POSTED = f'multipart/related; type="application/dicom"; boundary={BOUNDARY}'
#: UIDs that nothing has.
NOWHERE = "2.25.123456789012345678901234567890123456789"


class Skipped(Exception):
    """The check does not apply to this server."""


@dataclass(frozen=True)
class Place:
    """Where the server keeps one sample: its UIDs there, and what was sent."""

    study: str
    series: str
    instance: str
    sample: Sample

    @property
    def path(self) -> str:
        return f"/studies/{self.study}/series/{self.series}/instances/{self.instance}"

    @property
    def series_path(self) -> str:
        return f"/studies/{self.study}/series/{self.series}"


@dataclass
class Server:
    """A DICOMweb service by its address; ``tokens`` beside the first are known for ours alone."""

    url: str
    token: str = ""
    tokens: dict[str, str] = field(default_factory=dict)
    #: Our role, where the server is ours.
    role: Any = None
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60, trust_env=False))

    @property
    def is_ours(self) -> bool:
        return self.role is not None

    def need_ours(self) -> None:
        if not self.is_ours:
            raise Skipped("only of our server")

    def headers(self, accept: str | None, who: str | None) -> dict[str, str]:
        token = self.token if who is None else self.tokens.get(who, "")
        found = {"Authorization": f"Bearer {token}"} if token else {}
        return found | ({"Accept": accept} if accept is not None else {})

    def ask(
        self, path: str, accept: str | None = None, *, method: str = "GET", who: str | None = None,
        **more: Any,
    ) -> httpx.Response:  # fmt: skip
        """One request; ``path`` is below the service, or an address the server gave."""
        address = path if path.startswith("http") else self.url + path
        headers = self.headers(accept, who) | more.pop("headers", {})
        return self.http.request(method, address, headers=headers, **more)

    def found(self, path: str, params: Any = None, who: str | None = None) -> list[dict[str, Any]]:
        """The results of a search."""
        answer = self.ask(path, JSON, params=params, who=who)
        assert answer.status_code in (200, 204), (answer.status_code, answer.text[:300])
        return answer.json() if answer.content else []

    def post(
        self, parts: Sequence[bytes], path: str = "/studies", *, accept: str = JSON,
        kind: str = POSTED, who: str | None = None, **more: Any,
    ) -> httpx.Response:  # fmt: skip
        """A request to store, in parts."""
        headers = {"Content-Type": kind} | more.pop("headers", {})
        body = more.pop("content", None)
        content = related(parts) if body is None else body
        return self.ask(
            path, accept, method="POST", content=content, headers=headers, who=who, **more
        )

    @cached_property
    def client(self) -> DICOMwebClient:
        """The client that is not ours."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return DICOMwebClient(self.url, headers=headers)

    @cached_property
    def places(self) -> dict[str, list[Place]]:
        """All samples, stored."""
        found: dict[str, list[Place]] = {}
        for sample in samples():
            answer = self.post([sample.data])
            assert answer.status_code in (200, 202), answer.text[:600]
            item = values(answer.json(), "00081199")[0]
            found.setdefault(sample.kind, []).append(place_of(item, sample))
        return found

    def one(self, kind: str) -> Place:
        return self.places[kind][0]


def place_of(item: dict[str, Any], sample: Sample) -> Place:
    """Where an item of the Referenced SOP Sequence says that a sample is."""
    if "00081190" not in item:
        own = sample.dataset
        return Place(own.StudyInstanceUID, own.SeriesInstanceUID, own.SOPInstanceUID, sample)
    words = value(item, "00081190").rstrip("/").split("/")
    return Place(
        words[words.index("studies") + 1], words[words.index("series") + 1],
        words[words.index("instances") + 1], sample,
    )  # fmt: skip


def related(parts: Iterable[bytes], head: bytes = b"Content-Type: application/dicom\r\n") -> bytes:
    """A body in parts."""
    mark = b"--" + BOUNDARY.encode()
    written = [b"%s\r\n%s\r\n%s\r\n" % (mark, head, part) for part in parts]
    return b"".join([*written, mark, b"--\r\n"])


def values(dataset: dict[str, Any], tag: str) -> list[Any]:
    return dataset.get(tag, {}).get("Value", [])


def value(dataset: dict[str, Any], tag: str) -> Any:
    found = values(dataset, tag)
    return found[0] if found else None


def uids(results: Iterable[dict[str, Any]], tag: str) -> set[str]:
    return {value(one, tag) for one in results}


def parts_of(answer: httpx.Response) -> list[tuple[dict[str, str], bytes]]:
    """The parts of an answer: headers in lower case, bytes."""
    kind = answer.headers["content-type"]
    assert kind.startswith("multipart/related"), kind
    boundary = kind.split("boundary=")[1].split(";")[0].strip().strip('"').encode()
    found = []
    for piece in (b"\r\n" + answer.content).split(b"\r\n--" + boundary)[1:-1]:
        head, _, body = piece.lstrip(b"\r\n").partition(b"\r\n\r\n")
        lines = [line.partition(b":") for line in head.split(b"\r\n") if line]
        headers = {name.decode().lower(): said.decode().strip() for name, _, said in lines}
        found.append((headers, body))
    return found


def files_of(answer: httpx.Response) -> list[pydicom.Dataset]:
    """The objects of an answer."""
    assert answer.status_code == 200, (answer.status_code, answer.text[:300])
    if answer.headers["content-type"].startswith("multipart"):
        return [pydicom.dcmread(io.BytesIO(body)) for _, body in parts_of(answer)]
    return [pydicom.dcmread(io.BytesIO(answer.content))]


def changed(sample: Sample, **changes: Any) -> bytes:
    """A sample with other values, as a client would write it."""
    dataset = sample.dataset
    for keyword, new in changes.items():
        setattr(dataset, keyword, new)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


def ours() -> str:
    """A UID of the fixed form of our own."""
    while len(found := generate_uid(prefix=None)) != 44:
        pass
    return found


def status(answer: httpx.Response, *wanted: int) -> None:
    assert answer.status_code in wanted, (answer.status_code, wanted, answer.text[:300])


@dataclass(frozen=True)
class Check:
    """One named expectation."""

    part: str
    name: str
    run: Callable[[Server], None]


CHECKS: list[Check] = []


def check(part: str, name: str) -> Callable[[Callable[[Server], None]], Callable[[Server], None]]:
    """Enter a function into the list."""

    def enter(function: Callable[[Server], None]) -> Callable[[Server], None]:
        CHECKS.append(Check(part, name, function))
        return function

    return enter
