"""OCR: a reader of text in pictures that never leaves this machine. Runs in children only.

Owns RapidOCR, its runtime and OpenCV. Promises: one thread, no download, nothing logged; memory is
bounded by the largest piece looked at. Start at ``reader.py``.
"""

from yushan.engines.ocr.reader import Reader

__all__ = ["Reader"]
