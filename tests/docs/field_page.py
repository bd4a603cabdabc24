"""The codec `field` as docs/format/field.md says it, in plain Python; slow."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise, product
from math import isqrt, prod

import numpy as np

from tests.docs.between_page import followed, pixels_at
from tests.docs.field_base_page import drawn
from tests.docs.field_between import at_instants, at_scale
from tests.docs.field_sketch_page import sketched
from tests.docs.lossless_page.container import NAMES, opened
from tests.docs.page_decoder import Stack, distribution, frequencies

WAVES = ((18919, 18919, 18919), (23170, 0, -23170), (13377, -26755, 13377))
EDGES = [*range(8), *(e for k in range(3, 24) for e in (1 << k, 3 << (k - 1))), 1 << 24]
PI = 0x3243F6A8885A308D313198A2E


def by_page(data, times=None, scale=1, model=None, tiles=None):
    """The values of a file, at instants and at a scale.

    model, tiles: tensors of its models.
    """
    head, bodies = opened(data)
    shape, dtype = head[1], np.dtype(NAMES[head.get(2, 0)])
    params, count, parts = head, len(bodies), []
    apart = len(shape) > 1 and shape[-1] <= 4
    axes, channels = (shape[:-1], shape[-1]) if apart else (shape, 1)
    sizes = [1 << (params.get("b", 0) >> 4 * i & 15) for i in range(len(axes))]
    net = model
    for i, body in enumerate(bodies):
        frames = (i + 1) * shape[0] // count - i * shape[0] // count
        net, at = next_network(body, net)
        stack = Stack(body[at:])
        field = Field(stack, net, params, (frames, *axes[1:]), sizes, channels)
        parts.append(integers(field, body, tiles))
        assert stack.empty
    x = np.concatenate(parts)
    steps = step_of(params), params.get("o", 0)
    real = finished(x, steps, shape, dtype, channels, times, scale)
    return held(real if apart else real[..., 0], dtype)


def integers(field, body, tiles):
    """What a chunk's stack says: what lies beneath, and the array of its latents."""
    base = 0
    if "m" in field.params:
        real = beneath(field.stack, tiles, field.levels[0][0])
        base = in_steps(real, step_of(field.params), colours=True)
    return base + (field.values() if body[0] != 3 else 0)


def step_of(params):
    """The step of the latents."""
    return 2.0 ** (params.get("j", 0) // 8) * 2.0 ** (params.get("j", 0) % 8 / 8)


def in_steps(real, step, *, colours):
    """What lies beneath, as integers."""
    whole = np.floor(real / step * 256 + 0.5).astype(np.int64)
    return rounded(whole, tuple(zip(*WAVES, strict=True))) if colours else whole


def of_pixels(pixels, times, scale):
    """Frames of pixels at instants and at a scale."""
    x = pixels if times is None else pixels_at(pixels, *times)
    x = x.astype(np.int64) * 256
    for axis in (1, 2):
        x = x if scale == 1 else at_scale(x, axis, scale)
    return x.astype(float) * 2.0**-8


def finished(x, steps, shape, dtype, channels, times, scale):
    """Values at instants and at a scale, of integers (T, ..., C)."""
    (step, origin), colours = steps, channels == 3 and dtype == np.uint8
    if times is not None and followed(shape, dtype):
        x = rounded(x, WAVES) if colours else x
        return of_pixels(held((x.astype(float) * 2.0**-8 + origin) * step, dtype), times, scale)
    if times is not None:
        x = at_instants(x, *times)
    for axis in range(1, x.ndim - 1):
        x = x if scale == 1 else at_scale(x, axis, scale)
    x = rounded(x, WAVES) if colours else x
    return (x.astype(float) * 2.0**-8 + origin) * step


def beneath(stack, tensors, shape):
    """What a model draws of a chunk, tiles or a sketch."""
    if "start" not in tensors:
        return drawn(stack, tensors, shape)
    array = Field(stack, None, {}, shape, tensors["blocks"], 3).array
    found = sketched(stack, tensors, shape, tensors["blocks"], array)
    return np.clip(rounded(found, WAVES) + (128 << 8), 0, 255 << 8) / 256


def held(real, dtype):
    """The nearest finite values of a type."""
    if dtype.kind == "f":
        ends = np.finfo(dtype)
        return np.clip(real, ends.min, ends.max).astype(dtype)
    ends = np.iinfo(dtype)
    whole = [min(max(round(v), ends.min), ends.max) for v in real.ravel().tolist()]
    return np.array(whole, dtype=dtype).reshape(real.shape)


def next_network(body, net):
    """A body's network, and where its stream begins; net: the one before."""
    if body[0] == 1:
        return network(body)
    if body[0] != 2:
        return net, 1
    rows = body[1] + 1
    assert rows == len(net[2])
    last = np.frombuffer(body, "i1", 3 * rows, 3).astype(object) << body[2]
    return [*net[:2], last.reshape(rows, 3)], 3 * rows + 3


def network(body):
    """Three matrices of integers, and where they end."""
    widths, at, made = (23, body[1], body[2], 3), 3, []
    for rows, columns in pairwise(widths):
        size = (rows + 1) * columns
        raw = np.frombuffer(body, "i1", size, at + 1).astype(object) << body[at]
        made.append(raw.reshape(rows + 1, columns))
        at += size + 1
    return made, at


def outputs(net, x):
    """Three numbers of 23."""
    x = np.array([*x, 1024], dtype=object)
    for matrix in net[:2]:
        x = np.array([*(min(max(int(v) >> 12, 0), 1 << 20) for v in x @ matrix), 1024], object)
    return [int(v) >> 12 for v in x @ net[2]]


class Field:
    """The levels of one chunk."""

    def __init__(self, stack, net, params, shape, sizes, channels):
        self.stack, self.net, self.params, self.channels = stack, net, params, channels
        self.levels, self.hints = [(shape, sizes)], None
        while prod(grid := grid_of(*self.levels[-1])) > 8 and wide_of(*self.levels[-1]):
            wide = wide_of(*self.levels[-1])
            self.levels.append((grid, [min(4, n) if a in wide else 1 for a, n in enumerate(grid)]))

    def values(self):
        """The array (*shape, C) of integers with 8 binary places."""
        last, c = self.levels[-1], self.channels
        first = self.real(self.tops(prod(grid_of(*last)) * c)).reshape(-1, c)
        self.above = None
        latents = [self.level(i) for i in reversed(range(len(self.levels)))]
        for (shape, sizes), own in zip(reversed(self.levels), latents, strict=True):
            whole = self.real(own)
            whole[:, :c] = first
            array = self.array(whole, shape, sizes)
            first = array.reshape(-1, c)
        return array

    def real(self, q):
        """Latents with 8 binary places."""
        return np.sign(q) * (abs(q) * 256 - self.params.get("d", 16))

    def tops(self, count):
        """The first latents of the last level."""
        longest = self.stack.uniform(26)
        lengths = [self.stack.uniform(longest + 1) for _ in range(count)]
        low = [self.stack.uniform(1 << min(n, 12)) for n in lengths]
        high = [self.stack.uniform(1 << max(n - 12, 0)) for n in lengths]
        made = [(1 << n) + a + (b << 12) - 1 for n, a, b in zip(lengths, low, high, strict=True)]
        return np.array([v >> 1 if v % 2 == 0 else -((v + 1) >> 1) for v in made], np.int64)

    def level(self, number):
        """Latents (blocks, K) of one level."""
        shape, sizes = self.levels[number]
        grid, c = grid_of(shape, sizes), self.channels
        places = [(k, i) for k in product(*map(range, sizes)) for i in range(c)]
        latents = np.zeros((prod(grid), len(places)), np.int64)
        order = [p for p in range(len(places)) if any(places[p][0])]
        unit = math.lcm(*(n * n for n in sizes))

        def key(p):
            k, i = places[p]
            square = sum(a * a * (unit // n**2) for a, n in zip(k, sizes, strict=True))
            return square * (9 if i else 4)

        order.sort(key=key)
        at, count = 0, max(4, c)
        while at < len(order):
            group = order[at : at + count]
            seen = Seen(self, number, grid, sizes, places, order[:at], latents)
            for phase in phases(grid, seen.wide):
                self.phase(seen, group, phase, latents)
            at, count = at + count, -(-8 * count // 5)
        self.above = (sizes, grid, [spread([size_of(q) for q in row[order]]) for row in latents])
        return latents

    def phase(self, seen, group, phase, latents):
        """Pop all latents of a group in a phase."""
        parity, blocks = phase
        some = [(b, p) for b in blocks for p in group]
        laws = []
        snapshot = {p: seen.sizes(p) for p in group}
        for b, p in some:
            x = seen.inputs(b, p, parity, snapshot[p])
            if self.hints is not None:
                x.append(0 if seen.number else self.hints[b])
            o = outputs(self.net, x)
            fine = [min(max((v + 64) >> 7, -112), 112) for v in o[:2]]
            laws.append((*fine, min(max((o[2] + 128) >> 8, -16), 44)))
        number = range(len(some))
        size = [self.stack.table(zero_row(laws[i][0])) for i in number]
        there = [i for i in number if size[i]]
        minus = {i: self.stack.uniform(2) for i in there}
        for i in there:
            size[i] += self.stack.table(zero_row(laws[i][1]))
        large = [i for i in there if size[i] == 2]
        symbols = [self.stack.table(size_row(laws[i][2])) for i in large]
        inside = [self.stack.uniform(EDGES[s + 1] - EDGES[s]) for s in symbols]
        for i, s, more in zip(large, symbols, inside, strict=True):
            size[i] += EDGES[s] + more
        for i in number:
            latents[some[i]] = -size[i] if minus.get(i) else size[i]

    def array(self, latents, shape, sizes):
        """The array of a level's blocks."""
        grid = grid_of(shape, sizes)
        d, c = len(shape), self.channels
        x = latents.reshape(*grid, *sizes, c)
        x = x.transpose([i for a in range(d) for i in (a, d + a)] + [2 * d])
        x = x.reshape(*(n * size for n, size in zip(grid, sizes, strict=True)), c)
        for axis, size in enumerate(sizes):
            if size > 1:
                x = np.moveaxis(along(np.moveaxis(x, axis, -1), size), -1, axis)
        return x[tuple(slice(n) for n in shape)]


class Seen:
    """What is seen around the latents of a group."""

    def __init__(self, field, number, grid, sizes, places, before, latents):
        self.field, self.number, self.grid, self.blocks = field, number, grid, sizes
        self.places, self.before, self.latents = places, before, latents
        self.where = list(product(*map(range, grid)))
        self.index = {place: b for b, place in enumerate(self.where)}
        self.known, self.wide = {}, wide_of(None, sizes, grid)

    def sizes(self, p):
        """Sizes of one place in all blocks."""
        return [size_of(q) for q in self.latents[:, p].tolist()]

    def mean(self, b, p, kind):
        """A mean over places of groups before; kept, since many ask for it."""
        if (b, p, kind) not in self.known:
            k, c = self.places[p]
            some = []
            for other in self.before:
                j, i = self.places[other]
                off = [abs(x - y) for x, y in zip(k, j, strict=True)]
                meant = {
                    "steps": i == c and sum(off) == 1,
                    "near": i == c and max(off) <= 1,
                    "far": i == c and 2 <= max(off) <= 3,
                    "same": i < c and not any(off),
                    "around": i < c and max(off) <= 1,
                }[kind]
                if meant:
                    some.append(other)
            weight = (2 * 64 + len(some)) // (2 * len(some)) if some else 0
            self.known[b, p, kind] = weight * sum(size_of(self.latents[b, q]) for q in some)
        return self.known[b, p, kind]

    def neighbours(self, b, axes):
        """The blocks that lie beside b along all of some axes at once."""
        found = []
        for turn in product((-1, 1), repeat=len(axes)):
            place = list(self.where[b])
            for axis, step in zip(axes, turn, strict=True):
                place[axis] += step
            if tuple(place) in self.index:
                found.append(self.index[tuple(place)])
        return found

    def over(self, b):
        """What the block of the level above says."""
        if self.field.above is None:
            return 0
        sizes, grid, means = self.field.above
        place = 0
        for k, n, many in zip(self.where[b], sizes, grid, strict=True):
            place = place * many + k // n
        return means[place]

    def inputs(self, b, p, parity, sizes):
        """The 23 inputs."""
        k, c = self.places[p]
        d, wide = len(self.grid), self.wide
        rank = {one: i for i, one in enumerate(parities(d, wide))}
        beside = [a for a in wide if rank[flip(parity, [a])] < rank[parity]]
        pairs = [(a, e) for a in wide for e in wide if a < e]
        across = [pair for pair in pairs if rank[flip(parity, pair)] < rank[parity]]
        x = [self.mean(b, p, kind) for kind in ("steps", "near", "far", "same", "around")]
        total = sum(sizes[n] for a in beside for n in self.neighbours(b, [a]))
        x.append(total * (64 // (2 * len(beside))) if beside else 0)
        total = sum(sizes[n] for pair in across for n in self.neighbours(b, pair))
        x.append(total * (64 // (4 * len(across))) if across else 0)
        total = sum(self.mean(n, p, "near") for a in wide for n in self.neighbours(b, [a]))
        x.append((total * (64 // (2 * len(wide))) + 32) >> 6 if wide else 0)
        x.append(self.over(b))
        x += [512 * min(len(beside), 2), 512 * min(len(across), 2)]
        shares = sorted((32 * a // n for a, n in zip(k, self.blocks, strict=True)), reverse=True)
        x += ([log(s) for s in shares] + [0, 0])[:3]
        x.append(log(8 * sum(k) // d))
        x += [1024 * (min(c, 2) == i) for i in range(3)]
        x += [1024 * (min(self.number, 2) == i) for i in range(3)]
        return [*x, 128 * self.field.params.get("t", 0), 256 * sum(n > 1 for n in self.blocks)]


def grid_of(shape, sizes):
    """Blocks along each axis."""
    return [-(-n // size) for n, size in zip(shape, sizes, strict=True)]


def wide_of(shape, sizes, grid=None):
    """Axes along which blocks have neighbours."""
    grid = grid or grid_of(shape, sizes)
    return [a for a, n in enumerate(grid) if n > 1 and sizes[a] > 1]


def spread(sizes):
    """64 times their mean."""
    count = max(1, len(sizes))
    return (2 * 64 * sum(sizes) + count) // (2 * count)


def size_of(q):
    """16 log2(1 + |q|), about."""
    power = (1 + min(abs(int(q)), 255)) ** 32
    return max((s for s in range(1, 128) if 2 ** (2 * s - 1) <= power), default=0)


size_of = cache(size_of)


def log(n):
    """About 256 log2(1 + n)."""
    return 16 * ((1 + n) ** 16).bit_length() - 16


def parities(axes, wide):
    """In the order of coding."""
    made = []
    for tail in product((0, 1), repeat=max(0, len(wide) - 1)):
        one = dict(zip(wide[1:], tail, strict=True))
        parity = tuple(one.get(a, 0) for a in range(axes))
        made += [parity, flip(parity, wide)] if wide else [parity]
    return made


def flip(parity, axes):
    """The parity of a neighbour."""
    return tuple(bit ^ (a in axes) for a, bit in enumerate(parity))


def phases(grid, wide):
    """Parities and the blocks that have them."""
    where = list(product(*map(range, grid)))
    for parity in parities(len(grid), wide):
        blocks = [b for b, w in enumerate(where) if all(w[a] % 2 == parity[a] for a in wide)]
        if blocks:
            yield parity, blocks


@cache
def zero_row(a):
    """Frequencies of 0 and not 0."""
    return frequencies([distribution(1, -(a << 16) // 8)])


@cache
def size_row(a):
    """Frequencies of ranges."""
    base, made = distribution(1, (a << 16) // 4) << 30, []
    for m in EDGES[1:-1]:
        p, r, n = 1 << 60, base, m
        while n:
            p = p * r >> 60 if n & 1 else p
            r, n = r * r >> 60, n >> 1
        made.append((1 << 30) - (p >> 30))
    return frequencies(made)


def along(x, size):
    """The transform of the last axis."""
    shape, w = x.shape, matrix_w(size)
    x = rounded(x.reshape(*shape[:-1], -1, size), w).reshape(shape).copy()
    if size % 2 == 0 and shape[-1] > size:
        half = size // 2
        inner = x[..., half:-half].reshape(*shape[:-1], -1, size)
        x[..., half:-half] = rounded(inner, matrix_q(size)).reshape(*shape[:-1], -1)
    return x


def rounded(x, matrix):
    """A product with 15 binary places fewer."""
    return (x @ np.array(matrix, np.int64) + (1 << 14)) >> 15


@cache
def matrix_w(size):
    """Cosines."""
    return [[(v + (1 << 48)) >> 49 for v in row] for row in cosines(size, 0)]


@cache
def matrix_q(size):
    """The fold of a seam."""
    m = size // 2
    c2, c4 = cosines(m, 0), cosines(m, 1)
    v = [[sum(c2[k][m - 1 - i] * c4[k][m - 1 - j] for k in range(m)) >> 64 for j in range(m)]
         for i in range(m)]  # fmt: skip
    q = [[0] * size for _ in range(size)]
    for i in range(m):
        for j in range(m):
            same, swapped = (i == j) << 64, (i == m - 1 - j) << 64
            q[i][j] = same + v[m - 1 - i][m - 1 - j]
            q[i][m + j] = swapped - v[m - 1 - i][j]
            q[m + i][j] = swapped - v[i][m - 1 - j]
            q[m + i][m + j] = same + v[i][j]
    return [[(x // 2 + (1 << 48)) >> 49 for x in row] for row in q]


@cache
def cosines(size, kind):
    """C2 (0) or C4 (1), 64 binary places."""
    made = []
    for k in range(size):
        h = isqrt((1 << (193 if kind or k else 192)) // size)
        made.append([h * cos((2 * k + kind) * (2 * n + 1), 4 * size) >> 128 for n in range(size)])
    return made


def cos(a, b):
    """A cosine of pi a / b, times 2^96."""
    a %= 2 * b
    a = min(a, 2 * b - a)
    if 2 * a > b:
        return -cos(b - a, b)
    x = PI * a // b
    s, total, term = x * x >> 96, 0, 1 << 96
    for i in range(1, 48):
        total += term
        term = -(term * s >> 96) // ((2 * i - 1) * 2 * i)
    return total
