"""Foreign programs as the hospital's PACS and as a reader of the commons: Orthanc and dcmtk."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pydicom
import pytest

from tests.journeys.house import House, free_port
from tests.peers import need
from yushan.domain.dicom import summarize
from yushan.domain.phantoms import load_series
from yushan.services.gateway import State

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.slow, pytest.mark.peer]

DICOMWEB = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")


@pytest.fixture
def files(tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, Path]:
    """A few CT instances that no other test sends: SOP Instance UID → file."""
    made = {}
    for number, sample in enumerate(load_series(4, sum(request.node.name.encode()))):
        path = tmp_path / f"{number}.dcm"
        path.write_bytes(sample.data)
        made[summarize(sample.data).sop_instance_uid] = path
    return made


class Pacs:
    """A running Orthanc."""

    def __init__(self, web: httpx.Client, port: int) -> None:
        self.web, self.port = web, port

    def post(self, path: str, body: object) -> object:
        """Ask it to do something; its JSON."""
        answer = self.web.post(path, json=body)
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()

    def await_start(self) -> None:
        """Until it answers, half a minute at most."""
        for _ in range(300):
            try:
                if self.web.get("/system").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise TimeoutError("Orthanc")


def settings(house: House, folder: Path, dicom: int, http: int) -> dict[str, object]:
    """Orthanc with both gateways as its modalities and the commons as its DICOMweb server."""
    keys = house.plan.keys
    modalities = {}
    for site in ("hospital-a", "hospital-b"):
        door = house.gateway(site).dimse[0]
        modalities[site] = {
            "AET": door.ae_title, "Host": door.host, "Port": door.port,
            "UseDicomTls": bool(door.tls_cert),
        }  # fmt: skip
    return {
        "Name": "PACS", "StorageDirectory": str(folder / "files"),
        "IndexDirectory": str(folder / "files"), "DicomAet": "ORTHANC", "DicomPort": dicom,
        "HttpPort": http, "RemoteAccessAllowed": False, "AuthenticationEnabled": False,
        "DicomModalities": modalities, "DicomAlwaysAllowStore": True, "SslEnabled": False,
        "DicomTlsCertificate": keys.secret("hospital-b", "dimse.pem"),
        "DicomTlsPrivateKey": keys.secret("hospital-b", "dimse.key"),
        "DicomTlsTrustedCertificates": keys.known("authority.pem"),
        "Plugins": [str(DICOMWEB)] if DICOMWEB.is_file() else [],
        "DicomWeb": {
            "Enable": True,
            "Servers": {
                "commons": {
                    "Url": f"{house.url()}/dicom-web/",
                    "HttpHeaders": {"Authorization": f"Bearer {house.token('steward')}"},
                    "HasDelete": False, "ChunkedTransfers": False,
                },
            },
        },
    }  # fmt: skip


@contextmanager
def running(house: House, folder: Path) -> Iterator[Pacs]:
    """Orthanc as a process of its own on loopback; gone afterwards."""
    program = need("Orthanc")
    dicom, http = free_port(), free_port()
    (folder / "files").mkdir(parents=True)
    config = folder / "orthanc.json"
    config.write_text(json.dumps(settings(house, folder, dicom, http)), "utf-8")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, str(config)], stdout=log, stderr=log, env={"TCP_NODELAY": "1"}
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{http}", trust_env=False, timeout=60) as web:
            pacs = Pacs(web, dicom)
            pacs.await_start()
            yield pacs
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


@pytest.fixture(scope="module")
def pacs(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pacs]:
    with running(house, tmp_path_factory.mktemp("orthanc")) as found:
        yield found


def storescu(port: int, called: str, files: dict[str, Path]) -> None:
    """dcmtk's sender; it fails if one object is not taken."""
    command = [need("storescu"), "-aec", called, "-aet", "CT_ROOM_1", "-xe", "127.0.0.1", str(port)]
    done = subprocess.run(
        [*command, *map(str, files.values())], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def are_at_the_commons(house: House, site: str, files: dict[str, Path]) -> None:
    """All of them were acknowledged, each can be retrieved, and its pixels are the scanner's."""
    states = {entry.sop_instance_uid: entry.state for entry in house.entries(site)}
    assert {states[uid] for uid in files} == {State.ACKNOWLEDGED}
    names = house.names(site)
    with house.dicomweb("steward") as client:
        for uid, path in files.items():
            true = pydicom.dcmread(path)
            place = map(names.uid, (true.StudyInstanceUID, true.SeriesInstanceUID, uid))
            assert client.retrieve_instance(*place).PixelData == true.PixelData


@pytest.mark.parametrize("site", ["hospital-a", "hospital-b"])
def test_what_orthanc_forwards_arrives_and_goes_on(
    house: House, pacs: Pacs, files: dict[str, Path], site: str
) -> None:
    storescu(pacs.port, "ORTHANC", files)
    kept = pacs.post("/tools/find", {
        "Level": "Instance", "Query": {"StudyInstanceUID": study_of(files)},
    })  # fmt: skip
    assert len(kept) == len(files)
    said = pacs.post(f"/modalities/{site}/store", {"Resources": kept, "Synchronous": True})
    assert (said["InstancesCount"], said["FailedInstancesCount"]) == (len(files), 0)
    house.settle()
    are_at_the_commons(house, site, files)
    account = house.reader.journals[site].accounting()
    assert account.closes
    assert any(share.name[0] == "ORTHANC" for share in account.by_device)


def study_of(files: dict[str, Path]) -> str:
    """The study that all are of."""
    (study,) = {summarize(path.read_bytes()).study_instance_uid for path in files.values()}
    return study


def test_orthanc_can_ask_a_gateway_whether_it_is_there(pacs: Pacs) -> None:
    for site in ("hospital-a", "hospital-b"):
        assert pacs.post(f"/modalities/{site}/echo", {}) == {}


def test_orthanc_fetches_a_study_of_the_commons_by_dicomweb(
    house: House, pacs: Pacs, files: dict[str, Path]
) -> None:
    if not DICOMWEB.is_file():
        need(DICOMWEB.name)
    house.store("hospital-a", list(files.values()))
    house.settle()
    name = house.names("hospital-a").uid
    study = name(study_of(files))
    found = pacs.post("/dicom-web/servers/commons/qido", {
        "Uri": "/studies", "Arguments": {"StudyInstanceUID": study},
    })  # fmt: skip
    assert [one["0020000D"]["Value"] for one in found] == [study]
    pacs.post("/dicom-web/servers/commons/retrieve", {
        "Resources": [{"Study": study}], "Synchronous": True,
    })  # fmt: skip
    kept = pacs.post("/tools/find", {"Level": "Instance", "Query": {"StudyInstanceUID": study}})
    got = {}
    for one in kept:
        data = pacs.web.get(f"/instances/{one}/file").content
        instance = pydicom.dcmread(BytesIO(data))
        got[str(instance.SOPInstanceUID)] = instance.PixelData
    assert got == {name(uid): pydicom.dcmread(path).PixelData for uid, path in files.items()}


def test_dcmtk_sends_straight_into_a_gateway(house: House, files: dict[str, Path]) -> None:
    door = house.gateway("hospital-a").dimse[0]
    echo = [need("echoscu"), "-aec", door.ae_title, "127.0.0.1", str(door.port)]
    assert subprocess.run(echo, capture_output=True, check=False).returncode == 0
    storescu(door.port, door.ae_title, files)
    house.settle()
    are_at_the_commons(house, "hospital-a", files)
