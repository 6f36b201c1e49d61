"""Scanners: the physics between a body and the image that a device gives of it. Pure."""
