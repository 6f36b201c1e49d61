"""Sidecars as the catalogue reads them."""

import hashlib

import numpy as np
import sqlalchemy as sa

from yushan.domain.packs import InstanceEntry, Sidecar
from yushan.services.catalogue import Catalogue
from yushan.services.catalogue.tables import METADATA, PROFILE, STATE, WORD


def uid(*words):
    """A UID of ours, from words."""
    digest = hashlib.sha256(repr(words).encode()).digest()
    return f"2.25.{10**38 + int.from_bytes(digest[:15], 'big')}"


def attributes(values):
    """Keyword → DICOM JSON; empty values are left out."""
    tags = {
        "body_part": ("00180015", "CS"),
        "description": ("0008103E", "LO"),
        "study_description": ("00081030", "LO"),
        "manufacturer": ("00080070", "LO"),
        "model": ("00081090", "LO"),
        "number": ("00200011", "IS"),
        "study_date": ("00080020", "DA"),
        "study_time": ("00080030", "TM"),
        "series_date": ("00080021", "DA"),
        "sex": ("00100040", "CS"),
        "age": ("00101010", "AS"),
        "thickness": ("00180050", "DS"),
        "contrast": ("00180010", "LO"),
    }
    return {
        tags[name][0]: {"vr": tags[name][1], "Value": [value]}
        for name, value in values.items()
        if value != ""
    }


def make_sidecar(
    study="st1",
    series="se1",
    *,
    site="north",
    subject="P" * 16,
    modality="CT",
    received="2026-12-01",
    pack=None,
    instances=2,
    **about,
):
    values = {
        "body_part": "CHEST",
        "description": "Lung 1.0",
        "study_description": "CT chest",
        "manufacturer": "ACME",
        "model": "Scan 9",
        "number": 3,
        "study_date": "20260102",
        "study_time": "101500",
        "series_date": "20260103",
    } | about
    name = pack or uid("pack", study, series, received)[5:]
    entries = [
        InstanceEntry(
            sop_instance_uid=uid("instance", name, number),
            sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
            transfer_syntax_uid="1.2.840.10008.1.2.1",
            start=0,
            length=100,
            metadata=attributes(values),
        )
        for number in range(instances)
    ]
    return Sidecar(
        pack=name,
        site=site,
        subject=subject,
        study_instance_uid=uid("study", study),
        series_instance_uid=uid("series", study, series),
        modality=modality,
        received_at=f"{received}T00:00:00.000+00:00",
        source=name,
        instances=entries,
    )


def make_catalogue(database, *sidecars):
    catalogue = Catalogue(database)
    for sidecar in sidecars:
        with database.begin() as tx:
            catalogue.add(tx, [sidecar])
    return catalogue


def dump(database):
    """All rows of the room; of the search index what it says, not by which numbers."""
    with database.read() as tx:
        words = {row.id: (row.kind, row.value) for row in tx.execute(sa.select(WORD))}
        found = {
            table.name: sorted(map(repr, tx.execute(sa.select(table))))
            for table in METADATA.sorted_tables
            if table not in (PROFILE, STATE, WORD)
        }
        found["profiles"] = sorted(
            (row.study_instance_uid, row.study_date, row.instances,
             sorted(words[one] for one in np.frombuffer(row.words, "<u4").tolist()))
            for row in tx.execute(sa.select(PROFILE))
            if row.study_instance_uid
        )  # fmt: skip
        found["words"] = sorted(
            (row.kind, row.value, row.uses) for row in tx.execute(sa.select(WORD))
        )
        found["counters"] = sorted(
            (row.name, row.value) for row in tx.execute(sa.select(STATE))
            if row.name in ("studies", "subjects") and row.value
        )  # fmt: skip
        return found
