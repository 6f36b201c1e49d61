"""DuckDB in one folder: files are whole, and nothing else can be reached."""

import hashlib

import duckdb
import pytest

from yushan.engines.analytics import ask, write_table

ROWS = [(("CT", "CHEST", "withheld"), 5), (("MR", 'with "quotes", commas', "ü肺"), 10)]


@pytest.fixture
def written(tmp_path):
    folder = tmp_path / "it's a folder"
    folder.mkdir()
    files = write_table(
        folder, "index", ("modality", "part", "model"), ROWS, {"licence": "it's ours"}
    )
    return folder, files


def test_csv_and_parquet_say_the_same(written):
    folder, files = written
    assert [one.name for one in files] == ["index.csv", "index.parquet"]
    for one in files:
        path = folder / one.name
        assert hashlib.sha256(path.read_bytes()).hexdigest() == one.sha256
        place = str(path).replace("'", "''")
        question = f"SELECT *, count(*) FROM '{place}' GROUP BY ALL"
        assert sorted(ask(folder, question)) == [
            ("CT", "CHEST", "withheld", "it's ours", 5),
            ("MR", 'with "quotes", commas', "ü肺", "it's ours", 10),
        ]
    assert sorted(path.name for path in folder.iterdir()) == ["index.csv", "index.parquet"]


@pytest.mark.parametrize("question", [
    "SELECT * FROM read_csv('/etc/hostname')", "COPY (SELECT 1) TO '/tmp/yushan-escaped.csv'",
    "SET enable_external_access = true", "SET allowed_directories = ['/']", "INSTALL httpfs",
    "ATTACH '/tmp/yushan-escaped.db'", "SELECT * FROM '{folder}/../outside.csv'",
])  # fmt: skip
def test_nothing_outside_the_folder_can_be_reached(written, question):
    folder, _ = written
    (folder.parent / "outside.csv").write_text("a\n1\n")
    with pytest.raises(duckdb.Error):
        ask(folder, question.replace("{folder}", folder.as_posix().replace("'", "''")))


def test_the_same_rows_give_the_same_csv(tmp_path):
    digests = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        files = write_table(
            tmp_path / name, "index", ("m", "p", "q"), ROWS[::-1] if name == "b" else ROWS, {}
        )
        digests.add(files[0].sha256)
    assert len(digests) == 1
