"""Analytics: DuckDB in memory, for files that are written and read in one folder and nowhere else.

Promises: offline, nothing outside the folder is read or written, nothing is left but the files.
Start at ``duck.py``.
"""

from yushan.engines.analytics.duck import Written, ask, to_parquet, write_table

__all__ = ["Written", "ask", "to_parquet", "write_table"]
