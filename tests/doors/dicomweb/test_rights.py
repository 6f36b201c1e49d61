"""Who sees what: nobody, some, all; and what may not be seen looks like what is not there."""

from __future__ import annotations

import pytest

STUDY = "/dicom-web/studies/{0}"
ADDRESSES = [
    STUDY,
    STUDY + "/series",
    STUDY + "/instances",
    STUDY + "/metadata",
    STUDY + "/thumbnail",
    STUDY + "/rendered",
    STUDY + "/series/{0}.1",
    STUDY + "/series/{0}.1/instances",
    STUDY + "/series/{0}.1/metadata",
    STUDY + "/series/{0}.1/thumbnail",
    STUDY + "/series/{0}.1/rendered",
    STUDY + "/series/{0}.1/instances/{0}.1.1",
    STUDY + "/series/{0}.1/instances/{0}.1.1/metadata",
    STUDY + "/series/{0}.1/instances/{0}.1.1/rendered",
    STUDY + "/series/{0}.1/instances/{0}.1.1/thumbnail",
    STUDY + "/series/{0}.1/instances/{0}.1.1/frames/1",
    STUDY + "/series/{0}.1/instances/{0}.1.1/frames/1/rendered",
    STUDY + "/series/{0}.1/instances/{0}.1.1/frames/1/thumbnail",
    STUDY + "/series/{0}.1/instances/{0}.1.1/bulkdata/7FE00010",
]


def as_(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("address", [*ADDRESSES, "/dicom-web/", "/dicom-web/studies"])
def test_nobody_is_asked_to_sign_in(client, address: str) -> None:
    for headers in ({"Authorization": ""}, as_("wrong")):
        response = client.get(address.format("1.2.10"), headers=headers)
        assert response.status_code == 401
        assert response.headers["www-authenticate"].startswith("Bearer")
        assert response.json()["code"] == "dicomweb.sign-in"


@pytest.mark.parametrize("address", ADDRESSES)
def test_everything_is_there_for_who_may_see_it(client, address: str) -> None:
    for token in ("all", "north", "one"):
        assert client.get(address.format("1.2.10"), headers=as_(token)).status_code == 200


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("token", ["north", "one", "nothing", "no-images"])
def test_the_forbidden_looks_exactly_like_the_absent(client, address: str, token: str) -> None:
    forbidden = client.get(address.format("1.2.30"), headers=as_(token))
    absent = client.get(address.format("1.2.77"), headers=as_(token))
    assert forbidden.status_code == absent.status_code == 404
    assert forbidden.content == absent.content
    assert dict(forbidden.headers) == dict(absent.headers)


@pytest.mark.parametrize(
    ("token", "studies"),
    [
        ("all", {"1.2.10", "1.2.20", "1.2.30"}),
        ("north", {"1.2.10", "1.2.20"}),
        ("one", {"1.2.10"}),
        ("nothing", set()),
        ("no-images", set()),
    ],
)
def test_a_search_finds_only_what_may_be_seen(client, token: str, studies: set[str]) -> None:
    for level in ("studies", "series", "instances"):
        for parameters in ({}, {"PatientID": "*A*"}, {"PatientID": "Z*"}, {"Modality": "CT"}):
            response = client.get(f"/dicom-web/{level}", params=parameters, headers=as_(token))
            seen = {one["0020000D"]["Value"][0] for one in response.json()}
            assert seen <= studies
            if not parameters:
                assert seen == studies
    response = client.get("/dicom-web/studies", params={"limit": "1"}, headers=as_(token))
    assert ("additional results" in response.headers.get("warning", "")) == (len(studies) > 1)


def test_parts_of_an_address_must_belong_together(client) -> None:
    for wrong in (
        "/studies/1.2.20/series/1.2.10.1",
        "/studies/1.2.10/series/1.2.20.1/metadata",
        "/studies/1.2.10/series/1.2.10.1/instances/1.2.10.2.1",
        "/studies/1.2.10/series/1.2.10.2/instances/1.2.10.1.1/frames/1",
    ):
        assert client.get(f"/dicom-web{wrong}").status_code == 404


def test_capabilities_name_every_address(client) -> None:
    said = client.get("/dicom-web/").json()
    assert said["service"] == "http://testserver/dicom-web"
    assert "/studies" in said["transactions"]["search"]
    for address in ("/dicom-web", "/dicom-web/"):
        assert client.get(address, follow_redirects=False).status_code == 200


def test_writing_is_not_offered(client) -> None:
    assert client.post("/dicom-web/studies", content=b"").status_code == 405
    assert client.delete("/dicom-web/studies/1.2.10").status_code == 405
