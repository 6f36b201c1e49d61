"""The demo's plan: which roles stand where, and the settings file of each."""

from __future__ import annotations

import secrets
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from yushan.assembly.accounts import DemoAccount
from yushan.assembly.demo.ceremony import HOLDERS, Keys, hold_ceremony
from yushan.assembly.demo.processes import Process
from yushan.assembly.gateway_settings import Gateway
from yushan.assembly.parts import site_of
from yushan.assembly.settings import Citizen, Commons, Http, KeyHolder, Record, Remote, Site
from yushan.base import write_settings
from yushan.doors.dimse import ReceiverSettings
from yushan.engines.keys import make_secret
from yushan.services.gateway import Rules

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.assembly.settings import Role
    from yushan.base import Clock


@dataclass(frozen=True, slots=True)
class Hospital:
    """A hospital of the demo."""

    name: str
    zh: str
    en: str
    ae_title: str
    tls: bool


HOSPITALS: Final = (
    Hospital("hospital-a", "示範醫院甲", "Demo hospital A", "YUSHAN_A", tls=False),
    Hospital("hospital-b", "示範醫院乙", "Demo hospital B", "YUSHAN_B", tls=True),
)

#: The commons' demo people: role → whether they see all images.
PEOPLE: Final = {
    "steward": True, "researcher": True, "annotator": True, "reviewer": False, "builder": False,
    "clinician": True, "citizen": False, "ministry": False, "auditor": False, "visitor": False,
    "checker": False, "administrator": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """A demo that is laid out and not yet started."""

    folder: Path
    keys: Keys
    gateways: tuple[Gateway, ...]
    commons: Commons
    citizen: Citizen
    holders: tuple[KeyHolder, ...]

    def roles(self) -> tuple[Role, ...]:
        """All roles, in the order in which they are started."""
        return (*self.holders, self.citizen, self.commons, *self.gateways)

    def processes(self) -> tuple[Process, ...]:
        """A process per role, its settings written to its file."""
        made = []
        for role in self.roles():
            config = self.folder / "config" / f"{role.name}.toml"
            log = self.folder / "log" / f"{role.name}.jsonl"
            for path in (config, log):
                path.parent.mkdir(parents=True, exist_ok=True)
            config.write_text(write_settings(role), "utf-8")
            ca = self.keys.known("authority.pem") if role.http.certificate else ""
            made.append(Process(role.name, config, role.http.url(), log, ca=ca))
        return tuple(made)


class Ports:
    """Free ports of loopback; each is given once, ``first`` to the commons if it is free."""

    def __init__(self, first: int) -> None:
        self.first, self.given = first, set[int]()

    def free(self) -> int:
        """A port that nobody listens on now."""
        while True:
            with socket.socket() as door:
                door.bind(("127.0.0.1", 0))
                port = int(door.getsockname()[1])
            if port not in self.given:
                self.given.add(port)
                return port

    def portal(self) -> int:
        """The portal's port: the one asked for, or a free one; 0 asks for any."""
        if not self.first:
            return self.free()
        with socket.socket() as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                door.bind(("127.0.0.1", self.first))
            except OSError:
                return self.free()
        self.given.add(self.first)
        return self.first


def lay_out(folder: Path, port: int, viewer: Path, clock: Clock, *, tls: bool = False) -> Plan:
    """Keys, ports and settings of a demo below ``folder``; ``tls``: certificates between roles."""
    sites = tuple(hospital.name for hospital in HOSPITALS)
    keys = hold_ceremony(folder / "keys", sites, clock)
    draft = Draft(folder, keys, Ports(port), tls=tls)
    known = tuple(site_of(h.name, keys.tokens[h.name], h.zh, h.en) for h in HOSPITALS)
    citizen = draft.citizen((*known, site_of("commons", keys.tokens["commons"])))
    holders = tuple(draft.holder(index, known) for index in HOLDERS)
    commons = draft.commons(citizen, known, viewer)
    gateways = tuple(draft.gateway(h, commons, citizen, holders) for h in HOSPITALS)
    return Plan(folder, keys, gateways, commons, citizen, holders)


class Draft:
    """Writes the settings of one role after the other."""

    def __init__(self, folder: Path, keys: Keys, ports: Ports, *, tls: bool) -> None:
        self.folder, self.keys, self.ports, self.tls = folder, keys, ports, tls

    def http(self, name: str, port: int = 0) -> Http:
        """A free place on loopback, with TLS and certificates of others where wanted."""
        place = Http(port=port or self.ports.free())
        if not self.tls:
            return place
        return msgspec.structs.replace(
            place, certificate=self.keys.secret(name, "tls.pem"),
            key=self.keys.secret(name, "tls.key"), client_ca=self.keys.known("authority.pem"),
        )  # fmt: skip

    def data(self, name: str) -> str:
        """The role's own folder."""
        return str(self.folder / name)

    def remote(self, role: Role, asker: str) -> Remote:
        """How ``asker`` reaches a role."""
        remote = Remote(url=role.http.url(), token_file=self.keys.secret(asker, "token"))
        if not self.tls:
            return remote
        return msgspec.structs.replace(
            remote, ca=self.keys.known("authority.pem"),
            certificate=self.keys.secret(asker, "tls.pem"), key=self.keys.secret(asker, "tls.key"),
        )  # fmt: skip

    def holder(self, index: int, sites: tuple[Site, ...]) -> KeyHolder:
        """One key holder."""
        name = f"keyholder-{index}"
        return KeyHolder(
            name=name, data=self.data(name), http=self.http(name), demo=True, sites=sites,
            share=self.keys.secret(name, "share"), commons_public=self.keys.known("commons"),
            identity=self.keys.secret(name, "identity"),
            members=self.keys.known("linkage-members"),
            linkage_group=self.keys.secret(name, "linkage-group"),
        )  # fmt: skip

    def citizen(self, sites: tuple[Site, ...]) -> Citizen:
        """The consent office."""
        return Citizen(
            name="citizen", data=self.data("citizen"), http=self.http("citizen"), demo=True,
            sites=sites,
            consent_key=self.keys.secret("citizen", "consent-key"),
            signing_key=self.keys.secret("citizen", "signing-key"),
            commons_public=self.keys.known("commons"),
        )  # fmt: skip

    def commons(self, citizen: Citizen, sites: tuple[Site, ...], viewer: Path) -> Commons:
        """The national centre."""
        people = [
            DemoAccount(role, f"demo-{role}", secrets.token_urlsafe(12), sees)
            for role, sees in PEOPLE.items()
        ]
        return Commons(
            name="commons", data=self.data("commons"),
            http=self.http("commons", self.ports.portal()),
            demo=True, sites=sites, viewer=str(viewer), record=Record(quiet_s=3.0, heads_s=60.0),
            commons_key=self.keys.secret("commons", "commons-key"),
            sealing_key=self.keys.secret("commons", "sealing-key"),
            signing_key=self.keys.secret("commons", "signing-key"),
            linkage_group=self.keys.known("linkage-group"),
            linkage_members=self.keys.known("linkage-members"),
            citizen=self.remote(citizen, "commons"), consent_public=self.keys.known("consent"),
            demo_accounts=self.people("commons", people),
            demo_state=str(self.folder / "demo.json"),
        )  # fmt: skip

    def gateway(
        self,
        hospital: Hospital,
        commons: Commons,
        citizen: Citizen,
        holders: tuple[KeyHolder, ...],
    ) -> Gateway:
        """One hospital's gateway."""
        name = hospital.name
        engineers = [
            DemoAccount("engineer", user, secrets.token_urlsafe(12), site=name)
            for user in ("demo-engineer", "demo-engineer-2")
        ]
        engineers.append(
            DemoAccount("administrator", "demo-administrator", secrets.token_urlsafe(12), site=name)
        )
        return Gateway(
            name=name, data=self.data(name), http=self.http(name), demo=True,
            zh=hospital.zh, en=hospital.en, dimse=(self.door(hospital),),
            site_key=self.keys.secret(name, "site-key"),
            rules=Rules(
                quiet_s=3.0, quiet_released_s=1.0, backoff_s=1.0, backoff_most_s=10.0, stable_s=0.2,
                undo_s=30.0,
            ),
            commons=self.remote(commons, name), commons_public=self.keys.known("commons"),
            ledger_public=self.keys.known("ledger"), witness_s=3.0,
            keyholders=tuple(self.remote(holder, name) for holder in holders),
            linkage_group=self.keys.secret(name, "linkage-group"),
            linkage_members=self.keys.known("linkage-members"),
            citizen=self.remote(citizen, name), consent_public=self.keys.known("consent"),
            demo_accounts=self.people(name, engineers),
        )  # fmt: skip

    def door(self, hospital: Hospital) -> ReceiverSettings:
        """Where the hospital's PACS sends to; the demo takes any caller of this machine."""
        certificate = self.keys.secret(hospital.name, "dimse.pem") if hospital.tls else ""
        key = self.keys.secret(hospital.name, "dimse.key") if hospital.tls else ""
        return ReceiverSettings(
            port=self.ports.free(), ae_title=hospital.ae_title, any_caller_from_loopback=True,
            tls_cert=certificate, tls_key=key, reserve_mib=256,
        )  # fmt: skip

    def people(self, role: str, accounts: list[DemoAccount]) -> str:
        """The private file of a role's demo accounts."""
        path = self.folder / "keys" / role / "accounts.json"
        make_secret(path, msgspec.json.encode(accounts))
        return str(path)
