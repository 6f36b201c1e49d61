"""The readable page of a run: both languages in one file, no script, nothing loaded from anywhere.

It holds names of inputs and so stays by the keys.
"""

from __future__ import annotations

import json
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from yushan.base import LANGUAGES, codes, translator
from yushan.domain.deid import method_meanings
from yushan.domain.dicom import STORAGE_CLASSES
from yushan.flows.deid import OUTCOMES, private_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yushan.base import Language
    from yushan.flows.deid import Report

    Tell = Callable[[str], str]

#: Rows of inputs that were not released, on the page; the report has all.
MOST: Final = 2000
WASHES: Final = {
    "released": "done", "quarantined": "wait", "refused": "stop", "to-digitise": "calm",
}  # fmt: skip
SIGNS: Final = {"released": "✓", "quarantined": "◔", "refused": "✕", "to-digitise": "·"}
OWN_CSS: Final = """
body{margin:0;background:var(--paper);color:var(--ink);font:var(--t1)/var(--lh-text) var(--sans)}
main{max-width:var(--page);margin:0 auto;padding:var(--s5) var(--s4) var(--s8)}
h1{font:600 var(--t4)/var(--lh-head) var(--serif);margin:var(--s4) 0 var(--s1)}
h2{font:600 var(--t3)/var(--lh-head) var(--serif);margin:var(--s6) 0 var(--s3)}
p{max-width:var(--measure);margin:var(--s2) 0}.quiet{color:var(--ink-2)}
table{width:100%;border-collapse:collapse;background:var(--sheet);font-size:var(--t0)}
th,td{padding:var(--s2) var(--s3);text-align:start;vertical-align:top;overflow-wrap:anywhere;
border-bottom:1px solid var(--line)}
thead th{background:var(--inset);color:var(--ink-2);font-size:var(--t-1)}
.num{text-align:end;white-space:nowrap;font-variant-numeric:tabular-nums}
code{font-family:var(--mono);font-size:.92em}
.closing{padding:var(--s4) var(--s5);border-radius:var(--r2);background:var(--done-wash);
color:var(--done);font-size:var(--t2)}.closing.open{background:var(--stop-wash);color:var(--stop)}
.closing strong{font:600 var(--t3)/1.2 var(--serif);font-variant-numeric:tabular-nums}
.badge{white-space:nowrap;padding:0 var(--s2);border-radius:var(--r-pill)}
.done{background:var(--done-wash);color:var(--done)}.wait{background:var(--wait-wash);color:var(--wait)}
.stop{background:var(--stop-wash);color:var(--stop)}.calm{background:var(--calm-wash);color:var(--calm)}
.scroll{overflow-x:auto}nav{text-align:end}nav label{cursor:pointer;color:var(--accent);
text-decoration:underline;padding:var(--s2)}
input[name=tongue]{position:absolute;opacity:0}
input:focus-visible~nav label{outline:2px solid var(--focus)}
#tongue-zh:checked~[lang=en],#tongue-en:checked~[lang=zh-Hant]{display:none}
@media print{nav{display:none}main{max-width:none;padding:0}tr{break-inside:avoid}
thead{display:table-header-group}}
"""


def write_page(report: Report) -> None:
    """Write the page beside its report, from the report."""
    told = json.loads(report.report.read_bytes())
    with private_file(report.page) as file:
        file.writelines(page(told))


def page(told: dict[str, Any]) -> Iterator[str]:
    """The page."""
    tokens = (files("yushan") / "doors" / "portal" / "static" / "tokens.css").read_text("utf-8")
    yield '<!doctype html>\n<html lang="zh-Hant">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield "<title>去識別報告 · De-identification report</title>\n"
    yield f"<style>{tokens}{OWN_CSS}</style>\n</head>\n<body>\n<main>\n"
    for short, mark in (("zh", " checked"), ("en", "")):
        yield f'<input type="radio" name="tongue" id="tongue-{short}"{mark}'
        yield f' aria-label="{"中文" if short == "zh" else "English"}">\n'
    yield '<nav><label for="tongue-zh">中文</label><label for="tongue-en">English</label></nav>\n'
    for language in LANGUAGES:
        yield f'<div lang="{language}">\n'
        yield from body(told, language)
        yield "</div>\n"
    yield "</main>\n</body>\n</html>\n"


def body(told: dict[str, Any], language: Language) -> Iterator[str]:
    """The page in one language."""
    tell = translator(language)
    yield f"<h1>{tell('De-identification report')}</h1>\n"
    policy = escape(told["policy"]["name"])
    yield f'<p class="quiet">{escape(told["written"])} · {tell("Policy")} <code>{policy}</code>'
    yield f" · {escape(told['program'])} · {tell('Keys')} <code>{escape(told['keys'])}</code></p>\n"
    if not told["policy"]["signed"]:
        yield f'<p class="closing open" role="alert">{unsigned(tell)}</p>\n'
    yield closing(told, tell)
    said = tell(
        "This page holds names of input files and nothing else of patients. It belongs to the keys "
        "and stays in the hospital; OUT is what leaves."
    )
    yield f"<p>{said}</p>\n"
    yield from reasons(told, language, tell)
    yield from methods(told, tell)
    yield from classes(told, tell)
    yield from held(told, tell)


def unsigned(tell: Tell) -> str:
    """That the policy is its owner's word alone."""
    return tell(
        "The policy file is signed by nobody: whoever could write it decided what was kept. "
        "Ask for a signature with --policy-key."
    )


def closing(told: dict[str, Any], tell: Tell) -> str:
    """The sum that must hold."""
    words = {
        "released": tell("released"),
        "quarantined": tell("quarantined"),
        "refused": tell("refused"),
        "to-digitise": tell("to digitise"),
    }
    parts = " + ".join(
        f"<strong>{told['sums'][name]:,}</strong> {words[name]}" for name in OUTCOMES
    )
    sign, state = ("=", "") if told["closes"] else ("≠", " open")
    more = tell("Objects in OUT: {objects}; patients: {persons}.").format(
        objects=told["objects"], persons=told["persons"]
    )
    return (
        f'<p class="closing{state}"><strong>{told["inputs"]:,}</strong> {tell("inputs")} {sign} '
        f"{parts}</p>\n<p>{more}</p>\n"
    )


def reasons(told: dict[str, Any], language: Language, tell: Tell) -> Iterator[str]:
    """Why inputs were not released, and what to do."""
    if not told["reasons"]:
        return
    yield f"<h2>{tell('Reasons and what to do')}</h2>\n"
    yield from head(tell("Inputs"), tell("What happened"), tell("What to do"), tell("Codes"))
    for code, count in sorted(told["reasons"].items(), key=lambda one: -one[1]):
        texts = codes().get(code)
        zh = language == "zh-Hant"
        what = "" if texts is None else texts.zh if zh else texts.en
        do = "" if texts is None else texts.remedy_zh if zh else texts.remedy_en
        yield f'<tr><td class="num">{count:,}</td><td>{escape(what)}</td><td>{escape(do)}</td>'
        yield f"<td><code>{escape(code)}</code></td></tr>\n"
    yield "</tbody></table></div>\n"


def methods(told: dict[str, Any], tell: Tell) -> Iterator[str]:
    """What was done, as each object says itself (0012,0064)."""
    yield f"<h2>{tell('What was done')}</h2>\n"
    yield from head(tell("Objects"), tell("Method (DICOM PS3.16 CID 7050)"), tell("Codes"))
    meanings = method_meanings()
    for code, count in told["methods"].items():
        yield f'<tr><td class="num">{count:,}</td><td>{escape(meanings.get(code, ""))}</td>'
        yield f"<td><code>{escape(code)}</code></td></tr>\n"
    yield "</tbody></table></div>\n"


def classes(told: dict[str, Any], tell: Tell) -> Iterator[str]:
    """What became of each storage class."""
    yield f"<h2>{tell('By kind of object')}</h2>\n"
    titles = [tell("released"), tell("quarantined"), tell("refused"), tell("to digitise")]
    yield from head(tell("Kind"), *titles)
    for uid, sums in told["classes"].items():
        found = STORAGE_CLASSES.get(uid)
        name = found.name if found else uid or tell("no DICOM object")
        numbers = "".join(f'<td class="num">{sums.get(one, 0):,}</td>' for one in OUTCOMES)
        yield f"<tr><td>{escape(name)}</td>{numbers}</tr>\n"
    yield "</tbody></table></div>\n"


def held(told: dict[str, Any], tell: Tell) -> Iterator[str]:
    """The inputs that were not released, one by one."""
    rows = [row for row in told["rows"] if row["outcome"] != "released"]
    if not rows:
        return
    yield f"<h2>{tell('Inputs that were not released')}</h2>\n"
    if len(rows) > MOST:
        said = tell("The first {most} of {count}; the report has all.")
        yield f"<p>{said.format(most=MOST, count=len(rows))}</p>\n"
    yield from head(tell("Input"), tell("Outcome"), tell("Codes"), tell("Places in the picture"))
    words = {
        "quarantined": tell("quarantined"),
        "refused": tell("refused"),
        "to-digitise": tell("to digitise"),
    }
    for row in rows[:MOST]:
        outcome = row["outcome"]
        badge = f"{SIGNS[outcome]} {words[outcome]}"
        yield f"<tr><td>{escape(row['input'])}</td>"
        yield f'<td><span class="badge {WASHES[outcome]}">{badge}</span></td>'
        yield f"<td><code>{escape(' '.join(row['reasons']))}</code></td>"
        yield f"<td>{escape(places(row.get('boxes', ())))}</td></tr>\n"
    yield "</tbody></table></div>\n"


def places(boxes: Any) -> str:  # noqa: ANN401 - as JSON gives it
    """Boxes in pixels: x, y, width × height, and the frame if it is one alone."""
    return "; ".join(
        f"{box['x']},{box['y']} {box['width']}×{box['height']}"
        + ("" if box["frame"] is None else f" #{box['frame'] + 1}")
        for box in boxes
    )


def head(*titles: str) -> Iterator[str]:
    """The head of a table."""
    cells = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    yield f'<div class="scroll"><table><thead><tr>{cells}</tr></thead><tbody>\n'
