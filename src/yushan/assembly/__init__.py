"""Assembly: the only place that knows every room; it builds a role from its settings.

Start at ``settings.py`` (what a role is told), then ``commons.py`` (the largest role).
"""

from yushan.assembly.entry import main

__all__ = ["main"]
