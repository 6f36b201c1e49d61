"""C-STORE received and on disk: ours against storescp and Orthanc, one and four associations.

All receivers run as processes of their own on the same disk, each folder in its own block group,
all with ``TCP_NODELAY`` (Debian's dcmtk stalls 40 ms per object without it) and PDUs of 128 KiB,
Orthanc also with its own 16 KiB.
The sender is dcmtk's ``storescu``, a 512 x 512 x 16 bit CT under new SOP Instance UIDs. storescp
keeps bytes as they come and forces nothing to disk; Orthanc forces the file (its default) and
indexes; ours forces file and folder. *The disk alone* is what these two cost without network: no
honest receiver on one association is faster. The receivers take turns; figures are medians.

Run: ``.venv/bin/python -m tests.bench.cstore``
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import numpy as np
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from yushan.base import SystemClock
from yushan.doors.dimse import Receiver, ReceiverSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

IMAGES = 400
ROUNDS = 3
ASSOCIATIONS = (1, 4)
ENVIRONMENT = {**os.environ, "TCP_NODELAY": "1"}


class Row(TypedDict):
    """One line of the table: objects per second, and how many times the peer."""

    name: str
    ours: float
    peer: float
    ratio: float


def make_ct(path: Path) -> None:
    """A CT of 512 x 512 pixels of 16 bits, noise, explicit little endian."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ct = FileDataset(str(path), {}, file_meta=meta, preamble=bytes(128))
    ct.SOPClassUID = meta.MediaStorageSOPClassUID
    ct.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    ct.StudyInstanceUID, ct.SeriesInstanceUID = generate_uid(), generate_uid()
    ct.PatientID, ct.PatientName, ct.StudyID, ct.Modality = "BENCH", "Bench^Mark", "1", "CT"
    ct.SeriesNumber, ct.InstanceNumber, ct.SamplesPerPixel, ct.Rows, ct.Columns = 1, 1, 1, 512, 512
    ct.BitsAllocated, ct.BitsStored, ct.HighBit, ct.PixelRepresentation = 16, 12, 11, 0
    ct.PhotometricInterpretation = "MONOCHROME2"
    noise = np.random.default_rng(1).integers(0, 4096, (512, 512), dtype=np.uint16)
    ct.PixelData = noise.tobytes()
    ct.save_as(path, enforce_file_format=True)


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ours(port: int, folder: Path) -> list[str]:
    """Our receiver as a process of its own."""
    return [sys.executable, "-m", "tests.bench.cstore", "receive", str(port), str(folder)]


def storescp(port: int, folder: Path) -> list[str]:
    """dcmtk's receiver at its fastest: bit preserving, a process per association."""
    return ["storescp", "+B", "--fork", "-pdu", "131072", "-od", str(folder), str(port)]


def orthanc(port: int, folder: Path, max_pdu: int = 16384) -> list[str]:
    """Orthanc with SQLite and its default synchronous storage area."""
    settings = folder / "orthanc.json"
    settings.write_text(
        json.dumps({
            "StorageDirectory": str(folder), "IndexDirectory": str(folder), "DicomPort": port,
            "HttpServerEnabled": False, "DicomAlwaysAllowStore": True, "DicomAet": "ANY-SCP",
            "MaximumPduLength": max_pdu, "Plugins": [],
        })
    )  # fmt: skip
    return [shutil.which("Orthanc", path="/usr/sbin:/usr/bin") or "Orthanc", str(settings)]


def orthanc_tuned(port: int, folder: Path) -> list[str]:
    """Orthanc with PDUs as long as ours."""
    return orthanc(port, folder, 131072)


RECEIVERS: dict[str, Callable[[int, Path], list[str]]] = {
    "ours": ours,
    "storescp": storescp,
    "Orthanc": orthanc,
    "Orthanc with PDUs of 128 KiB": orthanc_tuned,
}
DISK = "the disk alone"


def write_alone(ground: Path, ct: bytes, images: int) -> float:
    """Objects per second by the same steps on disk without any network, one after the other."""
    folder = Path(tempfile.mkdtemp(prefix="disk", dir=ground))
    place = os.open(folder, os.O_RDONLY)
    begun = time.perf_counter()
    for number in range(images):
        part = folder / f"{number:06d}.part"
        with part.open("wb", buffering=0) as file:
            file.write(ct)
            os.fsync(file.fileno())
        part.rename(part.with_suffix(".dcm"))
        os.fsync(place)
    rate = images / (time.perf_counter() - begun)
    os.close(place)
    shutil.rmtree(folder)
    return rate


@contextmanager
def running(kind: str, ground: Path) -> Iterator[int]:
    """A receiver that listens, on the port given, with a folder of its own."""
    os.sync()
    folder = Path(tempfile.mkdtemp(prefix=kind, dir=ground))
    port = free_port()
    command = RECEIVERS[kind](port, folder)
    process = subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        await_port(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        shutil.rmtree(folder)


def level(ground: Path) -> None:
    """Give each folder below its own block group where the file system can (ext4)."""
    subprocess.run(["chattr", "+T", ground], check=False, stderr=subprocess.DEVNULL)


def await_port(port: int) -> None:
    """Until somebody listens, ten seconds at most."""
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(port)


def feed(port: int, ct: Path, associations: int, images: int) -> float:
    """Objects per second over all associations, start of the senders included."""
    command = ["storescu", "-aec", "ANY-SCP", "-xe", "+II", "--repeat", str(images // associations),
               "127.0.0.1", str(port), str(ct)]  # fmt: skip
    begun = time.perf_counter()
    senders = [
        subprocess.Popen(
            command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(associations)
    ]
    if any(sender.wait() for sender in senders):
        raise RuntimeError("storescu failed")
    return images / (time.perf_counter() - begun)


def measure(images: int, rounds: int) -> dict[tuple[str, int], list[float]]:
    """Rates by receiver and number of associations, receivers in turn."""
    rates: dict[tuple[str, int], list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="cstore-") as folder:
        ground = Path(folder)
        level(ground)
        ct = ground / "ct.dcm"
        make_ct(ct)
        for _ in range(rounds):
            alone = write_alone(ground, ct.read_bytes(), images // 4)
            rates.setdefault((DISK, 1), []).append(alone)
            for kind in RECEIVERS:
                with running(kind, ground) as port:
                    feed(port, ct, 1, 8)
                    for associations in ASSOCIATIONS:
                        rate = feed(port, ct, associations, images)
                        rates.setdefault((kind, associations), []).append(rate)
    return rates


def rows(images: int = IMAGES, rounds: int = ROUNDS) -> list[Row]:
    """The table: medians of ours, of each peer, and their ratio."""
    rates = measure(images, rounds)
    medians = {key: statistics.median(values) for key, values in rates.items()}
    return [
        Row(
            name=f"C-STORE, {associations} association(s), against {peer}",
            ours=round(medians["ours", associations], 1),
            peer=round(median, 1),
            ratio=round(medians["ours", associations] / median, 2),
        )
        for (peer, associations), median in sorted(medians.items())
        if peer != "ours"
    ]


def receive(port: int, folder: Path) -> None:
    """Be our receiver until SIGTERM."""
    settings = ReceiverSettings(
        port=port, ae_title="ANY-SCP", any_caller_from_loopback=True, reserve_mib=64
    )
    receiver = Receiver(settings, folder / "spool", SystemClock())
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    receiver.start()
    signal.sigwait({signal.SIGTERM})
    receiver.stop()


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["receive"]:
        receive(int(sys.argv[2]), Path(sys.argv[3]))
        return
    for row in rows():
        print(f"{row['name']:<64}{row['ours']:>9.1f}/s{row['peer']:>9.1f}/s  x {row['ratio']:.2f}")


if __name__ == "__main__":
    main()
