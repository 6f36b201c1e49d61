"""Certificates that a role uses, and how many days each has left."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from yushan.assembly.health import Part, part
from yushan.base import Rejected
from yushan.engines.keys import days_left

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.assembly.health import Check
    from yushan.assembly.settings import Role

#: Settings that name a file of certificates.
NAMED: Final = frozenset({"certificate", "ca", "client_ca", "tls_cert", "tls_ca"})


def certificate_files(settings: Role) -> list[Path]:
    """Every certificate file that the settings name, once each."""
    return sorted({Path(found) for found in named(msgspec.to_builtins(settings))})


def named(tree: Any) -> Iterator[str]:  # noqa: ANN401 - a tree of settings
    """All values of such settings in a tree."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name in NAMED and isinstance(value, str) and value:
                yield value
            else:
                yield from named(value)
    elif isinstance(tree, list | tuple):
        for value in tree:
            yield from named(value)


def certificate_days(settings: Role) -> dict[str, float]:
    """File name → days until the first certificate in it ends; one that cannot be read has -1."""
    found = {}
    for path in certificate_files(settings):
        try:
            found[path.name] = days_left(path.read_bytes(), datetime.now(UTC))
        except (OSError, Rejected):
            found[path.name] = -1.0
    return found


def certificate_check(settings: Role) -> Check:
    """Whether all certificates last long enough."""

    def check() -> list[Part]:
        days = certificate_days(settings)
        if not days:
            return []
        least = min(days.values())
        if least < 0:
            return [Part("certificates", "degraded", "health.certificate-ended")]
        soon = least < settings.observe.certificate_days
        return [part("certificates", "health.certificate-ends-soon" if soon else "")]

    return check
