"""Redaction: which pictures are read, what may stay in them, and how the rest is painted over.

Owns the region rules and the words that may stay (``data/``); pure.
"""
