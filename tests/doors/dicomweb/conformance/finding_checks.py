"""Search (QIDO-RS, PS3.18 10.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.doors.dicomweb.conformance.checking import (
    JSON,
    NOWHERE,
    Server,
    Skipped,
    changed,
    check,
    ours,
    status,
    uids,
    value,
    values,
)

if TYPE_CHECKING:
    from collections.abc import Callable

STUDY, SERIES, INSTANCE = "0020000D", "0020000E", "00080018"

#: What every answer must hold (PS3.18 tables 10.6.3-3 to 10.6.3-5), as far as a server may not
#: leave it out.
REQUIRED = {
    "/studies": ("00080020", "00080030", "00080050", "00080061", "00100010", "00100020",
                 "0020000D", "00200010", "00201206", "00201208"),
    "/series": ("00080060", "0020000D", "0020000E", "00200011", "00201209"),
    "/instances": ("00080016", "00080018", "0020000D", "0020000E", "00200013"),
}  # fmt: skip


def enter_required(path: str, tags: tuple[str, ...]) -> None:
    @check("QIDO", f"{path} answers hold the required attributes")
    def required(server: Server) -> None:
        place = server.one("ct")
        found = server.found(path, {"StudyInstanceUID": place.study})
        assert found
        for one in found:
            assert not [tag for tag in tags if tag not in one], sorted(one)


for _path, _tags in REQUIRED.items():
    enter_required(_path, _tags)


#: Name, resource, parameters made of the CT sample's place, which samples' studies must be found,
#: and which must not.
Row = tuple[str, str, "Callable[[Server], list[tuple[str, str]]]", str, str]


def said(keyword: str) -> Callable[[Server], str]:
    return lambda server: str(server.one("ct").sample.dataset.get(keyword, ""))


def patient(server: Server) -> str:
    found = server.found("/studies", {"StudyInstanceUID": server.one("ct").study})
    return str(value(found[0], "00100020"))


def day(server: Server) -> str:
    found = server.found("/studies", {"StudyInstanceUID": server.one("ct").study})
    return str(value(found[0], "00080020"))


def before(date: str) -> str:
    return f"{int(date[:4]) - 1}{date[4:]}" if date[4:] != "0229" else f"{int(date[:4]) - 1}0228"


def after(date: str) -> str:
    return f"{int(date[:4]) + 1}{date[4:]}" if date[4:] != "0229" else f"{int(date[:4]) + 1}0228"


ROWS: tuple[Row, ...] = (
    ("a study by keyword", "/studies",
     lambda s: [("StudyInstanceUID", s.one("ct").study)], "ct", "dose"),
    ("a study by tag", "/studies", lambda s: [("0020000D", s.one("ct").study)], "ct", "dose"),
    ("a list of UIDs with commas", "/studies",
     lambda s: [("StudyInstanceUID", f"{s.one('ct').study},{s.one('dose').study}")],
     "ct dose", "seg"),
    ("a list of UIDs with backslashes", "/studies",
     lambda s: [("StudyInstanceUID", f"{s.one('ct').study}\\{s.one('dose').study}")],
     "ct dose", "seg"),
    ("a UID that nothing has", "/studies", lambda _: [("StudyInstanceUID", NOWHERE)], "", "ct"),
    ("a patient by ID", "/studies", lambda s: [("PatientID", patient(s))], "ct", "dose"),
    ("a patient by the beginning of the ID", "/studies",
     lambda s: [("PatientID", patient(s)[:8] + "*")], "ct", "dose"),
    ("a patient by an ID with a question mark", "/studies",
     lambda s: [("PatientID", patient(s)[:15] + "?")], "ct", "dose"),
    ("a patient by name", "/studies", lambda s: [("PatientName", patient(s))], "ct", "dose"),
    ("a day", "/studies", lambda s: [("StudyDate", day(s))], "ct", ""),
    ("a span of days", "/studies",
     lambda s: [("StudyDate", f"{before(day(s))}-{after(day(s))}")], "ct", ""),
    ("a span without beginning", "/studies",
     lambda s: [("StudyDate", f"-{after(day(s))}")], "ct", ""),
    ("a span without end", "/studies", lambda s: [("StudyDate", f"{before(day(s))}-")], "ct", ""),
    ("a span that holds nothing", "/studies",
     lambda _: [("StudyDate", "18000101-18001231")], "", "ct dose"),
    ("a span of times", "/studies",
     lambda s: [("StudyInstanceUID", s.one("ct").study), ("StudyTime", "1000-1100")], "ct", ""),
    ("a span of times that holds nothing", "/studies",
     lambda s: [("StudyInstanceUID", s.one("ct").study), ("StudyTime", "1200-1300")], "", "ct"),
    ("modalities in study", "/studies", lambda _: [("ModalitiesInStudy", "MR")], "ct", "dose"),
    ("a modality that nothing has", "/studies", lambda _: [("ModalitiesInStudy", "XX")], "", "ct"),
    ("a description by its end", "/studies",
     lambda _: [("StudyDescription", "* CT")], "ct", "dose"),
    ("a description in Han characters", "/studies",
     lambda _: [("StudyDescription", "胸部*")], "ct", "dose"),
    ("attributes together, both true", "/studies",
     lambda s: [("PatientID", patient(s)), ("ModalitiesInStudy", "CT")], "ct", "dose"),
    ("attributes together, one false", "/studies",
     lambda s: [("PatientID", patient(s)), ("ModalitiesInStudy", "RTDOSE")], "", "ct dose"),
    ("an empty value, which asks for nothing", "/studies",
     lambda s: [("StudyInstanceUID", s.one("ct").study), ("AccessionNumber", "")], "ct", "dose"),
    ("series by modality", "/series",
     lambda s: [("Modality", "MR"), ("StudyInstanceUID", s.one("ct").study)], "mr", "ct"),
    ("series by UID", "/series", lambda s: [("SeriesInstanceUID", s.one("mr").series)], "mr", "ct"),
    ("series by number", "/series",
     lambda s: [("StudyInstanceUID", s.one("ct").study), ("SeriesNumber", "1"),
                ("Modality", "CT")], "ct", "mr"),
    ("instances by UID", "/instances",
     lambda s: [("SOPInstanceUID", s.one("dose").instance)], "dose", "ct"),
    ("instances by class", "/instances",
     lambda s: [("SOPClassUID", str(s.one("dose").sample.dataset.SOPClassUID)),
                ("StudyInstanceUID", s.one("dose").study)], "dose", "ct"),
)  # fmt: skip

LEVELS = {"/studies": (STUDY, "study"), "/series": (SERIES, "series"),
          "/instances": (INSTANCE, "instance")}  # fmt: skip


def enter_row(row: Row) -> None:
    name, path, parameters, wanted, unwanted = row

    @check("QIDO", f"finds {name}")
    def matching(server: Server) -> None:
        tag, level = LEVELS[path]
        found = uids(server.found(path, parameters(server)), tag)
        assert {getattr(server.one(kind), level) for kind in wanted.split()} <= found
        assert not {getattr(server.one(kind), level) for kind in unwanted.split()} & found


for _row in ROWS:
    enter_row(_row)


@check("QIDO", "an attribute without index is matched, or refused, but never left out")
def without_index(server: Server) -> None:
    place = server.one("ct")
    params = {"StudyInstanceUID": place.study, "SliceThickness": "77.5"}
    answer = server.ask("/instances", JSON, params=params)
    status(answer, 200, 204, 400)
    assert answer.status_code != 200 or not answer.content or answer.json() == []


@check("QIDO", "takes percent-encoded wildcards")
def encoded_wildcards(server: Server) -> None:
    start = patient(server)[:8]
    found = server.ask(f"/studies?PatientID={start}%2A", JSON)
    status(found, 200)
    assert server.one("ct").study in uids(found.json(), STUDY)


@check("QIDO", "the series of a study")
def series_of_study(server: Server) -> None:
    found = uids(server.found(f"/studies/{server.one('ct').study}/series"), SERIES)
    assert found == {server.one("ct").series, server.one("mr").series}


@check("QIDO", "the instances of a study")
def instances_of_study(server: Server) -> None:
    found = uids(server.found(f"/studies/{server.one('ct').study}/instances"), INSTANCE)
    assert found == {one.instance for kind in ("ct", "mr") for one in server.places[kind]}


@check("QIDO", "the instances of a series, each with its number")
def instances_of_series(server: Server) -> None:
    found = server.found(f"{server.one('ct').series_path}/instances")
    assert uids(found, INSTANCE) == {one.instance for one in server.places["ct"]}
    assert sorted(value(one, "00200013") for one in found) == [1, 2, 3, 4]


@check("QIDO", "an instance of a series by number")
def instance_by_number(server: Server) -> None:
    path = f"{server.one('ct').series_path}/instances"
    found = server.found(path, {"InstanceNumber": "3"})
    assert uids(found, INSTANCE) == {server.places["ct"][2].instance}


@check("QIDO", "a series looked for under another study is not found")
def wrong_parent(server: Server) -> None:
    path = f"/studies/{server.one('dose').study}/series"
    answer = server.ask(path, JSON, params={"SeriesInstanceUID": server.one("ct").series})
    status(answer, 200, 204)
    assert not answer.content or answer.json() == []


@check("QIDO", "counts of a study's series and instances are right")
def counts(server: Server) -> None:
    found = server.found("/studies", {"StudyInstanceUID": server.one("ct").study})
    assert [int(value(found[0], tag)) for tag in ("00201206", "00201208")] == [2, 6]


@check("QIDO", "modalities of a study are all named")
def modalities(server: Server) -> None:
    found = server.found("/studies", {"StudyInstanceUID": server.one("ct").study})
    assert sorted(values(found[0], "00080061")) == ["CT", "MR"]


@check("QIDO", "the retrieve URL of a study can be asked")
def retrieve_url(server: Server) -> None:
    found = server.found("/studies", {"StudyInstanceUID": server.one("ct").study})
    status(server.ask(str(value(found[0], "00081190")) + "/metadata", JSON), 200)


@check("QIDO", "an empty search answers 200 with an empty list, or 204")
def nothing(server: Server) -> None:
    answer = server.ask("/studies", JSON, params={"StudyInstanceUID": NOWHERE})
    status(answer, 200, 204)
    assert answer.status_code == 204 or answer.json() == []


def enter_include(name: str, said: str, tags: tuple[str, ...]) -> None:
    @check("QIDO", f"includefield by {name}")
    def include(server: Server) -> None:
        path = f"{server.one('ct').series_path}/instances"
        for one in server.found(path, [("includefield", part) for part in said.split("&")]):
            assert not [tag for tag in tags if tag not in one], sorted(one)


enter_include("keyword", "ImagePositionPatient", ("00200032",))
enter_include("tag", "00200037", ("00200037",))
enter_include("list", "PixelSpacing,SliceThickness", ("00280030", "00180050"))
enter_include("repetition", "PixelSpacing&SliceThickness", ("00280030", "00180050"))
enter_include("all", "all", ("00200032", "00280030", "00180050", "00281052"))


@check("QIDO", "limit is kept")
def limit(server: Server) -> None:
    assert server.places
    assert len(server.found("/studies", {"limit": "2"})) == 2


@check("QIDO", "pages by limit and offset are disjoint and whole")
def paging(server: Server) -> None:
    everything = uids(server.found("/studies"), STUDY)
    pages: list[set[str]] = []
    while page := uids(server.found("/studies", {"limit": "2", "offset": str(2 * len(pages))}),
                       STUDY):  # fmt: skip
        pages.append(page)
        assert len(pages) <= len(everything)
    assert set().union(*pages) == everything
    assert sum(map(len, pages)) == len(everything)


@check("QIDO", "paging loses nothing while something is stored")
def paging_under_insert(server: Server) -> None:
    everything = uids(server.found("/studies"), STUDY)
    first = uids(server.found("/studies", {"limit": "3"}), STUDY)
    study = ours()
    new = changed(
        server.one("report").sample, SOPInstanceUID=ours(), StudyInstanceUID=study,
        SeriesInstanceUID=ours(),
    )  # fmt: skip
    status(server.post([new]), 200, 202)
    rest = uids(server.found("/studies", {"offset": "3"}), STUDY)
    assert everything <= first | rest


@check("QIDO", "an offset beyond the end finds nothing")
def beyond(server: Server) -> None:
    answer = server.ask("/studies", JSON, params={"offset": "9000"})
    status(answer, 200, 204)
    assert answer.status_code == 204 or answer.json() == []


@check("QIDO", "a truncated answer carries Warning 299")
def truncated(server: Server) -> None:
    assert server.places
    answer = server.ask("/studies", JSON, params={"limit": "1"})
    assert answer.headers.get("warning", "").startswith("299"), dict(answer.headers)


@check("QIDO", "a whole answer carries no warning")
def whole(server: Server) -> None:
    answer = server.ask("/studies", JSON, params={"StudyInstanceUID": server.one("ct").study})
    assert "warning" not in answer.headers


@check("QIDO", "fuzzymatching that is not done is said by Warning 299")
def fuzzy(server: Server) -> None:
    params = {"fuzzymatching": "true", "StudyInstanceUID": server.one("ct").study}
    answer = server.ask("/studies", JSON, params=params)
    status(answer, 200)
    assert answer.headers.get("warning", "").startswith("299"), dict(answer.headers)


BAD = {
    "a date that is none": "StudyDate=2024-03-15x",
    "a UID that is none": "StudyInstanceUID=1.2.abc",
    "a limit that is no number": "limit=many",
    "a negative limit": "limit=-1",
    "an offset that is no number": "offset=first",
    "a parameter that nobody knows": "NoSuchAttribute=1",
    "a value with a NUL": "PatientID=A%00B",
}


def enter_bad(name: str, query: str) -> None:
    @check("QIDO", f"400 for {name}")
    def bad(server: Server) -> None:
        status(server.ask(f"/studies?{query}", JSON), 400)


for _name, _query in BAD.items():
    enter_bad(_name, _query)

#: Accept, the status, the beginning of the type.
ACCEPTS = (
    ("application/dicom+json", 200, "application/dicom+json"),
    ("application/json", 200, "application/"),
    ("*/*", 200, "application/"),
    ("text/html;q=0.5, application/dicom+json;q=0.4", 200, "application/dicom+json"),
    ("application/dicom+json;q=0, image/png", 406, ""),
    ("image/png", 406, ""),
)


def enter_accept(accept: str, wanted: int, kind: str) -> None:
    @check("QIDO", f"Accept: {accept} gives {wanted}")
    def accepting(server: Server) -> None:
        params = {"StudyInstanceUID": server.one("ct").study}
        answer = server.ask("/studies", accept, params=params)
        status(answer, wanted)
        assert answer.status_code != 200 or answer.headers["content-type"].startswith(kind)


for _accept in ACCEPTS:
    enter_accept(*_accept)


@check("QIDO", "the accept parameter wins over the header")
def accept_parameter(server: Server) -> None:
    answer = server.ask("/studies?limit=1&accept=application/dicom%2Bjson", "image/png")
    status(answer, 200)


@check("QIDO", "Han characters come as UTF-8, and the character set says so")
def characters(server: Server) -> None:
    answer = server.ask("/studies", JSON, params={"StudyInstanceUID": server.one("ct").study})
    [found] = answer.json()
    assert value(found, "00081030") == "胸部 CT"
    assert value(found, "00080005") == "ISO_IR 192"
    assert "胸部".encode() in answer.content


@check("QIDO", "the foreign client finds studies, series and instances")
def foreign(server: Server) -> None:
    place = server.one("ct")
    filters = {"StudyInstanceUID": place.study}
    [study] = server.client.search_for_studies(search_filters=filters)
    assert value(study, STUDY) == place.study
    assert len(server.client.search_for_series(place.study)) == 2
    assert len(server.client.search_for_instances(place.study, place.series)) == 4


@check("QIDO", "HEAD answers like GET without a body")
def head(server: Server) -> None:
    answer = server.ask("/studies?limit=1", JSON, method="HEAD")
    status(answer, 200)
    assert answer.content == b""


@check("QIDO", "a query beyond all bounds is refused, not obeyed")
def bounds(server: Server) -> None:
    query = "&".join(f"PatientID={number:040d}" for number in range(200))
    status(server.ask(f"/studies?{query}", JSON), 400, 414, 431)


@check("QIDO", "what does not exist below a study answers like nothing")
def unknown_study(server: Server) -> None:
    answer = server.ask(f"/studies/{NOWHERE}/series", JSON)
    if answer.status_code == 404:
        return
    status(answer, 200, 204)
    if answer.content and answer.json():
        raise Skipped("the server knows the UID")
