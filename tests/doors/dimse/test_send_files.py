"""Our own sender: what it delivers, what it reports, how it goes on after a loss."""

from __future__ import annotations

import socket
import struct
import subprocess
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pydicom
import pytest
from pydicom.uid import ImplicitVRLittleEndian, JPEGLossless
from pynetdicom import AE, evt
from tests.doors.dimse.datasets import write_ct
from tests.doors.dimse.factories import CT, command, make_settings, receiving
from tests.doors.dimse.process import process
from tests.peers import need

from yushan.base import Rejected, SystemClock, Unavailable
from yushan.doors.dimse import Receiver
from yushan.engines.net import SendReport, send_files
from yushan.engines.net.dimse_pdus import look, status_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


def send(port: int, files: Sequence[Path], **more: object) -> SendReport:
    """Send to loopback."""
    return send_files("127.0.0.1", port, files, "TESTER", "GATE", **more)  # type: ignore[arg-type]


def test_files_arrive_as_they_are_and_progress_is_told(tmp_path: Path) -> None:
    files = [write_ct(tmp_path / f"{n}.dcm", rows=256) for n in range(5)]
    told: list[tuple[int, int]] = []
    with receiving(tmp_path / "spool") as running:
        report = send(running.port, files, progress=lambda *done: told.append(done))
        running.settle()
        assert report == SendReport(5, tuple((file, 0) for file in files), ())
        assert told == [(n, 5) for n in range(1, 6)]
        kept = [pydicom.dcmread(path) for path in running.objects()]
        assert kept == [pydicom.dcmread(file) for file in files]
        assert running.receiver.counters().accepted == 1


def test_each_file_travels_in_its_own_syntax_and_class(tmp_path: Path) -> None:
    files = [
        write_ct(tmp_path / "a.dcm"),
        write_ct(tmp_path / "b.dcm", sop_class="1.2.840.10008.5.1.4.1.1.7"),
    ]
    for name, syntax in (("c", ImplicitVRLittleEndian), ("d", JPEGLossless)):
        file = tmp_path / f"{name}.dcm"
        raw = write_ct(file).read_bytes()
        file.write_bytes(patch_syntax(raw, syntax))
        files.append(file)
    with receiving(tmp_path / "spool") as running:
        assert send(running.port, files).sent == 4
        running.settle()
        metas = [pydicom.filereader.read_file_meta_info(path) for path in running.objects()]
        wanted = [pydicom.filereader.read_file_meta_info(path) for path in files]
        for meta, original in zip(metas, wanted, strict=True):
            assert meta.TransferSyntaxUID == original.TransferSyntaxUID
            assert meta.MediaStorageSOPClassUID == original.MediaStorageSOPClassUID


def patch_syntax(raw: bytes, syntax: str) -> bytes:
    """The same file under another transfer syntax; group length as it was for the walk."""
    old = struct.pack("<HH2sH", 2, 0x10, b"UI", 20) + b"1.2.840.10008.1.2.1\0"
    padded = syntax.encode() + b"\0" * (len(syntax) % 2)
    assert old in raw
    return raw.replace(old, struct.pack("<HH2sH", 2, 0x10, b"UI", len(padded)) + padded)


def test_more_than_128_pairs_take_more_associations(tmp_path: Path) -> None:
    files = [
        write_ct(tmp_path / f"{n}.dcm", sop_class=f"1.2.840.10008.5.1.4.1.1.{n + 1000}")
        for n in range(130)
    ]
    with receiving(tmp_path / "spool") as running:
        assert send(running.port, files).sent == 130
        assert running.receiver.counters().accepted == 2


def test_what_cannot_be_sent_is_reported_and_the_rest_goes(tmp_path: Path) -> None:
    text, cut = tmp_path / "text.dcm", tmp_path / "cut.dcm"
    text.write_text("no image")
    cut.write_bytes(bytes(128) + b"DICM" + b"\2\0\x10\0UI\x14\0")
    private = write_ct(tmp_path / "private.dcm", sop_class="1.3.12.2.1107.5.9.1")
    good = write_ct(tmp_path / "good.dcm")
    with receiving(tmp_path / "spool") as running:
        report = send(running.port, [text, private, good, cut])
        assert report == SendReport(1, ((good, 0),), (text, cut, private))


def test_a_refusal_is_reported_with_its_status(tmp_path: Path) -> None:
    files = [write_ct(tmp_path / f"{n}.dcm") for n in range(2)]
    with receiving(tmp_path / "spool", reserve_mib=1 << 30) as running:
        report = send(running.port, files)
        assert report == SendReport(0, tuple((file, 0xA700) for file in files), ())


def test_a_peer_that_will_not_have_us_is_a_refusal(tmp_path: Path) -> None:
    file = write_ct(tmp_path / "a.dcm")
    with receiving(tmp_path / "spool") as running, pytest.raises(Rejected) as refused:
        send_files("127.0.0.1", running.port, [file], "TESTER", "OTHER")
    assert (refused.value.code, refused.value.facts) == (
        "net.association-refused", {"reason": 7}
    )  # fmt: skip


def test_nobody_there_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yushan.engines.net.dimse.PAUSES_S", (0.0,))
    file = write_ct(tmp_path / "a.dcm")
    with socket.create_server(("127.0.0.1", 0)) as port:
        number = port.getsockname()[1]
    with pytest.raises(Unavailable, match=r"net\.unreachable"):
        send(number, [file])


def test_nothing_to_send_is_nothing_sent() -> None:
    assert send(1, []) == SendReport(0, (), ())


def test_a_killed_receiver_that_comes_back_gets_the_rest(tmp_path: Path) -> None:
    files = [write_ct(tmp_path / f"{n:03}.dcm", rows=256) for n in range(60)]
    killed = threading.Event()
    with process(tmp_path / "spool") as (first, port):

        def progress(done: int, _: int) -> None:
            if done == 20:
                first.kill()
                first.wait()
                killed.set()

        reports: list[SendReport] = []
        sender = threading.Thread(
            target=lambda: reports.append(send(port, files, progress=progress))
        )
        sender.start()
        assert killed.wait(20)
        with process(tmp_path / "spool", port=port):
            sender.join(30)
    assert reports[0].sent == 60
    kept = {look(path).sop_instance_uid for path in (tmp_path / "spool").glob("*/*/*.dcm")}
    assert kept == {look(file).sop_instance_uid for file in files}


def test_files_that_never_arrive_are_left_to_send_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yushan.engines.net.dimse.PAUSES_S", (0.0,))
    files = [write_ct(tmp_path / f"{n}.dcm") for n in range(4)]
    receiver = Receiver(make_settings(), tmp_path / "spool", SystemClock())
    port = receiver.start()
    report = send(port, files, progress=lambda done, _: receiver.stop(0.1) if done == 2 else None)
    assert report == SendReport(2, ((files[0], 0), (files[1], 0)), (files[2], files[3]))
    with receiving(tmp_path / "spool2") as running:
        assert send(running.port, report.unsent).sent == 2


def test_a_strange_answer_ends_the_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yushan.engines.net.dimse.PAUSES_S", (0.0,))
    file = write_ct(tmp_path / "a.dcm")
    for answer in (b"HTTP/1.1 400 Bad Request\r\n\r\n", struct.pack(">BxI4x", 7, 4), b""):
        with answering(answer) as port, pytest.raises(Unavailable):
            send(port, [file])


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """A peer that says one thing and hangs up, to everybody."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    sock, _ = listener.accept()
                except OSError:
                    return
                with sock:
                    sock.recv(1 << 16)
                    sock.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def test_an_answer_without_status_is_none() -> None:
    with pytest.raises(EOFError):
        status_of(bytes(6) + command()[:20])


def test_pynetdicom_receives_what_we_send(tmp_path: Path) -> None:
    files = [write_ct(tmp_path / f"{n}.dcm", rows=256) for n in range(3)]
    got: list[pydicom.Dataset] = []

    def store(event: evt.Event) -> int:
        got.append(event.dataset)
        return 0xB000

    ae = AE("GATE")
    ae.add_supported_context(CT, "1.2.840.10008.1.2.1")
    server = ae.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, store)])
    try:
        report = send(server.socket.getsockname()[1], files)
    finally:
        server.shutdown()
    assert report.sent == 3
    assert got == [pydicom.dcmread(file) for file in files]


@pytest.mark.peer
def test_dcmtk_receives_what_we_send(tmp_path: Path) -> None:
    storescp = need("storescp")
    files = [write_ct(tmp_path / f"{n}.dcm", rows=512) for n in range(3)]
    kept = tmp_path / "kept"
    kept.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    running = subprocess.Popen([storescp, "+B", "-od", kept, str(port)])
    try:
        assert send(port, files).sent == 3
    finally:
        running.terminate()
        running.wait(10)
    originals = {file.read_bytes()[-500_000:] for file in files}
    assert {path.read_bytes()[-500_000:] for path in kept.iterdir()} == originals
