"""DIMSE door: hospitals' devices store here (C-STORE) and ask whether we listen (C-ECHO).

Owns the spool's writing side (``spool.py``; services.gateway reads it) and no table. Promises:
success is answered only after the object is on disk under its name; a bad peer costs a bounded
amount of memory, time and threads; nothing of a data set is decoded here. Start at ``receiver.py``.
"""

from yushan.doors.dimse.conversation import Ended
from yushan.doors.dimse.receiver import Receiver
from yushan.doors.dimse.settings import Caller, ReceiverSettings
from yushan.doors.dimse.tally import Counters

__all__ = ["Caller", "Counters", "Ended", "Receiver", "ReceiverSettings"]
