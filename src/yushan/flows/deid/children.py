"""What children load once: everything that the two passes need for a header."""

from yushan.flows.deid.archives import unpack
from yushan.flows.deid.looking import look_all
from yushan.flows.deid.making import make_all

__all__ = ["look_all", "make_all", "unpack"]
