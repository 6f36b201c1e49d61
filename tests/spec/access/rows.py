"""The rows of ``decisions.csv`` as questions to the table; also drawn in ``docs/access.md``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from yushan.base import Scope, SiteName, StudyUID
from yushan.domain.access import ANYTHING, Actor, Kind, Purpose, Thing

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
DAY = timedelta(days=1)
TIMES = {
    "ended": {"starts": NOW - 2 * DAY, "ends": NOW},
    "not-begun": {"starts": NOW + DAY, "ends": NOW + 2 * DAY},
    "running": {"starts": NOW, "ends": NOW + DAY},
}
TRAINING = {"trained": NOW + DAY, "training-over": NOW}


@dataclass(frozen=True)
class Asked:
    """One row."""

    line: dict[str, str]
    actor: Actor
    thing: Thing


def words(text: str) -> dict[str, str]:
    """``a=b c`` as {"a": "b", "c": ""}; a value may hold further equal signs."""
    return {name: value for name, _, value in (word.partition("=") for word in text.split())}


def several(text: str) -> frozenset[str]:
    """``a+b`` as a set."""
    return frozenset(part for part in text.split("+") if part)


def purpose_of(said: dict[str, str]) -> Purpose | None:
    """The purpose that an actor's words tell."""
    if "aim" not in said:
        return None
    aim: Any = said["aim"]
    return Purpose(
        aim=aim, disease=said.get("disease", ""), commercial="commercial" in said,
        body_for_profit="for-profit" in said, focus=several(said.get("focus", "")),
        evidence=several(said.get("evidence", "")),
    )  # fmt: skip


def actor_of(roles: str, text: str) -> Actor:
    """The actor that a row's words tell."""
    said = words(text)
    scope = Scope(
        everything="everything" in said,
        sites=frozenset(SiteName(one) for one in several(said.get("sites", ""))),
        studies=frozenset(StudyUID(one) for one in several(said.get("studies", ""))),
        mask=said.get("mask", ""),
    )
    minutes = said.get("confirmed")
    return Actor(
        roles=several(roles), id=said.get("id", ""), site=said.get("site", ""), scope=scope,
        confirmed_at=NOW - timedelta(minutes=int(minutes)) if minutes else None,
        trained_until=next((TRAINING[one] for one in TRAINING if one in said), None),
        purpose=purpose_of(said), stated=several(said.get("stated", "")),
        reads_only="reads-only" in said,
    )  # fmt: skip


def thing_of(kind: str, text: str) -> Thing:
    """The thing that a row's words tell."""
    if kind == "any":
        return ANYTHING
    said = words(text)
    times = next((TIMES[one] for one in TIMES if one in said), {})
    sets = {name: several(said.get(name, "")) for name in
            ("sites", "members", "sealed_by", "conflicted", "terms", "facts")}  # fmt: skip
    return Thing(
        kind=Kind(kind), site=said.get("site", ""), study=said.get("study", ""),
        owner=said.get("owner", ""), state=said.get("state", "active"), **sets, **times,
    )  # fmt: skip


def rows() -> list[Asked]:
    """All rows."""
    text = (Path(__file__).parent / "decisions.csv").read_text("utf-8")
    return [
        Asked(line, actor_of(line["roles"], line["actor"]), thing_of(line["kind"], line["thing"]))
        for line in csv.DictReader(text.splitlines())
    ]
