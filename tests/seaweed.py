"""A real S3 server (SeaweedFS from a wheel) for tests: own folder, own ports, gone afterwards.

Every port it opens is given, none is left to its defaults: two test processes run side by side.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import obstore
from obstore.store import S3Store

ACCESS, SECRET, BUCKET = "yushan-tests", "yushan-tests-secret", "packs"
PORTS: Final = (
    "master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port",
    "filer.port.grpc", "s3.port", "s3.port.grpc",
)  # fmt: skip
IDENTITY: Final = {
    "identities": [{
        "name": "tests",
        "credentials": [{"accessKey": ACCESS, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }]
}  # fmt: skip
WAIT_S: Final = 60.0


def free_ports(count: int) -> list[int]:
    """Ports of loopback nobody listens on; all held open until all are known."""
    with contextlib.ExitStack() as held:
        doors = [held.enter_context(socket.socket()) for _ in range(count)]
        for door in doors:
            door.bind(("127.0.0.1", 0))
        return [int(door.getsockname()[1]) for door in doors]


@dataclass
class Seaweed:
    """One running server with one bucket."""

    base: Path
    running: subprocess.Popen[bytes]
    endpoint: str

    @classmethod
    def start(cls) -> Seaweed:
        """Start master, volume, filer and S3 in one process; wait until the bucket is there."""
        base = Path(tempfile.mkdtemp(prefix="ysh-s3-", dir="/tmp"))
        (base / "s3.json").write_text(json.dumps(IDENTITY))
        ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        command = [
            str(Path(sys.executable).with_name("weed")), "server", f"-dir={base}", "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1", "-s3", f"-s3.config={base / 's3.json'}", "-s3.port.iceberg=0",
            "-s3.port.lance=0", "-s3.iam=false", "-master.volumeSizeLimitMB=64", "-volume.max=20",
            "-master.telemetry=false",
            *(f"-{name}={port}" for name, port in ports.items()),
        ]  # fmt: skip
        with (base / "log").open("wb") as log:
            running = subprocess.Popen(command, cwd=base, stdout=log, stderr=log)
        server = cls(base, running, f"http://127.0.0.1:{ports['s3.port']}")
        try:
            server.make_bucket()
        except BaseException:
            server.stop()
            raise
        return server

    def make_bucket(self) -> None:
        """Make the bucket as soon as the server can."""
        end = time.monotonic() + WAIT_S
        name = f"probe/{uuid.uuid4().hex}"
        while True:
            try:
                bucket(self.endpoint)
                obstore.put(self.store(), name, b"x")
            except Exception:
                if time.monotonic() > end or self.running.poll() is not None:
                    raise
                time.sleep(0.2)
            else:
                obstore.delete(self.store(), name)
                return

    def store(self) -> S3Store:
        """The bucket as obstore sees it."""
        return S3Store(
            BUCKET, endpoint=self.endpoint, region="us-east-1", access_key_id=ACCESS,
            secret_access_key=SECRET, virtual_hosted_style_request=False,
            client_options={"allow_http": True, "timeout": "10s"}, retry_config={"max_retries": 0},
        )  # fmt: skip

    def environ(self) -> dict[str, str]:
        """Credentials as a role's process gets them."""
        return {"AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET}

    def url(self, prefix: str) -> str:
        """Address of a store of its own in the bucket."""
        return f"s3://{BUCKET}/{prefix}?endpoint={self.endpoint}"

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self.running.kill()  # asked politely it takes ten seconds
        self.running.wait()
        shutil.rmtree(self.base, ignore_errors=True)


def bucket(endpoint: str) -> None:
    """Make the bucket by a signed request (AWS signature, version 4)."""
    import hashlib
    import hmac
    from datetime import UTC, datetime
    from urllib.request import ProxyHandler, Request, build_opener

    host = endpoint.removeprefix("http://")
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    day, empty = now[:8], hashlib.sha256(b"").hexdigest()
    signed = f"host:{host}\nx-amz-content-sha256:{empty}\nx-amz-date:{now}\n"
    names = "host;x-amz-content-sha256;x-amz-date"
    asked = f"PUT\n/{BUCKET}\n\n{signed}\n{names}\n{empty}"
    scope = f"{day}/us-east-1/s3/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(asked.encode()).hexdigest()}"
    key = f"AWS4{SECRET}".encode()
    for part in (*scope.split("/"), to_sign):
        key = hmac.new(key, part.encode(), "sha256").digest()
    request = Request(f"{endpoint}/{BUCKET}", method="PUT", headers={
        "x-amz-date": now, "x-amz-content-sha256": empty,
        "Authorization": f"AWS4-HMAC-SHA256 Credential={ACCESS}/{scope}, "
        f"SignedHeaders={names}, Signature={key.hex()}",
    })  # fmt: skip
    build_opener(ProxyHandler({})).open(request, timeout=5).close()


def with_credentials() -> None:
    """Give this process the credentials, for stores it opens itself."""
    os.environ.update({"AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET})
