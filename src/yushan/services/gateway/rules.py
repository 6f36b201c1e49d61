"""What a hospital sets: how long to wait, how often to try, what to keep."""

from __future__ import annotations

import msgspec


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings of the gateway's journal, intake and outbox; seconds, bytes, days."""

    #: A series is complete when nothing arrived for this long …
    quiet_s: float = 30.0
    #: … or for this long, when every association that carried it was released.
    quiet_released_s: float = 5.0
    #: A series that never falls quiet is taken after this long.
    longest_s: float = 3600.0
    #: Objects of one batch; a longer series becomes several packs.
    batch_instances: int = 5000
    #: Files that one child de-identifies at a time; fewer when they are large.
    chunk_files: int = 16
    #: Batches worked on or queued at a time; more would wait in a queue past their patience.
    batches_at_once: int = 16
    #: Batches whose pictures are read at a time or queued for it.
    reading_at_once: int = 2
    #: Seconds in which a decision of the quarantine desk has no effect yet.
    undo_s: float = 600.0
    #: Patients over whom the same boxes were decided before a rule for the device is suggested.
    rule_patients: int = 3
    #: A running attempt that gave no sign of life for this long is started again.
    patience_s: float = 900.0
    #: First and longest wait after a failure; doubled each time, with jitter.
    backoff_s: float = 2.0
    backoff_most_s: float = 300.0
    #: Bytes of one piece on the way to the commons.
    piece_bytes: int = 4 << 20
    #: Days that acknowledged originals stay in the spool; ``None``: for ever.
    keep_days: float | None = None
    #: Largest file that an import takes.
    import_bytes: int = 4 << 30
    #: An imported file must have been still for this long.
    stable_s: float = 2.0
    #: The hospital's clock, hours east of UTC; days and hours of the accounting are local.
    hours_east: float = 8.0
    #: How often the sum over everything is taken; every step takes the sum of what it touched.
    sum_s: float = 60.0
    #: How often every file is looked for and old originals are purged.
    watch_s: float = 3600.0


def backoff_s(tries: int, rules: Rules, chance: float) -> float:
    """Seconds to wait after the ``tries``-th failure in a row; ``chance`` in [0, 1) spreads it.

    Doubles from ``backoff_s`` to ``backoff_most_s``; half of it is fixed, half is jitter.
    """
    longest = min(rules.backoff_most_s, rules.backoff_s * 2.0 ** min(max(tries - 1, 0), 32))
    return longest * (0.5 + 0.5 * chance)
