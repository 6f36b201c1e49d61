"""The inside of a room is private: others import the room, never a module within."""

from __future__ import annotations

from importlib import import_module

import grimp

FLOORS = ("domain", "engines", "services", "doors", "apps")


def room(module: str) -> str:
    """The room a module belongs to: base and assembly are rooms, elsewhere one below the floor."""
    parts = module.split(".")
    depth = 3 if len(parts) > 1 and parts[1] in (*FLOORS, "flows") else 2
    return ".".join(parts[:depth])


def is_face(module: str) -> bool:
    """A room's public name may be spelled like the module it comes from."""
    parent, _, name = module.rpartition(".")
    return parent == room(module) and name in getattr(import_module(parent), "__all__", ())


def test_nobody_reaches_into_a_room() -> None:
    graph = grimp.build_graph("yushan", cache_dir=None)
    reached = sorted(
        f"{importer} -> {imported}"
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if room(importer) != room(imported) and imported != room(imported) and not is_face(imported)
    )
    assert reached == []
