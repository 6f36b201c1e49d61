"""Words between site and commons: strict where they come in, stable where they are signed."""

import msgspec
import pytest

from yushan.base import canonical_json
from yushan.domain.packs import (
    IncomingState,
    Manifest,
    PackState,
    Receipt,
    envelope_aad,
    receipt_message,
)

GOOD = {
    "format": 1,
    "pack": "ab" * 32,
    "size": 1000,
    "site": "north-1",
    "batch": "0123456789abcdef",
    "instances": 3,
    "policy": "tw-hospital",
    "policy_digest": "cd" * 32,
    "subject": "ABCDEFGHIJKLMN27",
    "linked": True,
    "envelope": "AAAA",
}


def convert(**changes):
    return msgspec.json.decode(canonical_json(GOOD | changes), type=Manifest)


def test_a_good_manifest_survives_the_wire():
    manifest = convert()
    assert msgspec.json.decode(canonical_json(manifest), type=Manifest) == manifest


@pytest.mark.parametrize(
    "changes",
    [
        {"pack": "AB" * 32},
        {"pack": "ab" * 32 + "\n"},
        {"pack": "../" + "ab" * 31},
        {"size": 0},
        {"size": 1 << 41},
        {"size": "1000"},
        {"site": "Nord"},
        {"site": "a/b"},
        {"site": ""},
        {"batch": "a b"},
        {"instances": 0},
        {"instances": 1_000_000},
        {"subject": "A123456789"},
        {"subject": "ABCDEFGHIJKLMN27\n"},
        {"envelope": "not base64!"},
        {"envelope": "A" * 20_000},
        {"format": 2},
        {"surprise": 1},
    ],
)
def test_a_manifest_that_is_not_exact_is_refused(changes):
    with pytest.raises(msgspec.ValidationError):
        convert(**changes)


def test_the_signature_of_a_receipt_covers_everything_but_itself():
    receipt = Receipt(
        pack="ab" * 32,
        site="north",
        size=9,
        instances=1,
        received_at="2026-12-01T00:00:00Z",
        signature="s",
    )
    message = receipt_message(receipt)
    assert message == receipt_message(msgspec.structs.replace(receipt, signature="other"))
    for name, value in {"pack": "cd" * 32, "site": "south", "size": 8, "instances": 2}.items():
        assert message != receipt_message(msgspec.structs.replace(receipt, **{name: value}))


def test_an_envelope_is_bound_to_site_and_person():
    bound = {envelope_aad(site, who) for site in ("a", "b") for who in ("X" * 16, "Y" * 16)}
    assert len(bound) == 4


def test_a_state_is_told_in_plain_words():
    state = PackState(pack="ab" * 32, state=IncomingState.HELD, offset=7, reasons=("a.b",))
    assert msgspec.json.decode(canonical_json(state)) == {
        "pack": "ab" * 32,
        "state": "held",
        "offset": 7,
        "receipt": None,
        "reasons": ["a.b"],
        "searchable": 0,
    }
