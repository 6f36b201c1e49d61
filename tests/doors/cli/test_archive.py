"""``yushan archive``: what an operator asks of a commons' packs, plain and sealed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.commands import yushan
from tests.unit.archive.making import make_series, uid

from yushan.assembly.demo.plan import lay_out
from yushan.assembly.keeping import open_shelves
from yushan.assembly.loading import load
from yushan.assembly.parts import open_database
from yushan.assembly.settings import Commons
from yushan.base import PackId, SystemClock
from yushan.engines.keys import make_secret
from yushan.services.archive.layout import pack_key
from yushan.services.catalogue import Catalogue

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.domain.packs import Sidecar


def run(*arguments: object) -> tuple[int, dict]:
    said = yushan("archive", *arguments, "--json")
    assert said.stdout, said.stderr
    return said.returncode, json.loads(said.stdout)


def refused(*arguments: object) -> str:
    """What a refusal says."""
    said = yushan("archive", *arguments)
    assert said.returncode == 1
    return said.stderr


def fill(config: Path) -> list[Sidecar]:
    """Three series of two persons, catalogued."""
    settings = load(config, {})
    assert isinstance(settings, Commons)
    database = open_database(settings)
    shelves, made = open_shelves(settings, database, SystemClock()), []
    archive = shelves.archive()
    for name, person in (("a", "P" * 16), ("b", "P" * 16), ("c", "Q" * 16)):
        data, sidecar = make_series(name, contents=(name.encode() * 900, b"x"), subject=person)
        file = config.parent / "draft"
        file.write_bytes(data)
        archive.put(PackId(sidecar.pack), file, [sidecar])
        with database.begin() as tx:
            archive.admit(tx, archive.staged(PackId(sidecar.pack), 1))
            Catalogue(database).add(tx, [sidecar])
        made.append(sidecar)
    database.dispose()
    return made


@pytest.fixture
def config(tmp_path: Path) -> Path:
    lay_out(tmp_path / "plan", 0, tmp_path / "viewer", SystemClock()).processes()
    return tmp_path / "plan" / "config" / "commons.toml"


def test_an_archive_is_counted_checked_proved_and_exported(config: Path, tmp_path: Path) -> None:
    first, second, _ = fill(config)
    code, stats = run("stats", "--config", config)
    assert (code, stats["packs"], stats["series"], stats["changes"]["last"]) == (0, 3, 3, 3)
    assert stats["scrubbed"]["faults"] == 0
    code, report = run("check", "--config", config, "--pack", first.pack)
    assert (code, report["packs"], report["holds"]) == (0, 1, True)
    code, proof = run("rebuild-index", "--config", config, "--verify")
    assert (code, proof["holds"], proof["differences"]) == (0, True, [])
    code, written = run("index", tmp_path / "index.jsonl", "--config", config)
    assert (code, written["sha256"]) == (0, proof["index_sha256"])
    code, made = run("rebuild-index", "--config", config)
    assert (code, made["packs"]) == (0, 3)
    assert (
        run("index", tmp_path / "again.jsonl", "--config", config)[1]["sha256"]
        == (written["sha256"])
    )
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "index.jsonl").read_bytes()
    for form in ("files", "packs"):
        out = tmp_path / form
        wanted = ["--series", first.series_instance_uid, "--study", second.study_instance_uid]
        code, said = run("export", out, "--config", config, *wanted, "--form", form)
        assert (code, said["series"], said["files"]) == (0, 2, 4)
        assert run("verify", out)[0] == 0
        sums = ["sha256sum", "-c", "--quiet", "SHA256SUMS"]
        assert subprocess.run(sums, cwd=out, check=False).returncode == 0
    assert "export-not-empty" in refused("export", tmp_path / "files", "--config", config, "--all")
    assert "nothing-chosen" in refused("export", tmp_path / "none", "--config", config)


def test_a_changed_byte_is_named_and_a_changed_export_is_refused(
    config: Path, tmp_path: Path
) -> None:
    ill, *_ = fill(config)
    code, _ = run("export", tmp_path / "out", "--config", config, "--all")
    assert code == 0
    (changed, *_) = sorted((tmp_path / "out").rglob("*.dcm"))
    changed.write_bytes(changed.read_bytes()[:-1] + b"!")
    (tmp_path / "out" / "stray.txt").write_text("who put me here")
    code, verdict = run("verify", tmp_path / "out")
    assert (code, {fault for fault, _ in verdict["faults"]}) == (
        1,
        {"archive.export-damaged", "archive.export-stray"},
    )
    (stored,) = config.parents[1].rglob(f"{ill.pack}.zip")
    data = bytearray(stored.read_bytes())
    data[ill.instances[1].start] ^= 1
    stored.write_bytes(bytes(data))
    code, report = run("check", "--config", config)
    [fault] = report["faults"]
    assert code == 1
    assert (fault["member"], fault["instance"]) == (
        "00001.dcm",
        ill.instances[1].sop_instance_uid,
    )


def test_a_plain_archive_is_sealed_and_its_key_is_changed(config: Path, tmp_path: Path) -> None:
    first, *_ = fill(config)
    assert "archive.no-keys" in refused("seal", "--config", config)
    old, new = tmp_path / "old.key", tmp_path / "new.key"
    for path in (old, new):
        make_secret(path)

    def name(*keys: Path) -> None:
        written = f"keys = {json.dumps([str(key) for key in keys])}"
        config.write_text(
            re.sub(r"^keys = \[.*?\]", written, config.read_text(), flags=re.MULTILINE | re.DOTALL)
        )

    name(old)
    code, sealed = run("seal", "--config", config)
    assert (code, sealed["sealed"], list(sealed["keys"].values())) == (0, 6, [3])
    name(new, old)
    code, again = run("seal", "--config", config)
    assert (code, again["sealed"], again["rewrapped"]) == (0, 0, 3)
    name(new)
    code, report = run("check", "--config", config)
    assert (code, report["holds"], report["instances"]) == (0, True, 6)
    store = next(config.parents[1].rglob(f"{first.pack}.zip.sealed")).parents[3]
    assert not list(store.rglob("*.zip"))
    assert run("rebuild-index", "--config", config, "--verify")[0] == 0
    shutil.rmtree(store / pack_key(first.pack).rsplit("/", 1)[0])
    assert run("check", "--config", config)[0] == 1
    assert uid("series", "a") == first.series_instance_uid
