from __future__ import annotations

import json
import tarfile
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.testclient import TestClient

from yushan.base import Absent, Rejected, Unavailable
from yushan.doors.viewer import install, is_installed, routes
from yushan.doors.viewer.install import STAMP, compress, edition, localise, relocate, unpack

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (
    '<html><head><script>window.PUBLIC_URL="/"</script><link href="/app.bundle.css">'
    '<script defer src="/app.bundle.1.js"></script></head></html>'
)
SCRIPT = (
    '__webpack_require__.p = "/";'
    "browserImportFunction('/slides.js');" + "x" * 2000
    + "\n/* export default */ const zh = ({\n  zh: {\n"
    "    Common: zh_Common\n  }\n});\nMoreTools: ['Reset', 'TagBrowser']\n"
)  # fmt: skip


def package(folder: Path) -> Path:
    """A small package of the same shape as the real one."""
    dist = folder / "package" / "dist"
    (dist / "ort").mkdir(parents=True)
    (dist / "index.html").write_text(PAGE)
    (dist / "app.bundle.1.js").write_text(SCRIPT)
    (dist / "app.bundle.css").write_text("a{b:url(/font.woff)} c{d:url(data:x)}")
    (dist / "app-config.js").write_text("window.config={}")
    (dist / "sw.js").write_text("")
    (dist / "app.bundle.1.js.map").write_text("")
    (dist / "ort" / "big.wasm").write_text("")
    archive = folder / "p.tgz"
    with tarfile.open(archive, "w:gz") as out:
        out.add(folder / "package", "package")
    return archive


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    dist = tmp_path / "viewer"
    unpack(package(tmp_path), dist)
    scripts = relocate(dist)
    localise(dist)
    compress(dist)
    (dist / STAMP).write_text(json.dumps({"edition": edition(), "scripts": scripts}))
    return dist


def client(folder: Path, account: object) -> TestClient:
    app = Starlette(routes=routes(folder))

    async def who(request, call_next):
        request.state.account = account
        request.state.language = "zh-Hant"
        return await call_next(request)

    app.add_middleware(BaseHTTPMiddleware, dispatch=who)
    return TestClient(app)


def test_the_package_is_moved_under_its_path_and_stripped(folder: Path) -> None:
    assert is_installed(folder)
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {"index.html", "app.bundle.1.js", "app.bundle.1.js.gz", "app.bundle.css", STAMP}
    page = (folder / "index.html").read_text()
    assert 'href="/viewer/app.bundle.css"' in page
    assert 'window.PUBLIC_URL="/viewer/"' in page
    script = (folder / "app.bundle.1.js").read_text()
    assert '.p = "/viewer/"' in script
    assert "browserImportFunction('/viewer/slides.js')" in script
    assert "url(/viewer/font.woff)" in (folder / "app.bundle.css").read_text()


def test_pages_of_the_viewer_are_its_index_and_files_are_compressed(folder: Path) -> None:
    browser = client(folder, SimpleNamespace())
    page = browser.get("/viewer/viewer?StudyInstanceUIDs=1.2")
    assert page.status_code == 200
    assert "sha256-" in page.headers["content-security-policy"]
    script = browser.get("/viewer/app.bundle.1.js", headers={"accept-encoding": "gzip"})
    assert script.headers["content-encoding"] == "gzip"
    assert "immutable" in script.headers["cache-control"]
    assert "/dicom-web" in browser.get("/viewer/app-config.js").text


def test_the_viewer_speaks_our_words_and_shows_no_browser_of_tags(folder: Path) -> None:
    script = (folder / "app.bundle.1.js").read_text()
    assert '"Axial": "橫切面"' in script
    assert "zh_Common" not in script
    assert "TagBrowser" not in script
    browser = client(folder, SimpleNamespace())
    assert "'i18nextLng', 'zh'" in browser.get("/viewer/app-config.js").text


@pytest.mark.parametrize("page", ["local", "logout", "debug", "no-such-page"])
def test_the_viewer_opens_nothing_but_studies(folder: Path, page: str) -> None:
    with pytest.raises(Absent, match=r"viewer\.no-file"):
        client(folder, SimpleNamespace()).get(f"/viewer/{page}")


def test_who_has_not_signed_in_is_sent_to_the_door(folder: Path) -> None:
    answer = client(folder, None).get("/viewer/viewer", follow_redirects=False)
    assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("path", ["/viewer/%2e%2e/secret.txt", "/viewer/..%2fsecret.txt"])
def test_nothing_outside_the_folder_is_served(folder: Path, path: str) -> None:
    (folder.parent / "secret.txt").write_text("s")
    with pytest.raises(Absent, match=r"viewer\.no-file"):
        client(folder, SimpleNamespace()).get(path)


def test_a_machine_without_npm_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"viewer\.npm-missing"):
        install(tmp_path / "v", npm=str(tmp_path / "no-such-npm"))
    assert not (tmp_path / "v").exists()


def test_an_altered_package_is_not_installed(tmp_path: Path) -> None:
    npm = tmp_path / "npm"
    archive = package(tmp_path)
    npm.write_text(f'#!/bin/sh\ncp {archive} "$5"/x.tgz\n')
    npm.chmod(0o755)
    with pytest.raises(Rejected, match=r"viewer\.package-altered"):
        install(tmp_path / "v", npm=str(npm))
    assert not is_installed(tmp_path / "v")
