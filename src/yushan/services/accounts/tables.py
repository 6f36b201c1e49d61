"""Tables of the room. Times are whole seconds since 1970 UTC; secrets are stored hashed only."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, MetaData, String, Table, Text

METADATA: Final = MetaData()

ACCOUNT: Final = Table(
    "accounts_account",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("user", String(64), nullable=False, unique=True),
    Column("password", String(256), nullable=False),
    Column("role", String(32), nullable=False),
    Column("language", String(8), nullable=False),
    Column("site", String(64)),
    Column("scope", Text, nullable=False),
    Column("created_s", BigInteger, nullable=False),
    Column("closed_s", BigInteger),
)

SESSION: Final = Table(
    "accounts_session",
    METADATA,
    Column("secret_sha256", String(64), primary_key=True),
    Column("account", String(32), nullable=False),
    Column("created_s", BigInteger, nullable=False),
    Column("seen_s", BigInteger, nullable=False),
    Column("expires_s", BigInteger, nullable=False),
    Index("accounts_session_account", "account"),
    Index("accounts_session_expires", "expires_s"),
)

TOKEN: Final = Table(
    "accounts_token",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("secret_sha256", String(64), nullable=False, unique=True),
    Column("account", String(32), nullable=False),
    Column("name", String(64), nullable=False),
    Column("created_s", BigInteger, nullable=False),
    Column("used_s", BigInteger),
    Column("expires_s", BigInteger, nullable=False),
    Index("accounts_token_account", "account"),
)

#: Tries at signing in, per account and per address; keys are hashes, old rows are swept.
ATTEMPT: Final = Table(
    "accounts_attempt",
    METADATA,
    Column("key", String(72), primary_key=True),
    Column("since_s", BigInteger, nullable=False),
    Column("tries", BigInteger, nullable=False),
)
