"""What a gateway is told; apart from other roles' settings because it knows a gateway's rooms."""

from __future__ import annotations

from typing import Literal

from yushan.assembly.settings import Remote, Role, SignIn
from yushan.doors.dimse import ReceiverSettings  # noqa: TC001 - msgspec reads it at run time
from yushan.services.gateway import Rules


class Gateway(
    Role, tag="gateway", tag_field="role", frozen=True, forbid_unknown_fields=True, kw_only=True
):
    """In a hospital: receives, accounts, de-identifies (stage 1), sends."""

    zh: str = ""
    en: str = ""
    dimse: tuple[ReceiverSettings, ...] = ()
    policy: str = "tw-hospital"
    site_key: str
    rules: Rules = Rules()
    commons: Remote
    commons_public: str
    ledger_public: str
    keyholders: tuple[Remote, ...]
    linkage_group: str
    linkage_members: str = ""
    citizen: Remote
    consent_public: str
    list_age_s: float = 86400.0
    #: ``read``: pictures are read, redacted, faces removed here; else all that waits for a person.
    pixels: Literal["read", "quarantine"] = "read"
    #: Processes that do it, the address space and the time of each.
    readers: int = 1
    reader_mib: int = 3072
    reader_s: float = 600.0
    #: How often the commons' ledger is checked and cosigned, in seconds.
    witness_s: float = 3600.0
    sign_in: SignIn = SignIn()
    demo_accounts: str = ""
