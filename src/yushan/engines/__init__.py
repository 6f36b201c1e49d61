"""Engines: one foreign engine each behind one typed face."""
