"""Sandbox: work in recycled children that may die without taking anyone along.

Start at ``children.py``.
"""

from yushan.engines.sandbox.children import Children

__all__ = ["Children"]
