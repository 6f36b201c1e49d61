"""A gateway holds the commons to its ledger, over real HTTP between the roles' own settings."""

import pytest
import sqlalchemy as sa
from tests.doors.dicomweb.conformance.standing import served

from yushan.assembly.demo.plan import lay_out
from yushan.assembly.parts import known_sites, open_database, peer
from yushan.assembly.recording import Witnessing, open_ledger
from yushan.assembly.settings import Remote
from yushan.assembly.standing import Standing
from yushan.assembly.web import application
from yushan.base import Conflict, SystemClock
from yushan.doors.exchange import head_routes
from yushan.services.ledger import LEDGER, RECORD, Cosigners
from yushan.services.ledger.tables import PUBLIC


@pytest.fixture
def standing(tmp_path):
    """A commons that answers, and its plan."""
    plan = lay_out(tmp_path, 0, tmp_path, SystemClock())
    settings = plan.commons
    database = open_database(settings)
    ledger = open_ledger(database, SystemClock(), settings.signing_key)
    app = application(
        head_routes(Cosigners(ledger)),
        standing=Standing(settings, database),
        sites=known_sites(settings.sites),
    )
    with served(app) as url:
        yield ledger, plan, url
    database.dispose()


@pytest.fixture
def gateway(standing):
    """Makes what looks after the ledger in a hospital of the plan."""
    _, plan, here = standing
    opened = []

    def make(index=0, url=here):
        settings = plan.gateways[index]
        line = peer(Remote(url=url, token_file=settings.commons.token_file))
        made = Witnessing(open_database(settings), SystemClock(), settings, line)
        opened.append(made)
        return made

    yield make
    for one in opened:
        one.watch.commons.close()
        one.watch.witness.db.dispose()


def grow(ledger, count=1):
    with ledger.db.begin() as tx:
        for number in range(count):
            ledger.append(tx, "image.read", {"count": number})
            ledger.publish(tx, "record.counted", {"totals": {"images": number}})
    ledger.seal()


def test_both_hospitals_cosign_and_a_changed_past_is_refused(standing, gateway):
    ledger, _, _ = standing
    first, second = gateway(0), gateway(1)
    first.watch.look()
    assert first.watch.agreement().reason == "ledger.not-sealed"
    grow(ledger, 3)
    for one in (first, second, first):
        one.watch.look()
        agreement = one.watch.agreement()
        assert (agreement.alarm, agreement.reason) == ("", "")
        assert {seen.origin for seen in agreement.sightings} == {RECORD, LEDGER}
    grow(ledger, 2)
    first.watch.look()
    second.watch.look()
    head = ledger.public.head()
    assert head.note.count("yushan/witness/hospital-") == 2
    with ledger.db.begin() as tx:  # a past without what the hospitals saw, signed by the key
        for table in (PUBLIC.entry, PUBLIC.node, PUBLIC.head):
            tx.execute(sa.delete(table))
        tx.execute(sa.update(PUBLIC.size).values(size=0))
    grow(ledger, head.size + 2)
    for one in (first, second):
        one.watch.look()
        agreement = one.watch.agreement()
        assert (agreement.alarm, agreement.reason) == ("ledger.forked", "ledger.forked")
        with pytest.raises(Conflict):
            one.watch.answer(RECORD, Cosigners(ledger).offer("hospital-a", RECORD, 0))
    states = [(one.site, one.refusal) for one in Cosigners(ledger).standing()]
    assert states == [("hospital-a", "ledger.forked"), ("hospital-b", "ledger.forked")]


def test_without_a_line_nothing_changes(gateway):
    alone = gateway(0, "http://127.0.0.1:9")
    alone.watch.look()
    assert alone.watch.agreement().reason == "net.unreachable"
    assert alone.watch.agreement().sightings == ()


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/exchange/v1/heads?old=x", b"", 400),
        ("GET", "/exchange/v1/heads?log=other", b"", 404),
        ("POST", "/exchange/v1/heads", b"nonsense", 400),
        ("POST", "/exchange/v1/heads", b"x" * 20_000, 400),
    ],
)
def test_what_is_no_question_is_refused_and_strangers_are(standing, method, path, body, status):
    _, plan, url = standing
    ours = peer(Remote(url=url, token_file=plan.gateways[0].commons.token_file))
    strange = peer(Remote(url=url))
    assert ours.call(method, path, body=body).status == status
    assert strange.call(method, path, body=body).status == 403
    ours.close()
    strange.close()
