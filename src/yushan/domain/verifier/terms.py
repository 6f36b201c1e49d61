"""What the policy under which an object was released lets it claim, hold and show."""

from __future__ import annotations

from dataclasses import dataclass

from yushan.domain.verifier.claims import ORDINARY


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of a release, as far as an object cannot show them itself.

    Parameters
    ----------
    permitted
        Codes of CID 7050 that may be claimed. Where nothing is said, not that true dates (113106),
        UIDs (113110) or institutions (113112) were kept.
    words
        Words that descriptors may hold beside the verifier's own, learned from many patients.
    faces_removed
        Whether thin slices of a head must claim 113102.
    birth_dates
        Whether a shifted birth date may stand.
    """

    permitted: frozenset[str] = ORDINARY
    words: frozenset[str] = frozenset()
    faces_removed: bool = False
    birth_dates: bool = False


STRICT = Terms()
