"""All benchmarks in one run: ratios to peers, printed and appended to ``bench/results.jsonl``."""

from __future__ import annotations

import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import (
    catalogue,
    cstore,
    deid,
    deid_tools,
    dicomweb,
    ledger,
    pages,
    pipeline,
    storage,
)

RESULTS = Path(__file__).parents[2] / "bench" / "results.jsonl"
ALL = {
    "catalogue": catalogue.rows,
    "cstore": cstore.rows,
    "deid": deid.rows,
    "deid-tools": deid_tools.rows,
    "ledger": ledger.rows,
    "dicomweb": dicomweb.rows,
    "pages": pages.rows,
    "pipeline": pipeline.rows,
    "storage": storage.rows,
}


def main(names: list[str]) -> None:
    """Run those named, or all."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    RESULTS.parent.mkdir(exist_ok=True)
    for name in names or ALL:
        for row in ALL[name]():
            ratio = f"x {row['ratio']:.2f}"
            print(f"{row['name']:<60}{row['ours']:>10}{row['peer']:>10}  {ratio}", flush=True)
            line = {
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "machine": machine,
                **row,
            }
            with RESULTS.open("a") as out:
                out.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
