"""Frames between frames as docs/format/between.md says them, in plain Python; slow."""

from __future__ import annotations

from itertools import product

import numpy as np


def followed(shape, dtype):
    """Whether frames of a sequence are pixels."""
    if (
        dtype != np.uint8
        or len(shape) not in {3, 4}
        or (len(shape) == 4 and shape[3] not in {1, 3})
    ):
        return False
    low, high = sorted(shape[1:3])
    return low >= 16 and high <= 16 * low and low * high <= 1 << 20


def pixels_at(frames, seconds, times):
    """Frames at instants, of pixels (T, H, W, C)."""
    count, made = len(seconds), []
    for t in times:
        i = max([k for k in range(max(count - 1, 1)) if seconds[k] <= t], default=0)
        share = 0
        if count > 1:
            part = min(max((t - seconds[i]) / (seconds[i + 1] - seconds[i]), 0.0), 1.0)
            share = int(np.floor(part * 65536 + 0.5))
        made.append(between(frames[i], frames[min(i + 1, count - 1)], share))
    return np.array(made)


def between(first, second, share):
    """The frame between two."""
    if share in {0, 65536} or (first == second).all():
        return second if share == 65536 else first
    return Between(first, second, share).frame()


def looked_at(first, second, share):
    """The frame between two, how many pixels blocks have along an axis, how unlike blocks are."""
    pair = Between(first, second, share)
    frame = first if (first == second).all() else pair.frame()
    return frame, pair.block, pair.unlike


class Between:
    """Two frames and a share of the way."""

    def __init__(self, first, second, share):
        self.size, self.s = first.shape[:2], share
        self.h = (min(self.size) // 128).bit_length() + 1
        self.block = 1 << self.h + 2
        more = [(0, -n % self.block) for n in self.size]
        self.pair = [np.pad(x, (*more, (0, 0)), "edge").astype(int) for x in (first, second)]
        self.whole = self.pair[0].shape[:2]
        self.grid = tuple(n // self.block for n in self.whole)
        self.blocks = list(np.ndindex(*self.grid))
        self.unlike = np.zeros(self.grid, int)
        self.fine = [columns(rows(x)) for x in self.pair]
        self.light = [bright(x) for x in self.fine]

    def back(self, c):
        """How far away in the first."""
        return (c * self.s + (1 << 15)) >> 16

    def ahead(self, c):
        """How far away in the second."""
        return c - self.back(c)

    def frame(self):
        """The frame (H, W, C)."""
        channels = self.pair[0].shape[2]
        total = np.zeros((*self.whole, channels), int)
        weight = np.zeros(self.whole, int)
        ramp = [*range(1, 2 * self.block, 2), *range(2 * self.block - 1, 0, -2)]
        for b, (found, weights) in self.ways().items():
            ways = [*(self.nearer(b, way) for way in found[:4]), (0, 0)]
            self.unlike[b] = min(self.cost(b, way) for way in ways[:4])
            sum_of = sum(weights)
            parts = [(512 * w + sum_of) // (2 * sum_of) for w in weights]
            parts[0] += 256 - sum(parts)
            y, x, r = self.window(b, ramp)
            weight[np.ix_(y, x)] += r
            for way, part in zip(ways, parts, strict=True):
                total[np.ix_(y, x)] += part * r[..., None] * self.mixed(y, x, way)
        d = (weight << 24)[..., None]
        found = (2 * total + d) // (2 * d)
        found = np.clip(found, 0, 255).astype("u1")
        return found[: self.size[0], : self.size[1]]

    def window(self, b, ramp):
        """Rows and columns of a block's window that the frame has, and what they weigh."""
        axes = []
        for at, n in zip(b, self.whole, strict=True):
            begin = at * self.block - self.block // 2
            axes.append([(begin + i, r) for i, r in enumerate(ramp) if 0 <= begin + i < n])
        (y, ry), (x, rx) = (zip(*pairs, strict=True) for pairs in axes)
        return np.array(y), np.array(x), np.array(ry)[:, None] * np.array(rx)

    def moved(self, pictures, y, x, way):
        """Both pictures where pixels come from and go to, and where these places lie inside."""
        found = []
        for picture, sign in zip(pictures, (-1, 1), strict=True):
            by = [self.back(c) if sign < 0 else self.ahead(c) for c in way]
            at = [2 * k + sign * c for k, c in zip((y, x), by, strict=True)]
            inside = [(k >= -1) & (k <= 2 * n - 1) for k, n in zip(at, self.whole, strict=True)]
            held = [np.clip(k + 16, 0, n - 1)
                    for k, n in zip(at, picture.shape[:2], strict=True)]  # fmt: skip
            found.append((picture[np.ix_(*held)], inside[0][:, None] & inside[1]))
        return found

    def mixed(self, y, x, way):
        """What a way makes of a window."""
        (first, one), (second, other) = self.moved(self.fine, y, x, way)
        left = np.where((other & ~one)[..., None], second, first)
        right = np.where((one & ~other)[..., None], first, second)
        return (65536 - self.s) * left + self.s * right

    def nearer(self, b, way):
        """A way in half pixels."""
        v = [c << self.h + 1 for c in way]
        signs = [(0, 0), *(o for o in product((-1, 0, 1), repeat=2) if o != (0, 0))]
        for k in range(self.h, 0, -1):
            tried = [[c + (o << k) for c, o in zip(v, sign, strict=True)] for sign in signs]
            v = min(tried, key=lambda one: self.cost(b, one))
        return v

    def cost(self, b, way):
        """What a way costs a block's own pixels."""
        y, x = (k * self.block + np.arange(self.block) for k in b)
        (first, one), (second, other) = self.moved(self.light, y, x, way)
        d = np.minimum(abs(first - second)[..., 0], 200)
        return np.where(one & other, d, 30).sum()

    def ways(self):
        """Five ways of each block, and their weights."""
        own = self.own()
        costs = dict(own)
        for _ in range(6):
            least = {b: eased(eased(e, 0), 1) for b, e in costs.items()}
            least = {b: m - m.min() for b, m in least.items()}
            costs = {b: e + self.neighbours(least, b) for b, e in own.items()}
        made, orders = {}, {}
        for b, e in costs.items():
            orders[b] = sorted(np.ndindex(17, 17), key=lambda c, e=e: (e[c], c))[:4]
        cut = sum(own[b][order[0]] for b, order in orders.items()) > 2560 * len(own)
        for b, e in costs.items():
            order = orders[b]
            more = 1 << 32 if cut or own[b][8, 8] == 0 else 0
            paid = [int(e[c]) + more for c in order] + [int(e[8, 8])]
            weights = [65536 >> min((p - min(paid)) >> 8, 17) for p in paid]
            made[b] = [(c[0] - 8, c[1] - 8) for c in [*order, (8, 8)]], weights
        return made

    def neighbours(self, least, b):
        """What blocks around one pay."""
        total = 0
        for step in product((-1, 0, 1), repeat=2):
            if step != (0, 0):
                at = tuple(min(max(p + o, 0), n - 1)
                           for p, o, n in zip(b, step, self.grid, strict=True))  # fmt: skip
                total = total + least[at] * (2 if 0 in step else 1)
        return total >> 3

    def own(self):
        """What each way costs each block."""
        small = [bright(x) for x in self.pair]
        for _ in range(self.h):
            small = [(x[::2, ::2] + x[1::2, ::2] + x[::2, 1::2] + x[1::2, 1::2] + 2) >> 2
                     for x in small]  # fmt: skip
        small = [x[..., 0].tolist() for x in small]
        height, width = len(small[0]), len(small[0][0])
        made = {b: np.zeros((17, 17), int) for b in self.blocks}
        for c in product(range(-8, 9), repeat=2):
            cells = np.zeros((height // 2, width // 2), int)
            for y, x in product(range(height), range(width)):
                (y0, x0), (y1, x1) = ((y - self.back(c[0]), x - self.back(c[1])),
                                      (y + self.ahead(c[0]), x + self.ahead(c[1])))  # fmt: skip
                inside = min(y0, x0, y1, x1) >= 0 and max(y0, y1) < height and max(x0, x1) < width
                d = min(abs(small[0][y0][x0] - small[1][y1][x1]), 200) if inside else 30
                cells[y // 2, x // 2] += d
            wide = np.pad(cells, 1, "edge")
            for b in self.blocks:
                part = wide[2 * b[0] : 2 * b[0] + 4, 2 * b[1] : 2 * b[1] + 4]
                made[b][c[0] + 8, c[1] + 8] = part.sum()
        return made


def eased(m, axis):
    """A step more or less along an axis."""
    m = np.moveaxis(m, axis, 0)
    low = m.copy()
    low[1:] = np.minimum(low[1:], m[:-1] + 256)
    low[:-1] = np.minimum(low[:-1], m[1:] + 256)
    return np.moveaxis(low, 0, axis)


def bright(x):
    """Three channels' sum, (H, W, 1)."""
    return x.sum(axis=2, keepdims=True) * (3 // x.shape[2])


def rows(x):
    """Doubled along rows, with 8 pixels beyond the border."""
    x = np.pad(x, ((10, 11), (0, 0), (0, 0)), "edge")
    made = []
    for i in range(2, len(x) - 3):
        middle = 20 * (x[i] + x[i + 1]) - 5 * (x[i - 1] + x[i + 2]) + x[i - 2] + x[i + 3] + 16
        made += [x[i], middle >> 5]
    return np.array(made)


def columns(x):
    """Likewise along columns."""
    return rows(x.swapaxes(0, 1)).swapaxes(0, 1)
