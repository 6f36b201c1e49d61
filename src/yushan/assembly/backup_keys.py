"""The secrets of a role at a restore: put into their places, held against those of the backup."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from yushan.assembly.backing import own_secrets, secret_files
from yushan.assembly.loading import load
from yushan.base import Rejected
from yushan.engines.keys import load_secret, make_secret
from yushan.flows.backup import Secrets, fingerprint, unsealed_keys

if TYPE_CHECKING:
    from yushan.assembly.settings import Role
    from yushan.flows.backup import Manifest, Place


def read(config: Path) -> Role:
    """The settings of a file, with what the environment lays over them."""
    return load(config, dict(os.environ))


def role_of(settings: Role) -> str:
    """The role's name as settings files say it."""
    return str(type(settings).__struct_config__.tag)


def place_keys(settings: Role, place: Place, manifest: Manifest, opener: Path | None) -> Secrets:
    """With an opener: write every secret that is named by the settings and is not there yet."""
    if opener is None:
        return Secrets(settings={}, own={})
    found = unsealed_keys(place.keys(manifest.set), load_secret(opener), manifest.set)
    tree = msgspec.to_builtins(settings)
    for name, value in found.settings.items():
        path = named(tree, name)
        if path and not Path(path).exists():
            make_secret(path, value)
    return found


def named(tree: Any, name: str) -> str:  # noqa: ANN401 - a tree of settings
    """The value of one setting by its dotted name; empty when the settings have none such."""
    for part in name.split("."):
        if isinstance(tree, dict):
            tree = tree.get(part, "")
        elif isinstance(tree, list | tuple) and part.isdigit() and int(part) < len(tree):
            tree = tree[int(part)]
        else:
            return ""
    return tree if isinstance(tree, str) else ""


def check_keys(settings: Role, manifest: Manifest, given: Secrets) -> None:
    """Refuse to restore beside other keys, or without those that the data needs.

    Raises
    ------
    Rejected
        ``backup.keys-missing``, ``backup.keys-differ``, each naming the setting
    """
    there = {name: fingerprint(path.read_bytes()) for name, path in secret_files(settings).items()}
    data = Path(settings.data)
    own = (own_secrets(data) if data.is_dir() else {}) | given.own
    there |= {f"data/{name}": fingerprint(value) for name, value in own.items()}
    for name, expected in manifest.keys.items():
        if name == "config" or is_replaceable(name):
            continue
        if name not in there:
            raise Rejected("backup.keys-missing", name=name)
        if there[name] != expected:
            raise Rejected("backup.keys-differ", name=name)


def is_replaceable(name: str) -> bool:
    """Whether another secret serves as well: what proves us to others may be renewed any time."""
    last = name.rpartition(".")[2]
    return last in {"token_file", "key", "tls_key", "metrics_token_file", "demo_accounts"}
