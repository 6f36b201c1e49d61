"""The files of ``deploy/`` do what they say: units, proxy, alerts, dashboard."""

from __future__ import annotations

import json
import re
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml

from tests.peers import need
from tests.unit.assembly.small import TOKEN, up
from yushan.assembly.certificates import CertificateActs

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*@.*"))
#: systemd's own measure: 0 is nothing exposed, 10 everything; ours times ten.
EXPOSURE_MOST = 20


def figures() -> set[str]:
    """Every figure that the source makes, with the endings that kinds of figures have."""
    made = re.compile(r'\b(counter|gauge|histogram)\(\s*f?"([a-z0-9_]+)"')
    found: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        for kind, name in made.findall(path.read_text("utf-8")):
            ends = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
            found |= {f"yushan_{name}{end}" for end in ends}
    return found


def named(text: str) -> set[str]:
    """Every figure of ours that an expression names."""
    return set(re.findall(r"\byushan_[a-z0-9_]+\b", text))


@pytest.mark.peer
@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_finds_nothing_wrong_with_a_unit(unit: Path, tmp_path: Path) -> None:
    analyze = need("systemd-analyze")
    for one in UNITS:
        text = one.read_text().replace("/opt/yushan/.venv/bin/yushan", "/bin/true")
        (tmp_path / one.name.replace("@", "@commons")).write_text(text)
    name = unit.name.replace("@", "@commons")
    said = subprocess.run(
        [analyze, "verify", f"./{name}"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stderr) == (0, "")
    if unit.suffix == ".service":
        exposed = subprocess.run(
            [analyze, "security", "--offline=true", f"--threshold={EXPOSURE_MOST}", f"./{name}"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert exposed.returncode == 0, exposed.stdout[-400:]


def test_commands_of_units_exist() -> None:
    from click.testing import CliRunner

    from yushan.assembly.house import TheHouse
    from yushan.doors.cli import build

    started = re.compile(r"^ExecStart(?:Pre)?=\S+/yushan (.+)$", re.MULTILINE)
    commands = {line for unit in UNITS for line in started.findall(unit.read_text())}
    assert len(commands) >= 4
    for command in commands:
        words = re.split(r" (?:/|--)", command)[0].split()
        done = CliRunner().invoke(build(TheHouse()), [*words, "--help"])
        assert done.exit_code == 0, command
        for option in re.findall(r" (--[a-z]+)", command):
            assert option in done.output, (command, option)


@pytest.mark.parametrize("name", ["alerts.yml", "scrape.yml"])
def test_prometheus_files_are_whole(name: str) -> None:
    told = yaml.safe_load((DEPLOY / "prometheus" / name).read_text("utf-8"))
    assert told
    if name != "alerts.yml":
        return
    rules = [rule for group in told["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules) >= 15
    for rule in rules:
        assert rule["labels"]["severity"] in {"page", "ticket"}, rule["alert"]
        assert rule["annotations"]["summary"], rule["alert"]
        assert rule["annotations"]["action"], rule["alert"]


@pytest.mark.parametrize("path", ["prometheus/alerts.yml", "grafana/yushan.json"])
def test_every_figure_that_is_watched_is_made(path: str) -> None:
    text = (DEPLOY / path).read_text("utf-8")
    watched = named(text)
    assert len(watched) >= 12
    assert sorted(watched - figures()) == []


def test_the_dashboard_is_a_dashboard() -> None:
    told: dict[str, Any] = json.loads((DEPLOY / "grafana" / "yushan.json").read_text("utf-8"))
    panels = [one for one in told["panels"] if one["type"] != "row"]
    assert len(panels) >= 12
    assert len({one["id"] for one in told["panels"]}) == len(told["panels"])
    for panel in panels:
        assert panel["title"]
        assert all(target["expr"] for target in panel["targets"])
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24


class Proxy:
    """A real nginx with the file of ``deploy/``, moved to a folder and to free ports."""

    def __init__(self, folder: Path, role_port: int) -> None:
        from tests.seaweed import free_ports

        self.program = need("nginx")
        self.folder = folder
        self.plain, self.port = free_ports(2)
        acts = CertificateActs()
        acts.authority(folder / "authority", "ours")
        for name in ("commons", "north"):
            acts.issue(folder / "authority", name, ("127.0.0.1",), folder / "tls", 30)
        text = (DEPLOY / "nginx" / "yushan.conf").read_text()
        for old, new in (
            ("/etc/yushan/tls/", f"{folder}/tls/"),
            ("/etc/yushan/authority.pem", f"{folder}/authority/authority.pem"),
            ("listen 80;", f"listen 127.0.0.1:{self.plain};"),
            ("listen 443 ssl;", f"listen 127.0.0.1:{self.port} ssl;"),
            ("server 127.0.0.1:8080;", f"server 127.0.0.1:{role_port};"),
        ):
            assert old in text, old
            text = text.replace(old, new)
        temporary = "".join(
            f"{kind}_temp_path {folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        whole = (
            f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/error;\n"
            f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{text}\n}}\n"
        )
        (folder / "nginx.conf").write_text(whole)

    def check(self) -> subprocess.CompletedProcess[str]:
        command = [
            self.program,
            "-t",
            "-e",
            f"{self.folder}/error",
            "-c",
            f"{self.folder}/nginx.conf",
        ]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def start(self) -> None:
        command = [self.program, "-e", f"{self.folder}/error", "-c", f"{self.folder}/nginx.conf"]
        self.running = subprocess.Popen(command)

    def stop(self) -> None:
        self.running.terminate()
        self.running.wait(10)

    def client(self, name: str = "") -> httpx.Client:
        """A client that trusts the authority and may show a certificate."""
        import ssl

        context = ssl.create_default_context(cafile=f"{self.folder}/authority/authority.pem")
        if name:
            context.load_cert_chain(
                f"{self.folder}/tls/{name}.pem", f"{self.folder}/tls/{name}.key"
            )
        return httpx.Client(
            base_url=f"https://127.0.0.1:{self.port}", verify=context, trust_env=False
        )


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[Proxy]:
    need("nginx")
    running: list[Any] = []
    (tmp_path / "proxy").mkdir()
    role = up(running, tmp_path / "role", proxies=("127.0.0.1/32",))
    proxy = Proxy(tmp_path / "proxy", role.port)
    checked = proxy.check()
    assert checked.returncode == 0, checked.stderr
    proxy.start()
    yield proxy
    proxy.stop()
    role.stop()


@pytest.mark.peer
def test_a_real_nginx_tells_who_asks_and_lets_nobody_forge_it(proxied: Proxy) -> None:
    forged = {"X-Forwarded-For": "203.0.113.9", "X-Client-Verify": "SUCCESS", "X-Client-Cert": "x"}
    token = {"Authorization": f"Bearer {TOKEN}"}
    end = time.monotonic() + 10
    with proxied.client() as stranger, proxied.client("north") as north:
        while True:
            try:
                told = stranger.get("/who", headers=forged)
                break
            except httpx.ConnectError:
                assert time.monotonic() < end
                time.sleep(0.05)
        assert told.text == "https 127.0.0.1"
        assert "max-age" in told.headers["strict-transport-security"]
        assert stranger.post("/exchange/v1/echo", headers=token | forged).status_code == 403
        assert north.post("/exchange/v1/echo", headers=token, content=b"x").text == "north 1"
        assert north.post("/exchange/v1/echo", content=b"x" * (3 << 20)).status_code == 200
        assert stranger.post("/who", content=b"x" * (2 << 20)).status_code == 413
        codes = [stranger.get("/sign-in").status_code for _ in range(12)]
        assert codes.count(429) >= 3
        assert codes[0] == 404  # this small role has no such page


def test_folders_of_units_are_made_before_they_are_used() -> None:
    made = (DEPLOY / "systemd" / "yushan.tmpfiles").read_text()
    for folder in ("/etc/yushan", "/var/lib/yushan", "/var/backups/yushan"):
        assert f"d {folder} " in made
