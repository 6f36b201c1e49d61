"""What is asked of a run, and what the command line's words mean."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from yushan.base import Rejected
from yushan.domain.deid import (
    SignedFile,
    distribution_key,
    policy_names,
    read_learned_words,
    read_policy,
    read_signed,
    signed_policy,
    with_options,
    with_words,
    words_digest,
)
from yushan.engines.keys import verify

if TYPE_CHECKING:
    from yushan.domain.deid import Policy

DEFAULT_POLICY: Final = "tw-hospital"
Beginning = Literal["", "resume", "fresh"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One run.

    Parameters
    ----------
    source, out
        IN, a folder, a file or an archive; OUT, a folder that is empty or from the same keys.
    policy
        What is kept.
    keys, report
        Their places; by default ``OUT.keys`` and ``report.json`` in it.
    jobs
        Processes that work side by side; 0 means as many as this process may use.
    beginning
        Nothing: begin, or go on where the last run stopped; ``resume``: only go on; ``fresh``:
        take away what the last run made and begin.
    ocr
        Whether pictures are read for text; if not, what needs reading is quarantined.
    decisions
        What people decided about pictures; by default ``decisions.json`` by the keys.
    is_policy_signed
        Whether the policy is as somebody signed it, see ``is_signed``; the report says so.
    """

    source: Path
    out: Path
    policy: Policy
    keys: Path | None = None
    report: Path | None = None
    jobs: int = 0
    beginning: Beginning = ""
    ocr: bool = True
    decisions: Path | None = None
    is_policy_signed: bool = True

    def workers(self) -> int:
        """The number of processes."""
        return self.jobs or len(os.sched_getaffinity(0))


def policy_for(name: str, options: tuple[str, ...] = (), public: Path | None = None) -> Policy:
    """A policy by its name or file, with options switched: ``+name``, ``-name``.

    Parameters
    ----------
    name
        A packaged policy, or a file; ``FILE.sig`` beside it holds its signature in hex.
    options
        See ``with_options``.
    public
        A file with the public key, in hex, under which the policy must be signed. A file that has
        no signature is taken as it is when no key is given: it is its owner's word.

    Raises
    ------
    Rejected
        ``deid.policy-unknown``, ``deid.policy-unsigned``, ``deid.policy-invalid``,
        ``deid.policy-option``.
    """
    path = Path(name)
    if name in policy_names():
        policy = signed_policy(name, verify)
    elif not path.is_file():
        raise Rejected("deid.policy-unknown")
    elif not is_signed(name, public):
        policy = read_policy(path.read_bytes())
    else:
        policy = from_signed(path, public)
    return with_options(policy, options) if options else policy


def is_signed(name: str, public: Path | None = None) -> bool:
    """Whether somebody's signature is asked for; else a policy file is its owner's word alone."""
    return name in policy_names() or public is not None or signature_of(Path(name)).exists()


def with_vocabulary(policy: Policy, words: Path | None) -> Policy:
    """A policy that keeps learned words, too; ``Rejected("deid.words-invalid")``."""
    if words is None:
        return policy
    data = words.read_bytes()
    return with_words(policy, frozenset(read_learned_words(data).words), words_digest(data))


def signature_of(path: Path) -> Path:
    """Where the signature of a policy file lies."""
    return path.with_name(f"{path.name}.sig")


def from_signed(path: Path, public: Path | None) -> Policy:
    """A policy file that must be as it was signed."""
    try:
        signature = bytes.fromhex(signature_of(path).read_text("ascii"))
        key = bytes.fromhex(public.read_text("ascii")) if public else distribution_key()
        return read_signed(SignedFile(path.read_bytes(), signature), key, verify)
    except (OSError, ValueError) as error:
        raise Rejected("deid.policy-unsigned") from error
