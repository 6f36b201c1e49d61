"""Stage 1 of one object: read, judge, rewrite. Whatever is kept is kept by a rule."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.domain.deid import release
from yushan.domain.deid.classes import classes, settled_by
from yushan.domain.deid.cleaned import FEATURES, PIXEL_DATA, UNTOUCHED
from yushan.domain.deid.content import CONTENT_SEQUENCE
from yushan.domain.deid.encode import element
from yushan.domain.deid.harvest import Harvest, harvest_of
from yushan.domain.deid.header import Header
from yushan.domain.deid.judging import SOP_CLASS, SOP_INSTANCE, judged
from yushan.domain.deid.person import AGE, person
from yushan.domain.deid.pixels import pixel_chunks
from yushan.domain.deid.plan import PIXELS, root_plan
from yushan.domain.deid.policy import FULL_DATES, UIDS, option_bit
from yushan.domain.deid.pseudonyms import replace_uid
from yushan.domain.deid.rewrite import Place, Rewriter
from yushan.domain.deid.task import task_for
from yushan.domain.dicom import TRANSFER_SYNTAXES, walk

if TYPE_CHECKING:
    from yushan.base import Pseudonym
    from yushan.domain.deid.cleaned import CleanedPixels
    from yushan.domain.deid.policy import Policy
    from yushan.domain.deid.pseudonyms import SiteKeys
    from yushan.domain.deid.task import Task
    from yushan.domain.dicom import Buffer, Part10

SUBJECT: Final = re.compile("[A-Z2-7]{16}")
CHARSET: Final = element(0x00080005, "CS", b"ISO_IR 192")
#: Extended offset tables: frames may be rewritten, and what counts their bytes is not theirs.
OFFSETS: Final = (0x7FE00001, 0x7FE00002)
#: What an object says of itself once its pixels were cleaned (PS3.15 E.3.1, E.3.2).
FLAGS: Final = {PIXEL_DATA: 0x00280301, FEATURES: 0x00280302}


@dataclass(frozen=True, slots=True)
class Released:
    """An object that may leave the hospital.

    ``chunks`` one after the other are the new Part-10 file, pixels as views of the input;
    ``methods`` are the codes of CID 7050 written into it; ``events`` name what should be counted.
    """

    chunks: tuple[Buffer, ...]
    methods: tuple[str, ...]
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An object that stays in the hospital, and why: codes with texts and remedies."""

    reasons: tuple[str, ...]


def deidentify(  # noqa: PLR0913 - one person's job has these parts
    data: Buffer,
    *,
    policy: Policy,
    keys: SiteKeys,
    subject: Pseudonym,
    offset_days: int,
    harvested: Harvest,
    pixels: CleanedPixels | None = None,
) -> Released | Quarantined:
    """De-identify one Part-10 file under a policy.

    Parameters
    ----------
    data
        The file as received.
    policy, keys
        What is kept, and the keys of the site.
    subject
        The site's pseudonym of the person, see ``site_pseudonym``.
    offset_days
        Days by which all dates of the person move, see ``site_offset_days``.
    harvested
        Tokens of all objects of the person; those of this object are added.
    pixels
        What was done to the pixels, see ``pixel_need``; it settles the reasons that
        ``classes.toml`` names, as far as the policy takes the option.

    Returns
    -------
    Released or Quarantined
        Whatever the bytes hold; what cannot be read is quarantined with the reader's code.

    Raises
    ------
    ValueError
        ``subject`` is not 16 characters of base 32: a fault of the caller.
    """
    if not SUBJECT.fullmatch(subject):
        raise ValueError("a subject is 16 characters of base 32")
    try:
        part = walk(data)
        header = Header(part)
        done = (pixels.done if pixels else frozenset()) & frozenset(policy.options)
        if reasons := unsettled(judged(part, header, policy), done):
            return Quarantined(reasons)
        own, others = harvest_of(part).under(policy).tokens, harvested.under(policy).tokens
        tokens = others if own <= others else others | own
        offset_days = 0 if policy.has(FULL_DATES) else offset_days
        task = task_for(policy, keys, subject, offset_days, tokens)
        return released(part, header, task, pixels or UNTOUCHED)
    except Rejected as fault:
        return Quarantined((fault.code,))


def unsettled(reasons: tuple[str, ...], done: frozenset[str]) -> tuple[str, ...]:
    """The reasons that work on the pixels has not settled."""
    return tuple(reason for reason in reasons if settled_by().get(reason) not in done)


def released(part: Part10, header: Header, task: Task, pixels: CleanedPixels) -> Released:
    """The object rewritten."""
    iod = classes()[header.text(SOP_CLASS)].iod
    place = Place(root_plan(task.policy, iod), header.charset, is_direct(part))
    birth_and_age, bits = person(header, task, has_age=AGE in place.plan.kinds)
    fixed: dict[int, bytes | None] = dict.fromkeys((*PIXELS, *OFFSETS))
    fixed |= dict.fromkeys((release.REMOVED, release.METHOD, release.METHODS, release.TEMPORAL))
    fixed |= {
        0x00080005: CHARSET,
        0x00100010: element(0x00100010, "PN", task.subject.encode()),
        0x00100020: element(0x00100020, "LO", task.subject.encode()),
        **birth_and_age,
        **described(pixels, task.policy),
    }
    level = Rewriter(part, task).level(part.elements, place, fixed)
    if CONTENT_SEQUENCE in header.found and CONTENT_SEQUENCE not in dict(level.parts):
        raise Rejected("deid.report-emptied")
    bits |= level.bits | sum(option_bit(option) for option in claimable(pixels, task.policy))
    claims = release.method_codes(bits, header.earlier_methods())
    said = release.statement(task.policy, bits, claims)
    parts = sorted([*level.parts, *said.items()])
    head = b"".join([file_head(part, header, task, pixels), *(raw for _, raw in parts)])
    events = sorted(level.events | header.events())
    return Released((head, *pixel_element(part, header, pixels)), claims, tuple(events))


def claimable(pixels: CleanedPixels, policy: Policy) -> frozenset[str]:
    """The options that were performed on the pixels, as far as the policy takes them."""
    return pixels.done & frozenset(policy.options)


def described(pixels: CleanedPixels, policy: Policy) -> dict[int, bytes]:
    """The attributes that describe cleaned pixels, and the flags that say so."""
    written = {tag: element(tag, vr, value) for tag, (vr, value) in pixels.attributes.items()}
    for option in claimable(pixels, policy):
        written[FLAGS[option]] = element(FLAGS[option], "CS", b"NO")
    return written


def is_direct(part: Part10) -> bool:
    """Whether spans of the input are written as they will be written."""
    return not part.implicit and not part.big_endian


def file_head(part: Part10, header: Header, task: Task, pixels: CleanedPixels) -> bytes:
    """Preamble and meta information of the new file."""
    syntax = pixels.transfer_syntax_uid or part.transfer_syntax_uid
    instance = header.text(SOP_INSTANCE)
    return release.file_head(
        header.text(SOP_CLASS),
        instance if task.policy.has(UIDS) else replace_uid(task.keys.uid, instance),
        syntax if TRANSFER_SYNTAXES[syntax].encapsulated else release.EXPLICIT,
    )


def pixel_element(part: Part10, header: Header, pixels: CleanedPixels) -> tuple[Buffer, ...]:
    """The pixel element of the data set, if it has one: the cleaned one, or its own."""
    for tag in sorted(PIXELS):
        if tag in header.found:
            if pixels.element is not None:
                return pixels.element
            return pixel_chunks(part, header.found[tag], header.shape())
    return ()
