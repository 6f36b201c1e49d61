"""Bring OHIF out of its npm package and put it under ``/viewer/``.

The package is a complete build; it expects to stand at the root of a host. Four substitutions
move it; two more give it words as Taiwan writes them (``data/zh_hant.toml``) and take its browser
of tags out of the menus (the portal's page of tags shows what may be shown). Left out: source maps,
the model runtime for labelling (``ort``), sign-in helpers and the service worker, none of which are
used here and some of which name other hosts.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
import tomllib
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Final

from yushan.base import Rejected, Unavailable

PACKAGE: Final = "@ohif/app"
VERSION: Final = "3.13.2"
SHA256: Final = "b189d3963bfc58e9394a9db8c7be75d07beb029ec211dbb126d47b62969dd3f1"
LEFT_OUT: Final = re.compile(
    r"(^ort/|\.map$|^sw\.js$|^google\.js$|^oidc-client|^silent-refresh|^_headers$|^_redirects$"
    r"|^app-config\.js$|\.LICENSE\.txt$|apple-touch-startup)"
)
PACKED: Final = {".js", ".css", ".html", ".json", ".wasm", ".svg"}
#: Grows with what `install` changes in the package, so that folders of before are made anew.
REVISION: Final = 2
STAMP: Final = "yushan-viewer.json"
#: The package's words for ``zh``, all rooms of them, as the build writes them.
ZH: Final = re.compile(r"const zh = \(\{\n  zh: \{.*?\n  \}\n\}\);", re.DOTALL)
TAGS: Final = ", 'TagBrowser'"
#: Root-relative addresses in scripts: of parts, and of the slide viewer that is imported as it is.
MOVED: Final = (
    ('__webpack_require__.p = "/"', '__webpack_require__.p = "/viewer/"'),
    ("browserImportFunction('/", "browserImportFunction('/viewer/"),
)


def words() -> str:
    """Our words for ``zh`` as JSON: room -> English -> Chinese."""
    text = (files("yushan.doors.viewer") / "data" / "zh_hant.toml").read_text("utf-8")
    return json.dumps(tomllib.loads(text), ensure_ascii=False, sort_keys=True)


def edition() -> str:
    """What an installed folder must say of itself: the package, our changes and our words."""
    return f"{VERSION}+{REVISION}.{hashlib.sha256(words().encode()).hexdigest()[:12]}"


def is_installed(folder: Path) -> bool:
    """Whether the folder holds this edition of the viewer, whole."""
    try:
        return bool(json.loads((folder / STAMP).read_text("utf-8"))["edition"] == edition())
    except (OSError, ValueError, KeyError):
        return False


def install(folder: Path, npm: str = "npm") -> None:
    """Fetch the package by ``npm``, check its SHA-256, move it under ``/viewer/`` in ``folder``.

    ``Unavailable("viewer.npm-missing" | "viewer.npm-failed")``,
    ``Rejected("viewer.package-altered")``; a folder that was there stays until all is well.
    """
    if is_installed(folder):
        return
    npm = str(Path(npm).resolve()) if "/" in npm else npm
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".viewer-") as made:
        work = Path(made)
        unpack(fetch(work, npm), work / "dist")
        scripts = relocate(work / "dist")
        localise(work / "dist")
        compress(work / "dist")
        stamp = {"version": VERSION, "edition": edition(), "scripts": scripts}
        (work / "dist" / STAMP).write_text(json.dumps(stamp), "utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        (work / "dist").rename(folder)


def fetch(work: Path, npm: str) -> Path:
    """The package's archive, checked."""
    command = [npm, "pack", f"{PACKAGE}@{VERSION}", "--silent", "--pack-destination", str(work)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=600, cwd=work)  # noqa: S603 - fixed words
    except FileNotFoundError as error:
        raise Unavailable("viewer.npm-missing") from error
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise Unavailable("viewer.npm-failed") from error
    archive = next(work.glob("*.tgz"))
    if hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256:
        raise Rejected("viewer.package-altered", version=VERSION)
    return archive


def unpack(archive: Path, folder: Path) -> None:
    """Only what is served, and only regular files below ``package/dist``."""
    with tarfile.open(archive) as bundle:
        for member in bundle:
            path = PurePosixPath(member.name)
            if not member.isfile() or path.parts[:2] != ("package", "dist"):
                continue
            inside = PurePosixPath(*path.parts[2:])
            source = bundle.extractfile(member)
            if source is None or ".." in inside.parts or LEFT_OUT.search(inside.as_posix()):
                continue
            target = folder / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read())


def relocate(folder: Path) -> list[str]:
    """Move root-relative addresses under ``/viewer/``; the CSP hashes of the inline scripts."""
    for script in folder.glob("*.js"):
        text = script.read_text("utf-8")
        moved = text
        for before, after in MOVED:
            moved = moved.replace(before, after)
        if moved != text:
            script.write_text(moved, "utf-8")
    for sheet in folder.glob("*.css"):
        text = sheet.read_text("utf-8")
        sheet.write_text(re.sub(r"url\(/(?!viewer/|/)", "url(/viewer/", text), "utf-8")
    page = folder / "index.html"
    text = page.read_text("utf-8")
    text = re.sub(r'<link rel="apple-touch-startup-image"[^>]*>', "", text)
    text = re.sub(r'(href|src|content)="/(?!/)', r'\1="/viewer/', text)
    text = text.replace('window.PUBLIC_URL="/"', 'window.PUBLIC_URL="/viewer/"')
    page.write_text(text, "utf-8")
    inline = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    return [
        "'sha256-" + base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() + "'"
        for code in inline
    ]


def localise(folder: Path) -> None:
    """Put our words in the place of the package's, and take its browser of tags out of menus."""
    ours = f"const zh = ({{ zh: {words()} }});"
    for script in folder.glob("*.js"):
        text = script.read_text("utf-8")
        changed = ZH.sub(lambda _: ours, text).replace(TAGS, "")
        if changed != text:
            script.write_text(changed, "utf-8")


def compress(folder: Path) -> None:
    """Put a gzip beside every text so that a worker never compresses while someone waits."""
    for path in folder.rglob("*"):
        if path.suffix in PACKED and path.stat().st_size > 1024:
            data = gzip.compress(path.read_bytes(), 6, mtime=0)
            path.with_name(path.name + ".gz").write_bytes(data)
