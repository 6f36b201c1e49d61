"""What children load once: everything that the two passes need for a header."""

from yushan.flows.deid.archives import unpack
from yushan.flows.deid.checking import check_all
from yushan.flows.deid.looking import look_all
from yushan.flows.deid.making import make_all, make_batches

__all__ = ["check_all", "look_all", "make_all", "make_batches", "unpack"]
