"""The catalogue under load: questions of the doors over millions of generated series.

``python -m tests.bench.catalogue [SERIES] [sqlite|postgresql]`` fills a new database and prints
medians and 95th percentiles in ms; without arguments 1,000,000 series on SQLite.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.catalogue_filling import fill, subject, uid
from tests.postgres import Postgres
from yushan.base import EVERYTHING, NOTHING, Scope, SiteName
from yushan.engines.database import Database, migrate
from yushan.services.catalogue import ALL, EACH, Catalogue, Query, Slice, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Targets in ms: p95 of searches, and of a page of statistics.
SEARCH_MS, PAGE_MS = 50.0, 10.0
KINDS = (
    "row",
    "body_part",
    "manufacturer",
    "model",
    "year",
    "site",
    "sex",
    "age",
    "slice",
    "contrast",
)
NOW = datetime(2026, 12, 1, tzinfo=UTC)
ROUNDS = 40


def questions(
    catalogue: Catalogue, studies: int
) -> Iterator[tuple[str, float, Callable[[int], Any]]]:
    """(name, target in ms, what is asked in round n)."""
    look, series, count = catalogue.studies, catalogue.series, catalogue.count
    north = Scope(sites=frozenset({SiteName("hospital-07")}))

    def qido(name: str, *queries: Query, scope: Scope = EVERYTHING, limit: int = 25) -> Any:
        def ask(n: int) -> None:
            query = queries[n % len(queries)]
            if len(look(scope, query, limit)) == limit:
                count(scope, query)

        return (f"QIDO studies: {name}", SEARCH_MS, ask)

    yield qido("all, newest 25", Query())
    yield qido("newest 1000", Query(), limit=1000)
    yield (
        "QIDO studies: one person",
        SEARCH_MS,
        lambda n: look(EVERYTHING, Query(subjects=(subject(n * 97),))),
    )
    yield (
        "QIDO studies: one UID",
        SEARCH_MS,
        lambda n: look(EVERYTHING, Query(studies=(uid(1, n * 911),))),
    )
    yield qido(
        "one day",
        *(Query(date_from=f"202003{n:02d}", date_to=f"202003{n:02d}") for n in range(1, 28)),
    )
    yield qido(
        "one month",
        *(Query(date_from=f"2019{n:02d}01", date_to=f"2019{n:02d}31") for n in range(1, 13)),
    )
    yield qido("modality", *(Query(modalities=(m,)) for m in ("CT", "MR", "CR", "PT", "SR")))
    yield qido(
        "modality and body part",
        *(
            Query(modalities=(m,), body_parts=(p,))
            for m in ("CT", "PT")
            for p in ("CHEST", "HIP", "LIVER")
        ),
    )
    yield qido(
        "modality in a month",
        *(
            Query(modalities=("CT",), date_from=f"2019{n:02d}01", date_to=f"2019{n:02d}31")
            for n in range(1, 13)
        ),
    )
    yield qido(
        "description *lung*", Query(study_description="*lung*"), Query(study_description="CT*")
    )
    yield qido(
        "description, rare",
        Query(study_description="PT Hip FLAIR FLAIR"),
        Query(study_description="*nothing*"),
    )
    yield qido("one hospital's scope", Query(), Query(modalities=("CT",)), scope=north)
    yield (
        "QIDO series: of a study",
        SEARCH_MS,
        lambda n: series(EVERYTHING, Query(studies=(uid(1, n * 577),))),
    )
    yield ("QIDO series: all, first 100", SEARCH_MS, lambda n: series(EVERYTHING, Query(), 100))
    yield (
        "QIDO series: modality",
        SEARCH_MS,
        lambda n: series(EVERYTHING, Query(modalities=(("CT", "PT", "SR")[n % 3],)), 100),
    )
    yield (
        "QIDO instances: series of all CT",
        SEARCH_MS,
        lambda n: series(EVERYTHING, Query(modalities=("CT",)), 500),
    )

    def find(name: str, *wanted: Wanted, scope: Scope = EVERYTHING) -> Any:
        return (
            f"search with ten facets: {name}",
            SEARCH_MS,
            lambda n: catalogue.search.find(scope, wanted[n % len(wanted)], 25, kinds=KINDS),
        )

    ct, chest = ("row", ("CT",)), ("body_part", ("CHEST",))
    yield find("nothing chosen", Wanted())
    yield find(
        "one filter",
        *(
            Wanted(has=((kind, (value,)),))
            for kind, value in (
                ("row", "CT"),
                ("year", "2020"),
                ("sex", "F"),
                ("site", "hospital-03"),
                ("contrast", "yes"),
            )
        ),
    )
    yield find(
        "three filters",
        Wanted(has=(ct, chest, ("sex", ("F",)))),
        Wanted(has=(ct, chest, ("age", ("60-69",)))),
    )
    yield find(
        "text",
        Wanted(texts=("lung",)),
        Wanted(texts=("肺部",)),
        Wanted(texts=("low", "dose"), has=(ct,)),
    )
    yield find(
        "dates and one hospital", Wanted(date_from="20200101", date_to="20201231"), scope=north
    )
    yield find("as counted", Wanted(counted=("hospital-03", "CT", "2026", ALL)))
    yield find("sorted by images", Wanted(sort="-images", has=(ct,)))
    figures = catalogue.figures

    def page(exact: bool) -> Callable[[int], Any]:
        def ask(n: int) -> None:
            site, month = (ALL, "hospital-05")[n % 2], (ALL, "2026", "2026-03")[n % 3]
            figures.shown(NOW)
            figures.sums(Slice(site, month), exact=exact)
            figures.sums(Slice(site, EACH), exact=exact, together=True)
            figures.sums(Slice(EACH, month), exact=exact, together=True)
            figures.sums(Slice(site, month, EACH), exact=exact, together=True)
            catalogue.totals()

        return ask

    yield ("statistics page: exact", PAGE_MS, page(exact=True))
    yield ("statistics page: protected", PAGE_MS, page(exact=False))
    yield (
        "statistics page: one class",
        PAGE_MS,
        lambda n: [
            figures.sums(s, ("CT",), exact=True)
            for s in (Slice(), Slice(month=EACH), Slice(site=EACH), Slice(body_part=EACH))
        ],
    )
    assert NOTHING.is_empty()
    assert studies


def measured(catalogue: Catalogue, studies: int, rounds: int = ROUNDS) -> Iterator[dict[str, Any]]:
    """Ask everything; times in ms."""
    for name, target, ask in questions(catalogue, studies):
        ask(0)
        times, work = [], []
        for n in range(1, rounds + 1):
            start, used = time.perf_counter(), time.process_time()
            ask(n)
            times.append((time.perf_counter() - start) * 1000)
            work.append((time.process_time() - used) * 1000)
        p95, cpu95 = (sorted(some)[int(0.95 * (len(some) - 1))] for some in (times, work))
        yield {
            "name": name,
            "median": statistics.median(times),
            "p95": p95,
            "target": target,
            "cpu95": cpu95,
        }


def rows(series: int = 1_000_000, kind: str = "sqlite") -> Iterator[dict[str, Any]]:
    """Ratios for ``tests.bench``: the target over the 95th percentile."""
    for one in run(series, kind):
        yield {
            "name": f"{one['name']} ({series:,} series, {kind})",
            "ours": f"{one['p95']:.1f} ms",
            "peer": f"{one['target']:.0f} ms",
            "ratio": one["target"] / one["p95"],
        }


def run(series: int, kind: str) -> Iterator[dict[str, Any]]:
    """Fill a new database and ask it."""
    with tempfile.TemporaryDirectory(prefix="ysh-bench-") as folder:
        server = Postgres.start() if kind == "postgresql" else None
        url = server.create("bench") if server else f"sqlite:///{Path(folder) / 'bench.db'}"
        database = Database(url)
        try:
            yield from filled(database, series)
        finally:
            database.dispose()
            if server:
                server.stop()


def filled(database: Database, series: int) -> Iterator[dict[str, Any]]:
    """Fill, warm up, ask."""
    migrate(database, ["services.catalogue"])
    start = time.perf_counter()
    studies = fill(database, series)
    print(f"filled {series:,} series in {time.perf_counter() - start:.0f} s", flush=True)
    catalogue = Catalogue(database)
    start = time.perf_counter()
    catalogue.search.warm()
    print(f"search index read in {time.perf_counter() - start:.1f} s", flush=True)
    start = time.perf_counter()
    catalogue.figures.shown(NOW)
    print(f"table for everybody made in {time.perf_counter() - start:.1f} s", flush=True)
    yield from measured(catalogue, studies)


def main(series: str = "1000000", kind: str = "sqlite") -> None:
    """Print a table: median and 95th percentile, and that of this process' own work (CPU)."""
    for one in run(int(series), kind):
        met = "" if one["p95"] <= one["target"] else f"  OVER {one['target']:.0f}"
        times = "".join(f"{one[key]:>10.2f}" for key in ("median", "p95", "cpu95"))
        print(f"{one['name']:<55}{times}{met}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
