"""Frames, rendered pictures and thumbnails (PS3.18 10.4.1.1.5 to 10.4.1.1.7)."""

from __future__ import annotations

import io

import imagecodecs
import numpy as np
from PIL import Image
from tests.doors.dicomweb.conformance.checking import (
    NOWHERE,
    OCTET_PARTS,
    Server,
    check,
    parts_of,
    status,
)


def native(server: Server, kind: str, number: int) -> bytes:
    """A frame's bytes as they were sent, from 1."""
    sent = server.one(kind).sample.dataset
    size = len(sent.PixelData) // int(sent.get("NumberOfFrames", 1))
    return bytes(sent.PixelData[(number - 1) * size : number * size])


@check("frames", "the frame of a single-frame object")
def single(server: Server) -> None:
    answer = server.ask(f"{server.one('ct').path}/frames/1", OCTET_PARTS)
    status(answer, 200)
    [(_, body)] = parts_of(answer)
    assert body == native(server, "ct", 1)


@check("frames", "a frame in the middle of many")
def middle(server: Server) -> None:
    answer = server.ask(f"{server.one('dose').path}/frames/7", OCTET_PARTS)
    status(answer, 200)
    assert parts_of(answer)[0][1] == native(server, "dose", 7)


@check("frames", "a list of frames, in the order of the list")
def listed(server: Server) -> None:
    answer = server.ask(f"{server.one('dose').path}/frames/2,15,1", OCTET_PARTS)
    status(answer, 200)
    assert [body for _, body in parts_of(answer)] == [native(server, "dose", n) for n in (2, 15, 1)]


@check("frames", "one frame comes alone for who asks for octets")
def alone(server: Server) -> None:
    answer = server.ask(f"{server.one('ct').path}/frames/1", "application/octet-stream")
    status(answer, 200)
    assert answer.content == native(server, "ct", 1)


@check("frames", "compressed frames come as they are for any transfer syntax")
def stored(server: Server) -> None:
    accept = f"{OCTET_PARTS}; transfer-syntax=*"
    answer = server.ask(f"{server.one('jpeg2000').path}/frames/1", accept)
    status(answer, 200)
    assert parts_of(answer)[0][1].startswith((b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP"))


@check("frames", "compressed frames by their own type")
def own_type(server: Server) -> None:
    accept = 'multipart/related; type="image/jp2"; transfer-syntax=1.2.840.10008.1.2.4.90'
    answer = server.ask(f"{server.one('jpeg2000').path}/frames/1", accept)
    status(answer, 200)
    assert "image/jp2" in answer.headers["content-type"]


@check("frames", "octets without a transfer syntax are decoded")
def decoded(server: Server) -> None:
    place = server.one("jpeg2000")
    answer = server.ask(f"{place.path}/frames/1", OCTET_PARTS)
    status(answer, 200)
    sent = place.sample.dataset
    [(_, body)] = parts_of(answer)
    assert np.array_equal(
        np.frombuffer(body, dtype="<i2" if sent.PixelRepresentation else "<u2"),
        sent.pixel_array.ravel().astype("<i2" if sent.PixelRepresentation else "<u2"),
    )


@check("frames", "a frame of a compressed multi-frame object")
def multi_compressed(server: Server) -> None:
    place = server.one("enhanced")
    accept = 'multipart/related; type="image/jls"; transfer-syntax=1.2.840.10008.1.2.4.80'
    answer = server.ask(f"{place.path}/frames/5", accept)
    status(answer, 200)
    assert parts_of(answer)[0][1].startswith(b"\xff\xd8")


@check("frames", "the foreign client gets frames")
def foreign(server: Server) -> None:
    place = server.one("dose")
    found = server.client.retrieve_instance_frames(
        place.study, place.series, place.instance, [1, 3]
    )
    assert [bytes(one) for one in found] == [native(server, "dose", n) for n in (1, 3)]


@check("frames", "each range is held against what there is, best first")
def quality(server: Server) -> None:
    accept = (
        'multipart/related; type="image/gif"; q=1.0, '
        'multipart/related; type="application/octet-stream"; q=0.2'
    )
    answer = server.ask(f"{server.one('ct').path}/frames/1", accept)
    status(answer, 200)
    assert parts_of(answer)[0][1] == native(server, "ct", 1)


@check("frames", "segments of single bits are cut at their frames")
def bits(server: Server) -> None:
    place = server.one("seg")
    sent = place.sample.dataset
    answer = server.ask(f"{place.path}/frames/2", OCTET_PARTS)
    status(answer, 200)
    flat = np.unpackbits(np.frombuffer(sent.PixelData, np.uint8), bitorder="little")
    count = sent.Rows * sent.Columns
    got = np.unpackbits(np.frombuffer(parts_of(answer)[0][1], np.uint8), bitorder="little")
    assert np.array_equal(got[:count], flat[count : 2 * count])


@check("frames", "native frames as JPEG-LS: losslessly encoded, or 406")
def encoded(server: Server) -> None:
    accept = 'multipart/related; type="image/jls"; transfer-syntax=1.2.840.10008.1.2.4.80'
    answer = server.ask(f"{server.one('ct').path}/frames/1", accept)
    status(answer, 200, 406)
    if answer.status_code == 200:
        [(_, body)] = parts_of(answer)
        shown = imagecodecs.jpegls_decode(body)
        assert np.array_equal(shown.view("<i2"), server.one("ct").sample.dataset.pixel_array)


#: Name, kind of sample, what follows the instance, the type asked for, statuses.
REFUSED = (
    ("a frame beyond the last", "ct", "/frames/2", OCTET_PARTS, (404,)),
    ("a list with a frame beyond the last", "dose", "/frames/1,16", OCTET_PARTS, (404,)),
    ("frame zero", "ct", "/frames/0", OCTET_PARTS, (400, 404)),
    ("a frame that is no number", "ct", "/frames/one", OCTET_PARTS, (400, 404)),
    ("an empty place in the list", "dose", "/frames/1,,2", OCTET_PARTS, (400,)),
    ("a negative frame", "ct", "/frames/-1", OCTET_PARTS, (400, 404)),
    ("frames of an object without pixels", "report", "/frames/1", OCTET_PARTS, (400, 404)),
    ("frames as a type nobody has", "ct", "/frames/1", "image/gif", (406,)),
    ("a picture as a type nobody has", "ct", "/rendered", "image/x-nothing", (406,)),
    ("a picture of a report as JPEG", "report", "/rendered", "image/jpeg", (404, 406)),
    ("a window that is none", "ct", "/rendered?window=1,2", "image/png", (400,)),
    ("a window of width zero", "ct", "/rendered?window=40,0,linear", "image/png", (400,)),
    ("a viewport that is none", "ct", "/rendered?viewport=big", "image/png", (400,)),
    ("a picture of a frame beyond the last", "ct", "/frames/9/rendered", "image/png", (404,)),
)  # fmt: skip


def enter_refused(name: str, kind: str, path: str, accept: str, wanted: tuple[int, ...]) -> None:
    @check("frames", f"{' or '.join(map(str, wanted))} for {name}")
    def refused(server: Server) -> None:
        status(server.ask(server.one(kind).path + path, accept), *wanted)


for _row in REFUSED:
    enter_refused(*_row)


def picture(server: Server, path: str, accept: str) -> Image.Image:
    answer = server.ask(path, accept)
    status(answer, 200)
    assert answer.headers["content-type"].startswith(accept)
    return Image.open(io.BytesIO(answer.content))


@check("rendered", "a picture as JPEG, in the size of the object")
def jpeg(server: Server) -> None:
    found = picture(server, f"{server.one('ct').path}/rendered", "image/jpeg")
    assert (found.format, found.size) == ("JPEG", (128, 128))


@check("rendered", "a picture as PNG")
def png(server: Server) -> None:
    assert picture(server, f"{server.one('ct').path}/rendered", "image/png").format == "PNG"


@check("rendered", "a window makes the picture darker or lighter")
def window(server: Server) -> None:
    path = f"{server.one('ct').path}/rendered"
    dark = picture(server, f"{path}?window=3000,100,linear", "image/png")
    light = picture(server, f"{path}?window=-2000,100,linear", "image/png")
    assert np.asarray(dark.convert("L")).mean() + 100 < np.asarray(light.convert("L")).mean()


@check("rendered", "a picture fits into the viewport asked for")
def viewport(server: Server) -> None:
    found = picture(server, f"{server.one('ct').path}/rendered?viewport=64,64", "image/png")
    assert max(found.size) == 64


@check("rendered", "a frame of many")
def frame(server: Server) -> None:
    found = picture(server, f"{server.one('enhanced').path}/frames/3/rendered", "image/png")
    assert found.size == (64, 64)


@check("rendered", "the foreign client gets a picture")
def foreign_picture(server: Server) -> None:
    place = server.one("ct")
    found = server.client.retrieve_instance_rendered(
        place.study, place.series, place.instance, media_types=("image/png",)
    )
    assert Image.open(io.BytesIO(found)).format == "PNG"


def enter_thumbnail(name: str, path: str) -> None:
    @check("rendered", f"a thumbnail of {name}")
    def thumbnail(server: Server) -> None:
        found = picture(server, path.format(place=server.one("ct")), "image/jpeg")
        assert max(found.size) <= 256


for _name, _path in {
    "a study": "/studies/{place.study}/thumbnail",
    "a series": "{place.series_path}/thumbnail",
    "an instance": "{place.path}/thumbnail",
    "a frame": "{place.path}/frames/1/thumbnail",
}.items():
    enter_thumbnail(_name, _path)


@check("rendered", "404 for a thumbnail of what does not exist")
def no_thumbnail(server: Server) -> None:
    status(server.ask(f"/studies/{NOWHERE}/thumbnail", "image/jpeg"), 404)


@check("rendered", "a series as parts, a picture for each instance")
def rendered_series(server: Server) -> None:
    answer = server.ask(
        f"{server.one('ct').series_path}/rendered", 'multipart/related; type="image/jpeg"'
    )
    status(answer, 200)
    assert len(parts_of(answer)) == 4


@check("frames", "HTJ2K for who asks for it: losslessly encoded, or 406")
def htj2k(server: Server) -> None:
    accept = 'multipart/related; type="image/jphc"; transfer-syntax=1.2.840.10008.1.2.4.201'
    answer = server.ask(f"{server.one('ct').path}/frames/1", accept)
    status(answer, 200, 406)
    if answer.status_code == 200:
        shown = imagecodecs.htj2k_decode(parts_of(answer)[0][1])
        assert np.array_equal(shown, server.one("ct").sample.dataset.pixel_array)
