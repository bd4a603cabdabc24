"""Sent motion of the codec `field` as docs/format/field.md says it, in plain Python; slow."""

from __future__ import annotations

import math

import numpy as np

from tests.docs.between_page import columns, rows
from tests.docs.field_page import Field, held, in_steps, next_network, of_pixels, size_of, step_of
from tests.docs.field_rungs_page import KnotGrid, own_pixels
from tests.docs.lossless_page.container import opened
from tests.docs.page_decoder import Stack


def by_page(data, model, rungs, times=None, scale=1):
    """The frames of a file of sent motion, at instants and at a scale.

    model, rungs: matrices of its networks.
    """
    head, bodies = opened(data)
    assert head["k"] == 2
    shape, count, net, parts = head[1], len(bodies), model, []
    for i, body in enumerate(bodies):
        frames = (i + 1) * shape[0] // count - i * shape[0] // count
        net, at = next_network(body, net)
        stack = Stack(body[at:])
        parts.append(Tale(stack, net, rungs, head, frames).frames())
        assert stack.empty
    real = of_pixels(np.concatenate(parts), times, scale)
    return held(real if len(shape) == 4 else real[..., 0], np.dtype("u1"))


def scaled(v, p, q):
    """s(v; p, q)."""
    return (2 * v * p + q) // (2 * q)


class Tale:
    """One chunk."""

    def __init__(self, stack, net, rungs, params, count):
        self.stack, self.net, self.rungs, self.params, self.count = stack, net, rungs, params, count
        self.shape, self.known, self.moves, self.order = params[1], {}, {}, []
        self.channels = self.shape[3] if len(self.shape) == 4 else 1
        size = self.shape[1:3]
        self.b = 4 << ((min(size) // 128).bit_length() + 1)
        self.grid = [-(-n // self.b) for n in size]
        self.counts = {}

    def frames(self):
        """All frames (n, H, W, C) of uint8."""
        grid = KnotGrid(self.stack, self.count)
        for i, knot in enumerate(grid.knots):
            before = grid.knots[i - 1] if i else None
            if before is None or not self.stack.uniform(2):
                self.take([(knot, None, None)], self.apart(), [None])
            else:
                self.turn([(knot, before, None)], None)
        for r, rung in grid.rungs():
            self.turn(rung, r)
        return np.stack([self.known[i] for i in range(self.count)])

    def apart(self):
        """A frame as it is."""
        params = {k: self.params[k] for k in "jotd" if k in self.params}
        field = Field(self.stack, self.net, params, (1, *self.shape[1:3]), [1, 8, 8], self.channels)
        return own_pixels(field.values(), self.params, self.channels)

    def turn(self, some, r):
        """Frames that are foretold."""
        coarser = 0 if r is None else 10 - r
        params = {
            "j": self.params.get("j", 0) + coarser,
            "t": min(max(self.params.get("t", 0) + coarser, -64), 64),
            "d": self.params.get("d", 16),
        }
        foretold, hints, moves = [], [], []
        for i, before, after in some:
            moves.append(self.moves_of(i, before, after, r))
            frame, unlike = self.foretold(i, before, after, moves[-1])
            foretold.append(frame)
            for y in range(0, self.shape[1], 8):
                for x in range(0, self.shape[2], 8):
                    u = unlike[y // self.b, x // self.b] / (3 * self.b**2) / step_of(params)
                    hints.append(64 * size_of(math.floor(4 * u)))
        made = np.stack(foretold)
        if self.stack.uniform(2):
            field = Field(self.stack, self.rungs, params, made.shape[:3], [1, 8, 8], self.channels)
            field.hints = hints
            base = in_steps(made, step_of(params), colours=self.channels == 3)
            made = own_pixels(field.values() + base, params, self.channels)
        self.take(some, made, moves)

    def take(self, some, made, moves):
        """Know frames, and how their blocks moved."""
        for (i, before, _), frame, move in zip(some, made, moves, strict=True):
            self.known[i] = frame
            self.order.append(i)
            still = dict.fromkeys(np.ndindex(*self.grid), (0, 0))
            self.moves[i] = (still, 1) if move is None else (move[1], i - before)

    def moves_of(self, i, before, after, r):
        """Modes and steps of blocks, from the stack."""
        last = before
        if after is not None and self.order.index(after) > self.order.index(before):
            last = after
        steps, back = self.moves[last]
        most, usual = 3 * self.b, 1 if after is None else 0
        guess = {
            block: [min(max(scaled(v, i - before, back), -most), most) for v in step]
            for block, step in steps.items()
        }
        modes, found, alike = {}, {}, {}
        for number in range(5):
            blocks = [block for block in guess if phase_of(*block) == number]
            kind, expected, around = (0 if r is None else r + 1), {}, {}
            for y, x in blocks:
                apart = 2 if number < 3 else 1
                near = (
                    [(-1, -1), (-1, 1), (1, -1), (1, 1)]
                    if number % 2
                    else [(-1, 0), (1, 0), (0, -1), (0, 1)]
                )
                near = [(y + apart * p, x + apart * q) for p, q in near]
                near = [block for block in near if block in guess] if number else []
                middle = [0, 0]
                for axis in (0, 1) if near else ():
                    off = sorted(found[n][axis] - guess[n][axis] for n in near)
                    middle[axis] = (off[(len(off) - 1) // 2] + off[len(off) // 2]) >> 1
                pairs = zip(guess[y, x], middle, strict=True)
                expected[y, x] = tuple(min(max(g + m, -most), most) for g, m in pairs)
                same = sum(alike[n] for n in near)
                around[y, x] = 3 if not near else 0 if same == len(near) else 1 if same else 2
            says = self.symbols([("same", kind, around[block]) for block in blocks], 2)
            sent = dict(zip(blocks, says, strict=True))
            others = [block for block in blocks if not sent[block]]
            for block in blocks:
                modes[block], found[block] = usual, expected[block]
            if others and after is not None:
                which = self.symbols([("mode", kind)] * len(others), 3)
                modes |= dict(zip(others, which, strict=True))
            for axis in (0, 1) if others else ():
                digits = self.symbols([("digits", kind, axis)] * len(others), 10)
                rest = [self.stack.uniform(1 << g) for g in digits]
                for block, g, u in zip(others, digits, rest, strict=True):
                    size = (1 << (g - 1)) + (u >> 1) if g else 0
                    step = [*found[block]]
                    step[axis] += -size if u & 1 else size
                    assert abs(step[axis]) <= most
                    found[block] = tuple(step)
            for block in blocks:
                alike[block] = modes[block] == usual and found[block] == expected[block]
        return modes, found

    def symbols(self, laws, choices):
        """Table symbols, each under a law that learns from all of them afterwards."""
        found = []
        for law in laws:
            counts = self.counts.setdefault(law, [32] * choices)
            row = [c * (65536 - choices) // sum(counts) + 1 for c in counts]
            row[0] += 65536 - sum(row)
            found.append(self.stack.table(row))
        for law, symbol in zip(laws, found, strict=True):
            self.counts[law][symbol] += 32
        for law in set(laws):
            while sum(self.counts[law]) > 2048:
                self.counts[law] = [(c + 1) >> 1 for c in self.counts[law]]
        return found

    def foretold(self, i, before, after, move):
        """A frame, and how unlike blocks are in both known ones."""
        modes, steps = move
        b, most, (height, width) = self.b, 3 * self.b, self.grid
        fine = [doubled(self.known[k], b) for k in (before, after) if k is not None]
        ramp = [*range(1, 2 * b, 2), *range(2 * b - 1, 0, -2)]
        total = np.zeros((height * b, width * b, self.channels), int)
        unlike = np.zeros(self.grid, int)
        for y in range(-1, height + 1):
            for x in range(-1, width + 1):
                block = min(max(y, 0), height - 1), min(max(x, 0), width - 1)
                step, mode = steps[block], modes[block]
                at = [b * k - b // 2 + np.arange(2 * b) for k in (y, x)]
                values = [taken(fine[0], at, step)]
                if after is not None:
                    on = [-scaled(v, after - i, i - before) for v in step]
                    on = [min(max(v, -most), most) for v in on]
                    values.append(taken(fine[1], at, on))
                value = values[0] + values[1] if mode == 0 else 2 * values[mode - 1]
                if block == (y, x) and mode == 0:
                    own = slice(b // 2, -b // 2)
                    off = abs(values[0] - values[1])[own, own].sum()
                    unlike[block] = off * (3 // self.channels)
                inside = [(k >= 0) & (k < n * b) for k, n in zip(at, self.grid, strict=True)]
                weights = np.outer(*(np.array(ramp)[k] for k in inside))[..., None]
                part = value[inside[0]][:, inside[1]]
                total[np.ix_(*(k[j] for k, j in zip(at, inside, strict=True)))] += weights * part
        found = np.clip((2 * total + 8 * b * b) // (16 * b * b), 0, 255).astype("u1")
        return found[: self.shape[1], : self.shape[2]], unlike


def phase_of(row, column):
    """When a block comes."""
    if row % 2 != column % 2:
        return 4
    if row % 2:
        return 3
    return {(0, 0): 0, (2, 2): 1}.get((row % 4, column % 4), 2)


def doubled(frame, size):
    """A frame at half pixels, its borders continued until blocks are whole."""
    more = [(0, -n % size) for n in frame.shape[:2]]
    return columns(rows(np.pad(frame, (*more, (0, 0)), "edge").astype(int)))


def taken(fine, at, step):
    """Values at pixels and half pixels away from them."""
    places = [
        np.clip(2 * k + v + 16, 0, n - 1) for k, v, n in zip(at, step, fine.shape[:2], strict=True)
    ]
    return fine[np.ix_(*places)]
