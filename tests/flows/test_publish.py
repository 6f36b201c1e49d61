"""What is published: nobody is in it, everybody may have it, it changes only in steps."""

import csv
import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.doors.portal.making import NOON, make_commons, make_sidecar, sign_in

from yushan.base import ManualClock
from yushan.domain.statistics import RULES
from yushan.engines.analytics import ask
from yushan.flows.publish import PublicIndex, Publish
from yushan.services.archive import Quarantined
from yushan.services.catalogue.tables import SERIES

NOTEBOOK = Path(__file__).parents[2] / "docs" / "public-index.ipynb"
LATER = 172_800.0


def crowd(count=60):
    """Series of many persons, a few of them rare."""
    return tuple(
        make_sidecar(
            f"s{n}", "a", subject=f"{n // 2:016d}", modality="CT" if n % 3 else "MR",
            model=f"Scan {n % 4}" if n else "The only one of its kind",
            body_part="CHEST" if n != 1 else "RARE PART", instances=n % 40 + 1,
        )
        for n in range(count)
    )  # fmt: skip


@pytest.fixture
def scene(tmp_path):
    clock = ManualClock(NOON)
    site = make_commons(tmp_path, sidecars=crowd(), clock=clock)
    index = PublicIndex(tmp_path / "public")
    publish = Publish(site.catalogue, site.rooms.archive, index, clock)
    return SimpleNamespace(site=site, index=index, publish=publish, clock=clock)


def lines(index):
    path, _ = index.file("csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_index_names_nobody_and_nothing_rare(scene):
    scene.publish.round()
    manifest, rows = scene.index.manifest(), lines(scene.index)
    assert 0 < manifest.lines == len(rows) < 60
    text = scene.index.file("csv")[0].read_text("utf-8")
    assert "2.25." not in text
    assert "The only one" not in text
    assert "RARE PART" not in text
    assert not re.search(r"\d{4}-?\d{2}-?\d{2}(?!\.)", text.replace(manifest.version, ""))
    for one in crowd():
        assert one.subject not in text
        assert one.pack not in text
    keys = [name for name in manifest.columns if name not in ("licence", "version")]
    alike = {}
    for row in rows:
        alike.setdefault(tuple(row[key] for key in keys), []).append(row)
    for values, some in alike.items():
        persons = {
            one.subject for one in crowd()
            if covers(values, told(one))
        }  # fmt: skip
        assert len(some) % RULES.step == 0
        assert len(persons) >= RULES.release.persons
    assert {row["version"] for row in rows} == {manifest.version}


def covers(shown, values):
    return all(mine in ("withheld", one) for mine, one in zip(shown, values, strict=True))


def told(sidecar):
    """What the index may say of one of the crowd."""
    about = {
        tag: one["Value"][0] for tag, one in sidecar.instances[0].metadata.items() if "Value" in one
    }
    n = len(sidecar.instances)
    images = "1" if n == 1 else "2-10" if n <= 10 else "11-50"
    return (sidecar.modality, about["00180015"], "ACME", about["00081090"], "2026", sidecar.site,
            "not stated", "not stated", "not stated", "not stated", images)  # fmt: skip


def test_parquet_says_what_csv_says(scene):
    scene.publish.round()
    path, _ = scene.index.file("parquet")
    (count,) = ask(path.parent, f"SELECT count(*) FROM '{path}'")
    assert count == (len(lines(scene.index)),)


def test_a_round_changes_nothing_until_it_is_time_and_enough_came(scene):
    scene.publish.round()
    first = scene.index.manifest()
    with scene.site.database.begin() as tx:
        scene.site.catalogue.add(tx, [make_sidecar("one", "more", subject="Z" * 16)])
    scene.clock.advance(LATER)
    scene.publish.round()
    assert scene.index.manifest() == first
    with scene.site.database.begin() as tx:
        scene.site.catalogue.add(
            tx, [make_sidecar(f"x{n}", "a", subject=f"Y{n:015d}") for n in range(9)]
        )
    scene.publish.round()
    second = scene.index.manifest()
    assert second.number == first.number + 1
    assert [path.name for path in scene.index.folder.iterdir() if path.is_dir()] == [
        str(second.number)
    ]


def test_anybody_gets_the_files_once(scene):
    site = scene.site
    client = make_public(site, scene.index)
    assert client.get("/datasets/index").status_code == 200
    assert client.get("/datasets/index.csv").status_code == 404
    assert client.get("/datasets/index.json").json()["code"] == "publish.no-index-yet"
    scene.publish.round()
    manifest = client.get("/datasets/index.json").json()
    for one in manifest["files"]:
        answer = client.get(f"/datasets/{one['name']}")
        assert answer.headers["etag"] == f'"{one["sha256"]}"'
        assert len(answer.content) == one["bytes"]
        again = client.get(
            f"/datasets/{one['name']}", headers={"if-none-match": answer.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")
        assert one["sha256"][:20] in client.get("/datasets/index").text


def make_public(site, index):
    from dataclasses import replace

    from tests.doors.portal.making import make_client

    from yushan.doors.portal import commons_routes

    routes = commons_routes(site.shell, replace(site.rooms, published=index))
    return make_client(routes, site.shell, site.accounts)


def test_series_of_an_older_release_are_read_anew(scene):
    with scene.site.database.begin() as tx:
        tx.execute(SERIES.update().values(facts=0))
    scene.publish.round()
    assert scene.site.catalogue.outdated() == []


def test_the_example_notebook_runs_on_the_index(scene, monkeypatch, capsys):
    scene.publish.round()
    path, _ = scene.index.file("parquet")
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert len(code) >= 4
    monkeypatch.setenv("YUSHAN_INDEX", str(path))
    names = {}
    for one in code:
        exec(compile(one, NOTEBOOK.name, "exec"), names)
    shown = capsys.readouterr().out
    assert "CT" in shown
    assert "CHEST" in shown


def test_the_page_of_intake_tells_what_became_of_images(scene):
    site = scene.site
    site.rooms.admissions.stopped = [
        Quarantined("hospital-b", "p" * 64, f"m{n}", reasons, 9, NOON.isoformat())
        for n, reasons in enumerate([("verifier.text",), ("verifier.text", "verifier.name")])
    ]
    public = site.client.get("/statistics/intake.json").json()
    assert public["outcomes"]["admitted"] % 100 == 0
    assert "reasons" not in public
    sign_in(site)
    exact = site.client.get("/statistics/intake.json").json()
    assert exact["outcomes"] == {
        "admitted": 84, "duplicate": 3, "opted_out": 0, "quarantined": 4, "in_work": 0,
    }  # fmt: skip
    assert exact["reasons"] == {"verifier.text": 2, "verifier.name": 1}
    assert exact["delays"] == {"half_s": 60, "most_s": 60, "longest_s": 60}
    assert "60 s" in site.client.get("/statistics/intake").text
