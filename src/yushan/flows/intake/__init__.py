"""Intake: a series that fell quiet becomes an acknowledged pack. The story is in ``story.py``."""

from yushan.flows.cleaning import Known, Result
from yushan.flows.intake.desk import QUEUE, READING, STEPS, Desk
from yushan.flows.intake.lasting import durable_intake, run_key
from yushan.flows.intake.ports import ConsentGate, Linker, Workers
from yushan.flows.intake.reading import Readers
from yushan.flows.intake.story import Intake
from yushan.flows.intake.ticker import Ticker
from yushan.flows.intake.workshop import Person, Workshop

__all__ = [
    "QUEUE",
    "READING",
    "STEPS",
    "ConsentGate",
    "Desk",
    "Intake",
    "Known",
    "Linker",
    "Person",
    "Readers",
    "Result",
    "Ticker",
    "Workers",
    "Workshop",
    "durable_intake",
    "run_key",
]
