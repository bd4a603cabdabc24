"""The body of a chunk of solids: plans, the voxels before any mirror, those beside one.

frames (N, D, H, W) <-> bytes. Coarse solids are made finer when all voxels are known.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vdsc.codecs.solids.coarse import CHILDREN, put_together
from vdsc.codecs.solids.mirror import mirrored
from vdsc.codecs.solids.solid_plan import EXACTLY, NEARLY, SolidPlan, code_plan, shapes
from vdsc.codecs.solids.voxel_code import BLOCK, VoxelCode, VoxelRun
from vdsc.codecs.solids.voxel_network import SolidNetworks
from vdsc.codecs.solids.voxel_sight import (
    ALONE,
    BESIDE,
    COARSE,
    MIRRORED,
    Solid,
    Triple,
    around,
    before,
    dull,
    flat,
    padded,
    strides,
)
from vdsc.entropy import BitStack
from vdsc.entropy.tape import ReadingTape, Tape, WritingTape
from vdsc.errors import CorruptFile


def to_body(
    plans: Sequence[SolidPlan], solids: Sequence[Solid], networks: SolidNetworks, shape: Triple
) -> bytes:
    """The body of solids, each as its plan looks at it, in frames of this shape."""
    tape, stack = WritingTape(), BitStack()
    for plan in plans:
        code_plan(tape, plan, shape)
    for codes, _ in _Stages(plans, list(solids), networks):
        codes.encode(tape)
    tape.push(stack)
    return stack.to_bytes()


def of_body(body: bytes, count: int, networks: SolidNetworks, shape: Triple) -> Solid:
    """Frames (count, D, H, W) of a body; raises CorruptFile for what no encoder makes."""
    stack = BitStack.from_bytes(body)
    tape: Tape = ReadingTape(stack)
    plans = [code_plan(tape, None, shape) for _ in range(count)]
    solids = [np.zeros(plan.place.shape, np.uint8) for plan in plans]
    for codes, numbers in _Stages(plans, solids, networks):
        for number, solid in zip(numbers, codes.decode(tape), strict=True):
            solids[number] = solid
    if not stack.empty:
        raise CorruptFile("a stream holds more than its solids; the file is damaged")
    return np.stack(
        [framed(plan, solid, networks, shape) for plan, solid in zip(plans, solids, strict=True)]
    )


def costs(plan: SolidPlan, solid: Solid, networks: SolidNetworks) -> float:
    """Ideal bits of the voxels of one solid, as its plan looks at it."""
    return sum(float(codes.costs().sum()) for codes, _ in _Stages([plan], [solid], networks))


def framed(plan: SolidPlan, solid: Solid, networks: SolidNetworks, shape: Triple) -> Solid:
    """The frame of a solid that is coded so: second half, place and finer voxels with it."""
    if plan.mirror == EXACTLY:
        solid = mirrored(solid, plan.plane)
    sizes = shapes(shape, plan.shifts)
    frame = plan.place.put(solid, sizes[-1])
    for size, shift in zip(sizes[-2::-1], plan.shifts[::-1], strict=True):
        frame = put_together(finer(frame, networks), size, shift)
    if plan.fold is None:
        return frame
    axis, plane = plan.fold
    whole = mirrored(np.moveaxis(frame, axis, 0), plane)
    return np.ascontiguousarray(np.moveaxis(whole, 0, axis))


def finer(coarse: Solid, networks: SolidNetworks) -> Solid:
    """The eight voxels (D, H, W, 8) that are likely in each one of a coarse solid."""
    offsets = around(COARSE)
    made = np.repeat(coarse[..., None], CHILDREN, axis=-1)
    at = np.argwhere(~dull(coarse, offsets).any(axis=0))
    wide, steps = padded(coarse).ravel(), offsets @ strides(coarse.shape)
    for begin in range(0, len(at), BLOCK):
        some = at[begin : begin + BLOCK]
        bits = wide[flat(some, coarse.shape)[:, None] + steps]
        odds = networks.finer(bits, np.zeros(len(some), np.int64))
        made[tuple(some.T)] = odds > 0
    return made


class _Stages:
    """First what is coded alone, then what is coded beside a mirror, of those solids that have it.

    The list of solids is looked at anew for each stage.
    """

    def __init__(
        self, plans: Sequence[SolidPlan], solids: list[Solid], networks: SolidNetworks
    ) -> None:
        self._plans, self._solids, self._networks = plans, solids, networks
        self._stage = 0

    def __iter__(self) -> _Stages:
        return self

    def __next__(self) -> tuple[VoxelCode, list[int]]:
        """The code of the next stage, and which solids it is of."""
        while self._stage < 2:
            self._stage += 1
            found = self._alone() if self._stage == 1 else self._beside()
            if found is not None:
                return found
        raise StopIteration

    def _alone(self) -> tuple[VoxelCode, list[int]] | None:
        numbers = [i for i, plan in enumerate(self._plans) if not plan.place.empty]
        runs = [
            VoxelRun(self._solids[i], 0, self._plans[i].first, self._plans[i].kind) for i in numbers
        ]
        networks, views = self._networks, [before(ALONE)]
        return (VoxelCode(runs, networks.alone, views, networks.rare[0]), numbers) if runs else None

    def _beside(self) -> tuple[VoxelCode, list[int]] | None:
        numbers = [i for i, plan in enumerate(self._plans) if plan.mirror == NEARLY]
        runs = []
        for i in numbers:
            plan, solid = self._plans[i], self._solids[i]
            image = mirrored(solid, plan.plane)
            runs.append(VoxelRun(solid, plan.first, len(solid), plan.kind, image))
        networks, views = self._networks, [before(BESIDE), around(MIRRORED)]
        return (
            (VoxelCode(runs, networks.beside, views, networks.rare[1]), numbers) if runs else None
        )
