"""``python -m tests.doors.api``: write ``docs/api.md`` anew."""

from tests.doors.api.test_description import PAGE

from yushan.doors.api import page

PAGE.write_text(page(), "utf-8")
