"""What stands behind ``yushan consent`` and ``yushan linkage``."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from yushan.assembly.citizen import open_office
from yushan.assembly.keyholder import open_holder
from yushan.assembly.loading import load as read_settings
from yushan.assembly.parts import factors_of, keep_factor, open_database, read_public
from yushan.assembly.settings import Citizen, Commons, KeyHolder
from yushan.base import Rejected, SystemClock, canonical_json
from yushan.engines.keys import Signer, load_secret, make_secret
from yushan.services.consent import (
    Channel,
    Receipt,
    Wish,
    change_key,
    is_genuine,
    read_change,
)
from yushan.services.ledger import Receipts
from yushan.services.linkage import (
    Ceremony,
    Identity,
    Keeper,
    Plan,
    Table,
    adopted_factor,
    adopted_groups,
    commons_sealer,
)
from yushan.services.withdrawal import Cases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.assembly.settings import Role
    from yushan.services.consent import ConsentOffice
    from yushan.services.ledger import Ledger
    from yushan.services.linkage import KeyHolder as Holder

T = TypeVar("T")

Answer = dict[str, Any]
GROUP: Final = "linkage-group"
NEXT: Final = ".next"


def load(config: Path) -> Role:
    """The settings of a file, with what the environment lays over them."""
    return read_settings(config, dict(os.environ))


def load_as(config: Path, kind: type[T]) -> T:
    """The settings, if they are for this kind of role."""
    settings = load(config)
    if not isinstance(settings, kind):
        raise Rejected("assembly.other-role", role=type(settings).__name__.lower())
    return settings


def plain(value: Any) -> Any:  # noqa: ANN401 - any struct or dataclass
    """As plain values for printing."""
    return msgspec.to_builtins(value, str_keys=True)


@contextmanager
def office_of(config: Path) -> Iterator[ConsentOffice]:
    """The consent office of a settings file."""
    with office_and_ledger(config) as (office, _):
        yield office


@contextmanager
def office_and_ledger(config: Path) -> Iterator[tuple[ConsentOffice, Ledger]]:
    """The same with its ledger."""
    database, office, ledger = open_office(load_as(config, Citizen))
    try:
        yield office, ledger
    finally:
        database.dispose()


class ConsentActs:
    """``yushan consent``."""

    def record(self, config: Path, identity: str, wish: Answer) -> Answer:
        """Record a person's choice; the receipt."""
        part = {name: wish.pop(name) for name in tuple(wish) if name not in WISH}
        asked = msgspec.convert({**wish, "part": part}, Wish)
        with office_of(config) as office:
            return dict(plain(office.record(identity, asked)))

    def withdraw(self, config: Path, identity: str, receipt: str, channel: str) -> Answer:
        """Take an earlier choice back; the receipt of that."""
        with office_of(config) as office:
            return dict(plain(office.withdraw(identity, receipt, Channel(channel))))

    def prove(self, config: Path, identity: str, receipt: str, out: Path) -> Answer:
        """That a choice stands in the office's ledger, in a file that proves it without us."""
        with office_and_ledger(config) as (office, ledger):
            number = office.entry(identity, receipt)
            ledger.seal()
            made = Receipts(ledger).make(ledger.restricted, number, ("choice",))
            out.write_bytes(msgspec.json.format(msgspec.json.encode(made)))
            return {"file": str(out), "number": number, "key": ledger.key}

    def show(self, config: Path, identity: str) -> Answer:
        """Where each kind of use stands for a person, and the choices that hold or will."""
        with office_of(config) as office:
            return dict(plain(office.show(identity)))

    def history(self, config: Path, identity: str) -> Answer:
        """Every choice a person made, with its signed receipt and whether it holds yet."""
        now = SystemClock().now()
        with office_of(config) as office:
            found = office.show(identity)
        return {
            "handle": found.handle,
            "choices": [
                {**plain(one), "in_force": one.effective_at <= now} for one in found.receipts
            ],
        }

    def listing(self, config: Path, after: int, limit: int) -> Answer:
        """Choices of everybody, by handle."""
        with office_of(config) as office:
            rows = office.choices(after, limit)
        choices = [{"number": number, **plain(receipt)} for number, receipt in rows]
        return {"choices": choices, "next": rows[-1][0] if rows else None}

    def check(self, receipt: Path, public: Path) -> Answer:
        """Whether the office signed a receipt."""
        try:
            said = msgspec.json.decode(receipt.read_bytes(), type=Receipt)
        except msgspec.MsgspecError:
            return {"genuine": False}
        return {"genuine": is_genuine(said, public.read_bytes()[32:64]), "receipt": said.receipt}

    def rotate(self, config: Path, out: Path) -> Answer:
        """Change the token key; ``out`` is for the commons."""
        settings = load_as(config, Citizen)
        if not settings.commons_public:
            raise Rejected("base.settings-invalid", where="commons_public")
        with office_of(config) as office:
            public = office.token_public
        signer = Signer(load_secret(settings.signing_key))
        factor, change = change_key(public, signer, read_public(settings.commons_public)[:32])
        out.write_bytes(canonical_json(change))  # first: a change nobody heard of would be lost
        keep_factor(settings.consent_rotations(), factor)
        with office_of(config) as office:
            return {"for_the_commons": str(out), "public": office.public.hex()}

    def adopt(self, config: Path, order: Path) -> Answer:
        """At the commons: go along with a changed token key."""
        settings = load_as(config, Commons)
        sealer = commons_sealer(load_secret(settings.sealing_key))
        signing = read_public(settings.consent_public)[32:]
        _, factor = read_change(order.read_bytes(), signing, sealer.unseal)
        keep_factor(settings.consent_rotations(), factor)
        return {"changes": len(factors_of(settings.consent_rotations()))}


#: What a wish says beside the part it is about.
WISH = frozenset({"decision", "channel", "effective_at"})


@contextmanager
def holder_of(config: Path) -> Iterator[tuple[Holder, Ledger]]:
    """The key holder of a settings file."""
    database, holder, ledger = open_holder(load_as(config, KeyHolder))
    try:
        yield holder, ledger
    finally:
        database.dispose()


class LinkageActs:
    """``yushan linkage``."""

    def identity(self, config: Path) -> Answer:
        """A holder's public identity, for the other parties."""
        path = Path(load_as(config, KeyHolder).identity)
        secret = load_secret(path) if path.exists() else make_secret(path)
        return {"identity": Identity(secret).public.hex()}

    def usage(self, config: Path, since: date | None) -> Answer:
        """Counts by site and day, as they stand in table and ledger."""
        with holder_of(config) as (holder, ledger):
            holder.close_days()
            rows = holder.usage(since or date(1970, 1, 1))
            found = {e.facts["day"]: e.facts["sites"] for e in ledger.entries(
                limit=1_000_000, kind="linkage.day")}  # fmt: skip
            whole = ledger.verify().holds
            note = ledger.heads()[-1].note if ledger.heads() else ""
        told = [(row, found.get(row.day.isoformat(), {}).get(row.site)) for row in rows]
        counts = [{**plain(row), "in_ledger": said is not None} for row, said in told]
        agrees = all(said in (None, [row.evaluations, row.refused]) for row, said in told)
        return {"agrees": agrees and whole, "limit": holder.daily_limit, "counts": counts,
                "ledger_key": ledger.key, "head": note}  # fmt: skip

    def begin(self, config: Path, table: Path, kind: str, lost: int) -> Answer:
        """Lay a ceremony's plan on the table."""
        settings = load_as(config, KeyHolder)
        group = b"" if kind == "create" else newest_group(Path(settings.group_path()))
        plan = msgspec.convert(
            {"kind": kind, "nonce": secrets.token_bytes(16), "lost": lost, "group": group,
             "members": read_public(settings.members),
             "commons": read_public(settings.commons_public)}, Plan,
        )  # fmt: skip
        Table(table).lay(plan)
        return {"plan": plan.session.hex(), "kind": kind, **self.step(config, table)}

    def step(self, config: Path, table: Path) -> Answer:
        """Do what can be done now; again until it is done."""
        settings = load_as(config, KeyHolder)
        keeper, lying = Keeper(settings.share), Table(table)
        plan = lying.plan()
        ours = read_public(settings.members), read_public(settings.commons_public)
        if (plan.members, plan.commons) != ours:
            raise Rejected("linkage.plan-foreign")
        me = Identity(load_secret(settings.identity))
        progress = Ceremony(lying, me, keeper).step()
        if progress.done:
            write_whole(table / GROUP, progress.publics)
            later = NEXT if plan.kind == "rotate" else ""
            write_whole(Path(settings.group_path() + later), progress.publics)
        return {"plan": plan.session.hex(), "done": progress.done,
                "waits_for": list(progress.waits_for)}  # fmt: skip

    def switch(self, config: Path) -> Answer:
        """Use the new share from now on."""
        settings = load_as(config, KeyHolder)
        share, group = Keeper(settings.share).switch(), Path(settings.group_path())
        if (new := group.with_name(group.name + NEXT)).exists():
            new.replace(group)
        return {"holder": share.index, "public": share.public.hex()}

    def adopt(self, config: Path, table: Path) -> Answer:
        """At a holder, the commons or a gateway: take over the result of a ceremony."""
        settings = load(config)
        members = read_public(getattr(settings, "linkage_members", ""))
        if isinstance(settings, Commons):
            private = load_secret(settings.sealing_key)
            factor, _ = adopted_factor(Table(table), members, private)
            keep_factor(settings.linkage_rotations(), factor)
            return {"rotations": len(factors_of(settings.linkage_rotations()))}
        path = Path(getattr(settings, "linkage_group", ""))
        groups = adopted_groups(Table(table), members, path.read_bytes() if path.exists() else b"")
        write_whole(path, groups)
        return {"keys": len(groups) // 96}


def newest_group(path: Path) -> bytes:
    """The holders' public elements as a holder last knew them."""
    if not path.exists():
        raise Rejected("linkage.share-missing")
    return path.read_bytes()[-96:]


def write_whole(path: Path, data: bytes) -> None:
    """A whole file or the old one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.replace(path)


class PeopleActs:
    """Both, and who left."""

    def __init__(self) -> None:
        self.consent, self.linkage = ConsentActs(), LinkageActs()

    def withdrawals(self, config: Path, limit: int) -> Answer:
        """Cases of people who left, the newest first; nobody's name is in them."""
        database = open_database(load_as(config, Commons))
        try:
            cases = Cases(database, SystemClock()).page(limit)
        finally:
            database.dispose()
        return {"cases": [
            {"case": one.id, "stage": one.stage.value, "whole": one.whole, "waits": one.reason,
             "opened_at": one.opened_at, "hidden_at": one.hidden_at, "ended_at": one.ended_at,
             "rooms": plain(one.rooms)}
            for one in cases
        ]}  # fmt: skip
