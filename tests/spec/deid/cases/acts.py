"""What every case does: stage 1 under the test's keys, the verifier, three readers, the search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.spec.deid.cases.search import leaks, listening
from tests.spec.deid.objects import KEYS, OFFSET, SUBJECT, read

from yushan.base import codes
from yushan.domain.deid import Harvest, Quarantined, Released, deidentify, harvest, load_policy
from yushan.domain.dicom import walk
from yushan.domain.verifier import verify

if TYPE_CHECKING:
    import pydicom

    from yushan.domain.deid import CleanedPixels, Policy


def stage(
    data: bytes,
    *words: str,
    policy: Policy | str = "tw-hospital",
    offset: int = OFFSET,
    pixels: CleanedPixels | None = None,
) -> Released | Quarantined:
    """Stage 1; no word is in its report or in what anybody logged."""
    chosen = load_policy(policy) if isinstance(policy, str) else policy
    with listening() as heard:
        made = deidentify(
            data, policy=chosen, keys=KEYS, subject=SUBJECT, offset_days=offset,
            harvested=Harvest(), pixels=pixels,
        )  # fmt: skip
    said = repr(getattr(made, "events", "")) + repr(getattr(made, "reasons", ""))
    assert not leaks(said + "".join(heard.lines), words)
    return made


def released(data: bytes, *words: str, **options: object) -> pydicom.Dataset:
    """The object that comes out, read by pydicom; no word is in it, and the verifier agrees."""
    out = output(data, *words, **options)
    return read(out)


def output(data: bytes, *words: str, **options: object) -> bytes:
    """The bytes that come out; read by our walker, judged by the verifier, searched."""
    made = stage(data, *words, **options)  # type: ignore[arg-type]
    assert isinstance(made, Released), made
    out = b"".join(made.chunks)
    assert not leaks(out, words)
    assert walk(out).elements
    with listening() as heard:
        found = verify(out, harvested=harvest(data).tokens, subject=SUBJECT)
    assert not found, found
    assert not leaks("".join(heard.lines), words)
    again = stage(data, *words, **options)  # type: ignore[arg-type]
    assert isinstance(again, Released)
    assert b"".join(again.chunks) == out
    return out


def held(data: bytes, *words: str, **options: object) -> tuple[str, ...]:
    """The reasons of an object that stays; each has texts and a remedy in both languages."""
    made = stage(data, *words, **options)  # type: ignore[arg-type]
    assert isinstance(made, Quarantined), "released"
    for reason in made.reasons:
        texts = codes()[reason]
        assert all((texts.en, texts.zh, texts.remedy_en, texts.remedy_zh))
    return made.reasons


def methods(made: pydicom.Dataset) -> list[str]:
    """The codes of what was done."""
    return [str(one.CodeValue) for one in made.DeidentificationMethodCodeSequence]
