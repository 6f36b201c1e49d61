"""``python -m tests.doors.dicomweb.conformance URL [--token T] [--json F]``: a table of passes."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from tests.doors.dicomweb.conformance import all_checks
from tests.doors.dicomweb.conformance.checking import Check, Server, Skipped


def outcome(check: Check, server: Server) -> tuple[str, str]:
    """``pass``, ``fail`` or ``skip``, and why."""
    try:
        check.run(server)
    except Skipped as why:
        return "skip", str(why)
    except Exception as fault:  # noqa: BLE001 - the one guard of this loop
        return "fail", f"{type(fault).__name__}: {str(fault)[:160]}"
    return "pass", ""


def main() -> int:
    """Store the samples, ask everything, print."""
    words = argparse.ArgumentParser(prog="conformance")
    words.add_argument("url", help="address of the service, e.g. http://host:8042/dicom-web")
    words.add_argument("--token", default="", help="sent as Authorization: Bearer")
    words.add_argument("--json", type=Path, help="also write the outcomes to this file")
    said = words.parse_args()
    server = Server(said.url.rstrip("/"), said.token)
    rows = [(one.part, one.name, *outcome(one, server)) for one in all_checks()]
    for part, name, result, why in rows:
        print(f"{result:4}  {part:9}  {name}" + (f"   [{why}]" if result == "fail" else ""))
    sums = Counter((part, result) for part, _, result, _ in rows)
    print()
    for part in dict.fromkeys(row[0] for row in rows):
        print(f"{part:9}", *(f"{word} {sums[part, word]:3}" for word in ("pass", "fail", "skip")))
    total = Counter(row[2] for row in rows)
    print(f"{'all':9}", *(f"{word} {total[word]:3}" for word in ("pass", "fail", "skip")))
    if said.json:
        said.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1), "utf-8")
    return 1 if total["fail"] else 0


if __name__ == "__main__":
    sys.exit(main())
