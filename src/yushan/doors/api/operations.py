"""The table of operations: address, who may, what is taken, what is given, who answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from yushan.doors.api import asked, values
from yushan.doors.api import person_values as person
from yushan.doors.api.counting import accounting, cells, statistics
from yushan.doors.api.finding import (
    facets,
    provenance,
    series,
    studies,
    study,
    versions,
)
from yushan.doors.api.following import changes
from yushan.doors.api.oneself import end_token, make_token, me, tokens
from yushan.doors.api.proving import consistency, entries, entry, head, receipt
from yushan.services.ledger import Proven

if TYPE_CHECKING:
    from collections.abc import Callable

    import msgspec

    from yushan.doors.api.asker import Asker
    from yushan.doors.api.ports import Rooms

    Answers = Callable[[Rooms, Asker, Any], msgspec.Struct]

#: Who may: anybody; who is signed in; else the permission that the role must have.
ANYBODY: Final = "anybody"
SIGNED_IN: Final = "signed in"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. ``path`` is below ``/api/v1``; ``body`` is the type of what is sent."""

    name: str
    method: str
    path: str
    who: str
    asked: type[msgspec.Struct]
    gives: type[msgspec.Struct]
    answers: Answers
    says: str
    tag: str
    body: type[msgspec.Struct] | None = None
    status: int = 200


OPERATIONS: Final = (
    Operation(
        "statistics", "GET", "/statistics", ANYBODY, asked.SliceAsked, values.Statistics,
        statistics, "How much there is, by the modality table; small groups are protected unless "
        "the role may see exact counts.", "statistics",
    ),
    Operation(
        "cells", "GET", "/statistics/cells", ANYBODY, asked.CellsAsked, values.Cells, cells,
        "The same by hospital, month, year or body part.", "statistics",
    ),
    Operation(
        "studies", "GET", "/studies", "see_images", asked.PageAsked, values.Studies, studies,
        "Studies within one's scope, by cursor.", "search",
    ),
    Operation(
        "series", "GET", "/series", "see_images", asked.SeriesPageAsked, values.SeriesList, series,
        "Series within one's scope, by patterns.", "search",
    ),
    Operation(
        "facets", "GET", "/facets", "see_images", asked.FacetsAsked, values.Facets, facets,
        "Which values the found studies have, by kind.", "search",
    ),
    Operation(
        "study", "GET", "/studies/{study}", "see_images", asked.StudyAsked, values.StudyDetail,
        study, "One study with its series.", "search",
    ),
    Operation(
        "provenance", "GET", "/studies/{study}/provenance", "see_images", asked.StudyAsked,
        values.Provenance, provenance, "Where a study came from, under which policy.", "search",
    ),
    Operation(
        "versions", "GET", "/studies/{study}/series/{series}/versions", "see_images",
        asked.SeriesAsked, values.Versions, versions, "The versions of a series, to be cited.",
        "search",
    ),
    Operation(
        "changes", "GET", "/changes", "see_images", asked.ChangesAsked, values.Changes, changes,
        "What happened to series since a number, for copies of the index; only for who sees "
        "everything.", "search",
    ),
    Operation(
        "accounting", "GET", "/accounting", "see_accounting", asked.Bare, values.Accounting,
        accounting, "Where every instance of every site is, and whether the accounts close.",
        "accounting",
    ),
    Operation(
        "head", "GET", "/ledger/head", ANYBODY, asked.Bare, values.Head, head,
        "The newest signed head of the public record.", "ledger",
    ),
    Operation(
        "entries", "GET", "/ledger/entries", ANYBODY, asked.EntriesAsked, values.Entries, entries,
        "Entries of the public record in order.", "ledger",
    ),
    Operation(
        "entry", "GET", "/ledger/entries/{number}", ANYBODY, asked.EntryAsked, values.Inclusion,
        entry, "An entry with the proof that it is in the newest head.", "ledger",
    ),
    Operation(
        "receipt", "GET", "/ledger/entries/{number}/receipt", ANYBODY, asked.EntryAsked, Proven,
        receipt, "An entry's receipt: proof, cosigned head and keys in one file, to be checked by "
        "`yushan audit verify` or on the page *Record*.", "ledger",
    ),
    Operation(
        "consistency", "GET", "/ledger/consistency", ANYBODY, asked.ConsistencyAsked,
        values.Consistency, consistency, "The proof that one tree begins with another.", "ledger",
    ),
    Operation(
        "me", "GET", "/me", SIGNED_IN, asked.Bare, person.Me, me,
        "Who one is and what one may.", "account",
    ),
    Operation(
        "tokens", "GET", "/me/tokens", SIGNED_IN, asked.Bare, person.Tokens, tokens,
        "One's own tokens.", "account",
    ),
    Operation(
        "make_token", "POST", "/me/tokens", "issue_tokens", asked.Bare, person.NewToken,
        make_token, "Make a token; its secret is shown this once.", "account",
        person.TokenWanted, 201,
    ),
    Operation(
        "end_token", "DELETE", "/me/tokens/{id}", SIGNED_IN, asked.TokenAsked, person.Nothing,
        end_token, "End one of one's own tokens at once.", "account",
    ),
)  # fmt: skip
