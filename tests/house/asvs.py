"""``docs/security/asvs.md``: requirements of OWASP ASVS 5.0 and the tests that hold them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

from yushan.services.accounts import LONGEST, SHORTEST, Limits, Policy

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security" / "asvs.md"
TABLE = ROOT / "tests" / "doors" / "portal" / "asvs.csv"
#: Short name in the table -> file.
FILES: Final = {
    "sign_in": "tests/doors/portal/test_asvs_sign_in.py",
    "sessions": "tests/doors/portal/test_asvs_sessions.py",
    "signing_in": "tests/doors/portal/test_signing_in.py",
    "oidc": "tests/doors/portal/test_oidc.py",
    "people": "tests/unit/accounts/test_people.py",
    "accounts": "tests/unit/accounts/test_accounts.py",
    "passwords": "tests/unit/accounts/test_passwords.py",
    "decisions": "tests/spec/access/test_decisions.py",
    "access": "tests/house/test_access.py",
}
HEAD: Final = (ROOT / "tests" / "house" / "asvs_head.md").read_text("utf-8")


def rows() -> list[dict[str, str]]:
    """The table's rows."""
    return list(csv.DictReader(TABLE.read_text("utf-8").splitlines()))


def page() -> str:
    """The whole page."""
    limits, policy = Limits(), Policy()
    head = HEAD.format(
        per_account=limits.per_account, per_address=limits.per_address,
        window=limits.window_s // 60, shortest=SHORTEST, longest=LONGEST,
        idle=policy.idle_s // 60, session=policy.session_s // 3600, most=policy.most_sessions,
        files=", ".join(f"`{name}` = `{path}`" for name, path in FILES.items()),
    )  # fmt: skip
    lines = (
        f"| {row['number']} | {row['level']} | {row['what']} | "
        f"{'<br>'.join(f'`{one}`' for one in row['tests'].split())} | {row['note']} |"
        for row in rows()
    )
    return head + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
