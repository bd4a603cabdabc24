"""The codec `solids` as docs/format/solids.md says it, in plain Python; slow."""

from __future__ import annotations

from itertools import product
from math import prod

import numpy as np

from tests.docs.lossless_page.container import NAMES, opened
from tests.docs.page_decoder import Stack, distribution, frequencies

ORDERS = ("zyx", "zxy", "yzx", "yxz", "xzy", "xyz")
PLACES = sorted(product(range(-6, 7), repeat=3), key=lambda p: (sum(n * n for n in p), p))
BEFORE = [
    (z, y, x)
    for z, y, x in PLACES
    if (z, y, x) < (0, 0, 0) and (y <= 3 or z == 0) and (x <= 3 or z == y == 0)
]


def by_page(data, weights, models):
    """The values of a file, in its type; `weights` are the checkpoint's."""
    head, bodies = opened(data, models)
    shape, dtype = head[1], np.dtype(NAMES[head.get(2, 0)])
    frame = shape[1:]
    while len(frame) > 1 and frame[-1] == 1:
        frame = frame[:-1]
    apart, parts = len(frame) == 3, []
    room = prod(n + 12 for n in frame) if apart else prod(frame)
    most = max(1, 2**23 // room)
    assert len(bodies) == -(-shape[0] // (most if apart else min(most, 2**11)))
    for i, body in enumerate(bodies):
        n = (i + 1) * shape[0] // len(bodies) - i * shape[0] // len(bodies)
        size = frame if apart else [n, *frame] if len(frame) == 2 else [1, n, *frame]
        stack = Stack(body)
        parts.append(Chunk(stack, weights, n if apart else 1, size).frames())
        assert stack.empty
    both = [of_ordinal(head.get(key, ordinal(v, dtype)), dtype) for v, key in enumerate("ab")]
    bits = np.concatenate([np.array(part).reshape(-1) for part in parts])
    return np.array(both, dtype)[bits].reshape(shape)


def ordinal(value, dtype):
    """The ordinal of 0 or 1."""
    if dtype.kind != "f":
        return value - (2**63 if dtype == np.uint64 else 0)
    return int(np.array(value, dtype).view(f"{dtype.str[0]}i{dtype.itemsize}"))


def of_ordinal(key, dtype):
    """The value that has this ordinal."""
    if dtype.kind != "f":
        return key + (2**63 if dtype == np.uint64 else 0)
    width = 8 * dtype.itemsize
    bits = key if key >= 0 else -1 - key - 2 ** (width - 1)
    return np.array(bits, f"{dtype.str[0]}i{dtype.itemsize}").view(dtype)


class Plan:
    """How one solid is coded."""

    def __init__(self, stack, frame):
        self.frames, self.shifts = [tuple(frame)], []
        for _ in range(stack.uniform(3)):
            number = stack.uniform(8)
            self.shifts.append((number >> 2, number >> 1 & 1, number & 1))
            last = zip(self.frames[-1], self.shifts[-1], strict=True)
            self.frames.append(tuple((n + s + 1) // 2 for n, s in last))
        self.fold = None
        if self.shifts and stack.uniform(2):
            axis = stack.uniform(3)
            self.fold = axis, stack.uniform(2 * frame[axis] - 1)
        room, self.mirror, self.plane = self.frames[-1], 0, 0
        self.size = [stack.uniform(room[0] + 1)]
        self.empty = not self.size[0]
        if self.empty:
            return
        self.size += [stack.uniform(n) + 1 for n in room[1:]]
        if stack.uniform(2):
            pairs = zip(room, self.size, strict=True)
            self.low = [stack.uniform(n - size + 1) for n, size in pairs]
        else:
            self.low = [(n - size) // 2 for n, size in zip(room, self.size, strict=True)]
        self.side = stack.uniform(48)
        self.order = ["zyx".index(axis) for axis in ORDERS[self.side >> 3]]
        self.shape = d, _, _ = [self.size[axis] for axis in self.order]
        if d >= 3:
            self.mirror = stack.uniform(3)
        if self.mirror:
            apart = stack.uniform(2)
            self.plane = d // 2 + stack.uniform(2 * d - 1 - 2 * (d // 2)) if apart else d - 1
        self.first = self.plane // 2 + 1 if self.mirror else d
        kind = stack.uniform(4)
        self.coarse, self.hollow = kind & 1, kind >> 1


class Chunk:
    """A body on its stack."""

    def __init__(self, stack, weights, count, frame):
        self.stack = stack
        self.weights = {k: v.astype(object) for k, v in weights.items()}
        self.plans = [Plan(stack, frame) for _ in range(count)]
        self.solids = [{} for _ in self.plans]  # the places of all ones

    def frames(self):
        """All frames."""
        full = [i for i, plan in enumerate(self.plans) if not plan.empty]
        self.waves(full, "alone", lambda plan: (0, plan.first))
        mirrors = [i for i in full if self.plans[i].mirror]
        self.images = {i: self.image(i) for i in mirrors}
        near = [i for i in mirrors if self.plans[i].mirror == 1]
        self.waves(near, "beside", lambda plan: (plan.first, plan.shape[0]))
        for i in mirrors:
            if self.plans[i].mirror == 2:
                self.solids[i] = self.images[i]
        return [self.frame(i) for i in range(len(self.plans))]

    def image(self, i):
        """What the mirror shows."""
        plan, ones = self.plans[i], dict(self.solids[i])
        for z in range(plan.first, min(plan.shape[0] - 1, plan.plane) + 1):
            for _, y, x in (at for at in self.solids[i] if at[0] == plan.plane - z):
                ones[z, y, x] = 1
        return ones

    def waves(self, numbers, name, span):
        """The voxels of some solids, wave after wave."""
        voxels = []
        for i in numbers:
            first, end = span(self.plans[i])
            _, height, width = self.plans[i].shape
            for z, y, x in product(range(end - first), range(height), range(width)):
                voxels.append((16 * z + 4 * y + x, i, (z + first, y, x)))
        for _, i, at in sorted(voxels):
            bits = self.seen(i, at, name)
            if self.stack.table(self.row(name, self.plans[i], bits)):
                self.solids[i][at] = 1

    def seen(self, i, at, name):
        """The bits that are seen of a voxel."""
        z, y, x = at
        own = BEFORE[: 140 if name == "alone" else 100]
        bits = [self.solids[i].get((z + a, y + b, x + c), 0) for a, b, c in own]
        if name == "beside":
            bits += [self.images[i].get((z + a, y + b, x + c), 0) for a, b, c in PLACES[:81]]
        return bits

    def row(self, name, plan, bits):
        """The frequencies of a voxel."""
        if min(bits) == max(bits):
            rare = int(self.weights[f"{name}.rare"][plan.coarse][bits[0]])
            return [65536 - rare, rare] if bits[0] == 0 else [rare, 65536 - rare]
        (o,) = self.network(name, [*bits, plan.coarse, plan.hollow])
        return frequencies([distribution(1, -16 * o)])

    def network(self, name, bits):
        """Outputs of three layers."""
        x = np.array([2 * bit - 1 for bit in bits], dtype=object)
        for i in range(3):
            weight, bias = (self.weights[f"{name}.{i}.{part}"] for part in ("weight", "bias"))
            x = weight @ x + bias if i == 0 else (weight @ x + (bias << 12)) >> 12
            if i < 2:
                x = np.array([min(max(v, 0), 1 << 20) for v in x], dtype=object)
        return x.tolist()

    def frame(self, i):
        """A frame, nested lists as an array."""
        plan = self.plans[i]
        made = np.zeros(plan.frames[-1], int)
        if not plan.empty:
            solid = np.zeros(plan.shape, int)
            for at in self.solids[i]:
                solid[at] = 1
            for axis in range(3):
                if plan.side >> axis & 1:
                    solid = np.flip(solid, axis)
            box = np.transpose(solid, np.argsort(plan.order))
            made[tuple(slice(a, a + n) for a, n in zip(plan.low, plan.size, strict=True))] = box
        for shift, size in zip(plan.shifts[::-1], plan.frames[-2::-1], strict=True):
            made = self.finer(made, shift, size)
        if plan.fold:
            axis, f = plan.fold
            slices = np.moveaxis(made, axis, 0)
            for z in range(f // 2 + 1, len(slices)):
                slices[z] = slices[f - z] if z <= f else 0
        return made

    def finer(self, coarse, shift, size):
        """A frame of twice the size."""
        made, wide = np.zeros(size, int), np.pad(coarse, 6)
        for at in product(*map(range, coarse.shape)):
            bits = [int(wide[tuple(i + o + 6 for i, o in zip(at, p, strict=True))]) for p in _NEAR]
            same = min(bits) == max(bits)
            outputs = [bits[0]] * 8 if same else self.network("finer", bits)
            for child, out in zip(product((0, 1), repeat=3), outputs, strict=True):
                place = [2 * i + c - s for i, c, s in zip(at, child, shift, strict=True)]
                if all(0 <= p < n for p, n in zip(place, size, strict=True)):
                    made[tuple(place)] = out > 0
        return made


_NEAR = PLACES[:93]
