"""Every statement about what lies beside the logs: openings, whose entries, keys, witnesses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from yushan.services.ledger.tables import ACCOUNT, COSIGNATURE, KEY, PRIVATE, SIGHTING, WITNESS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PAGE = 1000


def add_private(tx: sa.Connection, rows: list[dict[str, Any]]) -> None:
    """Keep openings of commitments."""
    if rows:
        tx.execute(sa.insert(PRIVATE), rows)


def add_accounts(tx: sa.Connection, rows: list[tuple[str, int]]) -> None:
    """Keep whose entries (account, number) are which."""
    if rows:
        named = [{"account": account, "number": number} for account, number in rows]
        tx.execute(sa.insert(ACCOUNT), named)


def openings(tx: sa.Connection, number: int) -> list[tuple[str, bytes, str]]:
    """Openings (name, salt, value as canonical JSON) of an entry's commitments."""
    rows = tx.execute(sa.select(PRIVATE).where(PRIVATE.c.number == number))
    return [(row.name, bytes(row.salt), row.value) for row in rows]


def values_of(tx: sa.Connection, numbers: Sequence[int]) -> dict[int, dict[str, str]]:
    """What is still open of some entries: number → name → value as canonical JSON."""
    found: dict[int, dict[str, str]] = {}
    wanted = sa.select(PRIVATE.c.number, PRIVATE.c.name, PRIVATE.c.value)
    for row in tx.execute(wanted.where(PRIVATE.c.number.in_(numbers))):
        found.setdefault(row.number, {})[row.name] = row.value
    return found


def all_openings(tx: sa.Connection) -> Iterator[tuple[int, str, bytes, str]]:
    """Every opening with its entry's number, in order of numbers."""
    rows = tx.execute(sa.select(PRIVATE).order_by(PRIVATE.c.number, PRIVATE.c.name))
    return ((row.number, row.name, bytes(row.salt), row.value) for row in rows)


def all_accounts(tx: sa.Connection) -> Iterator[tuple[int, str]]:
    """Every row (number, account), in order of numbers."""
    rows = tx.execute(sa.select(ACCOUNT).order_by(ACCOUNT.c.number))
    return ((row.number, row.account) for row in rows)


def destroy_openings(tx: sa.Connection, name: str, values: Sequence[str]) -> int:
    """Destroy all openings of the entries in which ``name`` is one of these; of how many."""
    gone = 0
    for start in range(0, len(values), PAGE):
        some = values[start : start + PAGE]
        same = sa.select(PRIVATE.c.number).where(PRIVATE.c.name == name, PRIVATE.c.value.in_(some))
        numbers = list(tx.scalars(same))
        gone += len(numbers)
        for first in range(0, len(numbers), PAGE):
            chosen = PRIVATE.c.number.in_(numbers[first : first + PAGE])
            tx.execute(sa.delete(PRIVATE).where(chosen))
    return gone


def changes(tx: sa.Connection) -> list[str]:
    """All changes of the signing key, oldest first."""
    return list(tx.scalars(sa.select(KEY.c.change).order_by(KEY.c.place)))


def add_change(tx: sa.Connection, change: str) -> None:
    """Keep a change of the signing key."""
    tx.execute(sa.insert(KEY).values(place=len(changes(tx)), change=change))


def witnesses(tx: sa.Connection) -> list[sa.Row[Any]]:
    """Everybody who cosigns or did, in order of site and time."""
    wanted = sa.select(WITNESS).order_by(WITNESS.c.site, WITNESS.c.joined, WITNESS.c.key)
    return list(tx.execute(wanted))


def add_witness(tx: sa.Connection, key: str, site: str, joined: str) -> None:
    """Somebody begins to cosign."""
    row = {"key": key, "site": site, "joined": joined}
    tx.execute(sa.insert(WITNESS).values(**row, retired="", refusal="", refused=""))


def set_witness(tx: sa.Connection, key: str, values: Mapping[str, str]) -> None:
    """Change what is known of a witness."""
    tx.execute(sa.update(WITNESS).where(WITNESS.c.key == key).values(**values))


def keep_cosignature(tx: sa.Connection, origin: str, size: int, key: str, line: str) -> None:
    """Keep the newest cosignature of a witness for a head."""
    table = COSIGNATURE.c
    same = sa.and_(table.origin == origin, table.size == size, table.key == key)
    if tx.execute(sa.update(COSIGNATURE).where(same).values(line=line)).rowcount == 0:
        row = {"origin": origin, "size": size, "key": key, "line": line}
        tx.execute(sa.insert(COSIGNATURE).values(**row))


def cosignatures(tx: sa.Connection, origin: str, size: int) -> list[tuple[str, str]]:
    """Who cosigned a head (verifier key, line)."""
    table = COSIGNATURE.c
    wanted = sa.select(table.key, table.line).where(table.origin == origin, table.size == size)
    return [(row.key, row.line) for row in tx.execute(wanted.order_by(table.key))]


def cosigned_sizes(tx: sa.Connection, origin: str, least: int) -> dict[int, int]:
    """How many cosigned each head from a size on."""
    table = COSIGNATURE.c
    wanted = sa.select(table.size, sa.func.count().label("lines")).group_by(table.size)
    rows = tx.execute(wanted.where(table.origin == origin, table.size >= least))
    return {row.size: row.lines for row in rows}


def all_cosignatures(tx: sa.Connection, origin: str) -> Iterator[tuple[int, str, str]]:
    """Every cosignature (size, key, line) of a log, in order of size."""
    table = COSIGNATURE.c
    wanted = sa.select(table.size, table.key, table.line).where(table.origin == origin)
    rows = tx.execute(wanted.order_by(table.size, table.key))
    return ((row.size, row.key, row.line) for row in rows)


def newest_cosignature(tx: sa.Connection, origin: str, key: str) -> tuple[int, str] | None:
    """The largest head that a witness cosigned (size, line)."""
    table = COSIGNATURE.c
    wanted = sa.select(table.size, table.line).where(table.origin == origin, table.key == key)
    row = tx.execute(wanted.order_by(table.size.desc()).limit(1)).first()
    return (row.size, row.line) if row is not None else None


def sighting(tx: sa.Connection, origin: str) -> sa.Row[Any] | None:
    """What was seen last of a log."""
    return tx.execute(sa.select(SIGHTING).where(SIGHTING.c.origin == origin)).first()


def sightings(tx: sa.Connection) -> list[sa.Row[Any]]:
    """What was seen last of every log."""
    return list(tx.execute(sa.select(SIGHTING).order_by(SIGHTING.c.origin)))


def keep_sighting(tx: sa.Connection, origin: str, values: Mapping[str, str]) -> None:
    """Remember what was seen of a log."""
    if sighting(tx, origin) is None:
        empty = {"witness": "", "note": "", "seen": "", "alarm": "", "alarmed": "", "evidence": ""}
        tx.execute(sa.insert(SIGHTING).values(origin=origin, **empty))
    tx.execute(sa.update(SIGHTING).where(SIGHTING.c.origin == origin).values(**values))


def forget_sightings(tx: sa.Connection) -> None:
    """Forget what was seen of all logs."""
    tx.execute(sa.delete(SIGHTING))
