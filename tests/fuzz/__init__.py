"""Broken, lying and hostile files against the whole of stage 1."""
