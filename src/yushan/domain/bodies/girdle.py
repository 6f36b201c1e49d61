"""The shoulder girdle: collar bones, shoulder blades, upper arms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.domain.bodies.back import UNDER
from yushan.domain.bodies.body import Structure
from yushan.domain.bodies.sheets import Sheet
from yushan.domain.bodies.surfaces import Ellipsoid, Surface
from yushan.domain.bodies.tubes import tube
from yushan.domain.bodies.wall import COLLAR, SIDES, SPINE_OF_BLADE, arm

if TYPE_CHECKING:
    from yushan.domain.bodies.plan import Plan


def girdle(plan: Plan, arms: str) -> list[Structure]:
    """Collar bones, shoulder blades and upper arms."""
    found = []
    for side, name in SIDES:
        found += hollow_bone(
            f"clavicula_{name}",
            [plan.point(side * x, y, z) for x, y, z in COLLAR],
            (8, 6, 5.5, 6.5),
            1.5,
        )
        found += blade(plan, side, f"scapula_{name}")
        line = arm(plan, side, arms)
        x, y, z = line[0]
        head = (x, y, z + (2.0 if arms == "up" else 0.0))
        shaft = tube([head, *line[1:]], (13, 11, 10), 12)
        bone: list[Surface] = [shaft, Ellipsoid(head, (23, 23, 23), fine=True)]
        inner: list[Surface] = [shaft.thinned(4.0), Ellipsoid(head, (21.6,) * 3, fine=True)]
        found += [Structure(f"humerus_{name}", "cortical_bone", b) for b in bone]
        found += [Structure(f"humerus_{name}", "marrow", b) for b in inner]
    return found


def hollow_bone(
    name: str, line: list[tuple[float, float, float]], radii: tuple[float, ...], shell_mm: float
) -> list[Structure]:
    """A long bone with marrow in it."""
    bone = tube(line, radii, 6)
    return [
        Structure(name, "cortical_bone", bone),
        Structure(name, "marrow", bone.thinned(shell_mm)),
    ]


def blade(plan: Plan, side: int, name: str) -> list[Structure]:
    """The shoulder blade: its plate, spine, socket and hook."""
    off = 9 + 12.5 * plan.fleshy
    plate = Sheet(plan.cage, side, off, 2.4, (0.335, 8 * plan.tall), (0.125, 58 * plan.tall), 0.05)
    rim = [plan.point(side * x, y, z) for x, y, z in ((118, 66, -40), (134, 52, 10), (142, 38, 52))]
    spine = [plan.point(side * x, y, z) for x, y, z in SPINE_OF_BLADE]
    hook = [plan.point(side * x, y, z) for x, y, z in ((138, 30, 70), (126, 2, 78), (132, -10, 70))]
    socket = Ellipsoid(plan.point(side * 136, 32, 64), (9, 16, 18), fine=True)
    found = [Structure(name, "cortical_bone", plate, UNDER)]
    for line, radius, flat in ((rim, 5.0, 0.8), (spine, 7.0, 0.55), (hook, 5.5, 1.0)):
        bone = tube(line, radius, 6, (0, 0, 1), flat)
        found += [
            Structure(name, "cortical_bone", bone),
            Structure(name, "marrow", bone.thinned(1.4)),
        ]
    inner = Ellipsoid(socket.centre, (7.6, 14.6, 16.6), fine=True)
    return [*found, Structure(name, "cortical_bone", socket), Structure(name, "marrow", inner)]
