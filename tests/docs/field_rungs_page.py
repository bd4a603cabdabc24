"""Knots and rungs of the codec `field` as docs/format/field.md says them, in plain Python; slow."""

from __future__ import annotations

import math

import numpy as np

from tests.docs.between_page import looked_at
from tests.docs.field_page import (
    Field,
    finished,
    held,
    in_steps,
    integers,
    next_network,
    of_pixels,
    size_of,
    step_of,
)
from tests.docs.lossless_page.container import opened
from tests.docs.page_decoder import Stack


def by_page(data, model, rungs, times=None, scale=1, tiles=None):
    """The frames of a file of knots and rungs, at instants and at a scale.

    model, rungs: matrices of its networks. tiles: tensors of what draws beneath.
    """
    head, bodies = opened(data)
    assert head["k"] == 1
    shape, count, net, parts = head[1], len(bodies), model, []
    channels = shape[3] if len(shape) == 4 else 1
    sizes = [1 << (head["b"] >> 4 * i & 15) for i in range(3)]
    for i, body in enumerate(bodies):
        frames = (i + 1) * shape[0] // count - i * shape[0] // count
        net, at = next_network(body, net)
        stack = Stack(body[at:])
        grid = KnotGrid(stack, frames)
        field = Field(stack, net, head, (len(grid.knots), *shape[1:3]), sizes, channels)
        knots = own_pixels(integers(field, body, tiles), head, channels)
        parts.append(Climb(stack, rungs, head, channels).frames(grid, knots))
        assert stack.empty
    real = of_pixels(np.concatenate(parts), times, scale)
    return held(real if len(shape) == 4 else real[..., 0], np.dtype("u1"))


def own_pixels(x, params, channels):
    """Frames of integers."""
    steps, kind = (step_of(params), params.get("o", 0)), np.dtype("u1")
    return held(finished(x, steps, x.shape, kind, channels, None, 1), kind)


class KnotGrid:
    """The knots of a chunk, as its stack says them."""

    def __init__(self, stack, count):
        levels = [stack.uniform(5) for _ in range(-(-(count - 1) // 16))]
        apart = [1 << levels[i // 16] for i in range(count - 1)] + [1]
        self.count, self.knots = count, [i for i in range(count) if i % apart[i] == 0]

    def rungs(self):
        """Each rung's number, and of its frames the number, and those of two that are known."""
        for r in (3, 2, 1, 0):
            some = [i for i in range(self.count) if i % (2 << r) == 1 << r]
            some = [i for i in some if i not in self.knots]
            if some:
                yield r, [(i, i - (1 << r), min(i + (1 << r), self.count - 1)) for i in some]


class Climb:
    """From knots to all frames."""

    def __init__(self, stack, net, params, channels):
        self.stack, self.net, self.params, self.channels = stack, net, params, channels

    def frames(self, grid, knots):
        """All frames (n, H, W, C) of uint8."""
        known = dict(zip(grid.knots, knots, strict=True))
        for r, rung in grid.rungs():
            params = {
                "j": self.params.get("j", 0) + 5 - r,
                "t": min(max(self.params.get("t", 0) + 5 - r, -64), 64),
                "d": self.params.get("d", 16),
            }
            foretold, hints = [], []
            for i, before, after in rung:
                share = ((i - before) << 16) // (after - before)
                frame, size, unlike = looked_at(known[before], known[after], share)
                foretold.append(frame)
                hints += hints_of(unlike, size, frame.shape, step_of(params))
            made = self.made(params, np.stack(foretold), hints)
            known |= {i: frame for (i, *_), frame in zip(rung, made, strict=True)}
        return np.stack([known[i] for i in range(grid.count)])

    def made(self, params, foretold, hints):
        """Frames (m, H, W, C) of a rung."""
        if not self.stack.uniform(2):
            return foretold
        shape = foretold.shape[:3]
        field = Field(self.stack, self.net, params, shape, [1, 8, 8], self.channels)
        field.hints = hints
        base = in_steps(foretold, step_of(params), colours=self.channels == 3)
        return own_pixels(field.values() + base, params, self.channels)


def hints_of(unlike, size, shape, step):
    """What the network is told of each block of 8 x 8 pixels."""
    made = []
    for y in range(0, shape[0], 8):
        for x in range(0, shape[1], 8):
            mean = unlike[y // size, x // size] / (3 * size**2)
            made.append(64 * size_of(math.floor(mean / step * 4)))
    return made
