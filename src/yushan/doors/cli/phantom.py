"""``yushan phantom``: synthetic patients with known truth, written as files."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, Final

import click

from yushan.base import Rejected, Unavailable
from yushan.doors.cli.parts import NEW_FOLDER, as_json
from yushan.doors.cli.phantom_people import people
from yushan.doors.cli.say import language, say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from yushan.domain.phantoms import Recipe, SampleFile

#: Seconds between two looks at the progress.
LOOK_S: Final = 0.5
MIB: Final = 1 << 20
#: What is written while a file is under way.
PART: Final = ".part"


def add_to(root: click.Group) -> None:
    """Hang the commands on."""
    root.add_command(phantom)


@click.group()
def phantom() -> None:
    """Synthetic patients of Taiwan with known truth; nobody in them exists."""


phantom.add_command(people)


@phantom.command("list")
@as_json
def listed(as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Tell which recipes there are, what each holds, and how large it is."""
    from yushan.domain.phantoms import RECIPES  # noqa: PLC0415 - fast start

    if as_json:
        say({name: facts_of(one) for name, one in RECIPES.items()}, as_json=True)
        return
    is_english = language() == "en"
    for name, one in RECIPES.items():
        title, holds = (one.en, one.holds_en) if is_english else (one.zh, one.holds_zh)
        sys.stdout.write(f"{name:20} {title} (~{one.mib} MiB)\n{'':20} {holds}\n")


def facts_of(recipe: Recipe) -> dict[str, Any]:
    """A recipe as plain values."""
    return {
        "title": {"en": recipe.en, "zh-Hant": recipe.zh},
        "holds": {"en": recipe.holds_en, "zh-Hant": recipe.holds_zh},
        "mib": recipe.mib,
        "studies": len(recipe.visits),
        "series": [step.kind for visit in recipe.visits for step in visit.steps],
    }


@phantom.command("make")
@click.argument("recipe", metavar="RECIPE")
@click.option("--out", type=NEW_FOLDER, required=True, help="A new or empty folder.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True,
              help="The same seed gives the same patient, to the byte.")  # fmt: skip
@click.option("--count", type=click.IntRange(1), default=1, show_default=True,
              help="How many patients, of this seed and those after it.")  # fmt: skip
@click.option("--size", type=click.Choice(("small", "full")), default="full", show_default=True,
              help="small: few coarse images, for a first look.")  # fmt: skip
@click.option("--syntax", default="explicit", show_default=True,
              help="Transfer syntax: explicit, implicit, rle, jpeg-ls, htj2k ...")  # fmt: skip
@click.option("--charset", default="utf-8", show_default=True,
              help="Names as utf-8, big5-undeclared, gb18030 or iso-ir-58.")  # fmt: skip
@click.option("--truth", default="seg,sr,rtstruct,report,nifti,json", show_default=True,
              help="What is written beside the images, or none.")  # fmt: skip
@click.option("--force", is_flag=True, help="Write although OUT is not empty.")
@as_json
def make_(**asked: Any) -> None:  # noqa: ANN401 - click's options by name
    """Make synthetic patients by RECIPE, with what is true of them beside.

    ``list`` tells which recipes there are.
    """
    from yushan.domain.phantoms import Options, make, recipe_of  # noqa: PLC0415 - fast start

    recipe_of(asked["recipe"])
    options = Options(asked["size"], asked["syntax"], asked["charset"], chosen(asked["truth"]))
    ready(asked["out"], is_forced=asked["force"])
    started, tally = time.monotonic(), Tally()
    for seed in range(asked["seed"], asked["seed"] + asked["count"]):
        for one in told(make(asked["recipe"], seed, options), tally):
            put(asked["out"], one)
    say(
        {
            "recipe": asked["recipe"],
            "seed": asked["seed"],
            "patients": asked["count"],
            "files": tally.files,
            "mib": round(tally.size / MIB, 1),
            "seconds": round(time.monotonic() - started, 1),
            "out": str(asked["out"]),
        },
        as_json=asked["as_json"],
    )


def chosen(truth: str) -> tuple[str, ...]:
    """Kinds of truth out of what was typed."""
    return () if truth == "none" else tuple(part.strip() for part in truth.split(","))


def ready(out: Path, *, is_forced: bool) -> None:
    """The folder is there, and empty unless forced.

    Raises
    ------
    Rejected
        ``phantoms.not-empty``.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()) and not is_forced:
            raise Rejected("phantoms.not-empty")
    except OSError as error:
        raise Unavailable("phantoms.disk") from error


def put(out: Path, one: SampleFile) -> None:
    """Write a file whole or not at all.

    Raises
    ------
    Unavailable
        ``phantoms.disk``: no room, no right.
    """
    path = out / one.name
    part = path.with_name(path.name + PART)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(one.data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Unavailable("phantoms.disk") from error


class Tally:
    """What was written so far."""

    def __init__(self) -> None:
        self.files = self.size = 0


def told(files: Iterator[SampleFile], tally: Tally) -> Iterator[SampleFile]:
    """The files, counted, with a line on the terminal's standard error as they come."""
    looked = time.monotonic()
    for one in files:
        yield one
        tally.files, tally.size = tally.files + 1, tally.size + len(one.data)
        if sys.stderr.isatty() and time.monotonic() - looked > LOOK_S:
            looked = time.monotonic()
            sys.stderr.write(f"\r{tally.files} · {tally.size / MIB:.0f} MiB ")
            sys.stderr.flush()
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
