"""An S3-compatible object store through obstore."""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import S3Store as Remote

from yushan.base import Absent, Conflict, Rejected, Unavailable
from yushan.engines.store.port import checked

if TYPE_CHECKING:
    from collections.abc import Iterator

SINGLE_PUT: Final = 64 << 20  # below this one PUT is faster than a multipart upload (measured)
CHUNK: Final = 8 << 20


class S3Store:
    """One bucket, one prefix.

    Parameters
    ----------
    endpoint
        Address of the server; none for Amazon's own.
    key_file
        File of mode 0600 with the access key and the secret, one a line; without one they come
        from ``AWS_…`` variables.

    Raises ``Unavailable("store.unreachable")`` from every method when no answer came.
    """

    def __init__(
        self, bucket: str, prefix: str, endpoint: str | None, region: str, key_file: str = ""
    ) -> None:
        self.prefix = prefix.strip("/")
        access, secret = credentials(key_file)
        self.remote = Remote(
            bucket,
            endpoint=endpoint,
            region=region,
            access_key_id=access,
            secret_access_key=secret,
            virtual_hosted_style_request=False,
            client_options={
                "allow_http": endpoint is not None and endpoint.startswith("http://"),
                "timeout": "120s",
                "connect_timeout": "3s",
            },
            retry_config={"max_retries": 4, "retry_timeout": timedelta(seconds=15)},
        )

    def _key(self, key: str) -> str:
        return f"{self.prefix}/{checked(key)}" if self.prefix else checked(key)

    def put(self, key: str, source: bytes | Path) -> None:
        """See `Store.put`."""
        name = self._key(key)
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        try:
            with answered():
                obstore.put(
                    self.remote, name, source, mode="create", use_multipart=size > SINGLE_PUT
                )
        except AlreadyExistsError as error:
            if self.size(key) != size or self._sha256(key) != digest_of(source):
                raise Conflict("store.other-bytes") from error

    def _sha256(self, key: str) -> bytes:
        digest = sha256()
        for start in range(0, self.size(key), CHUNK):
            digest.update(self.read(key, start, CHUNK))
        return digest.digest()

    def get(self, key: str) -> bytes:
        """See `Store.get`."""
        with answered():
            return bytes(obstore.get(self.remote, self._key(key)).bytes())

    def read(self, key: str, start: int, length: int) -> bytes:
        """See `Store.read`."""
        if length <= 0:
            return b""
        try:
            with answered():
                found = obstore.get_range(self.remote, self._key(key), start=start, length=length)
                return bytes(found)
        except Unavailable:
            if start < self.size(key):  # from the end on a server refuses the range
                raise
            return b""

    def read_now(self, key: str, start: int, length: int) -> memoryview | None:  # noqa: ARG002
        """See `Store.read_now`: a network is always waited for."""
        return None

    def size(self, key: str) -> int:
        """See `Store.size`."""
        with answered():
            return int(obstore.head(self.remote, self._key(key))["size"])

    def exists(self, key: str) -> bool:
        """See `Store.exists`."""
        try:
            self.size(key)
        except Absent:
            return False
        return True

    def delete(self, key: str) -> None:
        """See `Store.delete`."""
        try:
            with answered():
                obstore.delete(self.remote, self._key(key))
        except Absent:
            return

    def keys(self, prefix: str = "") -> Iterator[str]:
        """See `Store.keys`."""
        skip = len(self.prefix) + 1 if self.prefix else 0
        folder = prefix.rpartition("/")[0]
        under = "/".join(part for part in (self.prefix, folder) if part)
        with answered():
            found = [
                meta["path"][skip:]
                for page in obstore.list(self.remote, prefix=under or None)
                for meta in page
            ]
        return iter(sorted(key for key in found if key.startswith(prefix)))

    def local_path(self, key: str) -> Path | None:  # noqa: ARG002 - the port's face
        """Never: the bytes are elsewhere."""
        return None


@contextmanager
def answered() -> Iterator[None]:
    """Translate what the server or the line says; ``AlreadyExistsError`` is left to the caller."""
    try:
        yield
    except AlreadyExistsError:
        raise
    except (NotFoundError, FileNotFoundError) as error:
        raise Absent("store.absent") from error
    except BaseError as error:
        raise Unavailable("store.unreachable") from error


def credentials(key_file: str) -> tuple[str | None, str | None]:
    """Access key and secret from a private file, else from the environment."""
    if not key_file:
        return os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    path = Path(key_file)
    if path.stat().st_mode & 0o077:
        raise Rejected("base.secret-exposed", name=path.name)
    lines = path.read_text("utf-8").split()
    if len(lines) != 2:
        raise Rejected("store.key-file-malformed", name=path.name)
    return lines[0], lines[1]


def digest_of(source: bytes | Path) -> bytes:
    """SHA-256 of bytes or of a file."""
    if isinstance(source, bytes):
        return sha256(source).digest()
    digest = sha256()
    with source.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.digest()
