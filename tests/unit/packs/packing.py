"""Packs for tests, and the reader that the documentation prints."""

import io
import re
from pathlib import Path

from yushan.domain.packs import PackWriter

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "pack-format.md"


def make_pack(*contents):
    out = io.BytesIO()
    writer = PackWriter(out)
    for content in contents:
        writer.add([content])
    return writer.finish(), out.getvalue()


def reader_of_the_page():
    """The reader printed in the documentation, executed."""
    code = re.search(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[1]
    assert code.count("\n") <= 60
    space = {"__name__": "page"}
    exec(compile(code, str(PAGE), "exec"), space)
    return space
