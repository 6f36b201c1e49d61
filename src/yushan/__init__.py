"""Yushan (玉山): a national medical-imaging commons. Start reading in ``yushan.flows``."""

__version__ = "2026.12.0"
