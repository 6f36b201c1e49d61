"""Who acts, on what, for what; and what is decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from yushan.base import NOTHING

if TYPE_CHECKING:
    from datetime import datetime

    from yushan.base import Scope
    from yushan.domain.access.names import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What somebody wants data for, in the words that conditions of use ask about.

    Parameters
    ----------
    aim
        ``health``: medical research of any kind; ``disease``: of one disease; ``methods``: makes
        or tests methods; ``ancestry``: populations and origins; ``care``: clinical use.
    disease
        ICD-10-CM code of the disease, with or without dot.
    commercial
        For profit; ``body_for_profit`` says what the asking body is.
    focus
        Groups that it is about (``paediatric``, ``female`` …), and ``genetic``.
    evidence
        What was shown: ``irb``, ``collaboration``.
    region, institution, project, user
        Where and who, as conditions of use name them.
    """

    aim: Literal["health", "disease", "methods", "ancestry", "care"]
    disease: str = ""
    commercial: bool = False
    body_for_profit: bool = False
    focus: frozenset[str] = frozenset()
    evidence: frozenset[str] = frozenset()
    region: str = "TW"
    institution: str = ""
    project: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody or something that acts.

    Parameters
    ----------
    roles
        Keys of the table's roles; empty is nobody.
    id
        The account's id; empty for nobody.
    site
        The hospital that they belong to, empty if none.
    scope
        What they may see of the images.
    confirmed_at
        When they last proved who they are with a second factor.
    trained_until
        When their training in data protection ends; None: they have had none.
    purpose
        What they asked the data for; None: not said.
    stated
        Studies for which they gave a reason in this session; ``*`` stands for all (programs).
    reads_only
        A program that was let in to read; whatever changes something is refused.
    """

    roles: frozenset[str] = frozenset()
    id: str = ""
    site: str = ""
    scope: Scope = NOTHING
    confirmed_at: datetime | None = None
    trained_until: datetime | None = None
    purpose: Purpose | None = None
    stated: frozenset[str] = frozenset()
    reads_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What is acted on; what a kind has not stays empty.

    Parameters
    ----------
    kind
        What it is; None: any, only the actor is asked about.
    site, study, sites
        The hospital it belongs to; the study and the hospitals that it came from.
    owner, members
        The account whose it is; accounts that are named in it.
    sealed_by
        Accounts that have agreed to it already.
    conflicted
        Accounts and sites that have an interest in it.
    state
        Its state in its own table of states, ``active`` where it has none.
    starts, ends
        When it may be used; None: no bound.
    terms
        Conditions of use: ``DUO:0000007=I63``, ``YS:NO-REID`` ….
    facts
        What is true of it: ``withdrawn``, ``checked``, ``export-agreed``.
    """

    kind: Kind | None
    site: str = ""
    study: str = ""
    sites: frozenset[str] = frozenset()
    owner: str = ""
    members: frozenset[str] = frozenset()
    sealed_by: frozenset[str] = frozenset()
    conflicted: frozenset[str] = frozenset()
    state: str = "active"
    starts: datetime | None = None
    ends: datetime | None = None
    terms: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()


#: "May this person do it at all?": what pages ask before they draw a link.
ANYTHING: Final = Thing(kind=None)


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided.

    ``reasons`` are the names of the rules that allow it, or the codes of what is missing.
    ``obligations`` are what whoever acts on an allowance must do, in the table's order; a door
    that cannot do one of them must refuse.
    """

    allow: bool
    reasons: tuple[str, ...]
    obligations: tuple[str, ...] = ()
