"""Policies in force are signed, and no key that could sign them lies in the repository."""

from __future__ import annotations

import re
from pathlib import Path

from tests.house.signing import FOLDER

SRC = Path(__file__).parents[2] / "src" / "yushan"


def test_whoever_releases_looks_at_the_signature() -> None:
    unsigned = [
        path.relative_to(SRC).as_posix()
        for path in SRC.rglob("*.py")
        if "domain" not in path.relative_to(SRC).parts
        and re.search(r"\bload_policy\b", path.read_text("utf-8"))
    ]
    assert unsigned == [], "take signed_policy"


def test_beside_the_policies_lie_signatures_and_one_public_key_alone() -> None:
    kinds = sorted(path.suffix for path in FOLDER.iterdir())
    policies = len(list(FOLDER.glob("*.toml")))
    assert kinds == sorted([".toml", ".sig"] * policies + [".pub"])
