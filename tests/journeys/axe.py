"""axe-core, fetched once from the npm registry into ``.cache/axe`` and checked by its hash."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tarfile
import tempfile
from functools import cache
from pathlib import Path

import pytest

VERSION = "4.14.1"
SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
#: Our own way to npm, which brings one where the machine has none.
NPM = Path(__file__).parents[2] / "tools" / "npm"
PLACE = Path(__file__).parents[2] / ".cache" / "axe" / f"axe-{VERSION}.min.js"
#: WCAG 2.0 to 2.2, A and AA, and best practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]


@cache
def source() -> str:
    """The script's text; skips (or fails, where all peers must be) when it cannot be fetched."""
    if not PLACE.exists():
        fetch()
    text = PLACE.read_bytes()
    assert hashlib.sha256(text).hexdigest() == SHA256
    return text.decode()


def fetch() -> None:
    """Bring the package and keep its one script."""
    npm = str(NPM)
    PLACE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", f"axe-core@{VERSION}", "--silent", "--pack-destination", folder]
        done = subprocess.run(command, capture_output=True, check=False, timeout=300, cwd=folder)
        if done.returncode:
            if os.environ.get("YUSHAN_REQUIRE_PEERS") == "1":
                pytest.fail("axe-core cannot be fetched")
            pytest.skip("axe-core cannot be fetched")
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as package:
            member = package.extractfile("package/axe.min.js")
            assert member is not None
            part = PLACE.with_suffix(f".{os.getpid()}")
            part.write_bytes(member.read())
            part.rename(PLACE)


#: Rules whose answer depends on colours and sizes; all others ask for the page's structure.
APPEARANCE = ["color-contrast", "link-in-text-block", "target-size"]


def violations(page, only: list[str] | None = None) -> list[str]:
    """What axe finds on a page: rule, how bad, where; ``only`` names the rules to ask."""
    page.evaluate(source())
    wanted = {"type": "rule", "values": only} if only else {"type": "tag", "values": TAGS}
    found = page.evaluate("wanted => axe.run(document, {runOnly: wanted})", wanted)
    return [
        f"{rule['id']} ({rule['impact']}): {node['target'][0]}: {node['failureSummary'][:160]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
