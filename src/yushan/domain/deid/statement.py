"""The conformance statement, drawn from the loaded policies and tables: what is done, and when.

Pages are Markdown; a test holds them against what the code does.
"""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from typing import TYPE_CHECKING, Final

from yushan.domain.deid import outcomes, streams
from yushan.domain.deid.classes import classes, routes, settled_by
from yushan.domain.deid.plan import DAYS, dictionary, text_kind
from yushan.domain.deid.policies import distribution_key, load_policy, policy_names
from yushan.domain.deid.policy import PERFORMED, PROFILE, rules_digest
from yushan.domain.deid.tables import (
    E1_1_ROWS,
    SAFE_PRIVATE_ROWS,
    methods,
    page,
    profile,
    profile_row,
    safe_private,
    tag_set,
)
from yushan.domain.dicom import TRANSFER_SYNTAXES, keyword_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from yushan.domain.deid.policy import Policy

EDITION: Final = "PS3.15 2026d"
ROOT: Final = "1.2.840.10008.1.2."


@cache
def prose() -> dict[str, str]:
    """What no table says, in sentences (``statement.toml``)."""
    return {name: text.strip() for name, text in tomllib.loads(page("statement.toml")).items()}


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """A Markdown table as lines."""
    names = list(head)
    lines = [f"| {' | '.join(names)} |", "|" + "---|" * len(names)]
    return lines + [f"| {' | '.join(row)} |" for row in rows]


def place(tag: int) -> str:
    """A tag as people write it, with its keyword."""
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X}) {keyword_of(tag)}".rstrip()


def overview(checks: Mapping[str, str], reasons: Mapping[str, str], tools: Iterable[str]) -> str:
    """The entry page.

    Parameters
    ----------
    checks
        By code of CID 7050, how the verifier holds an object to its claim.
    reasons
        Every code under which stage 1 holds an object, and what it means.
    tools
        What reads pixels and removes faces, one line each.
    """
    parts: list[list[str]] = [
        ["# De-identification: conformance statement", "", prose()["introduction"]],
        ["## Editions", "", prose()["editions"], "", *editions()],
        ["## Options and their checks", "", prose()["options"], "", *options(checks)],
        ["## Attributes", "", prose()["attributes"], "", *meanings()],
        ["## Storage classes", "", prose()["classes"], "", *class_rows()],
        ["## Transfer syntaxes", "", prose()["syntaxes"], "", *syntax_rows()],
        ["## Pixels", "", prose()["pixels"], "", *(f"- {tool}" for tool in tools)],
        ["## Reasons", "", prose()["reasons"], "", *table(("code", "meaning"), code_rows(reasons))],
        ["## Limits", "", prose()["limits"]],
    ]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def code_rows(reasons: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Codes and their meaning."""
    yield from ((f"`{code}`", text) for code, text in sorted(reasons.items()))


def editions() -> list[str]:
    """The editions and digests in force."""
    rows = [
        ("Table E.1-1", EDITION, f"{E1_1_ROWS} rows"),
        ("Table E.3.10-1", EDITION, f"{SAFE_PRIVATE_ROWS} rows"),
        ("acquisition numbers beside it", "", f"{len(safe_private()) - SAFE_PRIVATE_ROWS} rows"),
        ("rule files together", "", f"`{rules_digest().hex()[:32]}`"),
        ("key of the policies' signatures", "", f"`{distribution_key().hex()}`"),
    ]
    for name in policy_names():
        policy = load_policy(name)
        link = f"policy [{name}](deidentification/{name}.md)"
        rows.append((link, policy.edition, f"`{policy.digest[:32]}`"))
    return table(("what", "edition", "size or digest (SHA-256, first half)"), rows)


def options(checks: Mapping[str, str]) -> list[str]:
    """Each option, the policies that take it, and its check."""
    policies = [load_policy(name) for name in policy_names()]
    rows = [(PROFILE, "Basic Profile", "all", checks[PROFILE])]
    for option in PERFORMED:
        code = methods()[option].code
        takers = ", ".join(policy.name for policy in policies if policy.has(option)) or "none"
        rows.append((code, f"`{option}`", takers, checks[code]))
    return table(("code", "option", "taken by", "check of the verifier"), rows)


def meanings() -> list[str]:
    """The words of the statement."""
    return table(("word", "meaning"), outcomes.MEANINGS.items())


def class_rows() -> list[str]:
    """The routes, and what becomes of their classes."""
    rows = []
    for name, route in routes().items():
        names = [row.name for row in classes().values() if row.route == name]
        if names:
            rows.append((name, outcome_of(name), f"{route.note} {len(names)} classes."))
    return table(("route", "outcome", "why"), rows)


def outcome_of(route: str) -> str:
    """What becomes of the objects of a route."""
    row = routes()[route]
    if row.outcome == "release":
        return "released"
    if row.reason in settled_by():
        return "released once the pixels were read, else held"
    return "released by policy" if row.outcome == "policy" else "held"


def syntax_rows() -> list[str]:
    """Transfer syntaxes and what becomes of them."""
    rows = [(row.name, uid, syntax_of(uid)) for uid, row in TRANSFER_SYNTAXES.items()]
    return table(("transfer syntax", "UID", "released as"), rows)


def syntax_of(uid: str) -> str:
    """The transfer syntax of the released object, in words."""
    row = TRANSFER_SYNTAXES[uid]
    if row.video:
        return "held (`deid.video-unread`)"
    if not row.encapsulated:
        return "Explicit VR Little Endian"
    kind = uid.removeprefix(ROOT)
    can_be_read = kind == "5" or kind.removeprefix("4.") in streams.JPEG | streams.JPEG_2000
    return "itself, without comments and riders" if can_be_read else "held (`deid.stream-unknown`)"


def policy_page(policy: Policy) -> str:
    """What one policy does: its fields, and the action on each attribute of Table E.1-1."""
    lines = [f"# Policy {policy.name}", "", f"{policy.title_en}. {policy.title_zh}。", ""]
    lines += table(("field", "value"), fields(policy))
    lines += ["", "## Attributes of Table E.1-1", "", prose()["by_type"], ""]
    stated = {tag: outcomes.stated(policy, tag) for tag in profile_tags()}
    gone = [tag for tag, words in stated.items() if set(words) == {outcomes.REMOVED}]
    rows = [
        (place(tag), row.basic if (row := profile_row(tag)) else "", *words)
        for tag, words in stated.items()
        if tag not in gone
    ]
    lines += table(("attribute", "basic", "type 1", "type 2", "type 3", "outside"), rows)
    lines += ["", "## Removed wherever they stand", "", prose()["patterns"], ""]
    lines += [f"- {place(tag)}" for tag in gone]
    return "\n".join(lines) + "\n"


def fields(policy: Policy) -> Iterator[tuple[str, str]]:
    """The fields of a policy in words."""
    yield "edition", policy.edition
    yield "digest", f"`{policy.digest}`"
    yield "options", ", ".join(f"`{option}`" for option in policy.options) or "none"
    yield "ages", f"bands of {policy.age_band_years}, pooled above {policy.oldest_age_years}"
    yield "birth date", policy.birth_date
    yield "largest shift of dates", f"{policy.max_offset_days} days"
    yield "projection radiography", policy.projection_radiography
    yield "faces", policy.faces
    yield "structured reports", policy.structured_reports
    yield "primary slices read for text", f"{policy.pixels.sample:.0%}"
    yield "routes read for text", ", ".join(policy.pixels.read) or "none"
    yield "learned words", str(len(policy.words))
    yield "attributes without options", str(len(policy.remove))


def profile_tags() -> Iterator[int]:
    """The attributes of Table E.1-1 that are one attribute each, and other dates."""
    named = {tag for tag in profile() if isinstance(tag, int)}
    dates = {tag for tag in outcomes.known_tags() if dictionary(tag)[0][0] in DAYS}
    yield from sorted(named | dates)


def rules_page() -> str:
    """What happens to attributes that Table E.1-1 does not name, under every policy alike."""
    basic = load_policy(policy_names()[0])
    lines = ["# Attributes that Table E.1-1 does not name", "", prose()["unnamed"], ""]
    lists = special_lists()
    named = set().union(*(tags for _, tags in lists))
    rest = [tag for tag in unnamed() if tag not in named]
    rows = sorted({(vr_of(tag), *outcomes.stated(basic, tag)) for tag in rest})
    lines += ["## By VR", "", *table(("VR", "type 1", "type 2", "type 3", "outside"), rows)]
    for title, tags in lists:
        lines += ["", f"## {title}", ""]
        stated = [(place(tag), *outcomes.stated(basic, tag)) for tag in sorted(tags)]
        lines += table(("attribute", "type 1", "type 2", "type 3", "outside"), stated)
    return "\n".join(lines) + "\n"


def unnamed() -> list[int]:
    """The attributes that the pages of the policies do not name."""
    named = set(profile_tags())
    return [tag for tag in outcomes.known_tags() if tag not in named]


def vr_of(tag: int) -> str:
    """The VRs of an attribute, as the dictionary has them."""
    return " or ".join(dictionary(tag)[0])


def special_lists() -> list[tuple[str, frozenset[int]]]:
    """Titles and attributes of the lists that differ from the rule of their VR."""
    free = unnamed()

    def those(has: Callable[[int], bool]) -> frozenset[int]:
        return frozenset(tag for tag in free if has(tag) and tag not in outcomes.FRAMED)

    never = those(lambda tag: tag in tag_set("never", "tags"))
    texts = those(lambda tag: bool(text_kind(tag))) - never
    extras = those(lambda tag: tag in tag_set("extra", "tags")) - never - texts
    opaque = those(lambda tag: tag in tag_set("opaque", "tags")) - never
    framed = frozenset(tag for tag in free if tag in outcomes.FRAMED)
    return [
        ("Written by the frame of the object", framed),
        ("Texts that stay word by word", texts),
        ("Opaque values that are numbers; of a colour profile its numeric tags alone", opaque),
        ("Others that stay outside their IOD", extras),
        ("Removed whatever an option says", never),
    ]


def statement_digest() -> str:
    """SHA-256 over the pages of all policies."""
    pages = "".join(policy_page(load_policy(name)) for name in policy_names()) + rules_page()
    return hashlib.sha256(pages.encode()).hexdigest()
