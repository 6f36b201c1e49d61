"""Packs for tests, and the reader that the documentation prints."""

import io
import re
from functools import cache
from pathlib import Path

from yushan.domain.packs import PackWriter

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "pack-format.md"


def make_pack(*contents):
    out = io.BytesIO()
    writer = PackWriter(out)
    for content in contents:
        writer.add([content])
    return writer.finish(), out.getvalue()


@cache
def programs_of_the_page():
    """The programs printed in the documentation, executed: reader, writer, opener of seals."""
    found = []
    for code in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL):
        space = {"__name__": "page"}
        exec(compile(code, str(PAGE), "exec"), space)
        found.append(space)
        assert code.count("\n") <= 68
    return tuple(found)


def reader_of_the_page():
    """The reader."""
    return programs_of_the_page()[0]
