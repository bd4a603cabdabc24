"""The codec `linear` as docs/format/linear.md says it, in plain Python without code of vdsc."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from tests.docs.lossless_page.container import NAMES, opened
from tests.docs.page_decoder import Stack, signed, varint
from tests.docs.page_pose import listed

LENGTHS = [4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 1024, 2048, 4096]
EDGES = [5, 12, 21, 33, 48, 68, 96, 132, 180, 240]
NEAR = [5, 9, 16, 26, 40, 58, 82, 114, 156, 210, 250, 160, 224]
PAST = [4, 32, 56, 96, 160, 320]
MANTISSAS = [4096, 4871, 5793, 6889]


class Table:
    """Counts of 16 symbols in some contexts."""

    def __init__(self, means, start=1024):
        self.counts = []
        for m in means:
            left, row = start << 16, []
            for _ in range(15):
                part = left * 64 // (m + 64)
                row.append(max(part >> 16, 1))
                left -= part
            self.counts.append([*row, max(left >> 16, 1)])

    def row(self, context):
        """Frequencies in a context."""
        counts = self.counts[context]
        row = [c * (2**16 - 16) // sum(counts) + 1 for c in counts]
        return [row[0] + 2**16 - sum(row), *row[1:]]

    def learn(self, contexts, symbols):
        """Count a row of symbols."""
        for context, symbol in zip(contexts, symbols, strict=True):
            self.counts[context][symbol] += 112
        for context in set(contexts):
            if sum(self.counts[context]) > 2**16:
                self.counts[context] = [(c + 1) >> 1 for c in self.counts[context]]


class Code:
    """A magnitude code."""

    def __init__(self, a, b, start=1024):
        self.a, self.b = Table(a, start), Table(b, start)

    def pop(self, stack, in_a, in_b, shifts):
        """A row of integers."""
        rows = []
        for i, j in zip(in_a, in_b, strict=True):
            row = [(x + y) >> 1 for x, y in zip(self.a.row(i), self.b.row(j), strict=True)]
            rows.append([row[0] + 2**16 - sum(row), *row[1:]])
        symbols = [stack.table(row) for row in rows]
        self.a.learn(in_a, symbols)
        self.b.learn(in_b, symbols)
        sizes, far = list(symbols), [i for i, symbol in enumerate(symbols) if symbol == 15]
        digits = [stack.uniform(40) for _ in far]
        for i, d, r in zip(far, digits, pop_digits(stack, digits), strict=True):
            sizes[i] = 15 + 2**d - 1 + r
        coarse = [i for i, h in enumerate(shifts) if h]
        for i, r in zip(coarse, pop_digits(stack, [shifts[i] for i in coarse]), strict=True):
            sizes[i] = (sizes[i] << shifts[i]) + r
        there = [i for i, size in enumerate(sizes) if size]
        for i, negative in zip(there, self.negative(stack, there), strict=True):
            sizes[i] *= -1 if negative else 1
        return sizes

    def negative(self, stack, there):
        """Whether the integers at some places are negative."""
        return [stack.uniform(2) for _ in there]


def pop_digits(stack, counts):
    """Digits of some integers."""
    low = [uniform(stack, 2 ** min(d, 20)) for d in counts]
    high = [uniform(stack, 2 ** max(d - 20, 0)) for d in counts]
    return [below + 2**20 * above for below, above in zip(low, high, strict=True)]


def uniform(stack, n):
    """A uniform symbol, of many values without a list of them."""
    if n == 1:
        return 0
    each, r = 2**24 // n, stack.state % 2**24
    k = min(r // each, n - 1)
    width = each if k < n - 1 else 2**24 - each * (n - 1)
    stack.state = (stack.state >> 24) * width + r - k * each
    stack.refill()
    return k


def near(v):
    """Level and shift."""
    b = (v >> 6).bit_length()
    level = sum(edge <= v for edge in EDGES) if v < 256 else 11 + (v >> (b + 4) & 1)
    return level, max(b - 2, 0)


class File:
    """What chunks hand on."""

    def __init__(self, channels, grouped):
        self.c, self.grouped = channels, grouped
        both = [
            (3 * n + 2 * (PAST[w] if w < 6 else n)) // 5
            for _ in range(5) for n in NEAR for w in range(7)
        ]  # fmt: skip
        self.first, self.knots = Code(NEAR, NEAR), Code(NEAR, NEAR)
        self.coefficients, self.lengths = Code(both, NEAR * 5), Table([384])
        self.moved, self.past, self.k = [128] * channels, None, None

    def chunk(self, stream, steps):
        """Knots (frame, values) and the windows' coefficients."""
        stack, c = Stack(stream), self.c
        if self.k is None:
            level, shift = near(64 * 2 ** stack.uniform(40) // 2)
            self.k = []
            for at in range(0, c, 24):
                n = min(24, c - at)
                self.k += self.first.pop(stack, [level] * n, [level] * n, [shift] * n)
        knots, windows = [(0, list(self.k))], []
        while knots[-1][0] < steps:
            self.batch(stack, steps, knots, windows)
        assert not stack.state
        assert not stack.words
        return knots, windows

    def batch(self, stack, steps, knots, windows):
        """The next windows, put behind those that are there."""
        c, ends, at = self.c, [], knots[-1][0]
        while len(ends) < max(1, 24 // c) and (not ends or ends[-1] < steps):
            symbol = stack.table(self.lengths.row(0))
            self.lengths.learn([0], [symbol])
            ends.append(min((ends[-1] if ends else at) + LENGTHS[symbol], steps))
        sizes = [end - begin for begin, end in zip([at, *ends], ends, strict=False)]
        levels = [near(v) for v in self.moved] * len(ends)
        places = [level for level, _ in levels]
        moved = self.knots.pop(stack, places, places, [shift for _, shift in levels])
        for i, end in enumerate(ends):
            step = moved[i * c : (i + 1) * c]
            assert all(abs(one) < 2**26 for one in step)
            self.k = [k + one for k, one in zip(self.k, step, strict=True)]
            pairs = zip(self.moved, step, strict=True)
            self.moved = [(5 * m + 192 * min(abs(one), 2**20)) >> 3 for m, one in pairs]
            knots.append((end, list(self.k)))
        found = self.rows(stack, sizes)
        windows += found
        self.past = (sizes[-1], found[-1])

    def rows(self, stack, sizes):
        """Coefficients of the windows of a batch."""
        c, found = self.c, [[] for _ in sizes]
        count, k = stack.uniform(max(sizes)), 0
        while k < count:
            m = 2 ** (k.bit_length() - 3) if self.grouped and k >= 8 else 1
            group = min(m, count - k)
            in_a, in_b, shifts = [], [], []
            for row in range(k, k + group):
                for n, rows in zip(sizes, found, strict=True):
                    for channel in range(c):
                        level, shift = near(around(rows, k, group, channel))
                        place = 13 * min((row + 1).bit_length() - 1, 4) + level
                        in_a.append(7 * place + self.before(row, n, channel))
                        in_b.append(place)
                        shifts.append(shift)
            popped = self.coefficients.pop(stack, in_a, in_b, shifts)
            assert all(abs(one) < 2**26 for one in popped)
            for at in range(0, len(popped), c):
                found[at // c % len(sizes)].append(popped[at : at + c])
            k += group
        return [rows[: n - 1] for n, rows in zip(sizes, found, strict=True)]

    def before(self, k, n, channel):
        """How the window before compares."""
        if self.past is None:
            return 6
        n_past, rows = self.past
        m = (2 * (k + 1) * n_past + n) // (2 * n)
        q = [size(rows[i - 1], channel) if 1 <= i <= len(rows) else 0 for i in (m - 1, m, m + 1)]
        return sum(edge <= q[0] + 2 * q[1] + q[2] for edge in (2, 4, 6, 11, 19))


def around(rows, k, group, channel):
    """What lies before a group of rows."""
    beside = (-3, -1, 1, 3)
    if group == 1:
        a = size(rows[k - 1], channel) if k else 0
        b = size(rows[k - 2], channel) if k > 1 else 0
        s = sum(size(rows[k - 1], channel + d) for d in beside) if k else 0
        return 32 * a + 16 * b + 5 * s
    past = rows[k - group : k]
    a = sum(size(row, channel) for row in past)
    s = sum(size(row, channel + d) for row in past for d in beside)
    return (48 * a + 5 * s) // group


def size(row, channel):
    return min(abs(row[channel]), 2**20) if 0 <= channel < len(row) else 0


def quarter():
    """Q, from Fractions: the series of the sine far beyond 20 bits."""
    pi = Fraction(314159265358979323846264338327950288419716939937510, 10**50)
    found = []
    for i in range(2049):
        x = pi * i / 4096
        x = Fraction(int(x * 2**120), 2**120)
        term, total, n = x, x, 1
        while abs(term) > Fraction(1, 2**60):
            n += 2
            term = Fraction(int(-term * x * x / (n * (n - 1)) * 2**120), 2**120)
            total += term
        found.append(math.floor(total * 2**20 + Fraction(1, 2)))
    return [*found, found[-1]]


QUARTER = quarter()


def sine(p):
    x = p % 2**21
    sign, x = (-1, x - 2**20) if x >= 2**20 else (1, x)
    x = min(x, 2**20 - x)
    i, g = x >> 8, x & 255
    return sign * (QUARTER[i] + ((QUARTER[i + 1] - QUARTER[i]) * g >> 8))


def decode(head, bodies, times):
    """Values (T, C) as doubles at the file's own times."""
    shape, n = head[1], len(bodies)
    frames, c = shape[0], math.prod(shape[1:])
    j, f = head.get("j", 0), 6 if head.get("g") == 2 else head.get("f", 0)
    js, cosines = [j] * c, Cosines(shape[1:]) if head.get("x") else None
    file, turned, found = File(c, head.get("g")), [0] * c, {}
    for i, body in enumerate(bodies):
        begin, end = i * (frames - 1) // n, (i + 1) * (frames - 1) // n
        at, turns = 0, [list(turned) for _ in range(end - begin + 1)]
        if head.get("c") and not i:
            for channel in range(1, c):
                step, at = signed(body, at)
                js[channel] = js[channel - 1] + step
        if head.get("t"):
            at = read_turns(body, turns, at)
            turned = turns[-1]
        knots, windows = file.chunk(body[at:], end - begin)
        for frame in range(end - begin + 1):
            units = path(knots, windows, times[begin : end + 1], frame, js, f)
            if cosines:
                units = cosines.frame(units)
            found[begin + frame] = [
                math.ldexp(u, j // 4 - 12) + 360.0 * k
                for u, j, k in zip(units, js, turns[frame], strict=True)
            ]
    return np.array([found[i] for i in range(frames)])


class Cosines:
    """Frames from coefficients."""

    def __init__(self, shape):
        self.shape, self.axes = shape, [a for a, n in enumerate(shape) if 4 <= n <= 512]
        p = math.prod(shape[a] for a in self.axes)
        places = list(np.ndindex(*shape))
        self.order = sorted(
            range(len(places)),
            key=lambda i: (sum(places[i][a] * p // shape[a] for a in self.axes), i),
        )

    def frame(self, units):
        """Units of a frame's values."""
        found = np.empty(len(units), dtype=object)
        found[self.order] = units
        found = found.reshape(self.shape)
        for axis in self.axes:
            n = self.shape[axis]
            waves = [[wave(k, i, n) for i in range(n)] for k in range(n)]
            found = np.apply_along_axis(
                lambda c, waves=waves: np.array(
                    [
                        sum(int(a) * row[i] for a, row in zip(c, waves, strict=True)) + 2**15 >> 16
                        for i in range(len(c))
                    ],
                    dtype=object,
                ),
                axis,
                found,
            )
        return found.ravel().tolist()


def wave(k, i, n):
    if not k:
        return math.isqrt(2**32 // n)
    return sine((2 * i + 1) * k * 2**19 // n + 2**19) * math.isqrt(2**33 // n) + 2**19 >> 20


def read_turns(body, turns, at):
    count, at = varint(body, at)
    frame = 0
    for _ in range(count):
        step, at = varint(body, at)
        channel, at = varint(body, at)
        change, at = signed(body, at)
        frame += step
        for row in turns[frame:]:
            row[channel] += change
    return at


def path(knots, windows, times, frame, js, f):
    """Units of all channels at a frame."""
    first = knots[0][1]
    finer = [MANTISSAS[(j - f) % 4] >> (j // 4 - (j - f) // 4) for j in js]
    if len(knots) == 1:
        return [k * z for k, z in zip(first, finer, strict=True)]
    i = min(sum(at <= frame for at, _ in knots) - 1, len(windows) - 1)
    (begin, a), (end, b) = knots[i], knots[i + 1]
    way = (times[frame] - times[begin]) / (times[end] - times[begin])
    s, n = round(way * 2**20), end - begin
    r = math.isqrt(2**29 // n)
    waves = [sine((k + 1) * s) * r >> 14 for k in range(len(windows[i]))]
    units = []
    for channel, (k0, z, j) in enumerate(zip(first, finer, js, strict=True)):
        m = MANTISSAS[j % 4]
        one, other = (a[channel] - k0) * z, (b[channel] - k0) * z
        w = sum(row[channel] * wave for row, wave in zip(windows[i], waves, strict=True))
        units.append(k0 * z + one + ((other - one) * s >> 20) + (w * m >> 20))
    return units


def by_page(data):
    """The values of a file, in its type."""
    return values_of(data, *opened(data))


def values_of(data, head, bodies):
    """The values that a head and bodies give, dated as a file is."""
    shape, dtype = head[1], np.dtype(NAMES[head.get(2, 0)])
    values = decode(head, bodies, times_of(data, head))
    if dtype.kind == "f":
        ends = np.finfo(dtype)
        return np.clip(values, ends.min, ends.max).astype(dtype).reshape(shape)
    ends = np.iinfo(dtype)
    whole = [min(max(round(v), ends.min), ends.max) for v in values.ravel().tolist()]
    return np.array(whole, dtype=dtype).reshape(shape)


def times_of(data, head):
    """Seconds of all frames."""
    times, frames = listed(data, head[1][0]), head[1][0]
    if times is not None:
        return times
    top, bottom = head[3] if isinstance(head[3], list) else (head[3], 1)
    return [float(head.get(4, 0)) + float(i) * bottom / top for i in range(frames)]
