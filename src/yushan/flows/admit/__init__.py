"""Admit: a site's pack becomes searchable. The story is in ``story.py``."""

from yushan.flows.admit.lasting import QUEUE, durable_admit, run_key
from yushan.flows.admit.ports import ConsentGate, Linker, Workers
from yushan.flows.admit.prepared import Prepared
from yushan.flows.admit.story import Admit, Desk
from yushan.flows.admit.ticker import Ticker

__all__ = [
    "QUEUE",
    "Admit",
    "ConsentGate",
    "Desk",
    "Linker",
    "Prepared",
    "Ticker",
    "Workers",
    "durable_admit",
    "run_key",
]
