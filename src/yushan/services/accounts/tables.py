"""Tables of the room. Times are whole seconds since 1970 UTC; secrets are stored hashed only."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

METADATA: Final = MetaData()

#: ``note`` is for whom it is, ``last_s`` the last sign-in, ``failed`` tries that failed since.
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
    Column("note", String(64), nullable=False, server_default=""),
    Column("last_s", BigInteger),
    Column("failed", Integer, nullable=False, server_default="0"),
)

#: ``how`` somebody signed in, ``confirmed_s`` when a second factor was last given, ``device`` in
#: words, ``proof`` the identity provider's token for signing out there.
SESSION: Final = Table(
    "accounts_session",
    METADATA,
    Column("secret_sha256", String(64), primary_key=True),
    Column("account", String(32), nullable=False),
    Column("created_s", BigInteger, nullable=False),
    Column("seen_s", BigInteger, nullable=False),
    Column("expires_s", BigInteger, nullable=False),
    Column("id", String(32), nullable=False, server_default=""),
    Column("how", String(16), nullable=False, server_default="password"),
    Column("confirmed_s", BigInteger),
    Column("device", String(64), nullable=False, server_default=""),
    Column("proof", Text, nullable=False, server_default=""),
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
    Column("reads_only", Integer, nullable=False, server_default="0"),
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

#: Second factors. ``totp``: ``secret`` is a salt, ``counter`` the last step used; ``passkey``: the
#: credential and its signature counter; ``recovery``: SHA-256 of a code. ``active`` once proven.
FACTOR: Final = Table(
    "accounts_factor",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("account", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("name", String(64), nullable=False),
    Column("secret", Text, nullable=False),
    Column("handle", String(512), unique=True),
    Column("counter", BigInteger, nullable=False),
    Column("active", Integer, nullable=False),
    Column("created_s", BigInteger, nullable=False),
    Column("used_s", BigInteger),
    Index("accounts_factor_account", "account"),
)

#: A way that has begun and must go on within minutes, once: second factor, passkey, provider.
STEP: Final = Table(
    "accounts_step",
    METADATA,
    Column("secret_sha256", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("account", String(32), nullable=False),
    Column("data", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("expires_s", BigInteger, nullable=False),
)

#: One-time links: ``invite`` makes an account, ``reset`` sets a new password of ``account``.
INVITATION: Final = Table(
    "accounts_invitation",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("secret_sha256", String(64), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("role", String(32), nullable=False),
    Column("scope", Text, nullable=False),
    Column("site", String(64)),
    Column("note", String(64), nullable=False),
    Column("account", String(32), nullable=False),
    Column("invited_by", String(32), nullable=False),
    Column("agreed_by", String(32), nullable=False),
    Column("created_s", BigInteger, nullable=False),
    Column("expires_s", BigInteger, nullable=False),
    Column("ended_s", BigInteger),
    Column("state", String(16), nullable=False),
)

#: Changes of accounts that a second person must agree to.
CHANGE: Final = Table(
    "accounts_change",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("account", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("role", String(32), nullable=False),
    Column("scope", Text, nullable=False),
    Column("proposed_by", String(32), nullable=False),
    Column("proposed_s", BigInteger, nullable=False),
    Column("decided_by", String(32), nullable=False),
    Column("decided_s", BigInteger),
    Column("state", String(16), nullable=False),
)

#: Who somebody is at an identity provider: (issuer, subject), never a name or mail address.
IDENTITY: Final = Table(
    "accounts_identity",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("issuer", String(256), nullable=False),
    Column("subject", String(256), nullable=False),
    Column("account", String(32), nullable=False),
    Column("created_s", BigInteger, nullable=False),
    Index("accounts_identity_who", "issuer", "subject", unique=True),
)

#: Reasons that were given in a session; ``key`` is a hash of session and study, so that the table
#: alone tells of no study.
PURPOSE: Final = Table(
    "accounts_purpose",
    METADATA,
    Column("key", String(64), primary_key=True),
    Column("session", String(32), nullable=False),
    Column("purpose", String(32), nullable=False),
    Column("given_s", BigInteger, nullable=False),
)
