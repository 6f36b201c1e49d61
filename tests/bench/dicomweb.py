"""DICOMweb reading: ours against Orthanc over the same objects, and other names against our own.

Both run as processes of their own on loopback with ``TCP_NODELAY``, ours as the whole role with its
sign-in, rights, record of who saw what and its database; Orthanc with SQLite, its DICOMweb plugin
and nothing else. The objects: a CT of 60 slices of 512 x 512 x 16 bit, and 200 small studies. One
client asks over one connection that is kept, or four over four; servers take turns; figures are
medians of the rounds. *Other names* is the same account's view through a mask: all identifiers are
patched while the bytes are served.

Run: ``.venv/bin/python -m tests.bench.dicomweb`` (``apt-get install orthanc orthanc-dicomweb``)
"""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypedDict

import numpy as np
import uvloop
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from tests.bench.cstore import ENVIRONMENT, await_port, free_port
from tests.doors.dicomweb.conformance.standing import PASSWORD
from tests.unit.dicom.factory import EXPLICIT
from yushan.assembly import serve
from yushan.assembly.commons import CommonsRole
from yushan.assembly.demo.plan import lay_out
from yushan.base import EVERYTHING, PackId, Scope, SystemClock
from yushan.domain.dicom import describe
from yushan.domain.packs import InstanceEntry, PackWriter, Sidecar, patch_range
from yushan.doors.dicomweb.multipart import Part, joined
from yushan.engines.keys import Masks, load_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yushan.engines.keys import Mask

SLICES = 60
STUDIES = 200
ROUNDS = 3
SECONDS = 0.8


class Row(TypedDict):
    """One line of the table: per second, and how many times the peer."""

    name: str
    ours: float
    peer: float
    ratio: float


class Place(NamedTuple):
    """A server that answers, what the asker says of themselves, and the CT's UIDs there."""

    port: int
    root: str
    token: str
    study: str
    series: str
    instances: list[str]
    subject: str

    def at_series(self) -> str:
        """The series of the CT."""
        return f"{self.root}/studies/{self.study}/series/{self.series}"

    def at(self, number: int) -> str:
        """An instance of the CT."""
        return f"{self.at_series()}/instances/{self.instances[number % SLICES]}"


def uid(*numbers: int) -> str:
    """A UID of ours."""
    number = sum(one * 1000**place for place, one in enumerate(numbers, start=1))
    return f"2.25.{10**38 + number * 10**6 + 7}"


def subject_of(study: int) -> str:
    """A pseudonym of ours."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    return "BENCHMARKED" + "".join(digits[study // 32**place % 32] for place in range(5))


def slice_file(study: int, number: int, size: int) -> bytes:
    """One CT slice of noise."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    meta.MediaStorageSOPInstanceUID = uid(study, 1, number)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ct = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    ct.SpecificCharacterSet, ct.Modality, ct.Manufacturer = "ISO_IR 192", "CT", "Bench"
    ct.SOPClassUID, ct.SOPInstanceUID = meta.MediaStorageSOPClassUID, uid(study, 1, number)
    ct.StudyInstanceUID, ct.SeriesInstanceUID = uid(study), uid(study, 1)
    ct.FrameOfReferenceUID = uid(study, 9)
    ct.PatientName = ct.PatientID = subject_of(study)
    ct.StudyDate, ct.StudyTime, ct.StudyDescription = f"202{study % 7}0315", "101500", "CHEST CT"
    ct.AccessionNumber = ct.StudyID = ct.PatientBirthDate = ct.PatientSex = ""
    ct.SeriesNumber, ct.InstanceNumber, ct.SeriesDescription = 1, number + 1, "AXIAL 1.0"
    ct.BodyPartExamined, ct.ImageType = "CHEST", ["ORIGINAL", "PRIMARY", "AXIAL"]
    ct.ImagePositionPatient = [-180.0, -180.0, float(number)]
    ct.ImageOrientationPatient, ct.PixelSpacing = [1, 0, 0, 0, 1, 0], [0.7, 0.7]
    ct.SliceThickness, ct.KVP, ct.WindowCenter, ct.WindowWidth = 1.0, 120, 2048, 4096
    ct.RescaleIntercept, ct.RescaleSlope, ct.SamplesPerPixel = -1024, 1, 1
    ct.PhotometricInterpretation, ct.Rows, ct.Columns = "MONOCHROME2", size, size
    ct.BitsAllocated, ct.BitsStored, ct.HighBit, ct.PixelRepresentation = 16, 12, 11, 0
    rng = np.random.default_rng(number)
    ct.PixelData = rng.integers(0, 4096, (size, size), dtype=np.uint16).tobytes()
    out = io.BytesIO()
    ct.save_as(out, enforce_file_format=True)
    return out.getvalue()


def series_of(study: int) -> list[bytes]:
    """The files of a study: study 1 is the CT that is read, the others are small."""
    count, size = (SLICES, 512) if study == 1 else (1, 16)
    return [slice_file(study, number, size) for number in range(count)]


def admit(role: CommonsRole, studies: range, folder: Path) -> None:
    """Put studies into the archive and the index in one pack, as admission does."""
    draft = folder / "draft.pack"
    with draft.open("wb") as out:
        writer = PackWriter(out)
        entries = [[entry_of(content, writer) for content in series_of(study)] for study in studies]
        pack = writer.finish().pack
    sidecars = [
        Sidecar(
            pack=pack, site="hospital-a", subject=subject_of(study),
            study_instance_uid=uid(study), series_instance_uid=uid(study, 1), modality="CT",
            source=pack, policy="tw-hospital", policy_digest="cd" * 32,
            received_at="2026-12-01T00:00:00.000+00:00", instances=instances,
        )
        for study, instances in zip(studies, entries, strict=True)
    ]  # fmt: skip
    role.archive.put(PackId(pack), draft, sidecars)
    with role.database.begin() as tx:
        role.archive.admit(tx, role.archive.staged(PackId(pack), len(sidecars)))
        role.catalogue.add(tx, sidecars)


def entry_of(content: bytes, writer: PackWriter) -> InstanceEntry:
    """A file, written into the pack."""
    about, member = describe(content), writer.add([content])
    return InstanceEntry(
        sop_instance_uid=about.summary.sop_instance_uid,
        sop_class_uid=about.summary.sop_class_uid,
        transfer_syntax_uid=EXPLICIT,
        instance_number=about.summary.instance_number,
        start=member.start,
        length=member.length,
        frames=list(about.frames),
        bulk=list(about.bulk),
        spots=list(about.spots),
        metadata=about.metadata,
    )


def be_ours(port: int, folder: Path) -> None:
    """Be our commons, with one account that sees our names and one that sees others."""
    settings = lay_out(folder, port, Path(), SystemClock()).commons
    role = CommonsRole(settings)
    tokens = {}
    for name, scope in (("own", EVERYTHING), ("other", Scope(everything=True, mask="bench"))):
        account = role.accounts.create(f"{name}-names", PASSWORD, "steward", scope)
        tokens[name] = role.accounts.issue_token(account, "bench", 1)
    admit(role, range(1, 2), folder)
    admit(role, range(2, STUDIES + 2), folder)
    door = serve.bind(settings.http)
    mask = Masks(load_secret(settings.commons_key)).of("bench")
    assert mask is not None
    said = {"tokens": tokens, "subject": mask.subject(subject_of(1)), "study": mask.uid(uid(1)),
            "series": mask.uid(uid(1, 1)),
            "instances": [mask.uid(uid(1, 1, number)) for number in range(SLICES)]}  # fmt: skip
    (folder / "said.json").write_text(json.dumps(said))
    uvloop.run(serve.serve(role, door))


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    """A server as a process until the end."""
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    try:
        for _ in range(30):
            with contextlib.suppress(TimeoutError):
                await_port(port)
                break
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


@contextmanager
def ours(folder: Path) -> Iterator[dict[str, Place]]:
    """Our commons, seen under its own names and under others."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.dicomweb", "serve", str(port), str(folder)]
    with running(command, port):
        said = json.loads((folder / "said.json").read_text())
        tokens = said.pop("tokens")
        root = "/dicom-web"
        yield {"ours": own_place(port, root, f"Bearer {tokens['own']}"),
               "other names": Place(port, root, f"Bearer {tokens['other']}", **said)}  # fmt: skip


def own_place(port: int, root: str, token: str) -> Place:
    """A server that calls things as the files do."""
    instances = [uid(1, 1, number) for number in range(SLICES)]
    return Place(port, root, token, uid(1), uid(1, 1), instances, subject_of(1))


@contextmanager
def orthanc(folder: Path) -> Iterator[dict[str, Place]]:
    """Orthanc with its DICOMweb plugin, holding the same objects."""
    port = free_port()
    plugin = next(Path("/usr/share/orthanc/plugins").glob("libOrthancDicomWeb*"))
    settings = folder / "orthanc.json"
    settings.write_text(
        json.dumps({
            "StorageDirectory": str(folder / "db"), "IndexDirectory": str(folder / "db"),
            "DicomServerEnabled": False, "HttpPort": port, "RemoteAccessAllowed": True,
            "AuthenticationEnabled": False, "Plugins": [str(plugin)], "HttpThreadsCount": 8,
            "TcpNoDelay": True, "KeepAlive": True, "DicomWeb": {"Enable": True},
        })
    )  # fmt: skip
    program = shutil.which("Orthanc", path="/usr/sbin:/usr/bin") or "Orthanc"
    with running([program, str(settings)], port):
        for study in range(1, STUDIES + 2):
            for content in series_of(study):
                request = urllib.request.Request(f"http://127.0.0.1:{port}/instances", content)
                urllib.request.urlopen(request).read()
        yield {"Orthanc": own_place(port, "/dicom-web", "")}


class Client:
    """One connection that is kept; reads answers as cheaply as Python can."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.space = memoryview(bytearray(1 << 20))
        self.connect()

    def connect(self) -> None:
        """Open the connection, also after a server that ends its answer by closing."""
        self.socket = socket.create_connection(("127.0.0.1", self.place.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = self.socket.makefile("rb", 1 << 17)

    def ask(self, path: str, accept: str, coding: str) -> int:
        """Ask and read all; bytes of the body."""
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.place.port}\r\nAccept: {accept}\r\n"
        head += f"Accept-Encoding: {coding}\r\n" if coding else ""
        head += f"Authorization: {self.place.token}\r\n" if self.place.token else ""
        self.socket.sendall(head.encode() + b"\r\n")
        status = self.stream.readline()
        assert b" 200" in status, (path, status)
        length, in_chunks = -1, False
        while (line := self.stream.readline().lower()) not in (b"\r\n", b""):
            if line.startswith(b"content-length:"):
                length = int(line[15:])
            in_chunks |= line.startswith(b"transfer-encoding: chunked")
        if in_chunks:
            return self.chunks()
        return self.to_the_end() if length < 0 else self.read(length)

    def to_the_end(self) -> int:
        """Read until the server closes, and open again."""
        total = 0
        while got := self.stream.readinto1(self.space):
            total += got
        self.connect()
        return total

    def chunks(self) -> int:
        """Read a body in chunks."""
        total = 0
        while size := int(self.stream.readline(), 16):
            total += self.read(size)
            self.stream.readline()
        self.stream.readline()
        return total

    def read(self, length: int) -> int:
        """Read so many bytes."""
        missing = length
        while missing:
            missing -= self.stream.readinto1(self.space[: min(missing, len(self.space))])
        return length


def rate(
    place: Place, path: Callable[[Place, int], str], about: tuple[str, str], clients: int
) -> float:
    """Answers per second over all clients; what only the first one waits for does not count."""
    rates = [0.0] * clients
    turn = itertools.count()

    def work(index: int) -> None:
        client, count = Client(place), 0
        client.ask(path(place, next(turn)), *about)
        begun = time.perf_counter()
        while time.perf_counter() - begun < SECONDS:
            client.ask(path(place, next(turn)), *about)
            count += 1
        rates[index] = count / (time.perf_counter() - begun)
        client.socket.close()

    threads = [threading.Thread(target=work, args=(index,)) for index in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(rates)


FRAME = ("multipart/related; type=application/octet-stream; transfer-syntax=*", "")
FILES = ("multipart/related; type=application/dicom; transfer-syntax=*", "")
JSON = ("application/dicom+json", "gzip")
#: What is asked: name → (path, Accept and Accept-Encoding, clients).
ASKED: dict[str, tuple[Callable[[Place, int], str], tuple[str, str], int]] = {
    "one frame, 1 client": (lambda at, n: f"{at.at(n)}/frames/1", FRAME, 1),
    "one frame, 4 clients": (lambda at, n: f"{at.at(n)}/frames/1", FRAME, 4),
    "metadata of 60 slices": (lambda at, _: f"{at.at_series()}/metadata", JSON, 1),
    "series of 60 files": (lambda at, _: at.at_series(), FILES, 1),
    "QIDO study by PatientID": (
        lambda at, _: f"{at.root}/studies?PatientID={at.subject}", JSON, 1,
    ),
    "QIDO 200 studies": (lambda at, _: f"{at.root}/studies?limit=200", JSON, 1),
    "QIDO instances of 60": (lambda at, _: f"{at.at_series()}/instances", JSON, 1),
    "rendered, each slice in turn": (lambda at, n: f"{at.at(n)}/rendered", ("image/jpeg", ""), 1),
    "rendered, never seen before": (
        lambda at, n: f"{at.at(n)}/rendered?window={1000 + n},{2000 + n},linear",
        ("image/jpeg", ""), 1,
    ),
}  # fmt: skip


def measure(rounds: int, names: tuple[str, ...] = tuple(ASKED)) -> dict[tuple[str, str], float]:
    """Median rates by question and server, servers in turn."""
    found: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="dicomweb-") as ground:
        one, other = Path(ground, "ours"), Path(ground, "orthanc")
        one.mkdir()
        other.mkdir()
        with ours(one) as here, orthanc(other) as there:
            for _ in range(rounds):
                for name in names:
                    path, about, clients = ASKED[name]
                    for server, place in {**here, **there}.items():
                        figure = rate(place, path, about, clients)
                        found.setdefault((name, server), []).append(figure)
    return {key: statistics.median(values) for key, values in found.items()}


def swallow(far: socket.socket) -> None:
    """Read what comes until the other side closes."""
    space = bytearray(1 << 20)
    while far.recv_into(space):
        pass


def pieces(file: int, entry: InstanceEntry, names: Mask | None) -> Iterator[bytes | memoryview]:
    """A file of a pack as the door sends it."""
    data = os.pread(file, entry.length, entry.start)
    return iter((data,) if names is None else patch_range(data, 0, entry.spots, names))


def streaming(turns: int = 40) -> Row:
    """Files of the CT from their pack into a socket with all names patched, against as they lie.

    MB per second of the sender's own time, so that others on the machine do not count; both take
    turns, medians.
    """
    names = Masks(bytes(32)).of("bench")
    assert names is not None
    found: dict[bool, list[float]] = {True: [], False: []}
    near, far = socket.socketpair()
    threading.Thread(target=swallow, args=(far,), daemon=True).start()
    with tempfile.TemporaryFile() as out, near:
        writer = PackWriter(out)
        entries = [entry_of(content, writer) for content in series_of(1)]
        size = sum(entry.length for entry in entries) / 1e6
        out.flush()
        for turn in range(2 * turns):
            patches = bool(turn % 2)
            begun = time.thread_time()
            parts = [
                Part(
                    "",
                    entry.length,
                    partial(pieces, out.fileno(), entry, names if patches else None),
                )
                for entry in entries
            ]
            for piece in joined(parts, [bytes(200)] * SLICES, b""):
                near.sendall(piece)
            found[patches].append(size / (time.thread_time() - begun))
    patched, plain = (statistics.median(found[one]) for one in (True, False))
    return Row(
        name="files streamed with names patched (MB/s), against plain",
        ours=round(patched, 1),
        peer=round(plain, 1),
        ratio=round(patched / plain, 2),
    )


def rows(rounds: int = ROUNDS) -> list[Row]:
    """The table: ours against Orthanc, and other names against our own."""
    made = [streaming()]
    medians = measure(rounds)
    for name in ASKED:
        own = medians[name, "ours"]
        for title, first, second in (
            (f"{name}, against Orthanc", own, medians[name, "Orthanc"]),
            (f"{name}, other names against own", medians[name, "other names"], own),
        ):
            ratio = round(first / second, 2)
            made.append(Row(name=title, ours=round(first, 1), peer=round(second, 1), ratio=ratio))
    return made


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["serve"]:
        be_ours(int(sys.argv[2]), Path(sys.argv[3]))
        return
    for row in rows(int(sys.argv[1]) if sys.argv[1:] else ROUNDS):
        print(f"{row['name']:<64}{row['ours']:>9.1f}/s{row['peer']:>9.1f}/s  x {row['ratio']:.2f}")


if __name__ == "__main__":
    main()
