"""What the API gives to whom, over a real server."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import msgspec
import pytest

from yushan.base import canonical_json
from yushan.doors.api import description
from yushan.services.ledger import included, leaf_hash, read_receipt, verify_receipt

if TYPE_CHECKING:
    from tests.doors.api.conftest import Programs

NOWHERE = "2.25.123456789012345678901234567890123456789"
OPEN = ("/statistics", "/statistics/cells", "/ledger/head", "/ledger/entries", "/ledger/entries/0",
        "/ledger/entries/0/receipt",
        "/ledger/consistency?old=0&size=1")  # fmt: skip
CLOSED = ("/studies", "/series", "/facets", f"/studies/{NOWHERE}", f"/studies/{NOWHERE}/provenance",
          f"/studies/{NOWHERE}/series/{NOWHERE}/versions", "/changes", "/accounting", "/me",
          "/me/tokens")  # fmt: skip


@pytest.mark.parametrize("path", OPEN)
def test_anybody_may_ask_for_public_figures_and_the_record(programs: Programs, path: str) -> None:
    assert programs.ask(f"/api/v1{path}", "").status_code == 200


@pytest.mark.parametrize("path", CLOSED)
def test_all_else_wants_a_token(programs: Programs, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer ysh_no-such-token"}):
        answer = programs.ask(f"/api/v1{path}", "", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["code"] == "api.sign-in"


@pytest.mark.parametrize("path", ["/studies", "/facets", f"/studies/{NOWHERE}", "/changes"])
def test_a_visitor_is_told_that_the_role_does_not_allow_it(programs: Programs, path: str) -> None:
    answer = programs.ask(f"/api/v1{path}", "visitor")
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"


def test_figures_are_exact_for_who_may_and_protected_for_others(programs: Programs) -> None:
    exact, shown = programs.get("/statistics"), programs.get("/statistics", "")
    assert (exact["exact"], shown["exact"]) == (True, False)
    assert exact["total"]["instances"] == 11
    assert sum(row["amounts"]["instances"] for row in exact["rows"]) == 11
    assert all(row["amounts"]["studies"] % 5 == 0 for row in shown["rows"])
    assert [row["row"] for row in shown["rows"]] == [row["row"] for row in exact["rows"]]


def test_figures_by_each_edge_add_up_to_the_whole(programs: Programs) -> None:
    for by in ("site", "month", "year", "body_part"):
        found = programs.get("/statistics/cells", by=by)["cells"]
        assert sum(one["amounts"]["instances"] for one in found) == 11, by


def test_studies_are_found_and_paged_by_cursor(programs: Programs) -> None:
    everything = programs.get("/studies")
    assert everything["count"] == len(everything["studies"]) == 6
    seen, cursor = [], {}
    while True:
        page = programs.get("/studies", limit=2, **cursor)
        seen += [one["study_instance_uid"] for one in page["studies"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == [one["study_instance_uid"] for one in everything["studies"]]


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"modality": "ct"}, 2), ({"modality": "CT", "body_part": "chest"}, 1),
        ({"text": "胸部"}, 1), ({"modality": "XX"}, 0), ({"date_from": "18000101"}, 5),
        ({"site": "stow"}, 6), ({"site": "elsewhere"}, 0),
    ],
)  # fmt: skip
def test_studies_are_found_by(programs: Programs, params: dict[str, str], count: int) -> None:
    found = len(programs.get("/studies", **params)["studies"])
    assert found == count or (params == {"date_from": "18000101"} and found in (3, 4, 5, 6))


@pytest.mark.parametrize(
    ("params", "count"),
    [({}, 7), ({"modality": "C*"}, 2), ({"modality": "mr"}, 2), ({"manufacturer": "ge*"}, 1),
     ({"body_part": "KNEE"}, 2), ({"site": "elsewhere"}, 0), ({"modality": "XX"}, 0)],
)  # fmt: skip
def test_series_are_found_by_patterns(
    programs: Programs, params: dict[str, str], count: int
) -> None:
    assert len(programs.get("/series", **params)["series"]) == count


def test_series_come_page_by_page(programs: Programs) -> None:
    everything = programs.get("/series")["series"]
    first = programs.get("/series", limit=4)
    rest = programs.get("/series", limit=4, cursor=first["next"])
    assert first["series"] + rest["series"] == everything
    assert rest["next"] is None


def test_a_study_comes_with_its_series_and_where_they_came_from(programs: Programs) -> None:
    [one] = programs.get("/studies", text="胸部")["studies"]
    uid = one["study_instance_uid"]
    detail = programs.get(f"/studies/{uid}")
    assert detail["study"] == one
    assert sorted(row["modality"] for row in detail["series"]) == ["CT", "MR"]
    parts = programs.get(f"/studies/{uid}/provenance")["parts"]
    assert {part["policy"] for part in parts} == {"tw-hospital"}
    assert sum(part["instances"] for part in parts) == 6
    series = detail["series"][0]["series_instance_uid"]
    [version] = programs.get(f"/studies/{uid}/series/{series}/versions")["versions"]
    assert version["number"] == 1
    assert len(version["id"]) == 64


def test_what_one_may_not_see_is_like_what_is_not_there(programs: Programs) -> None:
    uid = programs.get("/studies")["studies"][0]["study_instance_uid"]
    for end in ("", "/provenance"):
        answers = [programs.ask(f"/api/v1/studies/{one}{end}", "south") for one in (uid, NOWHERE)]
        assert {one.status_code for one in answers} == {404}
        assert answers[0].content == answers[1].content
    assert programs.get("/studies", "south")["studies"] == []
    assert programs.get("/studies", "south")["count"] is None


def test_facets_name_values_and_count_them_for_who_may(programs: Programs) -> None:
    facets = {one["kind"]: one["values"] for one in programs.get("/facets")["facets"]}
    assert {"value": "CT", "count": 2} in facets["modality"]
    [only] = programs.get("/facets", kind="site")["facets"]
    assert only == {"kind": "site", "values": [{"value": "stow", "count": 6}]}


def test_changes_go_on_without_gaps_and_only_for_who_sees_all(programs: Programs) -> None:
    everything = programs.get("/changes")
    numbers = [one["sequence"] for one in everything["changes"]]
    assert numbers == list(range(1, everything["last"] + 1))
    assert {one["kind"] for one in everything["changes"]} == {"created"}
    later = programs.get("/changes", after=numbers[1], limit=1)
    assert [one["sequence"] for one in later["changes"]] == [numbers[2]]
    answer = programs.ask("/api/v1/changes", "limited")
    assert (answer.status_code, answer.json()["code"]) == (403, "api.whole-scope")


def test_accounts_close(programs: Programs) -> None:
    found = programs.get("/accounting")
    assert found["closes"] is True
    assert [(one["site"], one["archived"]) for one in found["sites"]] == [("stow", 11)]


def test_the_record_proves_itself(programs: Programs) -> None:
    found = programs.get("/ledger/entries/0", "")
    leaf = leaf_hash(canonical_json(found["entry"] | {"commitments": {}}))
    proof = [base64.b64decode(one) for one in found["proof"]]
    head = found["head"]
    plain = leaf_hash(canonical_json(found["entry"]))
    root = base64.b64decode(head["root"])
    assert any(included(one, 0, head["size"], proof, root) for one in (leaf, plain))
    assert programs.get("/ledger/head", "")["size"] == head["size"]
    assert programs.ask("/api/v1/ledger/entries/999999", "").status_code == 404


def test_a_receipt_proves_itself(programs: Programs) -> None:
    answer = programs.ask("/api/v1/ledger/entries/0/receipt", "")
    judged = verify_receipt(read_receipt(answer.content), programs.stands.role.ledger.public_key)
    assert (judged.holds, judged.number) == (True, 0)


def test_one_sees_oneself_and_ones_tokens(programs: Programs) -> None:
    me = programs.get("/me", "auditor")
    assert (me["user"], me["role"]) == ("auditor-1", "auditor")
    assert "audit_ledger" in me["permissions"]
    [token] = programs.get("/me/tokens", "auditor")["tokens"]
    assert token["name"] == "tests"


def test_a_token_is_made_used_and_ended(programs: Programs) -> None:
    answer = programs.ask(
        "/api/v1/me/tokens", method="POST", json={"name": "for a notebook", "days": 3}
    )
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    headers = {"Authorization": f"Bearer {made['secret']}"}
    assert programs.ask("/api/v1/me", "", headers=headers).status_code == 200
    path = f"/api/v1/me/tokens/{made['token']['id']}"
    assert programs.ask(path, "auditor", method="DELETE").status_code == 404
    assert programs.ask(path, method="DELETE").status_code == 200
    assert programs.ask("/api/v1/me", "", headers=headers).status_code == 401


def test_a_browsers_session_changes_nothing_here(programs: Programs) -> None:
    role = programs.stands.role
    account = role.accounts.by_token(programs.stands.tokens["steward"])
    secret = role.accounts.open_session(account)
    answer = programs.ask(
        "/api/v1/me/tokens", "", method="POST", json={"name": "x"},
        headers={"Cookie": f"yushan_commons={secret}"},
    )  # fmt: skip
    assert answer.status_code == 403
    assert programs.ask(
        "/api/v1/me", "", headers={"Cookie": f"yushan_commons={secret}"}
    ).status_code in (200, 403)


@pytest.mark.parametrize(
    "query",
    ["/studies?nonsense=1", "/studies?limit=0", "/studies?limit=1001", "/studies?limit=x",
     "/studies?limit=1&limit=2", "/studies?cursor=abc", "/studies?date_from=20240230x",
     "/studies/1.2.x", "/statistics?site=A%20B", "/ledger/entries/-1", "/changes?after=-1",
     f"/studies/{NOWHERE}?study=1.2"],
)  # fmt: skip
def test_what_is_not_as_described_is_refused(programs: Programs, query: str) -> None:
    answer = programs.ask(f"/api/v1{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "api.parameter-invalid")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b'{"name": "x", "more": 1}', "application/json", 400), (b"{", "application/json", 400),
        (b'{"name": "x"}', "text/plain", 415), (b'{"name": ""}', "application/json", 400),
        (b'{"name": "x", "days": 91}', "application/json", 400), (b"\xff", "application/json", 400),
        (b'{"name": "' + b"x" * 20_000 + b'"}', "application/json", 400),
    ],
)  # fmt: skip
def test_a_body_that_is_not_as_described_is_refused(
    programs: Programs, body: bytes, kind: str, status: int
) -> None:
    answer = programs.ask(
        "/api/v1/me/tokens", method="POST", content=body, headers={"Content-Type": kind}
    )
    assert answer.status_code == status


def test_the_same_again_is_not_sent_again(programs: Programs) -> None:
    first = programs.ask("/api/v1/accounting")
    again = programs.ask("/api/v1/accounting", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "private" in first.headers["cache-control"]


def test_a_masked_account_sees_and_asks_by_its_own_names(programs: Programs) -> None:
    role = programs.stands.role
    from tests.doors.dicomweb.conformance.standing import PASSWORD

    from yushan.base import Scope

    scope = Scope(everything=True, mask="project-one")
    account = role.accounts.create("masked-1", PASSWORD, "steward", scope)
    headers = {"Authorization": f"Bearer {role.accounts.issue_token(account, 'tests', 1)}"}
    own = {one["study_instance_uid"]: one for one in programs.get("/studies")["studies"]}
    found = programs.ask("/api/v1/studies", "", headers=headers).json()["studies"]
    assert len(found) == len(own)
    assert not own.keys() & {one["study_instance_uid"] for one in found}
    assert not {one["subject"] for one in own.values()} & {one["subject"] for one in found}
    path = f"/api/v1/studies/{found[0]['study_instance_uid']}"
    assert programs.ask(path, "", headers=headers).status_code == 200
    for uid in own:
        assert programs.ask(f"/api/v1/studies/{uid}", "", headers=headers).status_code == 404
    said = programs.ask(f"{path}/provenance", "", headers=headers).text
    said += programs.ask("/api/v1/changes", "", headers=headers).text
    packs = {one["pack"] for one in programs.get("/changes")["changes"]}
    assert packs
    assert not [one for one in {*packs, *own} if one in said]


def test_the_description_is_served_and_names_every_operation(programs: Programs) -> None:
    answer = programs.ask("/api/openapi.json", "")
    assert answer.status_code == 200
    assert msgspec.json.decode(answer.content) == msgspec.json.decode(description())
    assert answer.json()["openapi"] == "3.1.0"
