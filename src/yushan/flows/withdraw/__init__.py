"""Withdraw: somebody opted out; every copy that can be reached goes. The story is ``story.py``."""

from yushan.flows.withdraw.hospital import AtHospital
from yushan.flows.withdraw.ports import ConsentGate, Forgets, Linker
from yushan.flows.withdraw.story import REMAINS, Desk, Withdraw
from yushan.flows.withdraw.ticker import Ticker

__all__ = [
    "REMAINS",
    "AtHospital",
    "ConsentGate",
    "Desk",
    "Forgets",
    "Linker",
    "Ticker",
    "Withdraw",
]
