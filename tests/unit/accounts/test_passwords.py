"""Passwords are kept as argon2id, and a crowd cannot take all memory."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yushan.base import Rejected, Unavailable
from yushan.services.accounts import Hasher
from yushan.services.accounts.passwords import check_password

CHEAP = Hasher(memory_kib=8, passes=1)


def test_the_product_hashes_with_argon2id_64_mib_and_three_passes():
    stored = Hasher().hash("correct horse battery")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=1$")


def test_the_right_password_fits_and_another_does_not():
    stored = CHEAP.hash("correct horse battery")
    assert CHEAP.verify(stored, "correct horse battery")
    assert not CHEAP.verify(stored, "correct horse batterz")


def test_two_spellings_of_the_same_characters_are_one_password():
    stored = CHEAP.hash("ｃａｆé au lait no 1")
    assert CHEAP.verify(stored, "cafe\u0301 au lait no 1")


def test_nothing_fits_where_nothing_is_stored():
    assert not CHEAP.verify(None, "a name that does not exist")


def test_a_damaged_hash_fits_nothing():
    assert not CHEAP.verify("$argon2id$broken", "whatever it was")


def test_a_hash_of_older_costs_is_known_as_outdated():
    dearer = Hasher(memory_kib=16, passes=1)
    assert dearer.is_outdated(CHEAP.hash("correct horse battery"))
    assert not CHEAP.is_outdated(CHEAP.hash("correct horse battery"))


def test_more_waiting_than_the_queue_holds_are_told_to_come_again():
    narrow = Hasher(memory_kib=8, passes=1, lanes=1, queue=0)
    inside, leave = threading.Event(), threading.Event()

    def occupy():
        with narrow.turn():
            inside.set()
            leave.wait(10)

    other = threading.Thread(target=occupy)
    other.start()
    assert inside.wait(10)
    with pytest.raises(Unavailable) as refused:
        narrow.verify(None, "correct horse battery")
    leave.set()
    other.join(10)
    assert refused.value.code == "accounts.busy"
    assert narrow.verify(narrow.hash("free again now"), "free again now")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("eleven char", "accounts.password-short"),
        ("x" * 257, "accounts.password-long"),
        ("Steward-of-demo", "accounts.password-is-name"),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_its_reason(password, code):
    with pytest.raises(Rejected) as refused:
        check_password(password, "steward-of-demo")
    assert refused.value.code == code


@given(st.text(min_size=12, max_size=64, alphabet=st.characters(categories=["L", "N"])))
def test_any_long_enough_text_of_letters_is_accepted(password):
    check_password(password + "mxq-wvt-pkz-93", "somebody")
