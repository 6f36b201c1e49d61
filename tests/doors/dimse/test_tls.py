"""TLS on the DIMSE port: versions, client certificates, names."""

from __future__ import annotations

import ssl
import subprocess
import warnings
from typing import TYPE_CHECKING

import pytest
import trustme
from pynetdicom import AE
from tests.doors.dimse.datasets import make_ct, write_ct
from tests.doors.dimse.factories import CT, Bare, make_settings, receiving
from tests.peers import need

from yushan.base import Rejected, SystemClock
from yushan.doors.dimse import Caller, Receiver
from yushan.engines.net import send_files

if TYPE_CHECKING:
    from pathlib import Path


class Certificates:
    """An authority, the receiver's certificate and one device's."""

    def __init__(self, folder: Path) -> None:
        self.authority = trustme.CA()
        self.ca = folder / "ca.pem"
        self.authority.cert_pem.write_to_path(self.ca)
        self.server = self.issue(folder, "server", "127.0.0.1", "localhost")
        self.device = self.issue(folder, "device", "ct1.hospital.example")

    def issue(self, folder: Path, name: str, *names: str) -> tuple[str, str]:
        """Paths of certificate and key."""
        issued = self.authority.issue_cert(*names)
        cert, key = folder / f"{name}.pem", folder / f"{name}.key"
        cert.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(key)
        return str(cert), str(key)

    def settings(self, *, client: bool) -> dict[str, object]:
        """Settings of a TLS port, with compulsory client certificates or not."""
        cert, key = self.server
        return {"tls_cert": cert, "tls_key": key, "tls_ca": str(self.ca) if client else ""}

    def context(self, *, show: bool = True) -> ssl.SSLContext:
        """A caller's context; ``show`` our device's certificate."""
        context = ssl.create_default_context(cafile=str(self.ca))
        if show:
            context.load_cert_chain(*self.device)
        return context


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    """Fresh certificates."""
    folder = tmp_path / "certificates"
    folder.mkdir()
    return Certificates(folder)


def test_pynetdicom_stores_over_tls(tmp_path: Path, certificates: Certificates) -> None:
    with receiving(tmp_path / "spool", **certificates.settings(client=True)) as running:
        ae = AE("TESTER")
        ae.add_requested_context(CT, "1.2.840.10008.1.2.1")
        caller = ae.associate(
            "127.0.0.1", running.port, ae_title="GATE",
            tls_args=(certificates.context(), "localhost"),
        )  # fmt: skip
        assert caller.send_c_store(make_ct(rows=256)).Status == 0
        caller.release()
        running.settle()
        assert running.documents()[0]["tls"] is True


def test_our_sender_stores_over_tls(tmp_path: Path, certificates: Certificates) -> None:
    files = [write_ct(tmp_path / f"{n}.dcm", rows=256) for n in range(3)]
    with receiving(tmp_path / "spool", **certificates.settings(client=True)) as running:
        report = send_files(
            "127.0.0.1", running.port, files, "TESTER", "GATE", tls_context=certificates.context()
        )
        assert (report.sent, report.unsent) == (3, ())


@pytest.mark.peer
def test_dcmtk_stores_over_tls(tmp_path: Path, certificates: Certificates) -> None:
    storescu = need("storescu")
    cert, key = certificates.device
    file = write_ct(tmp_path / "a.dcm", rows=512)
    with receiving(tmp_path / "spool", **certificates.settings(client=True)) as running:
        subprocess.run(
            [storescu, "-aec", "GATE", "-xe", "+tls", key, cert, "+cf", str(certificates.ca),
             "127.0.0.1", str(running.port), str(file)],
            check=True,
        )  # fmt: skip
        running.settle()
        assert len(running.objects()) == 1


def test_a_caller_without_certificate_is_refused(
    tmp_path: Path, certificates: Certificates
) -> None:
    with receiving(tmp_path / "spool", **certificates.settings(client=True)) as running:
        with Bare(running.port) as peer:
            peer.encrypt(certificates.context(show=False))
            with pytest.raises(ssl.SSLError):
                peer.associate()
        assert running.outcomes() == {"dimse.handshake-failed": 1}


def test_a_certificate_of_a_foreign_authority_is_refused(
    tmp_path: Path, certificates: Certificates
) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    context = certificates.context(show=False)
    context.load_cert_chain(*Certificates(foreign).device)
    with receiving(tmp_path / "spool", **certificates.settings(client=True)) as running:
        with Bare(running.port) as peer:
            peer.encrypt(context)
            with pytest.raises(ssl.SSLError):
                peer.associate()
        assert running.outcomes() == {"dimse.handshake-failed": 1}


def test_the_certificate_must_agree_with_the_title(
    tmp_path: Path, certificates: Certificates
) -> None:
    allowed = (
        Caller(ae_title="CT1", certificates=("ct1.hospital.example",)),
        Caller(ae_title="CT2", certificates=("ct2.hospital.example",)),
    )
    changes = {**certificates.settings(client=True), "any_caller_from_loopback": False,
               "allowed_callers": allowed}  # fmt: skip
    with receiving(tmp_path / "spool", **changes) as running:
        for calling, answer in (("CT1", 2), ("CT2", 3)):
            with Bare(running.port) as peer:
                peer.encrypt(certificates.context())
                assert peer.associate(calling=calling)[0] == answer


def test_plain_dicom_on_the_tls_port_is_refused(tmp_path: Path, certificates: Certificates) -> None:
    with receiving(tmp_path / "spool", **certificates.settings(client=False)) as running:
        with Bare(running.port) as peer:
            peer.associate()
        assert running.outcomes() == {"dimse.handshake-failed": 1}


def test_a_caller_that_never_shakes_hands_is_cut(
    tmp_path: Path, certificates: Certificates
) -> None:
    changes = {**certificates.settings(client=False), "opening_s": 0.3}
    with receiving(tmp_path / "spool", **changes) as running, Bare(running.port) as peer:
        assert peer.read()[0] in {0, 7}
        peer.sock.close()
        assert running.outcomes() == {"dimse.handshake-failed": 1}


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_are_refused(
    tmp_path: Path, certificates: Certificates, version: ssl.TLSVersion
) -> None:
    context = certificates.context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    with receiving(tmp_path / "spool", **certificates.settings(client=False)) as running:
        with Bare(running.port) as peer, pytest.raises(ssl.SSLError):
            peer.encrypt(context)
        assert running.outcomes() == {"dimse.handshake-failed": 1}


def test_a_missing_key_file_is_a_reason_not_to_start(tmp_path: Path) -> None:
    settings = make_settings(tls_cert=str(tmp_path / "no"), tls_key=str(tmp_path / "no"))
    with pytest.raises(Rejected, match=r"dimse\.tls-unusable"):
        Receiver(settings, tmp_path, SystemClock())


def test_a_stop_wakes_tls_associations(tmp_path: Path, certificates: Certificates) -> None:
    with (
        receiving(tmp_path / "spool", **certificates.settings(client=False)) as running,
        Bare(running.port) as peer,
    ):
        peer.encrypt(certificates.context(show=False))
        peer.associate()
        running.receiver.stop(grace_s=1.0)
        assert running.outcomes() == {"dimse.stopping": 1}
