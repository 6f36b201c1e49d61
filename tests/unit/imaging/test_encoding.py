"""Frames go out without loss, in every syntax that is written here."""

from __future__ import annotations

import numpy as np
import pytest

from yushan.base import Rejected
from yushan.domain.imaging import Shape, decode_frame, encode_frame, lossless_syntax, stored_frame

EXPLICIT = "1.2.840.10008.1.2.1"
SYNTAXES = (
    EXPLICIT,
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.5",
)
ROWS, COLUMNS = 23, 34


def shape(syntax: str, **changed: object) -> Shape:
    plain = Shape(ROWS, COLUMNS, 1, 16, 16, False, "MONOCHROME2", False, syntax)
    return plain._replace(**changed)


def grey(kind: str, bits: int) -> np.ndarray:
    values = np.random.default_rng(7).integers(0, 1 << bits, (ROWS, COLUMNS))
    values[5:15] = 3  # runs and noise
    return (values - (1 << (bits - 1)) if kind[0] == "i" else values).astype(f"<{kind}")


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize(
    ("kind", "bits"), [("u1", 8), ("i1", 8), ("u2", 12), ("i2", 12), ("u2", 16), ("i2", 16)]
)
def test_grey_values_come_back(syntax: str, kind: str, bits: int) -> None:
    values = grey(kind, bits)
    about = shape(
        syntax, bits_allocated=8 * int(kind[1]), bits_stored=bits, signed=kind[0] == "i"
    )  # fmt: skip
    back = stored_frame(encode_frame(values, about), about)
    assert back.dtype == values.dtype
    assert np.array_equal(back, values)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_colours_come_back(syntax: str) -> None:
    values = np.random.default_rng(8).integers(0, 256, (ROWS, COLUMNS, 3), np.uint8)
    turned = "YBR_RCT" if syntax.endswith(("90", "201")) else "RGB"
    for planar in (False, True):
        about = shape(
            syntax, samples=3, bits_allocated=8, bits_stored=8, photometric=turned, planar=planar
        )
        data = encode_frame(values, about)
        assert np.array_equal(decode_frame(data, about), values)


@pytest.mark.parametrize("photometric", ["YBR_FULL", "YBR_FULL_422"])
def test_stored_chroma_is_kept_as_it_is(photometric: str) -> None:
    values = np.random.default_rng(9).integers(0, 256, (ROWS, COLUMNS, 3), np.uint8)
    if photometric == "YBR_FULL_422":
        values[:, 1::2, 1:] = values[:, ::2, 1:]
    about = shape(EXPLICIT, samples=3, bits_allocated=8, bits_stored=8, photometric=photometric)
    data = encode_frame(values, about)
    assert len(data) == ROWS * COLUMNS * (2 if photometric.endswith("422") else 3)
    assert np.array_equal(stored_frame(data, about), values)


def test_single_bits_come_back() -> None:
    values = np.random.default_rng(1).integers(0, 2, (ROWS, COLUMNS), np.uint8)
    about = shape(EXPLICIT, bits_allocated=1, bits_stored=1)
    assert np.array_equal(stored_frame(encode_frame(values, about), about), values)


def test_big_endian_values_are_read() -> None:
    values = grey("u2", 16)
    about = shape("1.2.840.10008.1.2.2")
    assert np.array_equal(stored_frame(values.astype(">u2").tobytes(), about), values)


def test_jpeg_ls_carries_no_file_header() -> None:
    about = shape("1.2.840.10008.1.2.4.80")
    assert b"SPIFF" not in encode_frame(grey("u2", 16), about)


def test_what_cannot_be_written_is_refused() -> None:
    for about, values in (
        (shape("1.2.840.10008.1.2.4.50"), grey("u2", 16)),
        (shape("1.2.840.10008.1.2.4.80"), grey("u2", 16)[1:]),
        (shape("1.2.840.10008.1.2.4.80", bits_allocated=32), grey("u2", 16).astype("<u4")),
    ):
        with pytest.raises(Rejected, match=r"imaging\.not-encoded"):
            encode_frame(values, about)


def test_values_that_do_not_fit_do_not_come_back() -> None:
    with pytest.raises(Rejected, match=r"imaging\.round-trip"):
        encode_frame(grey("u2", 16), shape(EXPLICIT, bits_stored=12))


def test_each_syntax_has_a_lossless_one() -> None:
    assert lossless_syntax("1.2.840.10008.1.2.4.50").endswith(".80")
    assert lossless_syntax("1.2.840.10008.1.2.4.91").endswith(".90")
    assert lossless_syntax("1.2.840.10008.1.2.4.202").endswith(".201")
    assert lossless_syntax("1.2.840.10008.1.2") == EXPLICIT
    assert all(lossless_syntax(syntax) == syntax for syntax in SYNTAXES)
