"""The library's face: a folder or one object, de-identified in five lines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.domain.deid import (
    Quarantined,
    harvest,
    national_identity,
    reissue,
    site_offset_days,
    site_pseudonym,
)
from yushan.domain.dicom import walk
from yushan.domain.verifier import verify
from yushan.flows.cleaning import How, stage_one, terms_of
from yushan.flows.deid.key_folder import open_keys
from yushan.flows.deid.looking import texts
from yushan.flows.deid.running import run
from yushan.flows.deid.wish import DEFAULT_POLICY, Wish, policy_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yushan.flows.deid.report import Report

PATIENT, ISSUER = 4, 5
#: Where the patient stands among ``texts``.
CHART: Final = slice(PATIENT, ISSUER + 1)


@dataclass(frozen=True, slots=True)
class Object:
    """One object after both stages: its new ``content``, or the ``reasons`` why it stays."""

    content: bytes | None
    reasons: tuple[str, ...] = ()


class Deidentifier:
    """De-identifies under one policy and the keys of one folder.

    Parameters
    ----------
    keys
        The folder of the keys; they are made on first use. Who loses them cannot give the same
        people the same pseudonyms again; who gives them away tells who they are.
    policy
        A name or a file.
    options
        Options of PS3.15 Annex E to switch: ``+name``, ``-name``.

    Raises
    ------
    Rejected
        As ``policy_for`` and ``load_secret``.
    """

    def __init__(
        self, keys: str | Path, policy: str = DEFAULT_POLICY, options: tuple[str, ...] = ()
    ) -> None:
        self.folder_of_keys = Path(keys)
        self.policy = policy_for(policy, options)
        self.keys = open_keys(self.folder_of_keys, may_make=True)

    def folder(self, source: str | Path, out: str | Path, *, jobs: int = 0) -> Report:
        """What ``yushan deid`` does: pictures are read and faces taken off in children.

        The module that calls it must guard its entry by ``if __name__ == "__main__":``, as with
        any use of several processes. Raises as ``run``.
        """
        wish = Wish(
            source=Path(source), out=Path(out), policy=self.policy, keys=self.folder_of_keys,
            jobs=jobs,
        )  # fmt: skip
        return run(wish)

    def object(self, content: bytes, also: Iterable[bytes] = ()) -> Object:
        """One Part-10 file in this process; what needs its pixels worked on stays.

        Parameters
        ----------
        content
            The file.
        also
            Other files of the same person, whose words must not be found in this one either.
        """
        try:
            return self.made(content, tuple(also))
        except Rejected as error:
            return Object(None, (error.code,))

    def made(self, content: bytes, also: tuple[bytes, ...]) -> Object:
        """Both stages and the verifier."""
        chart = tuple(texts(walk(content))[CHART])
        named = national_identity(content) or chart[0]
        site, project, policy = self.keys.site, self.keys.project, self.policy
        first = site_pseudonym(site, named, "" if named != chart[0] else chart[1])
        subject = site_pseudonym(project, first)
        days = site_offset_days(site, first, most_days=policy.max_offset_days)
        total = site_offset_days(project, subject, most_days=policy.max_offset_days)
        words = frozenset[str]().union(
            *(harvest(one).under(policy).tokens for one in (content, *also))
        )
        how = How("", policy, site, first, days, words)
        staged = stage_one(content, how)
        if isinstance(staged.made, Quarantined):
            return Object(None, staged.made.reasons)
        made = bytes(reissue(
            b"".join(staged.made.chunks), uid_key=project.uid, subject=subject,
            shift_days=total - days,
        ))  # fmt: skip
        found = verify(made, harvested=words | {first}, subject=subject, terms=terms_of(policy))
        if found:
            return Object(None, tuple(sorted({one.kind for one in found})))
        return Object(made)
