"""Imaging: frames out of their bytes and back, in every transfer syntax that can be read here.

Owns no tables and no folders; pure. Promises: a frame is decoded to exactly the shape its header
gives or refused; what is encoded is lossless and was decoded again before it is handed out.
Call it in children only: here foreign codecs read foreign bytes. Start at ``decoding.py``.
"""

from yushan.domain.imaging.codestream import jpeg2000_size, jpeg_size
from yushan.domain.imaging.decoding import decode_frame, stored_frame
from yushan.domain.imaging.display import Look, Table, displayed
from yushan.domain.imaging.encoding import encode_frame, lossless_syntax
from yushan.domain.imaging.shape import Shape

__all__ = [
    "Look",
    "Shape",
    "Table",
    "decode_frame",
    "displayed",
    "encode_frame",
    "jpeg2000_size",
    "jpeg_size",
    "lossless_syntax",
    "stored_frame",
]
