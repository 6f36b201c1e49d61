"""The style sheets: no class without a page that uses it, no colour outside the tokens."""

import re

from tests.doors.portal.messages import PORTAL

STATIC = PORTAL / "static"
#: Parts of the design that pages of later rows draw; nothing else may stand in the sheets unused.
AWAITED = frozenset({
    "band", "big", "grid", "plugged", "skeleton", "sticky", "toast", "whisker",
})  # fmt: skip
#: Selection, the veil behind dialogs, black lines in print, and codes that cameras read.
ALLOWED = re.compile(r"selection|backdrop|badge, \.kind|\.qr ")
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgb\(|\bhsl\(")


def sheet(name):
    return re.sub(r"/\*.*?\*/", "", (STATIC / name).read_text("utf-8"), flags=re.DOTALL)


def everything_drawn():
    """All that may name a class: templates, pictures, code, scripts, tables."""
    ends = {".html", ".svg", ".py", ".js", ".toml"}
    pages = [page for page in PORTAL.rglob("*") if page.suffix in ends]
    return "\n".join(page.read_text("utf-8") for page in pages)


def test_every_class_is_used_or_awaited():
    drawn = everything_drawn()
    names = {
        name
        for page in ("yushan.css", "portal.css")
        for name in re.findall(r"\.([a-z][a-z0-9-]*)(?=[^;{}]*\{)", sheet(page))
    }
    words = set(re.findall(r"[a-z][a-z0-9-]*", drawn))
    # f1 to f8 are counted up in the templates
    unused = {name for name in names - words if not re.fullmatch(r"f\d", name)}
    assert unused - AWAITED == set()


def test_colours_are_tokens():
    found = [
        line.strip()
        for page in ("yushan.css", "portal.css")
        for line in sheet(page).splitlines()
        if COLOUR.search(line)
    ]
    assert [line for line in found if not ALLOWED.search(line)] == []
