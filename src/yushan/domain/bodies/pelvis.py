"""The pelvis: its ring of bones with the thighs' heads, the muscles on it, and the organs in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.domain.bodies.back import UNDER
from yushan.domain.bodies.body import Structure
from yushan.domain.bodies.sheets import Sheet
from yushan.domain.bodies.surfaces import Ellipsoid, Grown, Surface, Without
from yushan.domain.bodies.tubes import tube
from yushan.domain.bodies.wall import SIDES

if TYPE_CHECKING:
    from yushan.domain.bodies.plan import Plan

#: Middle and reach of the hip bone's wing: share of the way round, height in mm.
WING: Final = ((0.33, -392.0), (0.21, 84.0))
#: Sheets: name, tissue, off the belly's wall, half thickness, further round, higher.
LAYERS: Final = (
    ("gluteus_maximus", "muscle", 29.0, 11.0, -0.10, -26.0),
    ("gluteus_medius", "muscle", 16.0, 9.0, 0.02, -6.0),
    ("iliopsoas", "muscle", -9.0, 6.5, 0.03, -10.0),
    ("hip", "cortical_bone", 3.0, 5.2, 0.0, 0.0),
    ("hip", "marrow", 3.0, 3.9, 0.0, -3.0),
)
#: The sacrum and the tail: height, back of the last vertebra's middle, half width; mm.
SACRUM: Final = (
    (-358, 4, 22), (-370, 10, 40), (-390, 20, 40), (-416, 28, 32), (-440, 22, 20), (-468, 2, 7),
)  # fmt: skip
#: Middle of the hip joint on the left, its socket's outer radius and the head's; mm.
JOINT: Final = (88, 24, -462)
SOCKET_MM: Final = 33.0
HEAD_MM: Final = 23.5
#: Beams of the hip bone on the left and of the thigh: points, radii, thickness of the shell; mm.
BEAMS: Final = {
    "hip": (
        (((50, 66, -388), (74, 48, -424), (96, 28, -444)), (13, 15, 20), 1.8),
        (((86, 6, -470), (48, -22, -478), (11, -34, -494)), (10, 8, 11), 1.6),
        (((100, 46, -474), (88, 64, -504), (70, 60, -530)), (14, 13, 14), 1.8),
        (((70, 56, -532), (40, 10, -524), (11, -28, -506)), (8, 6.5, 8), 1.5),
    ),
    "femur": (
        (((88, 24, -462), (106, 30, -478), (122, 37, -496)), (17, 15, 17), 1.6),
        (((127, 42, -482), (125, 40, -510)), (15, 16), 1.6),
        (((123, 37, -506), (117, 30, -570), (108, 24, -650)), (17, 14.5, 14), 5.0),
    ),
}
#: Muscles around them on the left: name, points, radii; mm.
FLESH: Final = (
    ("gluteus_maximus", ((66, 84, -420), (104, 78, -470), (128, 62, -520)), (16, 34, 24)),
    ("skeletal_muscle", ((112, 20, -505), (108, 18, -580), (104, 18, -660)), (44, 62, 60)),
    ("skeletal_muscle", ((96, -26, -440), (104, -22, -500), (104, -14, -560)), (12, 26, 30)),
    ("iliopsoas", ((72, -8, -420), (82, -26, -462), (112, 12, -515)), (22, 17, 9)),
)
#: Organs: middle and half axes, mm.
BLADDER: Final = ((0, -8, -472), (36, 28, 25))
PROSTATE: Final = ((0, 2, -508), (23, 16, 17))
WOMB: Final = ((0, 16, -448), (25, 20, 33))


def pelvis(plan: Plan) -> list[Structure]:
    """Muscles and bones of the pelvis and the upper thighs."""
    found = [part for side, label in SIDES for part in flesh(plan, side, label)]
    for side, label in SIDES:
        for name, tissue, off, half, further, higher in LAYERS:
            middle = (WING[0][0] + further, (WING[0][1] + higher) * plan.tall)
            reach = (WING[1][0] - (0.01 if tissue == "marrow" else 0), WING[1][1] * plan.tall)
            sheet = Sheet(plan.cage, side, off, half, middle, reach)
            found.append(Structure(f"{name}_{label}", tissue, sheet, UNDER))
        found += ring(plan, side, label)
    line = [(0.0, plan.spine(z * plan.tall) + back, z * plan.tall) for z, back, _ in SACRUM]
    bone = tube(line, [wide * plan.wide for *_, wide in SACRUM], 6, (0, 1, 0.4), 0.28)
    joint = Ellipsoid(plan.point(0, -35, -496), (4, 9, 17))
    return [
        *found,
        Structure("pubic_symphysis", "cartilage", joint),
        Structure("sacrum", "cortical_bone", bone, UNDER),
        Structure("sacrum", "marrow", bone.thinned(1.5), UNDER),
    ]


def flesh(plan: Plan, side: int, label: str) -> list[Structure]:
    """Muscles of a buttock and thigh."""
    found = []
    for number, (name, points, radii) in enumerate(FLESH):
        line = [plan.point(side * x, y, z) for x, y, z in points]
        strong = plan["back_scale"] * plan.side(side, 20 + number)
        called = name if name == "skeletal_muscle" else f"{name}_{label}"
        muscle = tube(line, [r * strong for r in radii], 20)
        found.append(Structure(called, "muscle", muscle, UNDER))
    return found


def ring(plan: Plan, side: int, label: str) -> list[Structure]:
    """Half of the ring with its socket, and the thigh bone in it."""
    x, y, z = JOINT
    middle = plan.point(side * x, y, z)
    size = plan["vertebra_scale"]
    outer = Ellipsoid(middle, (SOCKET_MM * size,) * 3)
    head = Ellipsoid(middle, (HEAD_MM * size,) * 3)
    room = Grown(head, 2.5)
    away = plan.point(side * (x + 34), y + 4, z - 22)
    opening = Ellipsoid(away, (34.0 * size,) * 3)
    shell: list[Surface] = [Without(outer, (room, opening)), *beams(plan, side, "hip", 0)]
    inner: list[Surface] = [
        Without(Grown(outer, -1.8), (Grown(room, 1.8), Grown(opening, 1.8))),
        *beams(plan, side, "hip", 1),
    ]
    found = [Structure(f"hip_{label}", "cortical_bone", s, UNDER) for s in shell]
    found += [Structure(f"hip_{label}", "marrow", s, UNDER) for s in inner]
    found.append(Structure("hip_joint", "cartilage", Grown(head, 2.4)))
    long = [head, *beams(plan, side, "femur", 0)]
    core = [Grown(head, -1.4), *beams(plan, side, "femur", 1)]
    found += [Structure(f"femur_{label}", "cortical_bone", s) for s in long]
    return found + [Structure(f"femur_{label}", "marrow", s) for s in core]


def beams(plan: Plan, side: int, name: str, inner: int) -> list[Surface]:
    """Beams of a bone, or what is inside their shells."""
    found: list[Surface] = []
    for points, radii, shell in BEAMS[name]:
        line = [plan.point(side * x, y, z) for x, y, z in points]
        bone = tube(line, [r * plan["vertebra_scale"] for r in radii], 7)
        found.append(bone.thinned(shell) if inner else bone)
    return found


def pelvic_organs(plan: Plan) -> list[Structure]:
    """Bladder, and prostate or womb."""
    filled = 0.85 + 0.3 * float(plan.rng(58).random())
    at, axes = BLADDER
    one, two, three = (a * filled for a in axes)
    bag = Ellipsoid(plan.point(*at), (one, two, three), None, 2.3)
    organ, tissue, place, reach = (
        ("prostate", "bowel_wall", *PROSTATE)
        if plan.sex == "male"
        else ("uterus", "bowel_wall", *WOMB)
    )
    aged = float(plan["age_years"])
    size = 0.85 + 0.006 * (aged - 40) if plan.sex == "male" else 1.1 - 0.008 * max(aged - 48, 0)
    body = Ellipsoid(plan.point(*place), (reach[0] * size, reach[1] * size, reach[2] * size))
    return [
        Structure(organ, tissue, body),
        Structure("urinary_bladder", "bowel_wall", Grown(bag, 3.0)),
        Structure("urinary_bladder", "bladder", bag, "urinary_bladder"),
    ]
