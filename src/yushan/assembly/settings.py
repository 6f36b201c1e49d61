"""What each role is told: one TOML file per role. Paths are absolute or relative to the file."""

from __future__ import annotations

from typing import Literal

import msgspec

from yushan.assembly.archive_settings import Keeping


class Http(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a role's pages and interfaces are served; loopback unless set otherwise.

    With ``certificate`` and ``key`` over TLS; with ``client_ca`` clients may show certificates of
    that authority, and whoever speaks ``/exchange/`` must. ``proxies`` are the networks of
    reverse proxies whose ``X-Forwarded-…`` and ``X-Client-Cert`` headers are believed.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    certificate: str = ""
    key: str = ""
    client_ca: str = ""
    proxies: tuple[str, ...] = ()
    hsts_days: int = 365
    header_s: float = 10.0
    body_s: float = 30.0
    drain_s: float = 10.0
    at_once: int = 512
    per_address: int = 128

    def url(self) -> str:
        """The address without a path."""
        scheme = "https" if self.certificate else "http"
        return f"{scheme}://{self.host}:{self.port}"

    def is_secure(self) -> bool:
        """Whether people reach it over TLS: its own, or that of a proxy before it."""
        return bool(self.certificate or self.proxies)


class Observe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What operators see, and when they are told.

    ``/metrics`` and the parts of ``/health`` are for the networks of ``metrics_from`` and for
    whoever shows the token of ``metrics_token_file``.
    """

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    access_log: bool = True
    metrics_from: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    metrics_token_file: str = ""
    disk_low_mib: int = 4096
    disk_full_mib: int = 256
    certificate_days: int = 21
    clock_off_s: float = 60.0
    backup_age_h: float = 0.0


class Remote(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Another role: its address, our token for it (a file), its authority's certificate.

    ``certificate`` and ``key`` are what we show of ourselves where it asks.
    """

    url: str
    token_file: str = ""
    ca: str = ""
    certificate: str = ""
    key: str = ""


class Site(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A hospital as others know it: short name, names for people, SHA-256 of its token.

    ``certificate`` is the name that its TLS certificate must bear where certificates are asked
    for; empty for its short name.
    """

    name: str
    zh: str = ""
    en: str = ""
    token_sha256: str
    certificate: str = ""


class Role(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every role has.

    ``data`` holds everything the role keeps; ``database`` is empty for SQLite in ``data``, else a
    ``postgresql://`` address; ``flows`` likewise for the durable engine. ``demo`` switches on the
    banner and one-click sign-in, and only on loopback.
    """

    name: str
    data: str
    http: Http = Http()
    database: str = ""
    flows: str = ""
    workers: int = 2
    demo: bool = False
    observe: Observe = Observe()
    #: Answers questions and takes up no work: what a restore drill starts.
    read_only: bool = False

    def database_url(self) -> str:
        """The role's database."""
        return self.database or f"sqlite:///{self.data}/role.db"

    def flows_url(self) -> str:
        """The durable engine's own database."""
        return self.flows or f"sqlite:///{self.data}/flows.db"


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When the ledger's public log is told and heads are signed, in seconds.

    ``quiet_s`` after the last admission, export or opt-out, at the latest every ``heads_s``.
    """

    quiet_s: float = 900.0
    heads_s: float = 3600.0


class KeyHolder(
    Role, tag="keyholder", tag_field="role", frozen=True, forbid_unknown_fields=True, kw_only=True
):
    """One of three independent bodies; holds one share of the linkage key.

    ``identity`` is the holder's own secret: it signs its ledger and its part in ceremonies;
    ``members`` is the file of all three holders' public identities and ``linkage_group`` that of
    their public elements (empty for ``linkage-group`` in ``data``), both for ceremonies.
    """

    share: str
    identity: str
    members: str = ""
    linkage_group: str = ""
    commons_public: str
    daily_limit: int = 10_000
    sites: tuple[Site, ...]

    def group_path(self) -> str:
        """Where the holders' public elements are."""
        return self.linkage_group or f"{self.data}/linkage-group"


class Citizen(
    Role, tag="citizen", tag_field="role", frozen=True, forbid_unknown_fields=True, kw_only=True
):
    """The consent office: people's choices, the list of opt-outs.

    ``commons_public`` is needed to change the token key: the commons is told under seal.
    """

    consent_key: str
    signing_key: str
    commons_public: str = ""
    daily_limit: int = 10_000
    sites: tuple[Site, ...]

    def consent_rotations(self) -> str:
        """Where the factors of all changes of the token key are."""
        return f"{self.data}/consent-rotations"


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An identity provider (OpenID Connect) by which people may sign in.

    ``key`` names it in addresses, ``zh`` and ``en`` on the button; ``secret_file`` holds the
    client's secret. ``roles`` maps values of the claim ``claim`` to our roles, the first that fits
    counts; whoever has none of them is let in only if their account was linked before. Accounts
    made so see of the images what an administrator then sets. ``factor`` are values of ``amr`` or
    ``acr`` by which the provider says that it asked for a second factor.
    """

    key: str
    zh: str
    en: str
    issuer: str
    client_id: str
    secret_file: str
    ca: str = ""
    scopes: tuple[str, ...] = ("openid",)
    claim: str = "groups"
    roles: dict[str, str] = {}
    factor: tuple[str, ...] = ("mfa", "hwk", "otp")


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a portal asks of those who sign in.

    ``second_factor``: of ``everyone``, of ``powerful`` roles, of ``nobody``; whoever has one is
    asked in any case. ``session_s`` and ``idle_s`` bound a session, ``most_sessions`` how many an
    account may hold. ``address`` is the portal's address for people where it is not that of
    ``http``; links and identity providers lead to it. A demo asks nobody for a second factor.
    """

    second_factor: Literal["everyone", "powerful", "nobody"] = "everyone"
    session_s: int = 43_200
    idle_s: int = 7_200
    most_sessions: int = 10
    address: str = ""
    providers: tuple[Provider, ...] = ()


class Commons(
    Role, tag="commons", tag_field="role", frozen=True, forbid_unknown_fields=True, kw_only=True
):
    """The national centre: verifies, de-identifies (stage 2), keeps, indexes, shows.

    ``linkage_group`` and ``consent_public`` stay those of the first ceremony; changes of keys lie
    in ``data``. ``linkage_members`` is needed to take them over. ``policies`` names the policies of
    stage 1 that are accepted: packs under another one are held. ``public_every_s`` is the least
    time between two public tables of statistics.
    """

    store: str = ""
    archive: Keeping = Keeping()
    commons_key: str
    sealing_key: str
    signing_key: str
    linkage_group: str
    linkage_members: str = ""
    citizen: Remote
    consent_public: str
    list_age_s: float = 86400.0
    policies: tuple[str, ...] = ("basic", "tw-hospital", "tw-nhi")
    viewer: str = ""
    public_every_s: float = 86400.0
    record: Record = Record()
    sites: tuple[Site, ...]
    sign_in: SignIn = SignIn()
    demo_accounts: str = ""
    demo_state: str = ""

    def linkage_rotations(self) -> str:
        """Where the factors of all changes of the shared key are."""
        return f"{self.data}/linkage-rotations"

    def consent_rotations(self) -> str:
        """Where the factors of all changes of the consent office's key are."""
        return f"{self.data}/consent-rotations"

    def store_url(self) -> str:
        """Where packs lie."""
        return self.store or f"file:{self.data}/store"
