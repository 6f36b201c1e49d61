"""Net: speaking to other roles and machines. Start at ``peer.py``; TLS is ``tls.py``."""

from yushan.engines.net.dimse import SendReport, send_files
from yushan.engines.net.peer import Peer, Reply, refusal
from yushan.engines.net.tls import Tls, client_tls, server_tls

__all__ = [
    "Peer",
    "Reply",
    "SendReport",
    "Tls",
    "client_tls",
    "refusal",
    "send_files",
    "server_tls",
]
