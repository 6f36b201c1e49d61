"""Flow *publish* (B9): numbers and the index for everybody, made anew when it is time.

Start at ``story.py``.
"""

from yushan.flows.publish.public_index import Manifest, PublicIndex
from yushan.flows.publish.story import Publish

__all__ = ["Manifest", "PublicIndex", "Publish"]
