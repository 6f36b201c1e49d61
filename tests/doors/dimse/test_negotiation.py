"""Requests and acceptances read and written as pynetdicom reads and writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynetdicom import build_context
from pynetdicom.pdu import A_ABORT_RQ, A_ASSOCIATE_AC, A_ASSOCIATE_RJ, A_ASSOCIATE_RQ
from pynetdicom.pdu_primitives import (
    A_ASSOCIATE,
    ImplementationClassUIDNotification,
    MaximumLengthNotification,
    SCP_SCU_RoleSelectionNegotiation,
    UserIdentityNegotiation,
)
from tests.doors.dimse.factories import fields

from yushan.base import Rejected
from yushan.doors.dimse.answers import ABORTS, REJECTIONS, STATUSES, abortion, rejection
from yushan.doors.dimse.associate import acceptance, answer, is_storage, read_request
from yushan.doors.dimse.commands import Command, read_command, write_response

uids = st.sampled_from([
    "1.2.840.10008.1.1", "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.88.67",
    "1.2.840.10008.5.1.4.1.2.2.1", "1.2.840.10008.1.20.1", "1.3.12.2.1107.5.9.1",
])  # fmt: skip
syntaxes = st.lists(
    st.sampled_from(["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.201"]),
    min_size=1, max_size=3, unique=True,
)  # fmt: skip
titles = st.text("ABCXYZ_0189", min_size=1, max_size=16)


def primitive(calling: str, called: str, contexts: list[tuple[str, list[str]]]) -> A_ASSOCIATE:
    """A request as pynetdicom builds it, with items we do not answer."""
    asked = A_ASSOCIATE()
    asked.application_context_name = "1.2.840.10008.3.1.1.1"
    asked.calling_ae_title, asked.called_ae_title = calling, called
    length, implementation = MaximumLengthNotification(), ImplementationClassUIDNotification()
    length.maximum_length_received = 16382
    implementation.implementation_class_uid = "1.2.3.4"
    role = SCP_SCU_RoleSelectionNegotiation()
    role.sop_class_uid, role.scu_role, role.scp_role = "1.2.840.10008.5.1.4.1.1.2", True, True
    identity = UserIdentityNegotiation()
    identity.user_identity_type, identity.primary_field = 1, b"somebody"
    asked.user_information = [length, implementation, role, identity]
    proposed = [build_context(uid, list(found)) for uid, found in contexts]
    for number, context in enumerate(proposed):
        context.context_id = 2 * number + 1
    asked.presentation_context_definition_list = proposed
    return asked


@given(titles, titles, st.lists(st.tuples(uids, syntaxes), min_size=1, max_size=128))
def test_requests_and_acceptances_agree_with_pynetdicom(
    calling: str, called: str, contexts: list[tuple[str, list[str]]]
) -> None:
    encoded = A_ASSOCIATE_RQ(primitive(calling, called, contexts)).encode()
    request = read_request(encoded[6:])
    assert (request.calling_ae, request.called_ae, request.max_pdu) == (calling, called, 16382)
    assert [(p.abstract_syntax, list(p.transfer_syntaxes)) for p in request.proposals] == contexts
    answers = tuple(answer(proposal, unknown=False) for proposal in request.proposals)
    accepted = A_ASSOCIATE_AC()
    accepted.decode(acceptance(request, answers, 131072))
    assert accepted.reserved_aet == called
    assert accepted.reserved_aec == calling
    assert accepted.user_information.maximum_length == 131072
    assert [(c.context_id, c.result, c.transfer_syntax) for c in accepted.presentation_context] == [
        (c.id, c.result, c.transfer_syntax) for c in answers
    ]
    assert accepted.encode() == acceptance(request, answers, 131072)


def test_every_rejection_is_one_pynetdicom_understands() -> None:
    for code, (result, source, reason) in REJECTIONS.items():
        rejected = A_ASSOCIATE_RJ()
        rejected.decode(rejection(code))
        found = (rejected.result, rejected.source, rejected.reason_diagnostic)
        assert found == (result, source, reason)
        assert rejected.reason_str


def test_every_abort_is_one_pynetdicom_understands() -> None:
    for code, reason in ABORTS.items():
        aborted = A_ABORT_RQ()
        aborted.decode(abortion(code))
        assert (aborted.source, aborted.reason_diagnostic) == (2, reason)


def test_no_code_stands_in_two_tables() -> None:
    tables = (REJECTIONS, ABORTS, STATUSES)
    assert len({code for table in tables for code in table}) == sum(map(len, tables))


@pytest.mark.parametrize(
    ("uid", "known", "unknown"),
    [
        ("1.2.840.10008.5.1.4.1.1.2", True, True),
        ("1.2.840.10008.5.1.4.1.1.9999.1", True, True),
        ("1.2.840.10008.5.1.4.34.7", True, True),
        ("1.2.840.10008.5.1.4.1.2.2.1", False, False),
        ("1.2.840.10008.5.1.4.31", False, False),
        ("1.2.840.10008.1.20.1", False, False),
        ("1.3.12.2.1107.5.9.1", False, True),
        ("", False, False),
    ],
)
def test_storage_classes_are_told_by_the_standards_arc(
    uid: str, known: bool, unknown: bool
) -> None:
    assert is_storage(uid, unknown=False) is known
    assert is_storage(uid, unknown=True) is unknown


@given(st.integers(0, 0xFFFF), st.sampled_from([1, 0x30, 0x20]), st.integers(0, 0xFFFF))
def test_a_response_names_the_message_it_answers(message: int, field: int, status: int) -> None:
    asked = Command(field, message, True, "1.2.840.10008.5.1.4.1.1.2", "1.2.3")
    written = write_response(asked, status, "dimse.disk-full")
    length = int.from_bytes(written[8:12], "little")
    assert len(written) == length + 12
    found = fields(written)
    assert (found[0x0100], found[0x0120]) == (field | 0x8000, message)
    assert (found[0x0800], found[0x0900]) == (0x0101, status)
    assert b"dimse.disk-full" in written
    with pytest.raises(Rejected):  # a response is no request
        read_command(written)


def test_a_uid_that_cannot_be_written_is_left_out_of_the_response() -> None:
    asked = Command(1, 7, True, "1.2.840.10008.5.1.4.1.1.2", "../../etc/passwd")
    assert b"passwd" not in write_response(asked, 0x0117)
