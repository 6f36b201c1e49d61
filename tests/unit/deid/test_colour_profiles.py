"""A colour profile keeps its numbers and loses its words; the verifier sees any other one."""

import io
import struct

from PIL import Image, ImageCms
from tests.spec.deid.cases.search import leaks

from yushan.domain.deid.colour_profiles import without_words
from yushan.domain.verifier.profiles import colour_profile

WORDS = ("Wang DaMing", "lcms", "sRGB built-in")


def profile(title: str = "Wang DaMing") -> bytes:
    """A working profile whose text tags say what they should not."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (count,) = struct.unpack_from(">I", made, 128)
    for place in range(count):
        signature, start, size = struct.unpack_from(">4sII", made, 132 + 12 * place)
        if signature == b"desc":
            text = title.encode("utf-16-be")[: size - 28].ljust(size - 28, b"\0")
            made[start + 28 : start + size] = text
    made[80:84] = b"WANG"
    return bytes(made)


def shown(content: bytes) -> bytes:
    """A colour ramp turned from a profile to sRGB by an independent library."""
    ramp = Image.merge("RGB", [Image.linear_gradient("L").rotate(turn) for turn in (0, 90, 180)])
    to = ImageCms.createProfile("sRGB")
    return ImageCms.profileToProfile(ramp, io.BytesIO(content), to).tobytes()


def test_colours_stay_and_words_go() -> None:
    before = profile()
    after = without_words(before)
    assert after is not None
    assert leaks(before, WORDS[:1])
    assert not leaks(after, (*WORDS, "WANG"))
    assert shown(after) == shown(before)
    assert colour_profile(after, 0, len(after)) is None
    assert without_words(after) == after


def test_the_verifier_sees_a_profile_with_words_or_hidden_bytes() -> None:
    assert colour_profile(profile(), 0, len(profile())) == "verifier.opaque"
    clean = without_words(profile()) or b""
    for changed in (clean + b"Wang DaMing!", clean[:80] + b"WANG" + clean[84:], clean[:200]):
        assert colour_profile(changed, 0, len(changed)) == "verifier.opaque"


def test_what_is_no_profile_does_not_stay() -> None:
    whole = profile()
    lying = whole[:128] + struct.pack(">I", 1 << 30) + whole[132:]
    for other in (
        b"Wang",
        b"Wang DaMing " * 40,
        whole[:150],
        lying,
        whole.replace(b"acsp", b"ACSP"),
    ):
        assert without_words(other) is None
