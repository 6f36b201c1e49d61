"""Pictures in intake: a lane of their own, findings for the desk, decisions, dead children."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from pydicom import dcmread
from tests.flows.intaking import Inline, World, sent
from tests.unit.gateway.making import make_object

from yushan.assembly.samples import sample_files
from yushan.base import Conflict, Rejected
from yushan.domain.redaction import Box, Finding, frames_of
from yushan.flows.cleaning import Result, clean
from yushan.flows.intake import Readers
from yushan.services.gateway import Choice, Region, State, Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from yushan.engines.database import Database

NAME = Box(4, 3, 202, 30)


@pytest.fixture(scope="module")
def still() -> bytes:
    """An ultrasound still with a name burned in."""
    files = sample_files("hospital-b")
    return next(one.data for one in files if one.name.startswith("us-1/01"))


@dataclass
class Reading(Inline):
    """A reader that fills one box, or says what ``answers`` says; ``deaths`` children die first."""

    answers: Callable[[int], Result] | None = None
    deaths: int = 0
    asked: int = 0

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        if function is not clean:
            return function(*arguments)
        self.asked += 1
        if self.deaths:
            self.deaths -= 1
            raise Rejected("sandbox.child-died")
        sources, how = arguments
        if self.answers is not None:
            return tuple(self.answers(one.object) for one in sources)
        return clean(tuple(replace(one, decided=(NAME,)) for one in sources), how)


@pytest.fixture
def reading() -> Reading:
    return Reading()


@pytest.fixture
def world(database: Database, tmp_path: Path, reading: Reading) -> World:
    made = World(database, tmp_path)
    made.intake.desk = replace(made.intake.desk, readers=Readers(reading))
    return made


def unknown(number: int) -> Result:
    """A reader that is in doubt about one place."""
    doubt = Finding(Box(300, 100, 40, 12), "unreadable", 0.4, redact=False)
    return Result(number, ("deid.pixels-unknown",), findings=(doubt,))


def waiting(world: World) -> list[tuple[str, int]]:
    """Why something waits, and how much."""
    return [(one.reason, one.count) for one in world.journal.accounting().reasons]


def arrive(world: World, *files: bytes) -> None:
    """Objects arrive and their series fall quiet."""
    world.receive(*files)
    world.tick()
    world.tick(world.rules.quiet_s)


def test_slices_pass_by_a_picture_that_waits_to_be_read(world: World, still: bytes) -> None:
    lanes: list[str] = []
    world.ticker = world.make_ticker(
        lambda run, lane: (lanes.append(lane), world.start(run, lane))[0]
    )
    world.receive(still, make_object("1.1", patient="B"))
    world.tick()
    world.batches.rules = replace_rules(world, reading_at_once=0)
    world.tick(world.rules.quiet_s)
    assert world.states() == {"held": 1, "acknowledged": 1}
    assert waiting(world) == [("gateway.waits-for-reading", 1)]
    assert world.journal.closes()
    world.batches.rules = world.rules
    world.tick(1.0)
    assert world.states() == {"acknowledged": 2}
    assert lanes == ["intake", "intake", "reading"]
    assert world.journal.closes()


def replace_rules(world: World, **changed: int) -> Any:
    """The rules with something else."""
    import msgspec

    return msgspec.structs.replace(world.rules, **changed)


def test_what_was_filled_is_black_in_the_pack_and_the_rest_as_it_was(
    world: World, still: bytes
) -> None:
    arrive(world, still)
    world.tick(1.0)
    (out,) = sent(world)
    before, after = frames_of(still).picture(0), frames_of(out).picture(0)
    assert before[NAME.rows, NAME.columns].any()
    assert not after[NAME.rows, NAME.columns].any()
    assert (before[60:] == after[60:]).all()
    header = dcmread(io.BytesIO(out), stop_before_pixels=True)
    assert header.BurnedInAnnotation == "NO"
    assert "113101" in [one.CodeValue for one in header.DeidentificationMethodCodeSequence]


def test_a_child_that_dies_once_is_asked_again_alone(
    world: World, reading: Reading, still: bytes
) -> None:
    reading.deaths = 1
    arrive(world, still)
    world.tick(1.0)
    assert reading.asked == 2
    assert world.states() == {"acknowledged": 1}


def test_a_picture_that_no_child_survives_is_set_aside(
    world: World, reading: Reading, still: bytes
) -> None:
    reading.deaths = 2
    arrive(world, still)
    world.tick(1.0)
    assert world.states() == {"quarantined": 1}
    assert waiting(world) == [("sandbox.child-died", 1)]
    assert world.journal.closes()


def test_without_readers_a_picture_waits_for_a_person_at_once(world: World, still: bytes) -> None:
    world.intake.desk = replace(world.intake.desk, readers=None)
    arrive(world, still)
    assert waiting(world) == [("deid.ultrasound-unread", 1)]


@pytest.fixture
def doubted(world: World, reading: Reading, still: bytes) -> int:
    """The number of a picture in quarantine, with a place of doubt."""
    reading.answers = unknown
    arrive(world, still)
    world.tick(1.0)
    (entry,) = world.journal.page(State.QUARANTINED)
    assert entry.reasons == ("deid.pixels-unknown",)
    return entry.id


def redact(number: int, *boxes: Region) -> Wish:
    """One person fills some boxes."""
    return Wish((number,), Choice.REDACT, boxes, "lin")


DOUBT = Region(300, 100, 40, 12)


def test_what_was_doubted_is_kept_for_the_desk_without_its_text(world: World, doubted: int) -> None:
    (found,) = world.intake.decisions.findings(doubted)
    assert (found.region, found.kind, found.redact) == (DOUBT, "unreadable", False)


def test_a_decision_is_carried_out_after_the_time_to_undo_it(world: World, doubted: int) -> None:
    world.intake.decisions.decide(redact(doubted, Region(*NAME), DOUBT))
    world.tick(world.rules.undo_s - 1)
    assert world.states() == {"quarantined": 1}
    world.tick(2.0)
    world.settle(4)
    assert world.states() == {"acknowledged": 1}
    (out,) = sent(world)
    assert not frames_of(out).picture(0)[100:112, 300:340].any()
    assert world.journal.closes()
    with pytest.raises(Conflict, match="packed-already"):
        world.intake.decisions.undo(doubted, who="lin")


def test_a_decision_undone_on_the_way_brings_it_back_to_quarantine(
    world: World, doubted: int
) -> None:
    world.intake.decisions.decide(redact(doubted, Region(*NAME), DOUBT))
    world.holders.up = False  # it is cleaned, and waits before it is sealed
    world.tick(world.rules.undo_s + 1)
    world.tick(world.rules.quiet_s)
    assert world.states() == {"held": 1}
    world.intake.decisions.undo(doubted, who="lin")
    world.holders.up = True
    world.settle(6)
    assert world.states() == {"quarantined": 1}
    assert sent(world) == []
    assert [act.act for act in world.handling.acts(doubted)] == ["redact", "undo"]
    assert world.journal.closes()


@pytest.fixture(scope="module")
def children() -> Iterator[Any]:
    """A real child with the real reader."""
    from yushan.engines.sandbox import Children

    made = Children(1, memory_mib=3072, seconds=300)
    yield made
    made.close()


@pytest.mark.slow
def test_the_real_reader_takes_the_name_out_and_leaves_the_scale(
    database: Database, tmp_path: Path, children: Any, still: bytes
) -> None:
    world = World(database, tmp_path)
    if database.engine.dialect.name != "sqlite":
        pytest.skip("reading does not depend on the database")
    world.intake.desk = replace(world.intake.desk, readers=Readers(children))
    arrive(world, still)
    world.tick(1.0)
    assert world.states() == {"acknowledged": 1}
    before, after = (frames_of(one).picture(0) for one in (still, sent(world)[0]))
    assert not after[:58].any()  # two lines of names, numbers and dates
    assert (before[440:] == after[440:]).all()  # MI, TIS, frame rate
