"""What FHIR R4 and the profiles of IHE BALP 1.1 demand of an AuditEvent, written out once more.

Read from the definitions at profiles.ihe.net/ITI/BALP and hl7.org/fhir/R4/auditevent.html; shares
nothing with the code that makes the events.
"""

from __future__ import annotations

import base64
import re
from datetime import datetime

DCM = "http://dicom.nema.org/resources/ontology/DCM"
REST = ("http://terminology.hl7.org/CodeSystem/audit-event-type", "rest")
ENTITY = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
PARTS = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
BASE = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."

#: profile → (subtype, action, client, server, types a user may have)
PROFILES = {
    "Read": ("read", "R", "110152", "110153", {"IRCP"}),
    "Query": ("search", "E", "110153", "110152", {"IRCP"}),
    "Create": ("create", "C", "110153", "110152", {"AUT", "INF", "CST"}),
    "Delete": ("delete", "D", "110153", "110152", {"AUT", "INF", "CST"}),
}
#: element → allowed children in R4.
R4 = {
    "AuditEvent": "resourceType id meta type subtype action period recorded outcome outcomeDesc "
    "purposeOfEvent agent source entity",
    "agent": "type role who altId name requestor location policy media network purposeOfUse",
    "source": "site observer type",
    "entity": "what type role lifecycle securityLabel name description query detail",
    "network": "address type",
    "detail": "type valueString valueBase64Binary",
    "what": "reference type identifier display",
    "who": "reference type identifier display",
}


def code(one):
    return (one["system"], one["code"])


def types(agent):
    return [code(one) for one in agent["type"]["coding"]]


def check_r4(event):
    """Structure, cardinalities and invariants of the base resource."""
    assert event["resourceType"] == "AuditEvent"
    check_children("AuditEvent", event)
    assert event["action"] in set("CRUDE")
    assert event["outcome"] in {"0", "4", "8", "12"}
    assert datetime.fromisoformat(event["recorded"]).tzinfo is not None
    assert re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", event["id"])
    assert set(code(event["type"]))
    assert event["agent"]
    for agent in event["agent"]:
        check_children("agent", agent)
        assert isinstance(agent["requestor"], bool)
    check_children("source", event["source"])
    assert event["source"]["observer"]
    for entity in event.get("entity", ()):
        check_children("entity", entity)
        assert not ("name" in entity and "query" in entity)  # sev-1
        assert all(one["type"] and one["valueString"] for one in entity.get("detail", ()))
    check_nothing_empty(event)


def check_children(name, element):
    assert set(element) <= set(R4[name].split()), (name, set(element))
    for child, value in element.items():
        for one in value if isinstance(value, list) else [value]:
            if child in R4 and isinstance(one, dict) and child not in {"agent", "entity", "source"}:
                check_children(child, one)


def check_nothing_empty(value):
    if isinstance(value, dict | list):
        assert value
        for one in value.values() if isinstance(value, dict) else value:
            check_nothing_empty(one)
    else:
        assert value not in {"", None}


def check_balp(event):
    """The profile that the event claims; its name, empty if it claims none."""
    claimed = event.get("meta", {}).get("profile", [])
    if not claimed:
        return ""
    [profile] = claimed
    name = profile.removeprefix(BASE)
    assert name != profile
    subtype, action, client, server, users = PROFILES[name.removeprefix("Patient")]
    assert code(event["type"]) == REST
    assert ("http://hl7.org/fhir/restful-interaction", subtype) in map(code, event["subtype"])
    assert (event["action"], event["outcome"]) == (action, "0")
    [asking] = [one for one in event["agent"] if (DCM, client) in types(one)]
    [serving] = [one for one in event["agent"] if (DCM, server) in types(one)]
    for one in (asking, serving):
        assert one["who"]
        assert one["network"]["address"]
        assert "media" not in one
    for one in (one for one in event["agent"] if one not in (asking, serving)):
        [(system, user)] = types(one)
        assert (system, user in users, one["requestor"]) == (PARTS, True, True)
        assert one["who"]
        assert "network" not in one
    check_data(event, name.removeprefix("Patient") == "Query")
    patients = [one for one in event["entity"] if code(one["type"]) == (ENTITY, "1")]
    assert len(patients) == name.startswith("Patient")
    for one in patients:
        assert code(one["role"]) == (ROLE, "1")
        assert one["what"]["type"] == "Patient"
        assert one["what"]["identifier"]["value"]
    return name


def check_data(event, asked):
    [data] = [one for one in event["entity"] if code(one["type"]) == (ENTITY, "2")]
    if asked:
        assert code(data["role"]) == (ROLE, "24")
        assert base64.b64decode(data["query"], validate=True)
        assert not {"what", "lifecycle", "detail"} & set(data)
    else:
        assert code(data["role"]) in {(ROLE, "4"), (ROLE, "3"), (ROLE, "20")}
        assert data["what"]
    for one in event["entity"]:
        if code(one["type"])[1] == "XrequestId":
            assert one["what"]["identifier"]["value"]
