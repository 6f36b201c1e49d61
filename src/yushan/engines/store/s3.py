"""An S3-compatible object store through obstore."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import AlreadyExistsError, NotFoundError
from obstore.store import S3Store as Remote

from yushan.base import Absent, Conflict
from yushan.engines.store.port import checked, contents

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SINGLE_PUT = 64 << 20  # below this one PUT is faster than a multipart upload (measured)


class S3Store:
    """One bucket, one prefix. Credentials come from ``AWS_…`` variables or the key file named."""

    def __init__(self, bucket: str, prefix: str, endpoint: str | None, region: str) -> None:
        self.prefix = prefix.strip("/")
        self.remote = Remote(
            bucket,
            endpoint=endpoint,
            region=region,
            access_key_id=os.environ.get("AWS_ACCESS_KEY_ID"),
            secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY"),
            virtual_hosted_style_request=False,
            client_options={"allow_http": True, "timeout": "20s", "connect_timeout": "3s"},
            retry_config={"max_retries": 4, "retry_timeout": timedelta(seconds=15)},
        )

    def _key(self, key: str) -> str:
        return f"{self.prefix}/{checked(key)}" if self.prefix else checked(key)

    def put(self, key: str, source: bytes | Path) -> None:
        """See `Store.put`."""
        data = contents(source)
        many = len(data) > SINGLE_PUT
        try:
            obstore.put(self.remote, self._key(key), data, mode="create", use_multipart=many)
        except AlreadyExistsError as error:
            if self.get(key) != data:
                raise Conflict("store.other-bytes") from error

    def get(self, key: str) -> bytes:
        """See `Store.get`."""
        try:
            return bytes(obstore.get(self.remote, self._key(key)).bytes())
        except (NotFoundError, FileNotFoundError) as error:
            raise Absent("store.absent") from error

    def read(self, key: str, start: int, length: int) -> bytes:
        """See `Store.read`."""
        end = min(start + length, self.size(key))
        if end <= start:
            return b""
        return bytes(obstore.get_range(self.remote, self._key(key), start=start, end=end))

    def size(self, key: str) -> int:
        """See `Store.size`."""
        try:
            return int(obstore.head(self.remote, self._key(key))["size"])
        except (NotFoundError, FileNotFoundError) as error:
            raise Absent("store.absent") from error

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
            obstore.delete(self.remote, self._key(key))
        except (NotFoundError, FileNotFoundError):
            return

    def keys(self, prefix: str = "") -> Iterator[str]:
        """See `Store.keys`."""
        skip = len(self.prefix) + 1 if self.prefix else 0
        found = [
            meta["path"][skip:]
            for page in obstore.list(self.remote, prefix=self.prefix or None)
            for meta in page
        ]
        return iter(sorted(key for key in found if key.startswith(prefix)))

    def local_path(self, key: str) -> Path | None:  # noqa: ARG002 - the port's face
        """Never: the bytes are elsewhere."""
        return None
