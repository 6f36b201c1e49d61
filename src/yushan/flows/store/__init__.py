"""Store: objects that programs hand over directly become searchable. The story is in ``story.py``.

Owns no tables; a folder for work in progress. Promises: what is answered as stored is on disk and
can be found; what is refused leaves nothing behind; the same again changes nothing.
"""

from yushan.flows.store.assembling import Apart, BulkPart
from yushan.flows.store.making import House
from yushan.flows.store.putting import Desk
from yushan.flows.store.story import Store
from yushan.flows.store.values import Asking, Fate

__all__ = ["Apart", "Asking", "BulkPart", "Desk", "Fate", "House", "Store"]
