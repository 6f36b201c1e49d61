"""Hospitals that send and a commons that admits, with real stage 1, envelopes and files."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass, field
from functools import cache

import pydicom
from pydicom.data import get_testdata_file
from tests.unit.archive.making import House, make_house, make_manifest
from tests.unit.linkage.parties import Parties
from tests.unit.packs.packing import make_pack

from yushan.assembly.parts import accepted_policies
from yushan.base import PackId, SiteName
from yushan.domain.deid import (
    Harvest,
    Released,
    SiteKeys,
    deidentify,
    load_policy,
    replace_uid,
    site_offset_days,
    site_pseudonym,
)
from yushan.domain.packs import envelope_aad
from yushan.flows.admit import Admit, Desk, Ticker
from yushan.services.catalogue import Catalogue
from yushan.services.withdrawal import Register

POLICY = cache(load_policy)
#: What this commons takes: everything but what an ethics decision must name.
ACCEPTED = ("basic", "tw-hospital")
UID_KEY = b"uid-key-of-the-commons-32-bytes!"
PERSON, OTHER = "A123456789", "B123456780"


class Inline:
    """Workers without processes."""

    def run(self, function, *arguments):
        return function(*arguments)

    def map(self, function, tasks):
        return [function(*task) for task in tasks]


@dataclass
class Gate:
    """A consent list: who stopped what, or why it cannot be asked."""

    stopped: set = field(default_factory=set)
    failing: Exception | None = None
    asked: list = field(default_factory=list)

    def check(self, token, modality, *, site=None, examined_on=None):
        if self.failing is not None:
            raise self.failing
        self.asked.append((token, modality, site, examined_on))
        gone = {(token, modality), (token, "*")} & self.stopped
        return "opted-out" if gone else "allowed"

    def tokens(self):
        if self.failing is not None:
            raise self.failing
        return frozenset(token for token, _ in self.stopped)


@dataclass
class Scene:
    """The commons with everything it needs."""

    house: House
    parties: Parties
    catalogue: Catalogue
    gate: Gate
    admit: Admit
    ticker: Ticker

    def tick(self, seconds=0.0):
        """One round of the ticker, running every attempt to its end; how many."""
        self.house.clock.advance(seconds)
        return self.ticker.tick(self.house.clock.monotonic())

    def state(self, pack, site="north"):
        return self.house.uploads.state(SiteName(site), PackId(pack))

    def account(self, site="north"):
        return next(a for a in self.house.admissions.accounting() if a.site == site)


def make_scene(database, folder, workers=None, gate=None, dealt=None, house=None, **more):
    """A commons over a database and a folder; again over the same ones is another life."""
    house = house or make_house(database, folder, sealed=more.get("sealed", False))
    parties = Parties(database) if dealt is None else Parties(database, dealt=dealt)
    gate = gate or Gate()
    desk = Desk(
        db=house.db,
        admissions=house.admissions,
        archive=house.archive,
        catalogue=Catalogue(house.db),
        register=Register(house.db),
        ledger=house.ledger,
        linker=parties.commons(),
        consent=gate,
        workers=workers or Inline(),
        uid_key=UID_KEY,
        accepted=accepted_policies(ACCEPTED),
        folder=folder / "work",
        recompress=more.get("recompress", False),
    )
    admit = Admit(desk)
    ticker = Ticker(desk, lambda site, pack, _attempt: admit.run(site, pack))
    return Scene(house, parties, desk.catalogue, gate, admit, ticker)


def site_keys(site):
    seed = site.encode().ljust(31, b"-")
    return SiteKeys(seed + b"u", seed + b"p", seed + b"d")


def make_file(
    name="CT_small.dcm", patient="P1", study="1.2.3.1", series="1.2.3.1.1", number=1, **changes
):
    """One original with these ids."""
    dataset = pydicom.dcmread(get_testdata_file(name))
    dataset.PatientID = patient
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = study, series
    dataset.SOPInstanceUID = f"{series}.{number}"
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.InstanceNumber = number
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


def make_mr(**changes):
    """One original of another modality, in the same study."""
    kind = {"name": "MR_small.dcm", "ImageType": ["ORIGINAL", "PRIMARY"], "series": "1.2.3.1.2",
            "BodyPartExamined": "KNEE"}  # fmt: skip
    return make_file(**(kind | changes))


def release(data, site="north", patient="P1", policy="tw-hospital"):
    """Stage 1."""
    keys = site_keys(site)
    subject = site_pseudonym(keys, patient)
    made = deidentify(
        data,
        policy=POLICY(policy) if isinstance(policy, str) else policy,
        keys=keys,
        subject=subject,
        offset_days=site_offset_days(keys, subject),
        harvested=Harvest(frozenset()),
    )
    assert isinstance(made, Released), made
    return b"".join(made.chunks)


def series(count=3, site="north", patient="P1", **changes):
    """Released files of a series."""
    files = [make_file(patient=patient, number=n, **changes) for n in range(1, count + 1)]
    return [release(file, site, patient) for file in files]


def send(scene, files, site="north", patient="P1", identity=PERSON, **manifest):
    """Pack, envelope, upload, seal; the pack's id."""
    _, data = make_pack(*files)
    keys = site_keys(site)
    subject = site_pseudonym(keys, patient)
    token = identity.encode() if identity else None
    envelope = scene.parties.client(site).envelope(
        identity, site_offset_days(keys, subject), token, envelope_aad(site, subject)
    )
    values = {
        "instances": len(files),
        "subject": subject,
        "linked": identity is not None,
        "policy_digest": POLICY("tw-hospital").digest,
        "envelope": base64.b64encode(envelope).decode(),
    } | manifest
    offered = make_manifest(data, site, **values)
    pack = PackId(offered.pack)
    uploads = scene.house.uploads
    uploads.offer(SiteName(site), offered)
    uploads.write(SiteName(site), pack, 0, data)
    assert uploads.seal(SiteName(site), pack).receipt is not None
    return pack


def commons_uid(uid, site="north"):
    """The UID that both stages make of an original one."""
    return replace_uid(UID_KEY, replace_uid(site_keys(site).uid, uid))


def read_back(scene, uid):
    """All instances of an (original) series as data sets, in order."""
    found = []
    for sidecar in scene.house.archive.series_sidecars(commons_uid(uid)):
        for entry in sidecar.instances:
            data = scene.house.archive.read(sidecar.pack, entry.start, entry.length)
            found.append(pydicom.dcmread(io.BytesIO(data)))
    return found
