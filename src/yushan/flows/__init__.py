"""Flows: the stories that need more than one room. Who has read them has understood the system."""
