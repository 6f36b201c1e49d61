"""The pages of the conformance statement: policies, options with their checks, codes, tools."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING

from yushan.base import codes
from yushan.domain.deid import load_policy, overview, policy_names, policy_page, rules_page
from yushan.domain.verifier import option_checks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Data files that decide about pixels and faces, by what they are for.
PIXEL_RULES = {
    "regions and words of pictures": ("yushan.domain.redaction", "data"),
    "rules of faces": ("yushan.domain.faces", "data"),
}
#: Of the rooms that read and clean an object; codes of other rooms hold nothing.
HOLDING = ("deid.", "dicom.", "imaging.", "redaction.", "faces.")


def statement() -> str:
    """The entry page."""
    reasons = {
        code: text.en
        for code, text in codes().items()
        if code.startswith(HOLDING) and not code.startswith(("deid.policy", "deid.words"))
    }
    return overview(option_checks(), reasons, list(tools()))


def tools() -> Iterator[str]:
    """What reads pixels and what decides about them, with digests."""
    for path in sorted(files("rapidocr").joinpath("models").iterdir(), key=lambda one: one.name):
        if path.name.endswith("_small.onnx"):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            name = f"RapidOCR {version('rapidocr')}, `{path.name}`"
            yield f"reader of text: {name}, SHA-256 `{digest}`"
    for title, (package, folder) in PIXEL_RULES.items():
        for path in sorted(files(package).joinpath(folder).iterdir(), key=lambda one: one.name):
            if path.is_file():
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                yield f"{title}: `{path.name}`, SHA-256 `{digest}`"


def page_of(name: str) -> Callable[[], str]:
    """The writer of a policy's page."""
    return lambda: policy_page(load_policy(name))


PAGES: dict[str, Callable[[], str]] = {
    "../deidentification.md": statement,
    "../deidentification/other-attributes.md": rules_page,
    **{f"../deidentification/{name}.md": page_of(name) for name in policy_names()},
}
