"""Entries of the restricted log as FHIR R4 ``AuditEvent``, in the form of IHE BALP 1.1.

A profile of BALP is claimed where the entry has all that the profile demands; failures, entries
without an address and those whose personal fields were destroyed are plain AuditEvents. The mapping
is written down in ``docs/ledger.md``.
"""

from __future__ import annotations

import base64
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import msgspec

from yushan.base import canonical_json
from yushan.services.ledger.merkle import leaf_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yushan.services.ledger.search import Found
    from yushan.services.ledger.values import Entry

Json = dict[str, Any]

DCM: Final = "http://dicom.nema.org/resources/ontology/DCM"
PARTS: Final = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
REST: Final = "http://hl7.org/fhir/restful-interaction"
EVENT: Final = "http://terminology.hl7.org/CodeSystem/audit-event-type"
ENTITY: Final = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
ROLE: Final = "http://terminology.hl7.org/CodeSystem/object-role"
BALP: Final = "https://profiles.ihe.net/ITI/BALP"
#: Name spaces of ours.
OURS: Final = "urn:yushan:"


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a kind of entry is called, and which kind of event it is."""

    event: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Form:
    """How one kind of event is told: codes, and the profile's name without and with a patient."""

    type: tuple[str, str]
    subtype: tuple[str, str] | None
    action: str
    profile: str = ""
    user: str = "IRCP"


SECURITY: Final = (DCM, "110113")
ACTIVITY: Final = (DCM, "110100")
LOGIN: Final = (DCM, "110114")
#: ``event`` of ``data/kinds.toml`` → its form. Of a read the server is the source, else the client.
FORMS: Final[Mapping[str, Form]] = {
    "read": Form((EVENT, "rest"), (REST, "read"), "R", "Read"),
    "search": Form((EVENT, "rest"), (REST, "search"), "E", "Query"),
    "create": Form((EVENT, "rest"), (REST, "create"), "C", "Create", "AUT"),
    "delete": Form((EVENT, "rest"), (REST, "delete"), "D", "Delete", "CST"),
    "login": Form(LOGIN, (DCM, "110122"), "E"),
    "logout": Form(LOGIN, (DCM, "110123"), "E"),
    "security": Form(SECURITY, (DCM, "110137"), "U"),
    "roles": Form(SECURITY, (DCM, "110136"), "U"),
    "decision": Form(SECURITY, (f"{BALP}/CodeSystem/AuthZsubType", "AuthZ-Role"), "E"),
    "alert": Form(SECURITY, None, "E"),
    "activity": Form(ACTIVITY, None, "E"),
    "start": Form(ACTIVITY, (DCM, "110120"), "E"),
    "stop": Form(ACTIVITY, (DCM, "110121"), "E"),
}


#: Facts that are told as details.
TOLD: Final = frozenset({
    "bytes", "count", "duplicate", "instances", "opted_out", "over_s", "quarantined", "times",
    "via",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where the log is kept: the role's name and the address it is reached at."""

    name: str
    url: str


@cache
def kinds() -> Mapping[str, Kind]:
    """Kind of entry → how it is told."""
    text = (files("yushan.services.ledger") / "data" / "kinds.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Kind])


def audit_event(found: Found, place: Place) -> Json:
    """One entry as an AuditEvent; what was destroyed is left out."""
    entry, private = found.entry, dict(found.private)
    kind = kinds().get(entry.kind)
    form = FORMS[kind.event if kind is not None else "activity"]
    refused = entry.facts.get("outcome") == "refused"
    event: Json = {
        "resourceType": "AuditEvent",
        "id": f"ledger-{entry.number}",
        "type": coding(*form.type),
        "subtype": [*([coding(*form.subtype)] if form.subtype else []), own("kind", entry.kind)],
        "action": form.action,
        "recorded": entry.time,
        "outcome": "8" if refused else "0",
        "outcomeDesc": " ".join(entry.facts.get("reasons", ())),
        "agent": agents(entry, private, form, place),
        "source": {"site": place.name, "observer": named("role", place.name), "type": [coding(
            "http://terminology.hl7.org/CodeSystem/security-source-type", "4")]},
        "entity": entities(entry, private, form),
    }  # fmt: skip
    profile = profile_of(event, form, private)
    return pruned({**event, "meta": {"profile": [profile]} if profile else {}})


def agents(entry: Entry, private: Json, form: Form, place: Place) -> list[Json]:
    """The asking program, this role, and the person if one was signed in."""
    facts = entry.facts
    reads = form.profile == "Read"
    client, server = ("110152", "110153") if reads else ("110153", "110152")
    address = private.get("address", "")
    found: list[Json] = [
        {
            "type": concept(DCM, client),
            "who": named("client", str(facts.get("site") or facts.get("via") or "role")),
            "requestor": not facts.get("account"),
            "network": {"address": address, "type": "2"} if address else {},
        },
        {
            "type": concept(DCM, server),
            "who": named("role", place.name),
            "requestor": False,
            "network": {"address": place.url, "type": "5"},
        },
    ]
    if facts.get("account"):
        user: Json = {
            "type": concept(PARTS, form.user),
            "who": named("account", str(facts["account"])),
            "role": [{"coding": [own("role", str(facts.get("role", "")))]}],
            "requestor": True,
        }
        if facts.get("purpose"):
            user["purposeOfUse"] = [{"coding": [own("purpose", str(facts["purpose"]))]}]
        found.append(user)
    return found


def entities(entry: Entry, private: Json, form: Form) -> list[Json]:
    """What it was about: the data or the query, the person, the request; and our own facts."""
    system_object = coding(ENTITY, "2")
    asked = form.profile == "Query"
    thing: Json = {"type": system_object, "role": coding(ROLE, "24" if asked else "4")}
    if asked:
        query = str(private.get("query", ""))
        thing["query"] = base64.b64encode(query.encode()).decode()
    else:
        thing |= {"what": about(entry, private), "detail": details(entry, private)}
    found = [thing]
    if asked:  # the profile allows no details beside a query
        found.append({"type": own("entity", "facts"), "detail": details(entry, private)})
    if "subject" in private:
        subject = {"type": "Patient", **named("subject", str(private["subject"]))}
        found.append({"type": coding(ENTITY, "1"), "role": coding(ROLE, "1"), "what": subject})
    if entry.facts.get("request"):
        system = f"{BALP}/CodeSystem/BasicAuditEntityType"
        what = {"identifier": {"value": str(entry.facts["request"])}}
        found.append({"type": coding(system, "XrequestId"), "what": what})
    return found


def about(entry: Entry, private: Json) -> Json:
    """The study or series by its UID, else the thing by our name."""
    for name in ("series", "study"):
        if name in private:
            identifier = {"system": "urn:dicom:uid", "value": f"urn:oid:{private[name]}"}
            return {"type": "ImagingStudy", "identifier": identifier}
    facts = entry.facts
    value = facts.get("name") or facts.get("pack") or facts.get("case") or f"entry-{entry.number}"
    return named(str(facts.get("thing", "entry")), str(value))


def details(entry: Entry, private: Json) -> list[Json]:
    """The rest of the facts, and the leaf hash by which the event is found in the ledger."""
    facts = {name: entry.facts[name] for name in sorted(TOLD & entry.facts.keys())}
    facts |= {name: private[name] for name in ("study", "series") if name in private}
    facts["leaf"] = leaf_hash(canonical_json(entry)).hex()
    return [{"type": name, "valueString": str(value)} for name, value in facts.items()]


def profile_of(event: Json, form: Form, private: Json) -> str:
    """The BALP profile that the event fits; empty if none."""
    complete = all(agent.get("network") for agent in event["agent"][:2])
    asked = form.profile != "Query" or event["entity"][0]["query"]
    if not form.profile or event["outcome"] != "0" or not complete or not asked:
        return ""
    patient = "Patient" if "subject" in private else ""
    return f"{BALP}/StructureDefinition/IHE.BasicAudit.{patient}{form.profile}"


def coding(system: str, code: str) -> Json:
    """A code of a system."""
    return {"system": system, "code": code}


def own(space: str, code: str) -> Json:
    """A code of ours."""
    return coding(f"{OURS}{space}", code)


def concept(system: str, code: str) -> Json:
    """A code as a concept."""
    return {"coding": [coding(system, code)]}


def named(space: str, value: str) -> Json:
    """A reference by an identifier of ours."""
    return {"identifier": {"system": f"{OURS}{space}", "value": value}}


def pruned(value: Json) -> Json:
    """Without empty fields, as FHIR demands."""
    kept = {name: pruned(one) if isinstance(one, dict) else one for name, one in value.items()}
    kept = {
        name: [pruned(one) if isinstance(one, dict) else one for one in some]
        if isinstance(some, list) else some
        for name, some in kept.items()
    }  # fmt: skip
    return {name: one for name, one in kept.items() if one or one is False}
