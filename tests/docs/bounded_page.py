"""The codec `bounded` as docs/format/bounded.md says it, in plain Python without code of vdsc."""

from __future__ import annotations

import math

import numpy as np

from tests.docs import linear_page
from tests.docs.linear_page import Code, Table, near, times_of
from tests.docs.lossless_page.container import NAMES, opened
from tests.docs.lossless_page.decoder import lossless
from tests.docs.page_decoder import Stack, signed, varint

NEAR = [3, 9, 16, 26, 40, 58, 82, 114, 156, 210, 250, 160, 224]


class SignedCode(Code):
    """A magnitude code with a table of signs."""

    def __init__(self, signs):
        super().__init__([max(i, j) for i in NEAR for j in NEAR], NEAR, 384)
        self.signs = signs

    def negative(self, stack, there):
        """Which of the integers that are not 0 are negative."""
        contexts = [self.places[i] for i in there]
        found = [stack.table(self.signs.row(context)) for context in contexts]
        self.signs.learn(contexts, found)
        return found


class Signs(Table):
    """Counts of two symbols."""

    def __init__(self):
        self.counts = [[192, 192] for _ in range(81)]

    def row(self, context):
        """Frequencies in a context."""
        a, b = self.counts[context]
        other = b * (2**16 - 2) // (a + b) + 1
        return [2**16 - other, other]


class Corrections:
    """What chunks hand on."""

    def __init__(self, shape):
        long = [1, 1, *(n for n in shape if n > 1)]
        self.c, (self.h, self.w) = math.prod(shape), long[-2:]
        signs = Signs()
        self.codes = [SignedCode(signs), SignedCode(signs)]

    def neighbours(self, i):
        """Places beside one."""
        y, x = i // self.w % self.h, i % self.w
        ways = ((y > 0, -self.w), (y < self.h - 1, self.w), (x > 0, -1), (x < self.w - 1, 1))
        return [i + step for there, step in ways if there]

    def beside(self, values):
        """Sums over neighbours."""
        return [sum(values[j] for j in self.neighbours(i)) for i in range(self.c)]

    def decode(self, stack, n):
        """Corrections of n frames."""
        lanes = min(-(-64 // self.c), n)
        steps = -(-n // lanes)
        lanes = -(-n // steps)
        found = [[0] * self.c for _ in range(n)]
        a, b, g = ([[0] * self.c for _ in range(lanes)] for _ in range(3))
        u = [[16] * self.c for _ in range(lanes)]
        for step in range(steps):
            some = [lane for lane in range(lanes) if lane * steps + step < n]
            near_a = [self.beside(a[i]) for i in some]
            leaning = [self.beside(g[i]) for i in some]
            around = [self.beside(u[i]) for i in some]
            now = [found[lane * steps + step] for lane in some]
            for turn in (0, 1):
                if not self.places(turn):
                    continue
                sizes = [self.beside([min(abs(k), 2**20) for k in row]) for row in now]
                signs = [self.beside([(k > 0) - (k < 0) for k in row]) for row in now]
                in_a, in_b, shifts, contexts = [], [], [], []
                for lane in some:
                    for i in self.places(turn):
                        v = 24 * a[lane][i] + 10 * b[lane][i] + 5 * near_a[lane][i]
                        if turn:
                            v = (v + 32 * sizes[lane][i]) >> 1
                        level, shift = near(v)
                        usual, _ = near((3 * u[lane][i] + around[lane][i]) >> 2)
                        lean = leaning[lane][i]
                        known = signs[lane][i] if turn else lean
                        contexts.append(3 * (3 * clip(known, 4) + clip(lean, 1)) + g[lane][i] + 40)
                        in_a.append(13 * level + usual)
                        in_b.append(level)
                        shifts.append(shift)
                self.codes[turn].places = contexts
                popped = iter(self.codes[turn].pop(stack, in_a, in_b, shifts))
                for lane in some:
                    for i in self.places(turn):
                        now[lane][i] = next(popped)
            for lane in some:
                b[lane] = a[lane]
                a[lane] = [min(abs(k), 2**20) for k in now[lane]]
                g[lane] = [(k > 0) - (k < 0) for k in now[lane]]
                u[lane] = [(15 * x + 64 * y) >> 4 for x, y in zip(u[lane], a[lane], strict=True)]
        return found

    def places(self, turn):
        """Places of a turn."""
        return [i for i in range(self.c) if (i // self.w % self.h + i % self.w) % 2 == turn]


def clip(x, most):
    return min(max(x, -most), most)


def by_page(data):
    """The values of a file, in its type."""
    return values_of(data, *opened(data))


def values_of(data, head, bodies):
    """The values that a head and bodies give, dated as a file is."""
    shape, dtype = head[1], np.dtype(NAMES[head.get(2, 0)]).newbyteorder("<")
    c, found, at = math.prod(shape[1:]), [], 0
    at, steps, origin = read_grid(bodies[0], c, dtype)
    at, followers = read_followers(bodies[0], at, head.get("F", 0))
    patches, inner, rests = [], [], []
    for body in bodies:
        one, at = read_patches(body, at, dtype)
        n, at = varint(body, at)
        patches.append(one)
        inner.append(body[at : at + n])
        rests.append(body[at + n :])
        at = 0
    if head.get("B"):
        assert head["B"] == 1
        own = {k: v for k, v in head.items() if not isinstance(k, str)}
        own |= {k: v for k, v in head.items() if isinstance(k, str) and k.islower()}
        path = linear_page.decode(own, inner, times_of(data, head))
    elif "W" not in head:
        path = np.zeros((shape[0], c))
    else:
        whole = np.dtype(f"<i{head['W']}")
        raw = lossless(inner, tuple(shape), whole, 1 << 20, None, set())
        path = np.frombuffer(raw, whole).reshape(shape[0], c)
    begin, corrections = 0, Corrections(tuple(shape[1:]))
    for i, (some, rest) in enumerate(zip(patches, rests, strict=True)):
        if "W" not in head:
            end = (i + 1) * (shape[0] - 1) // len(bodies) + (i == len(bodies) - 1)
            if "B" not in head:
                end = (i + 1) * shape[0] // len(bodies)
            stack = Stack(rest)
            ks = corrections.decode(stack, end - begin)
            assert not stack.state
            assert not stack.words
        else:
            most = max(1, 2**20 // c)
            count = -(-shape[0] // most)
            end = (i + 1) * shape[0] // count
            ks = path[begin:end].tolist()
        rows = []
        for row, k in zip(path[begin:end].tolist(), ks, strict=True):
            base = followed(followers, k, steps) if "W" in head else row
            pairs = zip(base, k, steps, strict=True)
            rows.append([value(p, x, s, dtype, origin) for p, x, s in pairs])
        made = np.array(rows, dtype=dtype).reshape(-1)
        for place, patch in some:
            made[place] = patch
        found.append(made)
        begin = end
    return np.concatenate(found).astype(np.dtype(NAMES[head.get(2, 0)])).reshape(shape)


def value(p, k, step, dtype, origin):
    """One value of the file's type."""
    m, e, still = step
    if not m:
        return still
    if dtype.kind == "f":
        ends = np.finfo(dtype)
        v = p + k * math.ldexp(float(m), e)
        return dtype.type(min(max(v, float(ends.min)), float(ends.max)))
    ends = np.iinfo(dtype)
    v = float(round(p)) + float(k) * float(m)
    low, high = int(ends.min) - origin, int(ends.max) - origin
    if origin:
        low, high = max(low, -(2**52)), min(high, 2**52)
    return origin + min(max(round(v), low), high)


def read_grid(body, c, dtype):
    """Where the grid ends, steps (m, e, still value) of all places, and the origin."""
    each, at = varint(body, 0)
    steps, last, origin = [], 0, 0
    if dtype.kind != "f":
        origin, at = varint(body, at)
        origin -= 2**64 if origin > np.iinfo(dtype).max else 0
    for _ in range(c if each else 1):
        m, at = varint(body, at)
        still = None
        if not m:
            still = np.frombuffer(body, dtype, 1, at)[0]
            at += dtype.itemsize
        elif dtype.kind == "f":
            step, at = signed(body, at)
            last += step
        steps.append((m, last, still))
    return at, steps if each else steps * c, origin


def read_followers(body, at, count):
    """Where followers end, and of each channel: leaders (channel, a, b), degree, coefficients."""
    found, channel = {}, 0
    for _ in range(count):
        step, at = varint(body, at)
        channel += step
        number, at = varint(body, at)
        leaders = []
        for _ in range(number):
            lead, at = varint(body, at)
            a, b = (float(x) for x in np.frombuffer(body, "<f2", 2, at))
            leaders.append((lead, a, b))
            at += 4
        degree, at = varint(body, at)
        lines = []
        for i in range(degree, -1, -1):
            line = []
            for _ in range(degree - i + 1 if number == 2 else 1):
                c, at = signed(body, at)
                line.append(float(c))
            lines.append(line)
        found[channel] = leaders, lines
    return at, found


def followed(followers, k, steps):
    """The path of a frame with these whole steps."""
    path = [0.0] * len(k)
    for channel, (leaders, lines) in followers.items():
        ts = []
        for lead, a, b in leaders:
            m, e, _ = steps[lead]
            ts.append((float(k[lead]) * math.ldexp(float(m), e) - a) / b)
        r = 0.0
        for line in lines:
            q = 0.0
            for c in line:
                q = q * ts[1] + c if len(ts) == 2 else c
            r = r * ts[0] + q
        m, e, _ = steps[channel]
        path[channel] = r * math.ldexp(float(m), e) / 16
    return path


def read_patches(body, at, dtype):
    count, at = varint(body, at)
    places, last = [], 0
    for _ in range(count):
        step, at = varint(body, at)
        last += step
        places.append(last)
    values = np.frombuffer(body, dtype, count, at)
    return list(zip(places, values, strict=True)), at + count * dtype.itemsize
