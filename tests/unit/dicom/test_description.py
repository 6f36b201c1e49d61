"""Summaries, frames, bulk, metadata and spots of objects whose bytes the test wrote."""

from __future__ import annotations

import json
import struct

import pytest
from tests.unit.dicom.factory import (
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    JPEG,
    Written,
    image,
    part10,
    refused,
    us,
)

from yushan.domain.dicom import (
    STORAGE_CLASSES,
    TRANSFER_SYNTAXES,
    describe,
    fragments,
    summarize,
    walk,
)

UID_A = "2.25." + "1" * 39
UID_B = "2.25." + "9" * 39


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG_ENDIAN, DEFLATED])
def test_the_summary_is_the_same_in_every_encoding(syntax: str) -> None:
    more = (
        Written(0x00080008, "CS", b"ORIGINAL\\PRIMARY"),
        Written(0x00080070, "LO", "東芝".encode("cp950")),
        Written(0x00280301, "CS", b"NO"),
    )
    found = summarize(image(syntax=syntax, more=more))
    assert found.sop_class_uid == "1.2.840.10008.5.1.4.1.1.2"
    assert found.sop_instance_uid == "1.2.3.4"
    assert (found.study_instance_uid, found.series_instance_uid) == ("1.2.3", "1.2.3.9")
    assert found.transfer_syntax_uid == syntax
    assert (found.modality, found.patient_id, found.manufacturer) == ("CT", "P1", "東芝")
    assert (found.instance_number, found.image_type) == (7, ("ORIGINAL", "PRIMARY"))
    assert (found.rows, found.columns, found.frames, found.burned_in) == (4, 6, 1, "NO")


def test_an_object_without_a_place_is_refused() -> None:
    for tag in (0x00080016, 0x00080018, 0x0020000D, 0x0020000E):
        with refused("dicom.uid-missing"):
            summarize(image(more=(Written(tag, "UI"),)))
        with refused("dicom.uid-invalid"):
            summarize(image(more=(Written(tag, "UI", b"../../etc/cron.d"),)))


def test_patients_whose_number_nobody_can_read_stay_apart() -> None:
    one, two = (summarize(image(more=(Written(0x00100020, "LO", raw),))).patient_id
                for raw in (b"\xff\xfe1", b"\xff\xfe2"))  # fmt: skip
    assert one
    assert one != two


def test_the_index_of_a_disc_is_named_as_such() -> None:
    written = b"1.2.840.10008.5.1.4.1.1.2\0"
    data = image().replace(written, b"1.2.840.10008.1.3.10".ljust(len(written), b"\0"), 1)
    with refused("dicom.directory"):
        summarize(data)


def test_pixels_must_be_what_the_header_says() -> None:
    with refused("dicom.pixel-data-short"):
        summarize(image(pixels=bytes(46)))
    with refused("dicom.pixel-data-missing"):
        summarize(image(more=(us(0x00280010, 0),)))
    with refused("dicom.frames-impossible"):
        summarize(image(more=(Written(0x00280008, "IS", b"0"),)))
    with refused("dicom.frame-too-large"):
        summarize(image(size=(65535, 65535), pixels=b"ab"))
    with refused("dicom.pixel-data-encapsulation"):
        describe(image(pieces=(b"", b"\xff\xd8\xff\xe0")))
    with refused("dicom.pixel-data-encapsulation"):
        describe(image(syntax=JPEG))


def test_native_frames_lie_where_they_were_written() -> None:
    pixels = bytes(range(96)) * 1
    padding = Written(0xFFFCFFFC, "OB", bytes(10))
    data = image(frames=2, pixels=pixels, after=(padding,))
    found = describe(data)
    assert [data[start : start + length] for start, length in found.frames] == [
        pixels[:48],
        pixels[48:],
    ]


def test_frames_of_single_bits_are_covered_by_their_bytes() -> None:
    data = image(frames=3, bits=1, size=(3, 3), pixels=bytes([0b10101010, 1, 2, 3]))
    start = data.index(bytes([0b10101010, 1, 2, 3]))
    assert describe(data).frames == ((start, 2), (start + 1, 2), (start + 2, 2))


def test_subsampled_colour_takes_two_bytes_for_a_pixel() -> None:
    more = (us(0x00280002, 3), Written(0x00280004, "CS", b"YBR_FULL_422"))
    data = image(bits=8, pixels=bytes(48), more=more)
    assert describe(data).frames[0][1] == 48


def streams(data: bytes) -> list[bytes]:
    frames = describe(data).frames
    return [b"".join(fragments(data[start : start + length])) for start, length in frames]


A, B, C = b"\xff\xd8\xff\xe0aaaa", b"\xff\xd8\xff\xe0bb", b"continues "


def test_frames_are_found_by_one_fragment_each() -> None:
    assert streams(image(syntax=JPEG, frames=2, pieces=(b"", A, B))) == [A, B]
    assert streams(image(syntax=JPEG, frames=2, pieces=(b"", C, B))) == [C, B]


def test_frames_of_many_fragments_are_found_by_the_offset_table() -> None:
    table = struct.pack("<2I", 0, 8 + len(A))
    assert streams(image(syntax=JPEG, frames=2, pieces=(table, A, B, C))) == [A, B + C]


def test_a_lying_offset_table_is_not_followed() -> None:
    table = struct.pack("<2I", 0, 9)
    assert streams(image(syntax=JPEG, frames=2, pieces=(table, A, B, C))) == [A, B + C]
    table = struct.pack("<2I", 0, 0)
    assert streams(image(syntax=JPEG, frames=2, pieces=(table, A, B))) == [A, B]


def test_frames_are_found_by_the_extended_offset_table() -> None:
    more = (
        Written(0x7FE00001, "OV", struct.pack("<2Q", 0, 16 + len(A) + len(C))),
        Written(0x7FE00002, "OV", struct.pack("<2Q", len(A) + len(C), len(B))),
    )
    assert streams(image(syntax=JPEG, frames=2, pieces=(b"", A, C, B), more=more)) == [A + C, B]


def test_frames_without_any_table_are_found_by_their_codestreams() -> None:
    assert streams(image(syntax=JPEG, frames=2, pieces=(b"", A, C, B, C))) == [A + C, B + C]
    assert streams(image(syntax=JPEG, pieces=(b"", A, C))) == [A + C]
    with refused("dicom.frames-unclear"):
        describe(image(syntax=JPEG, frames=3, pieces=(b"", A, C, B, C)))
    with refused("dicom.pixel-data-short"):
        describe(image(syntax=JPEG, frames=1, pieces=(b"",)))


def test_video_has_no_frame_ranges() -> None:
    found = describe(image(syntax="1.2.840.10008.1.2.4.102", frames=90, pieces=(b"", b"mp4 ")))
    assert found.frames == ()
    assert found.bulk[0][0] == "7FE00010"


def test_fragments_refuse_what_is_not_items() -> None:
    for broken in (b"abc", b"abcdefgh", b"\xfe\xff\x00\xe0\x09\0\0\0abcdefgh"):
        with refused("dicom.fragments-broken"):
            fragments(broken)


def test_metadata_is_the_json_model() -> None:
    item = (Written(0x00080005, "CS", b"ISO_IR 192"), Written(0x00080104, "LO", "肺".encode()))
    more = (
        Written(0x00080005, "CS", b"GB18030"),
        Written(0x00081030, "LO", "头部".encode("gb18030")),
        Written(0x00082218, "SQ", items=(item,)),
        Written(0x00081140, "SQ"),
        Written(0x00100010, "PN", "Wang^D=王^大".encode("gb18030")),
        Written(0x00100030, "DA"),
        Written(0x00180050, "DS", b"1.25\\-3\\1e9999"),
        Written(0x00209165, "AT", struct.pack("<HH", 0x20, 0x9056)),
        Written(0x00189073, "FD", struct.pack("<2d", 0.5, float("nan"))),
        Written(0x00091010, "UN", b"\1\2"),
        Written(0x00281201, "OW", bytes(2000)),
    )
    data = image(more=more)
    found = describe(data)
    meta = json.loads(json.dumps(found.metadata, allow_nan=False))
    assert meta["00080005"] == {"vr": "CS", "Value": ["ISO_IR 192"]}
    assert meta["00081030"]["Value"] == ["头部"]
    assert meta["00082218"]["Value"][0]["00080104"]["Value"] == ["肺"]
    assert meta["00081140"] == {"vr": "SQ"}
    assert meta["00100010"]["Value"] == [{"Alphabetic": "Wang^D", "Ideographic": "王^大"}]
    assert meta["00100030"] == {"vr": "DA"}
    assert meta["00180050"]["Value"] == [1.25, -3, "1e9999"]
    assert meta["00209165"]["Value"] == ["00209056"]
    assert meta["00189073"]["Value"] == [0.5, "NaN"]
    assert meta["00091010"] == {"vr": "UN", "InlineBinary": "AQI="}
    assert meta["00281201"] == {"vr": "OW", "BulkDataURI": ""}
    assert meta["7FE00010"] == {"vr": "OW", "BulkDataURI": ""}
    places = {path: data[start : start + length] for path, start, length in found.bulk}
    assert places["00281201"] == bytes(2000)
    assert len(places["7FE00010"]) == 48


def test_bulk_inside_a_sequence_is_placed_by_its_path() -> None:
    item = (Written(0x54001010, "OW", b"\1\2" * 600),)
    data = image(more=(Written(0x54000100, "SQ", items=((), item)),))
    path, start, length = describe(data).bulk[0]
    assert path == "54000100/1/54001010"
    assert data[start : start + length] == b"\1\2" * 600


def test_big_endian_words_are_turned() -> None:
    data = image(syntax=BIG_ENDIAN, more=(Written(0x00281201, "OW", b"\1\2\3\4"),))
    assert describe(data).metadata["00281201"]["InlineBinary"] == "AgEEAw=="


def test_spots_are_our_uids_and_pseudonyms_wherever_they_stand_and_days() -> None:
    item = (
        Written(0x00081150, "UI", b"1.2.840.10008.5.1.4.1.1.2"),
        Written(0x00081155, "UI", UID_B.encode()),
        Written(0x0040A121, "DA", b"20200229"),
    )
    pseudonym = b"ABCDEFGHIJ234567"
    more = (
        Written(0x00080018, "UI", UID_A.encode()),
        Written(0x00080020, "DA", b"20200102"),
        Written(0x0008002A, "DT", b"20200102030405.123+0800"),
        Written(0x00081140, "SQ", items=(item,), open_end=True),
        Written(0x00100010, "PN", pseudonym),
        Written(0x00100020, "LO", pseudonym),
        Written(0x00100030, "DA", b""),
        Written(0x00200052, "UI", f"{UID_A}\\{UID_B}".encode()),
        Written(0x00204000, "LT", f"{UID_A} 20200102 of {pseudonym.decode()}".encode()),
        Written(0x00291010, "UN", b"\1\2" + UID_B.encode() + b"\0"),
    )
    data = image(more=more)
    found = [(data[at : at + {"uid": 44, "pid": 16, "date": 8}[kind]].decode(), kind)
             for at, kind in describe(data).spots]  # fmt: skip
    assert found == [
        (UID_A, "uid"),
        (UID_A, "uid"),
        ("20200102", "date"),
        ("20200102", "date"),
        (UID_B, "uid"),
        ("20200229", "date"),
        ("ABCDEFGHIJ234567", "pid"),
        ("ABCDEFGHIJ234567", "pid"),
        (UID_A, "uid"),
        (UID_B, "uid"),
        (UID_A, "uid"),
        ("ABCDEFGHIJ234567", "pid"),
        (UID_B, "uid"),
    ]


def test_a_structured_report_has_no_frames_and_is_no_image() -> None:
    written = (
        Written(0x00080016, "UI", b"1.2.840.10008.5.1.4.1.1.88.33"),
        Written(0x00080018, "UI", b"1.2"),
        Written(0x0020000D, "UI", b"1.3"),
        Written(0x0020000E, "UI", b"1.4"),
    )
    found = describe(part10(written))
    assert (found.frames, found.bulk, found.summary.rows) == ((), (), 0)


def test_the_tables_hold_what_the_standard_lists() -> None:
    assert len(STORAGE_CLASSES) == 180
    assert all(storage.name for storage in STORAGE_CLASSES.values())
    assert len(TRANSFER_SYNTAXES) == 53
    assert {s.media_type for s in TRANSFER_SYNTAXES.values() if not s.encapsulated} == {
        "application/octet-stream"
    }
    assert walk(image()).transfer_syntax_uid in TRANSFER_SYNTAXES
