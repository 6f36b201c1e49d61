"""``yushan doctor``: what this machine lacks, and the command that mends it."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import ssl
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

Answer = dict[str, Any]

#: Programs that a full installation uses: name → (what for, how to get it on Debian).
PROGRAMS: Final = {
    "npm": ("bring the viewer", "make setup brings one"),
    "storescu": ("tests with dcmtk", "apt-get install dcmtk"),
    "Orthanc": ("tests with Orthanc", "apt-get install orthanc orthanc-dicomweb"),
    "chromium": ("browser tests", "apt-get install chromium fonts-noto-cjk"),
    "nginx": ("the reverse proxy of deploy/", "apt-get install nginx-light"),
    "chronyc": ("clocks that agree", "apt-get install chrony"),
    "systemctl": ("the units of deploy/", "any Debian with systemd"),
}
#: What must be: without it roles do not run well.
PYTHON: Final = (3, 11)
SQLITE: Final = (3, 35, 0)
OPENSSL: Final = (3, 0, 0)
FILES: Final = 4096
MEMORY_MIB: Final = 2048
TEMPORARY_MIB: Final = 2048
FSYNC_S: Final = 0.5


def doctor() -> Answer:
    """What is here, what is missing, and what must be mended before roles run well."""
    found = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    lacks = {
        name: {"for": what, "get": how}
        for name, (what, how) in PROGRAMS.items()
        if shutil.which(name, path=found) is None
    }
    viewer = Path(os.environ.get("YUSHAN_VIEWER", ".cache/viewer"))
    must = machine()
    if not (viewer / "index.html").exists():
        must["viewer"] = {"for": "seeing images", "get": "yushan viewer install"}
    return {"well": not must, "must": must, "lacks": lacks | must, "machine": told()}


def machine() -> dict[str, dict[str, str]]:
    """What of the machine itself does not do."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    rows = (
        ("python", sys.version_info[:2] >= PYTHON, "running", "install Python 3.11 or newer"),
        ("sqlite", sqlite3.sqlite_version_info >= SQLITE, "tables", "install SQLite 3.35 or newer"),
        ("openssl", ssl.OPENSSL_VERSION_INFO[:3] >= OPENSSL, "TLS", "install OpenSSL 3"),
        (
            "files",
            soft >= FILES,
            "many connections",
            "LimitNOFILE=65536 (units of deploy/ have it)",
        ),
        ("memory", memory_mib() >= MEMORY_MIB, "children that decode", "2 GiB of memory or more"),
        (
            "temporary",
            free_mib(tempfile.gettempdir()) >= TEMPORARY_MIB,
            "backups, work",
            "free /tmp",
        ),
        ("clock", is_synchronised(), "order and deadlines", "apt-get install chrony"),
        ("fsync", fsync_s() < FSYNC_S, "acknowledging safely", "a disk that forces writes faster"),
        ("names", sys.getfilesystemencoding() == "utf-8", "file names", "export LC_ALL=C.UTF-8"),
    )
    return {name: {"for": what, "get": how} for name, good, what, how in rows if not good}


def told() -> dict[str, str]:
    """What the machine is."""
    return {
        "python": ".".join(map(str, sys.version_info[:3])),
        "sqlite": sqlite3.sqlite_version,
        "openssl": ssl.OPENSSL_VERSION,
        "cores": str(os.cpu_count() or 0),
        "memory_mib": str(memory_mib()),
        "fsync_ms": f"{fsync_s() * 1000:.1f}",
    }


def memory_mib() -> int:
    """Memory of the machine."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20


def free_mib(folder: str) -> int:
    """Room on the disk of a folder."""
    return shutil.disk_usage(folder).free >> 20


def is_synchronised() -> bool:
    """Whether the kernel's clock is disciplined; taken for granted where it cannot be asked."""
    state = Path("/run/systemd/timesync/synchronized")
    chrony = Path("/run/chrony")
    return state.exists() or chrony.exists() or not Path("/run/systemd/system").exists()


def fsync_s() -> float:
    """How long forcing a small file to disk takes: the median of five."""
    times = []
    with tempfile.NamedTemporaryFile(prefix="yushan-fsync-") as file:
        for _ in range(5):
            begun = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - begun)
    return sorted(times)[2]
