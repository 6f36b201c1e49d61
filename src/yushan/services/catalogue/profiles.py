"""Statements about profiles: what the search index is made of, kept with the studies."""

from __future__ import annotations

import struct
from array import array
from typing import TYPE_CHECKING

import sqlalchemy as sa

from yushan.services.catalogue.tables import PROFILE, STATE, STUDY, WORD

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from yushan.services.catalogue.values import StudyRow


def count_on(tx: sa.Connection, name: str, by: int = 1) -> int:
    """Move a counter; its new value. Others who move it wait until the transaction ends."""
    more = sa.update(STATE).where(STATE.c.name == name).values(value=STATE.c.value + by)
    return int(tx.execute(more.returning(STATE.c.value)).scalar_one())


def counters(tx: sa.Connection) -> dict[str, int]:
    """All counters."""
    return {row.name: int(row.value) for row in tx.execute(sa.select(STATE))}


def write(tx: sa.Connection, row: StudyRow, found_by: Collection[tuple[str, str]]) -> None:
    """Insert or change a study's profile."""
    same = PROFILE.c.study_instance_uid == row.study_instance_uid
    before = tx.execute(sa.select(PROFILE.c.words).where(same)).scalar_one_or_none()
    after = ids_of(tx, found_by)
    values = {
        "changed": count_on(tx, "changed"),
        "study_date": row.study_date,
        "instances": row.instances,
        "words": packed(after),
    }
    if before is None:
        tx.execute(sa.insert(PROFILE).values(study_instance_uid=row.study_instance_uid, **values))
    else:
        tx.execute(sa.update(PROFILE).where(same).values(**values))
    use(tx, set(after), set(unpacked(before or b"")))


def remove(tx: sa.Connection, study: str) -> None:
    """Leave of a study's profile nothing but its number."""
    same = PROFILE.c.study_instance_uid == study
    before = tx.execute(sa.select(PROFILE.c.words).where(same)).scalar_one_or_none()
    values = {
        "changed": count_on(tx, "changed"), "study_instance_uid": None, "study_date": "",
        "instances": 0, "words": b"",
    }  # fmt: skip
    tx.execute(sa.update(PROFILE).where(same).values(**values))
    use(tx, set(), set(unpacked(before or b"")))


def use(tx: sa.Connection, after: set[int], before: set[int]) -> None:
    """Count who has which value; one that nobody has any more goes."""
    for ids, by in ((after - before, 1), (before - after, -1)):
        if ids:
            more = sa.update(WORD).where(WORD.c.id.in_(ids)).values(uses=WORD.c.uses + by)
            tx.execute(more)
    if gone := before - after:
        tx.execute(sa.delete(WORD).where(WORD.c.id.in_(gone), WORD.c.uses == 0))


def unpacked(words: bytes) -> tuple[int, ...]:
    """The ids back."""
    return struct.unpack(f"<{len(words) // 4}I", words)


def packed(ids: Iterable[int]) -> bytes:
    """Ids as four bytes each, little-endian."""
    return b"".join(one.to_bytes(4, "little") for one in sorted(ids))


def ids_of(tx: sa.Connection, found_by: Collection[tuple[str, str]]) -> list[int]:
    """The ids of values; those that are new get one."""
    known = {(row.kind, row.value): row.id for row in tx.execute(values_among(found_by))}
    new = sorted(set(found_by) - known.keys())
    for kind, value in new:
        insert = sa.insert(WORD).values(kind=kind, value=value, uses=0).returning(WORD.c.id)
        known[kind, value] = tx.execute(insert).scalar_one()
    return list(known.values())


def values_among(found_by: Iterable[tuple[str, str]]) -> sa.Select[tuple[int, str, str]]:
    """Which of these values are known."""
    kinds: dict[str, list[str]] = {}
    for kind, value in found_by:
        kinds.setdefault(kind, []).append(value)
    terms = [
        sa.and_(WORD.c.kind == kind, WORD.c.value.in_(values)) for kind, values in kinds.items()
    ]
    return sa.select(WORD.c.id, WORD.c.kind, WORD.c.value).where(sa.or_(sa.false(), *terms))


def numbers_of(
    tx: sa.Connection, studies: Sequence[str] = (), subjects: Sequence[str] = ()
) -> array[int]:
    """The numbers of some studies, or of all studies of some persons."""
    wanted = sa.select(PROFILE.c.number)
    if studies:
        wanted = wanted.where(PROFILE.c.study_instance_uid.in_(studies))
    if subjects:
        same = STUDY.c.study_instance_uid == PROFILE.c.study_instance_uid
        wanted = wanted.join(STUDY, same).where(STUDY.c.subject.in_(subjects))
    return array("I", tx.scalars(wanted))


def rows_of(tx: sa.Connection, numbers: Sequence[int]) -> list[sa.Row[tuple[object, ...]]]:
    """The studies' rows, in the order of the numbers."""
    same = STUDY.c.study_instance_uid == PROFILE.c.study_instance_uid
    wanted = sa.select(STUDY, PROFILE.c.number).join(PROFILE, same)
    found = {row.number: row for row in tx.execute(wanted.where(PROFILE.c.number.in_(numbers)))}
    return [found[number] for number in numbers if number in found]


def uids_of(tx: sa.Connection, numbers: Sequence[int]) -> list[str]:
    """The UIDs of the studies so numbered."""
    wanted = sa.select(PROFILE.c.study_instance_uid).where(PROFILE.c.number.in_(numbers))
    return [str(uid) for uid in tx.scalars(wanted) if uid]


def clear(tx: sa.Connection) -> None:
    """Forget all profiles and values; whoever holds them in memory begins anew."""
    count_on(tx, "epoch")
    tx.execute(sa.update(STATE).where(STATE.c.name != "epoch").values(value=0))
    tx.execute(sa.delete(PROFILE))
    tx.execute(sa.delete(WORD))
