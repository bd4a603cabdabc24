"""How one solid is coded: at which size, where it lies, by which mirror, and of which kind."""

from __future__ import annotations

from dataclasses import dataclass

from vdsc.codecs.solids.coarse import coarse_shape
from vdsc.codecs.solids.mirror import first_half
from vdsc.codecs.solids.solid_place import SolidPlace, code_place
from vdsc.codecs.solids.voxel_network import KINDS
from vdsc.codecs.solids.voxel_sight import Triple
from vdsc.entropy.tape import Tape

COARSEST = 2
"""How often a solid may be halved."""

NONE, NEARLY, EXACTLY = range(3)
"""Mirrors: the second half is coded as the first one, beside its mirror image, or not at all."""

LEAST = 3
"""Slices from which on there may be a mirror."""


@dataclass(frozen=True, slots=True)
class SolidPlan:
    """How one solid is coded.

    shifts: of each halving, the finest first. place: where the solid that is coded lies in its
    frame, which is coarse if there are shifts. mirror: NONE, NEARLY or EXACTLY, about `plane`.
    kind: coarse + 2 hollow, as the networks are told. fold: the axis of the whole frame, made fine,
    across which its second half is the mirror image of the first one, and the plane.
    """

    shifts: tuple[Triple, ...]
    place: SolidPlace
    mirror: int = NONE
    plane: int = 0
    kind: int = 0
    fold: tuple[int, int] | None = None

    @property
    def first(self) -> int:
        """How many slices are coded without a mirror."""
        return self.place.shape[0] if self.mirror == NONE else first_half(self.plane)


def shapes(shape: Triple, shifts: tuple[Triple, ...]) -> list[Triple]:
    """The shape of a frame and of what it is halved to, the finest first."""
    found = [shape]
    for shift in shifts:
        found.append(coarse_shape(found[-1], shift))
    return found


def code_plan(tape: Tape, given: SolidPlan | None, shape: Triple) -> SolidPlan:
    """Encode or decode the plan of a solid in a frame of this shape."""
    times = tape.uniform(None if given is None else len(given.shifts), COARSEST + 1)
    shifts: list[Triple] = []
    for i in range(times):
        number = None if given is None else _number(given.shifts[i])
        number = tape.uniform(number, 8)
        shifts.append((number >> 2, number >> 1 & 1, number & 1))
    fold = _code_fold(tape, given, shape) if times else None
    frame = shapes(shape, tuple(shifts))[-1]
    place = code_place(tape, None if given is None else given.place, frame)
    if place.empty:
        return SolidPlan(tuple(shifts), place, fold=fold)
    mirror, plane, depth = NONE, 0, place.shape[0]
    if depth >= LEAST:
        mirror = tape.uniform(None if given is None else given.mirror, 3)
    if mirror != NONE:
        plane = _code_plane(tape, None if given is None else given.plane, depth)
    kind = tape.uniform(None if given is None else given.kind, KINDS)
    return SolidPlan(tuple(shifts), place, mirror, plane, kind, fold)


def _code_fold(tape: Tape, given: SolidPlan | None, shape: Triple) -> tuple[int, int] | None:
    """Across which axis the whole frame is folded, if it is, and the plane."""
    fold = None if given is None else given.fold
    if not tape.uniform(None if given is None else int(fold is not None), 2):
        return None
    axis = tape.uniform(None if fold is None else fold[0], 3)
    return axis, tape.uniform(None if fold is None else fold[1], 2 * shape[axis] - 1)


def _code_plane(tape: Tape, given: int | None, depth: int) -> int:
    """The plane of a mirror: that in the middle, or another one with a quarter on either side."""
    apart = tape.uniform(None if given is None else int(given != depth - 1), 2)
    if not apart:
        return depth - 1
    least = depth // 2
    most = 2 * depth - 2 - least
    return tape.uniform(None if given is None else given - least, most - least + 1) + least


def _number(shift: Triple) -> int:
    return shift[0] << 2 | shift[1] << 1 | shift[2]
