"""The main job as everybody sees it: what hospitals sent is accounted for, hidden, found, seen."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from datetime import date
from io import BytesIO
from pathlib import Path

import msgspec
import numpy as np
import pydicom
import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from tests.doors.dicomweb.reading import parts
from tests.journeys.house import SITES, House

from yushan.assembly.demo.words import told
from yushan.base import EVERYTHING, SystemClock, codes, write_settings
from yushan.domain.dicom import summarize
from yushan.domain.population import OPTED_OUT, PEOPLE, SHARED
from yushan.domain.verifier import verify
from yushan.engines.database import Database
from yushan.services.catalogue import Catalogue, Query
from yushan.services.gateway import Outbox, State
from yushan.services.ledger import read_export

pytestmark = pytest.mark.slow

HAN = re.compile("[\u4e00-\u9fff]")
#: States in which something is not released: each says why.
NOT_RELEASED = (
    State.QUARANTINED, State.CONFLICT, State.DUPLICATE, State.REFUSED, State.TO_DIGITISE,
    State.OPTED_OUT,
)  # fmt: skip
#: Tables that a rebuilt index must give again, all columns and rows.
INDEX = ("archive_pack", "archive_part", "catalogue_series", "catalogue_study",
         "catalogue_subject", "catalogue_cube")  # fmt: skip
WHOLE = 'multipart/related; type="application/dicom"; transfer-syntax=*'


@pytest.fixture(scope="module")
def originals(house: House) -> dict[str, dict[str, bytes]]:
    """What each hospital sent by C-STORE: SOP Instance UID → the first file under it."""
    found: dict[str, dict[str, bytes]] = {site: {} for site in SITES}
    for load in house.loads:
        for path in load.sent:
            data = path.read_bytes()
            found[load.hospital.name].setdefault(summarize(data).sop_instance_uid, data)
    return found


def of_person(files: dict[str, bytes], chart: str) -> dict[str, bytes]:
    return {uid: data for uid, data in files.items() if summarize(data).patient_id == chart}


def yushan(*arguments: object) -> tuple[int, dict]:
    """A command's exit code and JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "yushan", *map(str, arguments), "--json"],
        capture_output=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)


def test_every_object_of_both_hospitals_is_in_exactly_one_state(house: House) -> None:
    for load in house.loads:
        site = load.hospital.name
        found = house.reader.journals[site].accounting()
        assert found.closes, house.standing()
        assert found.alarms == 0
        assert found.received == house.spooled(site) >= load.files
        assert house.delivered[site].taken == load.files
        assert not house.delivered[site].left_out
        assert sum(found.states.values()) == found.received
    commons = house.reader.commons()
    assert commons.closes
    assert commons.states["in-work"] == 0
    acknowledged = sum(len(house.entries(site, State.ACKNOWLEDGED)) for site in SITES)
    assert commons.received == acknowledged > 100
    assert commons.states["admitted"] == commons.instances == len(house.instances())


def test_the_demos_report_says_what_there_is(house: House) -> None:
    report = house.reader.report(time.monotonic() - 60, house.delivered)
    said = json.loads(msgspec.json.encode(report))
    assert said["portal"] == house.url()
    assert said["dicomweb"] == f"{house.url()}/dicom-web"
    accounts = {one["role"]: one for one in said["accounts"]}
    assert {"steward", "visitor", "engineer"} <= accounts.keys()
    assert all(one[key] for one in accounts.values() for key in ("user", "password", "token"))
    assert [one["name"] for one in said["gateways"]] == list(SITES)
    for one in said["gateways"]:
        assert one["closes"]
        assert one["received"] == sum(one["states"].values())
        assert one["dimse"]["tls"] == (one["name"] == "hospital-b")
        assert {reason for reason in one["reasons"] if reason not in codes()} == set()
    counted = house.reader.commons()
    for key in ("studies", "series", "instances", "subjects", "packs"):
        assert said["commons"][key] == getattr(counted, key) > 0
    alive = {one["pid"] for one in (*said["gateways"], said["commons"])}
    assert len(alive) == 3
    assert all(Path(f"/proc/{pid}").exists() for pid in alive)
    assert (said["seconds"] >= 60, said["peak_rss_mib"] > 0) == (True, True)
    text = told(report)
    assert all(one["password"] in text for one in accounts.values())
    assert f"{counted.instances} instances in {counted.packs} packs" in text


def test_the_gateways_own_command_says_the_same(house: House) -> None:
    for site in SITES:
        code, said = yushan("gateway", "status", "--config", house.config(site))
        assert code == 0
        assert said["closes"]
        assert said["received"] == sum(said["states"].values()) == house.spooled(site)


def test_every_object_that_was_not_released_says_why_in_both_languages(house: House) -> None:
    seen = Counter()
    for site in SITES:
        for entry in house.entries(site, *NOT_RELEASED):
            assert entry.reasons, (site, entry.id, entry.state)
            seen.update(entry.reasons)
    assert {"gateway.duplicate", "gateway.conflict", "gateway.not-dicom", "gateway.opted-out"} <= (
        seen.keys()
    )
    for reason in seen:
        texts = codes()[reason]
        assert all(HAN.search(text) for text in (texts.zh, texts.remedy_zh)), reason
        assert all(text and not HAN.search(text) for text in (texts.en, texts.remedy_en)), reason


def test_the_person_of_two_hospitals_is_one_subject(
    house: House, originals: dict[str, dict[str, bytes]]
) -> None:
    studies = {
        site: {
            house.names(site).uid(summarize(data).study_instance_uid)
            for data in of_person(originals[site], SHARED.charts[site]).values()
        }
        for site in SITES
    }
    assert all(studies.values())
    wanted = set().union(*studies.values())
    rows = house.catalogue.studies(EVERYTHING, Query(studies=tuple(wanted)))
    assert {row.study_instance_uid for row in rows} == wanted
    (subject,) = {row.subject for row in rows}
    assert {site for row in rows for site in row.sites} == set(SITES)
    others = {row.subject for row in house.catalogue.studies(EVERYTHING)} - {subject}
    assert len(others) >= 3  # they are not all one
    with house.dicomweb("steward") as client:
        found = client.search_for_studies(search_filters={"PatientID": subject})
        assert {one["0020000D"]["Value"][0] for one in found} == wanted
        for study in wanted:
            (one,) = client.search_for_studies(search_filters={"StudyInstanceUID": study})
            assert one["00100020"]["Value"] == [subject]


def test_their_exams_keep_the_distance_in_time(
    house: House, originals: dict[str, dict[str, bytes]]
) -> None:
    dates = []
    for site in SITES:
        data = next(iter(of_person(originals[site], SHARED.charts[site]).values()))
        true = pydicom.dcmread(BytesIO(data), stop_before_pixels=True)
        uid = house.names(site).uid(true.StudyInstanceUID)
        (row,) = house.catalogue.studies(EVERYTHING, Query(studies=(uid,)))
        dates.append((day(true.StudyDate), day(row.study_date)))
        assert true.StudyDate != row.study_date
    (true_a, a), (true_b, b) = dates
    assert b - a == true_b - true_a


def day(value: str) -> int:
    """The number of a day given as DA."""
    return date.fromisoformat(value).toordinal()


def test_of_the_person_who_opted_out_nothing_is_at_the_commons(
    house: House, originals: dict[str, dict[str, bytes]]
) -> None:
    theirs = {site: of_person(originals[site], OPTED_OUT.charts[site]) for site in SITES}
    assert [len(files) for files in theirs.values()] == [10, 8]
    for site, files in theirs.items():
        entries = house.entries(site)
        gone = [entry for entry in entries if entry.state is State.OPTED_OUT]
        assert len(gone) == len(
            files
        )  # counted on, though the journal may not know whose they were
        assert not {entry.sop_instance_uid for entry in entries if entry not in gone} & set(files)
        assert not list((Path(house.gateway(site).data) / "outbox").iterdir())
    here = {entry.sop_instance_uid for _, entry in house.instances()}
    mine = {middle(data) for files in theirs.values() for data in files.values()}
    others = {middle(data) for site in SITES for uid, data in originals[site].items()
              if uid not in theirs[site]}  # fmt: skip
    marks = sorted(mine - others)  # some phantoms are the same body under another name
    assert len(marks) > 10
    new = {house.names(site).uid(uid) for site, files in theirs.items() for uid in files}
    assert not here & new
    commons = Path(house.plan.commons.data)
    assert not found_below(commons, marks)
    # The log may know that somebody asked for such a name; nothing else does.
    uids = [uid.encode() for uid in new]
    assert {name.partition("-")[0] for name in found_below(commons, uids)} <= {"role.db"}
    assert not new & set(re.findall(r"2\.25\.\d{39}", repr(rows_of(commons))))
    assert found_below(commons, sorted(others - {b""})[-20:])  # the search does find


def middle(data: bytes) -> bytes:
    """A piece of the pixels."""
    pixels = pydicom.dcmread(BytesIO(data)).get("PixelData", b"")
    at = len(pixels) // 2
    return bytes(pixels[at : at + 256])


def found_below(folder: Path, marks: list[bytes]) -> list[str]:
    """Files in which one of the marks stands."""
    wanted = re.compile(b"|".join(map(re.escape, marks)))
    return [
        path.name for path in folder.rglob("*")
        if path.is_file() and wanted.search(path.read_bytes())
    ]  # fmt: skip


def test_a_visitor_finds_nothing_and_the_steward_all(house: House) -> None:
    sidecar, entry = house.instances()[0]
    place = f"/dicom-web/studies/{sidecar.study_instance_uid}"
    series = f"{place}/series/{sidecar.series_instance_uid}"
    instance = f"{series}/instances/{entry.sop_instance_uid}"
    with house.web("visitor") as web:
        for address in ("studies", "series", "instances"):
            answer = web.get(f"/dicom-web/{address}")
            assert answer.status_code == 200
            assert answer.json() == []
        for address in (place, series, instance, f"{instance}/frames/1", f"{series}/metadata",
                        f"{instance}/rendered", f"{series}/thumbnail"):  # fmt: skip
            refused = web.get(address, headers={"Accept": "*/*"})
            assert refused.status_code == 404, address
            assert refused.headers["content-type"] == "application/problem+json"
    with house.web() as web:
        assert web.get("/dicom-web/studies").status_code == 401
        assert web.get(instance).status_code == 401
    with house.web("steward") as web:
        studies = web.get("/dicom-web/studies", params={"limit": 1000}).json()
        assert {one["0020000D"]["Value"][0] for one in studies} == {
            row.study_instance_uid for row in house.catalogue.studies(EVERYTHING, limit=1000)
        }
        counted = sum(one["00201208"]["Value"][0] for one in studies)
        assert counted == house.reader.commons().instances


def test_a_foreign_client_sees_the_pixels_that_the_scanner_made(
    house: House, originals: dict[str, dict[str, bytes]]
) -> None:
    compared = Counter()
    with house.dicomweb("steward") as client:
        for site in SITES:
            name = house.names(site).uid
            for uid, data in some_of_each_class(originals[site]).items():
                true = pydicom.dcmread(BytesIO(data))
                place = (name(true.StudyInstanceUID), name(true.SeriesInstanceUID), name(uid))
                if not client.search_for_instances(search_filters={"SOPInstanceUID": place[2]}):
                    continue
                said = pydicom.Dataset.from_json(
                    client.retrieve_instance_metadata(*place),
                    bulk_data_uri_handler=lambda _, __, uri: uri.encode(),
                )
                assert said.SOPClassUID == true.SOPClassUID
                shown = client.retrieve_instance(*place)
                assert (shown.SOPInstanceUID, shown.SOPClassUID) == (place[2], true.SOPClassUID)
                assert shown.PatientIdentityRemoved == "YES"
                if "PixelData" in true:
                    (frame,) = client.retrieve_instance_frames(*place, [1])
                    assert is_as_it_was(shown, true, frame)
                    assert said.Rows == true.Rows
                compared[str(true.SOPClassUID)] += 1
    assert len(compared) >= 4  # CT, MR, SEG and what has no pixels


def is_as_it_was(shown: pydicom.Dataset, true: pydicom.Dataset, frame: bytes) -> bool:
    """Whether pixels are the scanner's, but for text filled where pictures were read."""
    codes = {item.CodeValue for item in shown.DeidentificationMethodCodeSequence}
    if "113101" not in codes:
        return shown.PixelData == true.PixelData and frame == first_frame(true)
    if true.file_meta.TransferSyntaxUID.is_encapsulated:  # written anew without loss
        return len(frame) > 0
    equal = np.frombuffer(frame, np.uint8) == np.frombuffer(first_frame(true), np.uint8)
    return bool(np.mean(equal) > 0.9)


def some_of_each_class(files: dict[str, bytes]) -> dict[str, bytes]:
    """Two objects of each SOP class."""
    seen: Counter[str] = Counter()
    found = {}
    for uid, data in files.items():
        sop_class = summarize(data).sop_class_uid
        seen[sop_class] += 1
        if seen[sop_class] <= 2:
            found[uid] = data
    return found


def first_frame(dataset: pydicom.Dataset) -> bytes:
    """The first native frame, padded to an even length as it travels."""
    bits = dataset.Rows * dataset.Columns * dataset.SamplesPerPixel * dataset.BitsAllocated
    frame = bytes(dataset.PixelData[: (bits + 7) // 8])
    return frame + b"\0" * (len(frame) % 2)


def test_all_that_can_be_retrieved_passes_the_verifier_under_new_names(
    house: House, originals: dict[str, dict[str, bytes]]
) -> None:
    old, people = set(), set()
    for files in originals.values():
        for data in files.values():
            known = summarize(data)
            old |= {known.sop_instance_uid, known.series_instance_uid, known.study_instance_uid}
    for person in PEOPLE:
        people |= {*person.charts.values(), person.identity, person.name} - {None, ""}
    seen = 0
    with house.web("steward") as web:
        for row in house.catalogue.studies(EVERYTHING, limit=1000):
            answer = web.get(
                f"/dicom-web/studies/{row.study_instance_uid}", headers={"Accept": WHOLE}
            )
            assert answer.status_code == 200
            for got in parts(answer):
                known = summarize(got.body)
                assert not {
                    known.sop_instance_uid, known.series_instance_uid, known.study_instance_uid
                } & old  # fmt: skip
                assert known.patient_id == row.subject
                assert verify(
                    got.body, harvested=frozenset(people), subject=row.subject
                ) == ()  # fmt: skip
                seen += 1
    assert seen == house.reader.commons().instances


def test_every_byte_of_the_archive_holds(house: House) -> None:
    code, said = yushan("archive", "check", "--config", house.config("commons"))
    assert code == 0, said
    assert said["holds"]
    assert said["faults"] == []
    assert said["instances"] == house.reader.commons().instances
    code, stats = yushan("archive", "stats", "--config", house.config("commons"))
    assert code == 0
    assert stats["instances"] == said["instances"]


def test_the_ledger_knows_every_pack_and_anybody_can_verify_it(
    house: House, tmp_path: Path
) -> None:
    code, made = yushan("audit", "export", "--config", house.config("commons"), tmp_path / "l")
    assert code == 0
    key = made["key"]
    code, said = yushan("audit", "verify", tmp_path / "l", "--key", key)
    assert (code, said["holds"]) == (0, True)
    assert {log["log"]: log["size"] for log in said["logs"]} == made["entries"]
    entries = list(read_export(tmp_path / "l", "ledger"))
    facts = {
        kind: [entry.facts for entry in entries if entry.kind == kind]
        for kind in ("archive.received", "archive.admitted")
    }
    sent = {
        parcel.manifest.pack: parcel.manifest.instances
        for site in SITES for parcel in parcels(house, site)
    }  # fmt: skip
    assert {one["pack"]: one["instances"] for one in facts["archive.received"]} == sent
    assert len(facts["archive.received"]) == len(sent)  # each once
    here = {sidecar.pack for sidecar in house.sidecars()}
    assert here <= {one.get("pack") for one in facts["archive.admitted"]}
    damaged = min((tmp_path / "l" / "ledger" / "tile" / "entries").rglob("000*"))
    damaged = min(damaged.iterdir()) if damaged.is_dir() else damaged
    damaged.write_bytes(damaged.read_bytes().replace(b'"hospital-a"', b'"hospital-b"', 1))
    code, said = yushan("audit", "verify", tmp_path / "l", "--key", key)
    assert (code, said["holds"]) == (1, False)


def parcels(house: House, site: str):
    """All packs that a hospital has a receipt for."""
    gateway = house.gateway(site)
    outbox = Outbox(
        house.reader.databases[site], SystemClock(), Path(gateway.data) / "outbox", gateway.rules
    )
    found = outbox.page(limit=10_000)
    assert all(parcel.receipt is not None for parcel in found)
    assert all(parcel.remote_state == "admitted" for parcel in found)
    return found


def test_an_index_made_again_from_the_packs_is_the_same(house: House, tmp_path: Path) -> None:
    live = Path(house.plan.commons.data)
    copy = tmp_path / "commons"
    shutil.copytree(live / "store", copy / "store", copy_function=link)
    with (
        closing(sqlite3.connect(live / "role.db")) as source,
        closing(sqlite3.connect(copy / "role.db")) as target,
    ):
        source.backup(target)
    before = rows_of(copy)
    assert all(before.values())
    with closing(sqlite3.connect(copy / "role.db")) as damage, damage:
        damage.execute("DELETE FROM catalogue_series")
        damage.execute("UPDATE catalogue_study SET instances = 0")
        damage.execute("DELETE FROM archive_part")
    config = tmp_path / "copy.toml"
    config.write_text(write_settings(replace(house.plan.commons, data=str(copy))), "utf-8")
    code, said = yushan("archive", "rebuild-index", "--config", config)
    assert code == 0
    assert said["instances"] == house.reader.commons().instances
    assert rows_of(copy) == before
    database = Database(f"sqlite:///{copy / 'role.db'}")
    assert Catalogue(database).totals() == house.catalogue.totals()
    database.dispose()


def link(source: str, target: str) -> None:
    """Packs never change: a second name is a copy."""
    Path(target).hardlink_to(source)


def rows_of(folder: Path) -> dict[str, Counter]:
    """All rows of the index; order and row numbers of the database do not count."""
    database = Database(f"sqlite:///{folder / 'role.db'}")
    found = {}
    with database.read() as tx:
        for table in INDEX:
            found[table] = Counter(map(tuple, tx.execute(sa.text(f"SELECT * FROM {table}"))))
    database.dispose()
    return found
