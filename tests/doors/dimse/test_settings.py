"""Settings that cannot hold are refused before anything listens."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import msgspec
import pytest
from tests.doors.dimse.factories import make_settings

from yushan.base import Rejected, SystemClock, Unavailable, codes
from yushan.doors.dimse import Caller, Receiver, ReceiverSettings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"any_caller_from_loopback": False}, "dimse.no-callers"),
        ({"ae_title": ""}, "dimse.ae-title-malformed"),
        ({"ae_title": "SEVENTEEN_LETTERS"}, "dimse.ae-title-malformed"),
        ({"allowed_callers": ("a\\b",)}, "dimse.ae-title-malformed"),
        ({"allowed_callers": (" CT",)}, "dimse.ae-title-malformed"),
        ({"allowed_addresses": ("hospital.example",)}, "dimse.address-malformed"),
        ({"allowed_callers": (Caller(ae_title="CT", addresses=("10.0.0.1/8",)),)},
         "dimse.address-malformed"),
        ({"tls_cert": "cert.pem"}, "dimse.tls-incomplete"),
        ({"tls_ca": "ca.pem"}, "dimse.tls-incomplete"),
        ({"allowed_callers": (Caller(ae_title="CT", certificates=("ct",)),)},
         "dimse.tls-incomplete"),
        ({"max_pdu": 1 << 24}, "dimse.limit-out-of-range"),
        ({"max_pdu": 0}, "dimse.limit-out-of-range"),
        ({"max_associations": 0}, "dimse.limit-out-of-range"),
        ({"idle_s": 0.0}, "dimse.limit-out-of-range"),
    ],
)  # fmt: skip
def test_settings_that_cannot_hold_are_refused_with_a_code(
    tmp_path: Path, changes: dict[str, object], code: str
) -> None:
    with pytest.raises(Rejected) as refused:
        Receiver(make_settings(**changes), tmp_path, SystemClock())
    assert refused.value.code == code
    assert code in codes()
    assert list(tmp_path.iterdir()) == []


def test_settings_are_read_from_plain_tables() -> None:
    table = {
        "port": 104,
        "allowed_callers": ["CT1", {"ae_title": "MR1", "addresses": ["10.1.0.0/16"]}],
    }
    read = msgspec.convert(table, ReceiverSettings)
    assert read.callers() == (
        Caller(ae_title="CT1"),
        Caller(ae_title="MR1", addresses=("10.1.0.0/16",)),
    )
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"ports": 104}, ReceiverSettings)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"sync": "never"}, ReceiverSettings)


def test_a_taken_port_is_unavailable_and_can_be_tried_again(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        receiver = Receiver(make_settings(port=taken.getsockname()[1]), tmp_path, SystemClock())
        with pytest.raises(Unavailable, match=r"dimse\.port-unavailable"):
            receiver.start()
        receiver.stop()
    fresh = Receiver(receiver.premises.settings, tmp_path, SystemClock())
    assert fresh.start() == receiver.premises.settings.port
    fresh.stop()


def test_a_spool_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    receiver = Receiver(make_settings(), tmp_path / "file" / "spool", SystemClock())
    with pytest.raises(Unavailable, match=r"dimse\.spool-disturbed"):
        receiver.start()
    receiver.stop()
