"""The top of the pelvis: sacrum, wings of the hip bones, and the muscles on both their faces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.domain.bodies.body import Structure
from yushan.domain.bodies.sheets import Sheet
from yushan.domain.bodies.tubes import tube
from yushan.domain.bodies.wall import SIDES, UNDER

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
#: The sacrum: height, back of the last vertebra's middle, half width; mm.
SACRUM: Final = ((-358, 4, 22), (-370, 10, 40), (-390, 22, 40), (-416, 38, 32), (-440, 50, 22))


def pelvis(plan: Plan) -> list[Structure]:
    """Muscles and bones of the pelvis, as far as the model reaches."""
    found = []
    for side, label in SIDES:
        for name, tissue, off, half, further, higher in LAYERS:
            middle = (WING[0][0] + further, (WING[0][1] + higher) * plan.tall)
            reach = (WING[1][0] - (0.01 if tissue == "marrow" else 0), WING[1][1] * plan.tall)
            sheet = Sheet(plan.cage, side, off, half, middle, reach)
            found.append(Structure(f"{name}_{label}", tissue, sheet, UNDER))
    line = [(0.0, plan.spine(z * plan.tall) + back, z * plan.tall) for z, back, _ in SACRUM]
    bone = tube(line, [wide * plan.wide for *_, wide in SACRUM], 6, (0, 1, 0.4), 0.28)
    found += [
        Structure("sacrum", "cortical_bone", bone, UNDER),
        Structure("sacrum", "marrow", bone.thinned(1.5), UNDER),
    ]
    return found
