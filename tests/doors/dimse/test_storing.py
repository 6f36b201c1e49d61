"""Genuine senders store, and what lies in the spool is what they sent."""

from __future__ import annotations

import subprocess
import threading
from typing import TYPE_CHECKING

import pydicom
import pytest
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGLossless,
)
from pynetdicom import AE, build_context
from pynetdicom.presentation import AllStoragePresentationContexts
from pynetdicom.sop_class import Verification
from tests.doors.dimse.datasets import make_ct, write_ct
from tests.doors.dimse.factories import CT, EXPLICIT, Bare, command, proposal, receiving, request
from tests.peers import need

from yushan.doors.dimse import Caller

if TYPE_CHECKING:
    from pathlib import Path

    from pynetdicom.association import Association


def associate(port: int, *syntaxes: str, calling: str = "TESTER") -> Association:
    """pynetdicom as caller, for CT in the syntaxes and verification."""
    ae = AE(calling)
    ae.add_requested_context(Verification)
    for syntax in syntaxes or (ExplicitVRLittleEndian,):
        ae.add_requested_context(CT, syntax)
    return ae.associate("127.0.0.1", port, ae_title="GATE")


def test_pynetdicom_verifies_and_stores(tmp_path: Path) -> None:
    with receiving(tmp_path) as running:
        caller = associate(running.port)
        assert caller.is_established
        assert caller.send_c_echo().Status == 0
        sent = make_ct()
        assert caller.send_c_store(sent).Status == 0
        caller.release()
        (path,) = running.objects()
        kept = pydicom.dcmread(path)
        assert kept == sent
        assert kept.file_meta.MediaStorageSOPInstanceUID == sent.SOPInstanceUID
        assert kept.file_meta.ImplementationClassUID.startswith("2.25.")
        assert path.read_bytes()[:128] == bytes(128)
        counters = running.receiver.counters()
        assert (counters.objects, counters.echoes, counters.accepted) == (1, 1, 1)


@pytest.mark.parametrize(
    "syntax",
    [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian,
     DeflatedExplicitVRLittleEndian],
)  # fmt: skip
def test_every_syntax_is_kept_as_it_came(tmp_path: Path, syntax: str) -> None:
    with receiving(tmp_path) as running:
        caller = associate(running.port, syntax)
        sent = make_ct(syntax=ExplicitVRLittleEndian)
        sent.file_meta.TransferSyntaxUID = syntax
        sent.set_original_encoding(
            syntax == ImplicitVRLittleEndian, syntax != ExplicitVRBigEndian, "ascii"
        )
        assert caller.send_c_store(sent).Status == 0
        caller.release()
        kept = pydicom.dcmread(running.objects()[0])
        assert kept.file_meta.TransferSyntaxUID == syntax
        assert kept.PatientID == sent.PatientID
        assert kept.PixelData == sent.PixelData


def test_compressed_syntaxes_are_accepted_alone(tmp_path: Path) -> None:
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        _, body = peer.associate()
        assert body
    with receiving(tmp_path) as running:
        caller = associate(running.port, JPEGLossless)
        assert [c.transfer_syntax for c in caller.accepted_contexts if c.abstract_syntax == CT] == [
            [JPEGLossless]
        ]
        caller.release()


def test_every_storage_class_of_the_standard_is_accepted(tmp_path: Path) -> None:
    classes = [context.abstract_syntax for context in AllStoragePresentationContexts]
    with receiving(tmp_path) as running:
        for at in range(0, len(classes), 128):
            ae = AE("TESTER")
            ae.requested_contexts = [build_context(uid) for uid in classes[at : at + 128]]
            caller = ae.associate("127.0.0.1", running.port, ae_title="GATE")
            assert len(caller.accepted_contexts) == len(classes[at : at + 128])
            caller.release()


def test_the_document_says_how_the_objects_came(tmp_path: Path) -> None:
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        peer.associate(calling="CT 1")
        peer.store(b"\x08\0\x05\0")
        peer.store(b"\x08\0\x05\0")
        peer.release()
        peer.sock.close()
        (document,) = running.documents()
        assert document.pop("opened").startswith("20")
        identity = document.pop("id")
        assert document == {
            "kind": "dimse", "calling_ae": "CT 1", "called_ae": "GATE", "peer": "127.0.0.1",
            "tls": False,
        }  # fmt: skip
        running.settle()
        (ended,) = running.ended
        assert (ended.id, ended.objects, ended.outcome) == (identity, 2, "dimse.released")
        assert ended.folder == running.objects()[0].parent
        assert [path.name for path in running.objects()] == ["000001.dcm", "000002.dcm"]


def test_an_association_without_objects_leaves_no_folder(tmp_path: Path) -> None:
    with receiving(tmp_path) as running:
        caller = associate(running.port)
        caller.send_c_echo()
        caller.release()
        running.settle()
        assert list(tmp_path.rglob("*")) == []
        assert running.ended[0].folder is None


def test_the_same_object_in_parallel_is_success_for_all(tmp_path: Path) -> None:
    sent = make_ct()
    statuses = []

    def send(port: int) -> None:
        caller = associate(port)
        statuses.append(caller.send_c_store(sent).Status)
        caller.release()

    with receiving(tmp_path) as running:
        callers = [threading.Thread(target=send, args=(running.port,)) for _ in range(6)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        assert statuses == [0] * 6
        assert [pydicom.dcmread(path) for path in running.objects()] == [sent] * 6


def test_many_associations_at_once_lose_nothing(tmp_path: Path) -> None:
    datasets = [bytes((n,)) * (20_000 + n) for n in range(8)]

    def send(port: int, dataset: bytes) -> None:
        with Bare(port) as peer:
            peer.associate()
            for at in range(5):
                assert peer.store(dataset, command(instance=f"1.2.{dataset[0]}.{at}")) == 0
            peer.release()

    with receiving(tmp_path) as running:
        threads = [threading.Thread(target=send, args=(running.port, d)) for d in datasets]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        running.settle()
        kept = sorted(path.read_bytes()[-len(datasets[0]) :] for path in running.objects())
        assert kept == sorted(dataset[-len(datasets[0]) :] for dataset in datasets * 5)
        assert running.receiver.counters().bytes == 5 * sum(map(len, datasets))


@pytest.mark.peer
def test_dcmtk_verifies_and_stores(tmp_path: Path) -> None:
    echoscu, storescu, dcmftest = need("echoscu"), need("storescu"), need("dcmftest")
    files = [str(write_ct(tmp_path / f"{n}.dcm", rows=512)) for n in range(3)]
    with receiving(tmp_path / "spool") as running:
        port = str(running.port)
        subprocess.run([echoscu, "-aec", "GATE", "127.0.0.1", port], check=True)
        subprocess.run([storescu, "-aec", "GATE", "-xe", "127.0.0.1", port, *files], check=True)
        running.settle()
        kept = [pydicom.dcmread(path) for path in running.objects()]
        assert kept == [pydicom.dcmread(file) for file in files]
        subprocess.run([dcmftest, *map(str, running.objects())], check=True)


@pytest.mark.peer
def test_dcmtk_is_told_why_it_is_rejected(tmp_path: Path) -> None:
    echoscu = need("echoscu")
    with receiving(tmp_path) as running:
        told = subprocess.run(
            [echoscu, "-aec", "OTHER", "127.0.0.1", str(running.port)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert told.returncode != 0
        assert "Called AE Title Not Recognized" in told.stderr


@pytest.mark.parametrize(
    ("titles", "reason"),
    [({"called": "OTHER"}, 7), ({"called": "gate"}, 7), ({"calling": "MR2"}, 3),
     ({"calling": "CT9"}, 3), ({"calling": " "}, 3)],
)  # fmt: skip
def test_who_is_not_on_the_list_is_rejected_with_the_reason(
    tmp_path: Path, titles: dict[str, str], reason: int
) -> None:
    allowed = ("CT1", Caller(ae_title="CT9", addresses=("10.0.0.0/8",)))
    changes = {"any_caller_from_loopback": False, "allowed_callers": allowed}
    with receiving(tmp_path, **changes) as running, Bare(running.port) as peer:
        kind, body = peer.associate(**{"calling": "CT1", **titles})
        assert (kind, body[1:]) == (3, bytes((1, 1, reason)))


def test_who_is_on_the_list_comes_in(tmp_path: Path) -> None:
    allowed = ("CT1", Caller(ae_title="CT9", addresses=("127.0.0.0/8",)))
    changes = {"any_caller_from_loopback": False, "allowed_callers": allowed}
    with receiving(tmp_path, **changes) as running:
        for calling in ("CT1", "CT9"):
            with Bare(running.port) as peer:
                assert peer.associate(calling=calling)[0] == 2
                assert peer.release() == 6


def test_an_address_outside_the_networks_is_rejected(tmp_path: Path) -> None:
    changes = {"allowed_addresses": ("127.0.0.1",)}
    with receiving(tmp_path, **changes) as running:
        with Bare(running.port) as peer:
            assert peer.associate()[0] == 2
        with Bare(running.port, "127.0.0.9") as peer:
            kind, body = peer.associate()
            assert (kind, body[1:]) == (3, bytes((1, 1, 3)))


@pytest.mark.parametrize(
    ("old", "new", "answer"),
    [
        (b"1.2.840.10008.3.1.1.1", b"1.2.840.10008.3.1.1.2", (1, 1, 2)),
        (b"\0\1\0\0GATE", b"\0\2\0\0GATE", (1, 2, 2)),
    ],
    ids=["application context", "protocol version"],
)
def test_another_protocol_is_rejected_with_the_reason(
    tmp_path: Path, old: bytes, new: bytes, answer: tuple[int, int, int]
) -> None:
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        peer.send(request(proposal(1, CT, EXPLICIT)).replace(old, new))
        kind, body = peer.read()
        assert (kind, body[1:]) == (3, bytes(answer))
