"""What stands behind ``yushan certificates``."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from yushan.base import Conflict
from yushan.engines.keys import Authority, days_left, load_secret, make_secret, names_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Answer = dict[str, Any]


class CertificateActs:
    """Acts on an authority's folder."""

    def authority(self, folder: Path, name: str) -> Answer:
        """A new authority; ``Conflict("keys.secret-exists")`` where one is."""
        made = Authority(name, datetime.now(UTC))
        make_secret(folder / "authority.key", made.key)
        (folder / "authority.pem").write_bytes(made.certificate)
        return {"authority": str(folder / "authority.pem"), "key": str(folder / "authority.key")}

    def issue(
        self, folder: Path, name: str, addresses: Sequence[str], out: Path, days: int
    ) -> Answer:
        """A certificate with its key; both files appear whole, the key first."""
        kept = (folder / "authority.pem").read_bytes(), load_secret(folder / "authority.key")
        certificate, key = Authority(name, datetime.now(UTC), kept).issue(
            name, tuple(addresses), days
        )
        out.mkdir(parents=True, exist_ok=True)
        if out.resolve() == folder.resolve():
            raise Conflict("keys.secret-exists", name=name)
        replace(out / f"{name}.key", key)
        replace(out / f"{name}.pem", certificate)
        return {"certificate": str(out / f"{name}.pem"), "key": str(out / f"{name}.key")}

    def show(self, files: Sequence[Path]) -> Answer:
        """Names and days left of each."""
        now = datetime.now(UTC)
        found: dict[str, Any] = {}
        for file in files:
            data = file.read_bytes()
            found[str(file)] = {
                "names": sorted(names_of(data)), "days_left": round(days_left(data, now), 1),
            }  # fmt: skip
        return {"well": all(one["days_left"] > 0 for one in found.values()), "certificates": found}


def replace(path: Path, data: bytes) -> None:
    """A whole private file or the old one."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    make_secret(part, data)
    os.replace(part, path)  # noqa: PTH105 - as one act
