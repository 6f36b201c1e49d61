"""``phantom people``: the tables on disk, and what is refused."""

from __future__ import annotations

import csv
import json

import pytest
from click.testing import CliRunner

from yushan.base import Rejected, Unavailable
from yushan.domain.population import capacity, tables
from yushan.doors.cli.phantom_people import people
from yushan.engines.analytics import ask


def asked(out, *more):
    """One run; refusals are raised."""
    arguments = ["--count", "40", "--seed", "3", "--out", str(out), *more]
    return CliRunner().invoke(people, arguments, catch_exceptions=False, standalone_mode=False)


@pytest.mark.parametrize(("kind", "ending"), [("csv", "csv"), ("json", "jsonl")])
def test_every_table_is_written_with_its_columns(tmp_path, kind, ending):
    told = json.loads(asked(tmp_path / "a", "--format", kind, "--reports", "--json").stdout)
    for name, columns in tables().items():
        path = tmp_path / "a" / f"{name}.{ending}"
        with path.open(encoding="utf-8") as file:
            lines = list(csv.DictReader(file)) if kind == "csv" else [*map(json.loads, file)]
        assert len(lines) == told["rows"][name]
        assert all(list(line) == [one.name for one in columns] for line in lines)
    about = json.loads((tmp_path / "a" / "about.json").read_text())
    assert (about["people"], about["seed"], about["rows"]) == (40, 3, told["rows"])


def test_parquet_has_typed_columns_and_the_rows_of_the_csv(tmp_path):
    asked(tmp_path / "csv")
    told = json.loads(asked(tmp_path / "parquet", "--format", "parquet", "--json").stdout)
    folder = tmp_path / "parquet"
    assert not [path for path in folder.glob("*.csv") if path.name != "fields.csv"]
    for name in ("people", "claims", "choices"):
        columns = tables()[name]
        shape = ask(folder, f"DESCRIBE SELECT * FROM '{folder}/{name}.parquet'")
        named = [
            (row[0], row[1].replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ")) for row in shape
        ]
        assert named == [(one.name, one.kind) for one in columns]
        assert ask(folder, f"SELECT count(*) FROM '{folder}/{name}.parquet'") == [
            (told["rows"][name],)
        ]
    births = ask(folder, f"SELECT person, birth FROM '{folder}/people.parquet' ORDER BY person")
    with (tmp_path / "csv" / "people.csv").open(encoding="utf-8") as file:
        assert [row["birth"] for row in csv.DictReader(file)] == [str(one) for _, one in births]


def test_sentences_stand_in_the_texts_of_the_reports(tmp_path):
    asked(tmp_path / "a", "--reports")
    with (tmp_path / "a" / "reports.csv").open(encoding="utf-8", newline="") as file:
        texts = {row["accession"]: row["text"] for row in csv.DictReader(file)}
    with (tmp_path / "a" / "truth_sentences.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            text = texts[row["accession"]]
            assert 0 <= int(row["begins"]) < int(row["ends"]) <= len(text)
            assert all(int(row["begins"]) <= a < b for _, a, b in json.loads(row["spans"]))
    assert len(texts) > 5
    assert not (tmp_path / "b").exists()


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        asked(tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_a_folder_with_something_in_it_is_refused(tmp_path):
    (tmp_path / "kept.txt").write_text("mine")
    with pytest.raises(Rejected, match=r"population\.folder-not-empty"):
        asked(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_more_people_than_numbers_are_refused(tmp_path):
    with pytest.raises(Rejected, match=r"population\.too-many"):
        asked(tmp_path / "a", "--first", str(capacity() - 5))
    assert not (tmp_path / "a").exists()


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match=r"population\.unwritable"):
        asked(tmp_path / "file" / "inside")
