"""Makes what the portal's tests need: a commons and a gateway, small, of real rooms."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

from PIL import Image, ImageDraw
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from yushan.assembly.web import application
from yushan.base import EVERYTHING, NOTHING, ManualClock, Scope, SiteName
from yushan.domain.packs import InstanceEntry, Sidecar
from yushan.doors.portal import (
    CommonsRooms,
    DemoAccount,
    DemoGateway,
    DemoNow,
    Destination,
    GatewayRooms,
    Line,
    Place,
    QuarantineDesk,
    Shell,
    commons_routes,
    gateway_routes,
)
from yushan.engines.database import Database, migrate
from yushan.engines.keys import Signer
from yushan.flows.desk import Pictures
from yushan.flows.witness import Agreement
from yushan.services.accounts import Accounts, Hasher
from yushan.services.archive import (
    ArchiveStats,
    Change,
    ChangeKind,
    Quarantined,
    Scrubbed,
    SiteAccount,
    Standing,
)
from yushan.services.catalogue import Catalogue
from yushan.services.gateway import (
    Decisions,
    DeskQueue,
    Handling,
    Journal,
    RegionRules,
    Rules,
    State,
)
from yushan.services.gateway.tables import ARRIVAL, ASSOCIATION, OBJECT
from yushan.services.ledger import Audit, Ledger
from yushan.services.withdrawal import Cases

PASSWORD = "correct horse battery"
NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
SITES = {
    "hospital-a": {"zh-Hant": "示範醫院甲", "en": "Demo Hospital A"},
    "hospital-b": {"zh-Hant": "示範醫院乙", "en": "Demo Hospital B"},
}
CHEAP = Hasher(memory_kib=8, passes=1)
ROOMS = ("services.accounts", "services.catalogue", "services.ledger", "services.gateway",
         "services.withdrawal")  # fmt: skip


#: SOP classes of objects without pixels.
CLASS_OF = {"SR": "1.2.840.10008.5.1.4.1.1.88.11", "ECG": "1.2.840.10008.5.1.4.1.1.9.1.1"}


def uid(*words):
    """A UID of ours, from words."""
    digest = hashlib.sha256(repr(words).encode()).digest()
    return f"2.25.{10**38 + int.from_bytes(digest[:15], 'big')}"


@cache
def migrated():
    """A database with all tables and nothing in them, as bytes: made once for all tests."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/portal.db")
        migrate(database, ROOMS)
        database.dispose()
        return (Path(folder) / "portal.db").read_bytes()


def make_database(folder):
    (folder / "portal.db").write_bytes(migrated())
    return Database(f"sqlite:///{folder / 'portal.db'}")


def metadata(**about):
    tags = {
        "body_part": ("00180015", "CS"),
        "description": ("0008103E", "LO"),
        "study_description": ("00081030", "LO"),
        "manufacturer": ("00080070", "LO"),
        "model": ("00081090", "LO"),
        "number": ("00200011", "IS"),
        "study_date": ("00080020", "DA"),
    }
    found = {
        tags[name][0]: {"vr": tags[name][1], "Value": [value]}
        for name, value in about.items()
        if value != ""
    }
    found["00100020"] = {"vr": "LO", "Value": ["P" * 16]}
    found["00100010"] = {"vr": "PN", "Value": [{"Alphabetic": "P" * 16}]}
    found["00081140"] = {
        "vr": "SQ",
        "Value": [{"00081155": {"vr": "UI", "Value": [uid("reference")]}}],
    }
    found["7FE00010"] = {"vr": "OW", "BulkDataURI": ""}
    return found


def make_sidecar(study, series, *, site="hospital-a", subject="P" * 16, modality="CT",
                 instances=3, received=NOON, **about):  # fmt: skip
    values = {
        "body_part": "CHEST", "description": "Axial 1.0", "study_description": "CT chest",
        "manufacturer": "ACME", "model": "Scan 9", "number": 2, "study_date": "20240815",
    } | about  # fmt: skip
    entries = [
        InstanceEntry(
            sop_instance_uid=uid("instance", study, series, number),
            sop_class_uid=CLASS_OF.get(modality, "1.2.840.10008.5.1.4.1.1.2"),
            transfer_syntax_uid="1.2.840.10008.1.2.1",
            start=0,
            length=524_288,
            metadata=metadata(**values),
        )
        for number in range(instances)
    ]
    return Sidecar(
        pack=hashlib.sha256(f"{study}{series}".encode()).hexdigest(),
        site=site, subject=subject, study_instance_uid=uid(study),
        series_instance_uid=uid(study, series), modality=modality,
        received_at=received.isoformat(timespec="milliseconds"),
        source=hashlib.sha256(f"{site}{study}{series}".encode()).hexdigest(),
        policy="tw-hospital", policy_digest="ab" * 32, instances=entries,
    )  # fmt: skip


EXAMPLES = (
    make_sidecar("chest", "axial", instances=40),
    make_sidecar("chest", "coronal", number=3, description="Coronal 3.0", instances=12),
    make_sidecar("head", "t1", modality="MR", body_part="BRAIN", study_description="MR brain",
                 description="T1", subject="Q" * 16, site="hospital-b", instances=24,
                 study_date="20240720"),
    make_sidecar("film", "pa", modality="DX", study_description="", description="PA",
                 subject="R" * 16, instances=1, study_date="20240611"),
    make_sidecar("liver", "probe", modality="US", body_part="ABDOMEN",
                 study_description="US abdomen", description="", subject="P" * 16,
                 site="hospital-b", instances=6, study_date="20240502"),
    make_sidecar("liver", "report", modality="SR", body_part="", study_description="US abdomen",
                 description="Report", number=9, subject="P" * 16, site="hospital-b", instances=1,
                 study_date="20240502"),
)  # fmt: skip


@dataclass
class FakeArchive:
    """Sidecars in memory."""

    sidecars: tuple[Sidecar, ...] = EXAMPLES

    def series_sidecars(self, series):
        return [one for one in self.sidecars if one.series_instance_uid == series]

    def feed(self):
        return "feed", len(self.sidecars)

    def changes(self, after=0, limit=100):
        """Each series was searchable a minute after it came."""
        return tuple(
            Change(number, ChangeKind.CREATED, one.series_instance_uid, one.study_instance_uid,
                   one.pack, 1,
                   (datetime.fromisoformat(one.received_at) + timedelta(minutes=1)).isoformat())
            for number, one in enumerate(self.sidecars, 1)
        )[after : after + limit]  # fmt: skip

    def stats(self):
        return ArchiveStats(
            packs=len(self.sidecars),
            series=len({one.series_instance_uid for one in self.sidecars}),
            instances=sum(len(one.instances) for one in self.sidecars),
            subjects=len({one.subject for one in self.sidecars}),
            bytes=sum(entry.length for one in self.sidecars for entry in one.instances),
        )

    def scrubbed(self):
        return Scrubbed(len(self.sidecars), NOON.isoformat(), NOON.isoformat(), (), 0)


def make_site_account(site, received, *, lost=0, **places):
    places = {"duplicate": 0, "quarantined": 0, "opted_out": 0, "in_work": 0} | places
    admitted = received - sum(places.values()) - lost
    return SiteAccount(
        site=SiteName(site), received=received, admitted=admitted, announced=0, archived=admitted,
        packs=3, **places,
    )  # fmt: skip


@dataclass
class FakeAdmissions:
    """A hospital's lines, as they were counted."""

    lines: list[SiteAccount] = field(default_factory=lambda: [
        make_site_account("hospital-a", 56, duplicate=3),
        make_site_account("hospital-b", 35, quarantined=4),
    ])  # fmt: skip

    waiting: list[Standing] = field(default_factory=list)
    stopped: list[Quarantined] = field(default_factory=list)

    def accounting(self):
        return self.lines

    def standing(self):
        return self.waiting

    def quarantined(self):
        return self.stopped


class FakeDemo:
    """Two hospitals, all well."""

    def __init__(self, searchable=84, **states):
        held = {"acknowledged": 91, "duplicate": 2} | states
        self.gateways = (
            DemoGateway("hospital-a", "http://127.0.0.1:1", False, sum(held.values()), held, True),
            DemoGateway("hospital-b", "http://127.0.0.1:2", True, 0, {}, True),
        )

    def now(self):
        return DemoNow(self.gateways, 3, 3, NOON, 38.2)


def picture(request):
    """A thumbnail: something like a slice."""
    image = Image.new("L", (240, 240), 8)
    draw = ImageDraw.Draw(image)
    draw.ellipse((20, 40, 220, 200), fill=90)
    draw.ellipse((60, 70, 115, 170), fill=20)
    draw.ellipse((125, 70, 180, 170), fill=20)
    out = io.BytesIO()
    image.save(out, "PNG")
    return Response(out.getvalue(), media_type="image/png")


THUMBNAIL = Route("/dicom-web/studies/{study}/series/{series}/thumbnail", picture)


def make_accounts(database, clock):
    accounts = Accounts(database, clock, hasher=CHEAP)
    for role in (
        "researcher",
        "steward",
        "engineer",
        "ministry",
        "citizen",
        "auditor",
        "clinician",
        "administrator",
    ):
        sees = role in {"steward", "researcher", "clinician"}
        accounts.create(role, PASSWORD, role, EVERYTHING if sees else NOTHING)
    accounts.create("visitor", PASSWORD, "visitor")
    accounts.create(
        "north", PASSWORD, "researcher", Scope(sites=frozenset({SiteName("hospital-b")}))
    )
    accounts.create("engineer-2", PASSWORD, "engineer")
    return accounts


def make_client(routes, shell, accounts, **kind):
    app = application(
        [*routes, THUMBNAIL], accounts=accounts, pages=shell,
        cookie=shell.place.session_cookie,
    )  # fmt: skip
    return TestClient(app, base_url="http://127.0.0.1", follow_redirects=False, **kind)


def demo_accounts():
    roles = ("steward", "engineer", "researcher", "citizen", "ministry", "auditor", "visitor",
             "clinician", "administrator")  # fmt: skip
    return tuple(DemoAccount(role, role, PASSWORD) for role in roles)


def make_commons(folder, *, demo=True, sidecars=EXAMPLES, admissions=None, entries=3, clock=None):
    """A commons' portal: ``.client``, ``.accounts``, ``.catalogue``, ``.ledger``, ``.app``."""
    database, clock = make_database(folder), clock or ManualClock(NOON)
    catalogue, accounts = Catalogue(database), make_accounts(database, clock)
    for sidecar in sidecars:
        with database.begin() as tx:
            catalogue.add(tx, [sidecar])
    ledger = Ledger(database, clock, Signer(b"\x07" * 32))
    for number in range(entries):
        with database.begin() as tx:
            ledger.append(tx, "archive.received",
                          {"site": "hospital-a", "pack": f"{number:064x}", "instances": 1200,
                           "bytes": 9})  # fmt: skip
            ledger.publish(tx, "record.counted", {"totals": {"images": 1200 * (number + 1)}})
    if entries:
        ledger.seal()
    place = Place(
        kind="commons", demo=demo, sites=SITES,
        name={"zh-Hant": "國家醫學影像共享平台", "en": "National medical-imaging commons"},
    )  # fmt: skip
    shell = Shell(place, clock)
    rooms = CommonsRooms(
        accounts=accounts, catalogue=catalogue, archive=FakeArchive(sidecars),
        admissions=admissions or FakeAdmissions(), cases=Cases(database, clock), ledger=ledger,
        ledger_key=ledger.public_key, audit=Audit(ledger, "portal"),
        demo=FakeDemo() if demo else None, demo_accounts=demo_accounts() if demo else (),
    )  # fmt: skip
    client = make_client(commons_routes(shell, rooms), shell, accounts)
    return SimpleNamespace(
        client=client, app=client.app, accounts=accounts, catalogue=catalogue, ledger=ledger,
        shell=shell, clock=clock, database=database, rooms=rooms,
    )  # fmt: skip


@dataclass
class FakeWatch:
    """What a gateway saw of the commons' ledger."""

    said: Agreement = field(
        default_factory=lambda: Agreement("yushan/witness/hospital-a+ab+cd", ())
    )

    def agreement(self):
        return self.said


@dataclass
class FakeConnections:
    """A line that works, a receiver with two doors."""

    state: Line = field(default_factory=lambda: Line(
        state="ok", receipt_at=NOON, pack="b3f09a71c2" + "0" * 54, to_send=3584, searchable=43102,
        list_at=NOON - timedelta(minutes=2), list_valid_s=1860.0, holders_online=3,
        free_bytes=812_000_000_000,
    ))  # fmt: skip

    def line(self):
        return self.state

    def destinations(self):
        return [
            Destination("10.1.2.3", 11112, "YUSHAN", tls=False),
            Destination("10.1.2.3", 2762, "YUSHAN", tls=True),
        ]


#: How many objects are in each state, of which device, why.
HOSPITAL = (
    ("CT_ER", "CT1", "Scan 9", "CT", State.ACKNOWLEDGED, None, 43),
    ("CT_ER", "CT1", "Scan 9", "CT", State.SENT, None, 25),
    ("CT_ER", "CT1", "Scan 9", "CT", State.HELD, None, 12),
    ("CT_ER", "CT1", "Scan 9", "CT", State.DUPLICATE, None, 8),
    ("MR_B1", "", "Tesla 3", "MR", State.PACKED, None, 10),
    ("MR_B1", "", "Tesla 3", "MR", State.READY, None, 6),
    ("MR_B1", "", "Tesla 3", "MR", State.CONFLICT, "gateway.same-uid-other-bytes", 3),
    ("US_GI", "", "Sono 5", "US", State.QUARANTINED, "deid.text-unresolved", 30),
    ("US_GI", "", "Sono 5", "US", State.OPTED_OUT, "consent.opted-out", 2),
    ("", "", "", "", State.TO_DIGITISE, "gateway.not-dicom", 4),
)


def fill_journal(database, rows=HOSPITAL, *, hour="2026112511", lost=0):
    """Objects as the journal would have them; ``lost`` arrived and are nowhere."""
    association, number = "a" * 32, 0
    with database.begin() as tx:
        tx.execute(ASSOCIATION.insert().values(
            id=association, day="20261125", kind="dimse", calling_ae="CT_ER", called_ae="YUSHAN",
            peer="127.0.0.1", tls=False, opened=NOON.isoformat(), missing=0,
        ))  # fmt: skip
        for ae, station, model, modality, state, reason, count in rows:
            for _ in range(count):
                number += 1
                values = {
                    "association": association, "file": f"{number:06d}.dcm",
                    "received_at": NOON.timestamp() - 3000, "journaled_at": NOON.timestamp(),
                    "day": "20261125", "size": 524_288, "sha256": f"{number:064x}",
                    "content_sha256": f"{number:064x}", "sop_instance_uid": f"1.2.3.{number}",
                    "series_instance_uid": "1.2.3", "study_instance_uid": "1.2",
                    "sop_class_uid": "1.2.840.10008.5.1.4.1.1.2", "modality": modality,
                    "patient_id": "MARKED-PATIENT", "patient": "MARKED-PATIENT", "ae": ae,
                    "station": station, "model": model, "first": True, "state": state,
                    "reason": reason, "reasons": reason or "", "changed_at": NOON.timestamp(),
                }  # fmt: skip
                there = {name: value for name, value in values.items() if name in OBJECT.c}
                tx.execute(OBJECT.insert().values(there))
        tx.execute(ARRIVAL.insert().values(association=association, hour=hour, count=number + lost))


class InThisProcess:
    """Workers that are no others."""

    def run(self, function, *arguments):
        return function(*arguments)


def make_gateway(folder, *, demo=True, rows=HOSPITAL, lost=0, connections=None, pictures=None,
                 watch=None):  # fmt: skip
    """A gateway's portal: ``.client``, ``.accounts``, ``.journal``, ``.handling``, ``.desk``."""
    database, clock = make_database(folder), ManualClock(NOON)
    fill_journal(database, rows, lost=lost)
    accounts = make_accounts(database, clock)
    journal = Journal(database, clock, folder / "spool", Rules())
    handling = Handling(database, clock)
    place = Place(
        kind="gateway", name={"zh-Hant": "示範醫院甲・閘道", "en": "Demo Hospital A · gateway"},
        demo=demo, cookie="yushan_gateway_a", sites=SITES,
    )  # fmt: skip
    shell = Shell(place, clock)
    kept = (database, clock, Rules())
    queue = DeskQueue(database, folder / "spool")
    desk = QuarantineDesk(
        queue=queue, decisions=Decisions(*kept), rules=RegionRules(*kept),
        pictures=pictures or Pictures(queue, InThisProcess()),
    )  # fmt: skip
    ledger = Ledger(database, clock, Signer(b"\x08" * 32))
    rooms = GatewayRooms(
        ledger=ledger, audit=Audit(ledger, "portal"), accounts=accounts, journal=journal,
        handling=handling, desk=desk,
        connections=connections or FakeConnections(), watch=watch or FakeWatch(),
        demo_accounts=(DemoAccount("engineer", "engineer", PASSWORD),) if demo else (),
    )  # fmt: skip
    client = make_client(gateway_routes(shell, rooms), shell, accounts)
    return SimpleNamespace(
        client=client, app=client.app, accounts=accounts, journal=journal, handling=handling,
        shell=shell, database=database, connections=rooms.connections, desk=desk, clock=clock,
        ledger=ledger,
    )  # fmt: skip


def sign_in(site, user="steward"):
    """Put a session of this user into the client's cookies."""
    secret = site.accounts.open_session(site.accounts.by_user(user))
    site.client.cookies.set(site.shell.place.session_cookie, secret)
    return secret


def csrf_of(page):
    """The token of the first form on a page."""
    return page.text.split('name="csrf" value="', 1)[1].split('"', 1)[0]
