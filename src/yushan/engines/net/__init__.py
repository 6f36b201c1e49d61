"""Net: speaking to other roles and machines. Start at ``peer.py``."""

from yushan.engines.net.dimse import SendReport, send_files
from yushan.engines.net.peer import Peer, Reply, refusal

__all__ = ["Peer", "Reply", "SendReport", "refusal", "send_files"]
