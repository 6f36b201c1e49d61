"""Signs the packaged policies: a key that lives for one run, its public half beside the files."""

from __future__ import annotations

import secrets
from pathlib import Path

from yushan.engines.keys import Signer

FOLDER = Path(__file__).parents[2] / "src/yushan/domain/deid/data/policies"


def main() -> None:
    """Sign every policy; nothing of the private half is kept."""
    signer = Signer(secrets.token_bytes(32))
    for path in sorted(FOLDER.glob("*.toml")):
        path.with_suffix(".sig").write_text(signer.sign(path.read_bytes()).hex() + "\n", "ascii")
    (FOLDER / "distribution.pub").write_text(signer.public.hex() + "\n", "ascii")


if __name__ == "__main__":
    main()
