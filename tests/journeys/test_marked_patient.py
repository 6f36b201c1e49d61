"""Nothing that names a patient stands where it must not: logs, metrics, pages, answers, packs."""

from __future__ import annotations

import html
import json
import re
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

import msgspec
import pytest
import zstandard
from pydicom.uid import UID

from tests.journeys import marks
from tests.journeys.house import SITES, House
from tests.journeys.marks import marks_in
from yushan.assembly.audit_acts import export_ledger
from yushan.engines.net import send_files
from yushan.services.gateway import Outbox, State

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

pytestmark = pytest.mark.slow

SITE = "hospital-a"
HREF = re.compile(r'(?:href|src|action)="([^"]+)"')
#: Addresses of one path that are looked at; facets make many that differ in little.
#: Pages of a list under more filters at once show nothing that others do not.
MOST_FILTERS = 2
VARIANTS = 3
#: Where the walk through the pages begins; sheets are named since pages need not link to all.
FIRST = ("/", "/?lang=en", "/tour", "/studies", "/accounting", "/record.csv", "/record.json",
         "/accounting.csv", "/accounting.json", "/statistics.csv", "/statistics.json",
         "/studies.csv", "/studies.json", "/statistics", "/statistics?lang=en")  # fmt: skip
PASSED_BY = ("/viewer", "/static", "/sign-out", "/dicom-web")
ZSTANDARD = b"\x28\xb5\x2f\xfd"


@pytest.fixture(scope="module")
def patient(house: House) -> House:
    """The marked patient's objects have gone in at every door and come to their end."""
    folder = Path(tempfile.mkdtemp(prefix="marked-", dir=house.folder))
    instances = [marks.plain(number) for number in (1, 2, 3)]
    sent = {
        "plain": [marks.written(one) for one in instances],
        "conflict": [marks.written(marks.conflicting(instances[1]))],
        "broken": [marks.broken(marks.plain(4))],
        "everything": [marks.written(marks.everything())],
        "document": [marks.written(document())],
    }
    files = [
        put(folder / f"{name}-{number}.dcm", data)
        for name, some in sent.items() for number, data in enumerate(some)
    ]  # fmt: skip
    door = house.gateway(SITE).dimse[0]
    report = send_files(door.host, door.port, files, calling=marks.CALLING, called=door.ae_title)
    assert report.sent == len(files)
    drawer = folder / "disc" / f"{marks.FAMILY} {marks.NUMBER}" / marks.HAN
    drawer.mkdir(parents=True)
    imported = {
        f"{marks.CHART}_{marks.HAN}.dcm": marks.written(marks.plain(5, seed=4713)),
        f"{marks.BORN} broken.dcm": marks.broken(marks.plain(6, seed=4713)),
        f"{marks.FAMILY}.png": b"\x89PNG\r\n\x1a\n" + marks.STORY.encode(),
        f"{marks.PHONE}.txt": marks.STORY.encode(),
    }
    for name, data in imported.items():
        put(drawer / name, data)
    taken = house.take(SITE, folder / "disc")
    assert taken.taken + sum(taken.left_out.values()) == len(imported)
    house.settle()
    return house


def document() -> Dataset:
    """An object that waits on the desk: nobody reads its pages."""
    made = marks.plain(1, seed=4714)
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.104.1")
    for tag in [one for one in made.keys() if one.group in {0x0028, 0x7FE0}]:  # noqa: SIM118
        del made[tag]
    made.MIMETypeOfEncapsulatedDocument = "application/pdf"
    made.EncapsulatedDocument = b"%PDF-1.4 " + marks.STORY.encode() + b" " * 64
    if len(made.EncapsulatedDocument) % 2:
        made.EncapsulatedDocument += b" "
    return made


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_the_marks_can_be_found() -> None:
    for text in (
        marks.STORY,
        f'{{"n": "{marks.HAN}"}}',
        json.dumps(f"龐{marks.HAN}"),
        "born 1915-07-13.",
    ):
        assert marks_in(text)
    for encoding in ("utf-8", "cp950", "utf-16-le"):
        assert marks_in(marks.HAN.encode(encoding))
    assert marks_in(marks.written(marks.plain()))
    assert not marks_in("2.25.119150713044 demo hospital 2026-11-26 示範")


def test_the_patient_came_to_every_end(patient: House) -> None:
    mine = Counter(
        entry.state for entry in patient.entries(SITE)
        if (entry.sop_instance_uid or "").startswith(marks.ROOT)
    )  # fmt: skip
    assert mine[State.ACKNOWLEDGED] >= 4  # so the search below is not idle
    assert mine[State.CONFLICT] == 1
    here = {entry.sop_instance_uid for _, entry in patient.instances()}
    name = patient.names(SITE).uid
    assert {name(f"{marks.ROOT}.1.4711.2.{number}") for number in (1, 2, 3)} <= here
    assert name(f"{marks.ROOT}.1.4713.2.5") in here
    assert patient.reader.journals[SITE].accounting().closes


def test_no_mark_is_in_any_log_of_any_role(patient: House) -> None:
    ask_for_the_patient(patient)
    logs = list((patient.folder / "log").iterdir())
    assert len(logs) == 7
    for log in logs:
        assert not marks_in(log.read_bytes()), log.name


def ask_for_the_patient(house: House) -> None:
    """Whoever asks by name or number leaves no trace, and the refusal does not repeat it."""
    asked = (
        f"/dicom-web/studies/{marks.ROOT}.1.4711",
        f"/dicom-web/studies/{marks.ROOT}.1.4711/metadata",
        f"/dicom-web/instances?PatientID={marks.CHART}",
        f"/dicom-web/studies?PatientName={marks.FAMILY}*",
        f"/dicom-web/studies?{marks.FAMILY}={marks.NUMBER}",
        f"/dicom-web/studies?StudyDate={marks.EXAMINED}",
        f"/{marks.FAMILY}/{marks.NUMBER}",
        f"/exchange/v1/packs/{marks.NUMBER}",
        f"/studies?q={marks.FAMILY}&modality={marks.NUMBER}&before={marks.BORN}",
        f"/studies/{marks.FAMILY}/tags?lang={marks.HAN}",
        f"/statistics?from={marks.BORN}&to={marks.FAMILY}&site={marks.HOSPITAL}",
        f"/record?after={marks.NUMBER}&kind={marks.FAMILY}",
        f"/accounting/{marks.FAMILY}?day={marks.BORN}",
        f"/viewer/{marks.FAMILY}.js?StudyInstanceUIDs={marks.ROOT}",
        f"/dicom-web/studies?limit={marks.FAMILY}&offset={marks.NUMBER}",
        f"/dicom-web/series?includefield={marks.FAMILY}&00100020={marks.CHART}",
        f"/dicom-web/studies/{marks.ROOT}.1.4711/series/{marks.ROOT}/instances/{marks.ROOT}/frames/9",
        f"/dicom-web/studies/{marks.FAMILY}/rendered?window={marks.NUMBER},1,{marks.HAN}",
        f"/static/{marks.HAN}.css",
        f"/?lang={marks.FAMILY}&theme={marks.NUMBER}",
    )
    for role in ("steward", None):
        with house.web(role) as web:
            for address in asked:
                answer = web.get(address)
                assert answer.status_code in {200, 204, 303, 307, 400, 401, 403, 404, 406, 422}, (
                    address
                )
                assert not marks_in(repeated(answer.text)), address
            web.post("/sign-in", data={"user": marks.FAMILY, "password": marks.NUMBER})
            for address, content in bad_requests():
                answer = web.post(address, content=content, headers=BAD_HEADERS)
                assert 400 <= answer.status_code < 500, address
                assert not marks_in(answer.content), address
    door = house.gateway(SITE)
    with house.web(url=door.http.url()) as web:
        web.post("/sign-in", data={"user": marks.FAMILY, "password": marks.NUMBER})
        assert web.get(f"/{marks.FAMILY}").status_code == 404


def repeated(page: str) -> str:
    """A page without what a form repeats to whoever typed it: a search and its links."""
    page = re.sub(r'(?:value|href|action|content)="[^"]*"', "", page)
    return re.sub(r"<input[^>]*>|<a [^>]*>[^<]*</a>|<mark>[^<]*</mark>", "", page)


def bad_requests() -> tuple[tuple[str, bytes], ...]:
    """Bodies that nobody can take, full of marks."""
    story = marks.STORY.encode()
    return (
        ("/dicom-web/studies", story),
        ("/exchange/v1/packs", json.dumps({"pack": marks.FAMILY, "site": marks.STORY}).encode()),
        ("/exchange/v1/consent/evaluate", story),
        ("/sign-in", b"user=" + story),
        (f"/quarantine/{marks.NUMBER}/retry", story),
    )


ANSWERS = {200, 204, 303, 307, 400, 401, 403, 404, 406, 422}
BAD_HEADERS = {"Content-Type": f'multipart/related; type="application/{marks.FAMILY}"; boundary=x',
               "X-Request-Id": marks.NUMBER, "User-Agent": f"{marks.FAMILY}/1.0"}  # fmt: skip


def test_no_mark_is_in_metrics_or_health(patient: House) -> None:
    ask_for_the_patient(patient)
    for role in patient.plan.roles():
        with patient.web(url=role.http.url()) as web:
            for address in ("/metrics", "/health"):
                answer = web.get(address)
                assert answer.status_code == 200
                assert answer.content
                assert not marks_in(answer.content), (role.name, address)


def test_no_mark_is_on_any_page_of_the_commons(patient: House) -> None:
    seen = Counter()
    with patient.web("steward") as web:
        todo, known = [*FIRST], set()
        variants: Counter[tuple[str, tuple[str, ...]]] = Counter()
        while todo:
            address = todo.pop()
            parts = urlsplit(address)
            shape = (parts.path, tuple(sorted(name for name, _ in parse_qsl(parts.query))))
            variants[shape] += 1
            if address in known or variants[shape] > VARIANTS or len(shape[1]) > MOST_FILTERS:
                continue
            known.add(address)
            answer = web.get(address, headers={"Accept": "text/html,*/*"})
            seen[answer.headers.get("content-type", "").split(";")[0]] += 1
            assert not marks_in(answer.content), address
            if "html" in answer.headers.get("content-type", ""):
                todo += links(patient, address, answer.text)
    assert seen["text/html"] > 20
    assert min(seen["text/csv"], seen["application/json"]) >= 2


def test_a_gateway_shows_its_patients_to_its_engineer_alone(patient: House) -> None:
    (wrong,) = [
        entry for entry in patient.entries(SITE, State.CONFLICT)
        if (entry.sop_instance_uid or "").startswith(marks.ROOT)
    ]  # fmt: skip
    held = [
        entry for entry in patient.entries(SITE, State.QUARANTINED)
        if (entry.sop_instance_uid or "").startswith(marks.ROOT)
    ]  # fmt: skip
    assert held
    desk = [page for one in held for page in (f"/quarantine/{one.id}",
                                              f"/quarantine/{one.id}/picture.png")]  # fmt: skip
    pages = (*desk, "/quarantine/rules", "/", "/accounting", "/accounting.csv",
             "/accounting.json", "/accounting/conflict", "/accounting/conflict.csv",
             "/quarantine", f"/quarantine/{wrong.id}", "/connections", "/sign-in")  # fmt: skip
    home = patient.gateway(SITE).http.url()
    stranger = {"Authorization": f"Bearer {patient.token('steward')}"}
    with patient.web(url=home) as nobody, patient.web("engineer", url=home) as engineer:
        for page in pages:
            for headers in ({}, stranger, {"Accept": "text/html"}):
                answer = nobody.get(page, headers=headers)
                assert answer.status_code in {200, 303, 401, 403, 404}, page
                assert not marks_in(answer.content), page
                assert answer.status_code != 200 or page == "/sign-in", page
        for page in pages:
            if page == "/" or page.endswith(".png"):
                continue
            assert engineer.get(page, headers={"Accept": "*/*"}).status_code == 200, page


def links(house: House, address: str, page: str) -> list[str]:
    """Pages of the commons that a page names; not the viewer's programs, not pictures."""
    found = []
    for name in HREF.findall(page):
        whole = urldefrag(urljoin(house.url() + address, html.unescape(name)))[0]
        if whole.startswith(house.url()):
            path = whole.removeprefix(house.url()) or "/"
            if not path.startswith(PASSED_BY) and "lang=" not in path:
                found.append(path)
    return found


def test_no_mark_is_in_what_dicomweb_answers(patient: House) -> None:
    with patient.web("steward") as web:
        for address in ("studies", "series", "instances"):
            answer = web.get(f"/dicom-web/{address}?includefield=all&limit=1000")
            assert answer.json()
            assert not marks_in(answer.content), address
        for study in web.get("/dicom-web/studies?limit=1000").json():
            place = f"/dicom-web/studies/{study['0020000D']['Value'][0]}"
            for address in (f"{place}/metadata", f"{place}/series", place):
                kind = 'multipart/related; type="application/dicom"' if address == place else "*/*"
                answer = web.get(address, headers={"Accept": kind})
                assert answer.status_code == 200
                assert not marks_in(answer.content), address


def test_no_mark_leaves_the_hospital(patient: House) -> None:
    """Whatever the other roles keep, byte for byte, packed or not."""
    looked = Counter()
    roles = [role for role in patient.plan.roles() if role.name not in SITES]
    for role in roles:
        for path in Path(role.data).rglob("*"):
            assert not marks_in(str(path.relative_to(patient.folder)))
            if path.is_file():
                data = path.read_bytes()
                if data.startswith(ZSTANDARD):
                    data = zstandard.ZstdDecompressor().decompress(data)
                assert not marks_in(data), path
                looked[path.suffix] += 1
    assert looked.total() > 20


def test_no_mark_is_in_manifests_receipts_or_the_ledger(patient: House, tmp_path: Path) -> None:
    gateway = patient.gateway(SITE)
    database, clock = patient.reader.databases[SITE], patient.reader.clock
    outbox = Outbox(database, clock, Path(gateway.data) / "outbox", gateway.rules)
    parcels = outbox.page(limit=10_000)
    assert parcels
    for parcel in parcels:
        assert not marks_in(msgspec.json.encode(parcel))
    export_ledger(patient.plan.commons, tmp_path / "ledger")
    for path in (tmp_path / "ledger").rglob("*"):
        assert path.is_dir() or not marks_in(path.read_bytes()), path.name


def test_no_mark_is_in_a_name_of_a_file_or_outside_journal_and_spool(patient: House) -> None:
    """Within the hospital originals and the journal name the patient; nothing else does."""
    home = Path(patient.gateway(SITE).data)
    kept = {home / "role.db", home / "role.db-wal", home / "role.db-shm"}
    for path in home.rglob("*"):
        assert not marks_in(str(path.relative_to(home))), path
        if path.is_file() and path not in kept and home / "spool" not in path.parents:
            assert not marks_in(path.read_bytes()), path
    assert any(marks_in(path.read_bytes()) for path in (home / "spool").rglob("*.dcm"))
