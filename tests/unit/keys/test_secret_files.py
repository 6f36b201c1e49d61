"""Secrets lie in files that no one else reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from yushan.base import Conflict, Rejected
from yushan.engines.keys import load_secret, make_secret

if TYPE_CHECKING:
    from pathlib import Path


def test_a_made_secret_is_private_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "site.key"
    secret = make_secret(path)
    assert len(secret) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_secret(path) == secret
    assert make_secret(tmp_path / "other.key") != secret


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604, 0o700])
def test_a_secret_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "site.key"
    make_secret(path)
    path.chmod(mode)
    with pytest.raises(Rejected, match=r"base\.secret-exposed"):
        load_secret(path)


def test_a_secret_behind_a_link_is_refused(tmp_path: Path) -> None:
    make_secret(tmp_path / "real.key")
    (tmp_path / "link.key").symlink_to(tmp_path / "real.key")
    with pytest.raises(Rejected, match=r"keys\.secret-missing"):
        load_secret(tmp_path / "link.key")


def test_a_missing_and_a_short_secret_are_named_by_file_only(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match=r"keys\.secret-missing \(name=no\.key\)"):
        load_secret(tmp_path / "no.key")
    short = tmp_path / "short.key"
    short.write_bytes(b"x" * 31)
    short.chmod(0o600)
    with pytest.raises(Rejected, match=r"keys\.secret-short"):
        load_secret(short)


def test_a_secret_is_never_overwritten(tmp_path: Path) -> None:
    secret = make_secret(tmp_path / "site.key", b"s" * 32)
    with pytest.raises(Conflict, match=r"keys\.secret-exists"):
        make_secret(tmp_path / "site.key")
    assert load_secret(tmp_path / "site.key") == secret
    with pytest.raises(ValueError, match="32 bytes"):
        make_secret(tmp_path / "new.key", b"short")
