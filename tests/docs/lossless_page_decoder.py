"""A second decoder of `lossless` files, written from docs/format.md alone: Python integers.

Slow and plain on purpose. It shares no code with vdsc, so where the two agree the page is complete.
"""

# ruff: noqa: D102 -- the page says what its words mean

from __future__ import annotations

import lzma
import zlib
from functools import lru_cache
from itertools import accumulate, pairwise
from math import gcd, prod
from typing import Any

import msgpack
import numpy as np

from tests.docs.page_decoder import Stack, clip, distribution, frequencies, varint

R = 1 << 40
# fmt: off
NAMES = ["f4", "u1", "f8", "f2", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "b1",
         ">f4", ">f8", ">f2", ">u2", ">u4", ">u8", ">i2", ">i4", ">i8"]
# fmt: on


def wrap(x: int) -> int:
    """Modulo 2^64, signed."""
    return ((x + (1 << 63)) & ((1 << 64) - 1)) - (1 << 63)


def shift(x: int, n: int) -> int:
    return x << n if n >= 0 else x >> -n


def length(x: int) -> int:
    """len(x), of x >= 0."""
    assert x >= 0
    return x.bit_length()


class Bits(Stack):
    """The stack, with the numbers that arrays need."""

    def uniform(self, n: int) -> int:
        """Pop a uniform symbol of n values."""
        if n == 1:
            return 0
        each, r = (1 << 24) // n, self.state % (1 << 24)
        k = min(r // each, n - 1)
        right = (1 << 24) if k == n - 1 else (k + 1) * each
        self.state = (self.state >> 24) * (right - k * each) + r - k * each
        self.refill()
        return k

    def wide(self, sizes: list[int]) -> list[int]:
        """Pop a group of wide numbers."""
        b = [max(length(n - 1) - 22, 0) for n in sizes]
        a = [min(x, 22) for x in b]
        first = [self.uniform(((n - 1) >> x) + 1) for n, x in zip(sizes, b, strict=True)]
        second = [self.uniform(1 << (x - y)) for x, y in zip(b, a, strict=True)]
        third = [self.uniform(1 << y) for y in a]
        parts = zip(first, second, third, a, b, strict=True)
        return [(f * (1 << (x - y)) + s) * (1 << y) + t for f, s, t, y, x in parts]

    def long(self, count: int) -> list[int]:
        """Pop a group of long numbers."""
        least = [1 << (clip(self.uniform(64), 1, 62) - 1) for _ in range(count)]
        return [w + n - 1 for w, n in zip(self.wide(least), least, strict=True)]


class Lists:
    """A description's lists."""

    def __init__(self, data: bytes, limit: int) -> None:
        inflate = zlib.decompressobj(-15)
        self.rest = inflate.decompress(data, limit)
        assert inflate.eof
        assert not inflate.unused_data

    def take(self, count: int, low: int = -(1 << 63), high: int = 1 << 63) -> list[int]:
        """Read the next list."""
        w, body = self.rest[0], self.rest[1:]
        assert w in {0, 1, 2, 4, 8}
        assert len(body) >= w * count
        parts = [body[i * w : (i + 1) * w] for i in range(count)]
        self.rest = body[w * count :]
        items = [int.from_bytes(part, "little", signed=True) for part in parts]
        assert all(low <= item <= high for item in items)
        return items

    def one(self, low: int, high: int) -> int:
        """Read a list of one item."""
        return self.take(1, low, high)[0]


def ordinal(value: Any) -> int:
    """Ordinal of a numpy float."""
    n = 8 * value.dtype.itemsize
    bits = int.from_bytes(value.tobytes(), "little")
    return bits if bits < 1 << (n - 1) else -1 - (bits - (1 << (n - 1)))


def stored(o: int, dtype: np.dtype[Any]) -> bytes:
    """Bytes of the value that has an ordinal."""
    n = 8 * dtype.itemsize
    if dtype.kind == "f":
        bits = o if o >= 0 else (1 << (n - 1)) | (-1 - o)
    else:
        bits = o + (1 << 63) if dtype.str[1:] == "u8" else o
    return (bits % (1 << n)).to_bytes(dtype.itemsize, "little")


class Whole:
    """Kind 0."""

    def __init__(self, a: int, b: int, e: int) -> None:
        assert b >= 1
        assert 0 <= e <= 23
        self.a, self.b, self.e = a, b, e

    def value(self, r: int, phase: int) -> int:
        """Ordinal of rank r."""
        return wrap(self.a + self.b * r)

    def level(self, r: int) -> int:
        return clip(r >> self.e, -R, R)

    def first(self, at: int) -> int:
        return wrap(at << self.e)

    def grain(self, at: int) -> int:
        return 0


class Binary:
    """Kind 1."""

    def __init__(self, dtype: np.dtype[Any], scale: int) -> None:
        self.n = 8 * dtype.itemsize
        self.p, self.m, finest = {16: (11, -14, 63), 32: (24, -126, 188), 64: (53, -1022, 1000)}[
            self.n
        ]
        assert -984 <= scale <= finest
        self.scale = scale
        self.least = lru_cache(1 << 16)(self.search)

    def value(self, r: int, phase: int) -> int:
        """Ordinal of rank r."""
        return r

    def exact(self, r: int) -> int:
        """Level of a rank, not clipped."""
        size = r if r >= 0 else -1 - r
        top, low = size >> (self.p - 1), size & ((1 << (self.p - 1)) - 1)
        if top == (1 << (self.n - self.p)) - 1:
            whole = 1 << 4000  # infinities and NaNs
        else:
            mantissa = low | (1 << (self.p - 1) if top else 0)
            exponent = max(top, 1) - 1 + self.m - self.p + 1
            if r < 0:
                mantissa = -mantissa
            return shift(mantissa, exponent + self.scale)
        return whole if r >= 0 else -whole

    def level(self, r: int) -> int:
        return clip(self.exact(r), -R, R)

    def first(self, at: int) -> int:
        return self.least(at)

    def search(self, at: int) -> int:
        """Least rank whose level is at least this."""
        low, high = -(1 << (self.n - 1)), 1 << (self.n - 1)
        if at <= -R:
            return low
        if at > R:
            return wrap(high)
        while low < high:
            middle = (low + high) // 2
            if self.exact(middle) >= at:
                high = middle
            else:
                low = middle + 1
        return low

    def grain(self, at: int) -> int:
        return max(length(abs(at)), self.scale + self.m + 1, self.p) - self.p


class Decimal:
    """Kind 2."""

    def __init__(self, dtype: np.dtype[Any], a: int, b: int, e: int) -> None:
        assert 0 <= a <= 15
        assert 1 <= b <= 13
        assert e in {0, 1}
        self.dtype, self.a, self.b, self.e = dtype, a, b, e
        self.decade = 9 * 10 ** (b - 1)

    def size(self, r: int) -> int:
        """|K| of rank r."""
        x = r if r >= 0 else -r - self.e
        d = max((x - 10 ** (self.b - 1)) // self.decade, 0)
        return (x - d * self.decade) * 10**d

    def value(self, r: int, phase: int) -> int:
        """Ordinal of rank r."""
        value = float(self.size(r)) / float(10**self.a)
        return ordinal(np.float64(-value if r < 0 else value).astype(self.dtype))

    def level(self, r: int) -> int:
        return -self.size(r) if r < 0 else self.size(r)

    def dropped(self, k: int) -> int:
        return max((len(str(k)) if k else 0) - self.b, 0)

    def number(self, k: int) -> int:
        d = self.dropped(k)
        return d * self.decade + k // 10**d

    def first(self, at: int) -> int:
        if at > 0:
            return self.number(at + 10 ** self.dropped(at) - 1)
        return -self.number(-at) - self.e

    def grain(self, at: int) -> int:
        d = self.dropped(abs(at))
        return length(10**d) + 1 if d else 0


class Listed:
    """Kind 3."""

    def __init__(self, other: Any, table: list[int]) -> None:
        self.other, self.table = other, table
        e = [other.level(r) for r in table]
        g = 1
        if e[-1] - e[0] <= R:
            g = max(gcd(*(x - e[0] for x in e)), 1)
            e = [(x - e[0]) // g for x in e]
        self.levels = e

    def value(self, r: int, phase: int) -> int:
        """Ordinal of rank r."""
        return self.other.value(self.table[r], 0)

    def level(self, r: int) -> int:
        return self.levels[r]

    def first(self, at: int) -> int:
        return sum(level < at for level in self.levels)

    def grain(self, at: int) -> int:
        i = min(self.first(at), len(self.table) - 1)
        a, b = max(i - 4, 0), min(i + 4, len(self.table) - 1)
        return length(max((self.levels[b] - self.levels[a]) // max(b - a, 1) - 1, 0))


class Lattice:
    """Kind 4."""

    def __init__(self, dtype: np.dtype[Any], a: int, b: int) -> None:
        assert 0 <= a <= 60
        assert 1 <= b <= 1 << 24
        self.dtype, self.a, self.b = dtype, a, b

    def value(self, r: int, phase: int) -> int:
        """Ordinal of rank r."""
        k = self.b * r + phase
        assert abs(k) <= R
        return ordinal(np.float64(k * 2.0**-self.a).astype(self.dtype))

    def level(self, r: int) -> int:
        return clip(r, -R, R)

    def first(self, at: int) -> int:
        return at

    def grain(self, at: int) -> int:
        return 0


def plain(numbers: list[int], dtype: np.dtype[Any]) -> Any:
    """An alphabet that lists nothing."""
    kind, a, b, e = numbers
    if dtype.kind != "f":
        assert kind == 0
        return Whole(a, b, e)
    assert kind in {1, 2, 4}
    made = {1: (Binary, (a,)), 2: (Decimal, (a, b, e)), 4: (Lattice, (a, b))}
    return made[kind][0](dtype, *made[kind][1])


def read_alphabet(lists: Lists, dtype: np.dtype[Any], count: int) -> Any:
    numbers = lists.take(4)
    if numbers[0] != 3:
        return plain(numbers, dtype)
    assert 2 <= numbers[1] <= count
    steps = lists.take(numbers[1] - 1, 1)
    other = plain(lists.take(4), dtype)
    assert not isinstance(other, Lattice)
    return Listed(other, [*accumulate(steps, initial=numbers[2])])


class Scheme:
    """A description; `order` are live channels, `parents` are places in it or -1."""

    def __init__(self, data: bytes, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        count = prod(shape)
        lists = Lists(data, 256 + 128 * count)
        self.axis = lists.one(0, len(shape) - 1)
        self.lanes = lists.one(1, shape[self.axis])
        self.alphabet = read_alphabet(lists, dtype, count)
        self.kinds = lists.take(self.matrix(shape)[1], 0, 3)
        details = iter(lists.take(sum(kind > 0 for kind in self.kinds)))
        self.details = [next(details) if kind else 0 for kind in self.kinds]
        live = [i for i, kind in enumerate(self.kinds) if not kind]
        for i, (kind, detail) in enumerate(zip(self.kinds, self.details, strict=True)):
            assert kind < 2 or (0 <= detail < i and not self.kinds[detail])
        many = len(live)
        self.start = lists.one(0, 41)
        self.activity = lists.take(many, 0, 49) if many <= 256 else [lists.one(0, 49)] * many
        self.curved = many <= 256 and lists.one(0, 1) == 1
        self.order, self.p = live, 0
        self.rounds = [[*range(many)]]
        self.parents: list[list[int]] = [[] for _ in live]
        self.reach = self.middle = [0] * many
        if self.curved:
            self.read_curved(lists, live)
        elif 256 < many <= 1 << 14 and self.lanes == 1:
            self.neighbours(shape, live)
        self.related = any(p >= 0 for row in self.parents for p in row)
        assert not lists.rest

    def read_curved(self, lists: Lists, live: list[int]) -> None:
        many, rounds = len(live), lists.one(1, 4)
        when = lists.take(many, 0, rounds - 1)
        flat = lists.take(3 * many, 0, many)
        self.p = 3
        self.parents = [[flat[j * many + i] - 1 for j in range(3)] for i in range(many)]
        more = lists.take(many, -62, 62)
        self.reach = [a + r for a, r in zip(self.activity, more, strict=True)]
        assert all(0 <= r <= 42 for r in self.reach)
        self.middle = lists.take(many, -32, 32)
        self.place(live, when)
        for group in self.rounds:
            for i in group:
                assert all(p < group[0] for p in self.parents[i])
                missing = [p < 0 for p in self.parents[i]]
                assert missing == sorted(missing)

    def place(self, live: list[int], when: list[int]) -> None:
        """Put channels in the order of their rounds."""
        self.order = [c for _, c in sorted(zip(when, live, strict=True))]
        sizes = [when.count(w) for w in range(max(when, default=0) + 1)]
        ends = [*accumulate(sizes, initial=0)]
        self.rounds = [[*range(a, a + n)] for a, n in zip(ends, sizes, strict=False) if n]

    def neighbours(self, shape: tuple[int, ...], live: list[int]) -> None:
        """The grid."""
        others = [n for axis, n in enumerate(shape) if axis != self.axis]
        others = {1: [1, *others, 1], 2: [*others, 1]}.get(len(others), others)
        rows, columns, colours = prod(others[:-2]), others[-2], others[-1]
        corners = [(-1, -1), (-1, 1), (1, -1), (1, 1)]
        sides = [(-1, 0), (0, -1), (0, 1), (1, 0)]
        here, found, when = set(live), {}, []
        for channel in live:
            point, colour = divmod(channel, colours)
            y, x = divmod(point, columns)
            turn, ways = 0, []
            for i, step in enumerate((4, 2, 1)):
                if y % step == 0 and x % step == 0:
                    odd = (y // step % 2, x // step % 2)
                    if any(odd):
                        turn = 2 * i + (1 if all(odd) else 2)
                        ways = [(a * step, b * step) for a, b in (corners if all(odd) else sides)]
                        break
            found[channel] = []
            for a, b in ways or [(rows, 0)] * 4:
                inside = 0 <= y + a < rows and 0 <= x + b < columns
                at = ((y + a) * columns + x + b) * colours + colour
                found[channel].append(at if inside and at in here else -1)
            when.append(turn)
        used = sorted(set(when))
        self.p = 4
        self.place(live, [used.index(w) for w in when])
        places = {channel: place for place, channel in enumerate(self.order)} | {-1: -1}
        self.parents = [[places[p] for p in found[channel]] for channel in self.order]

    def matrix(self, shape: tuple[int, ...]) -> tuple[int, int]:
        """Steps and channels."""
        n = shape[self.axis]
        return -(-n // self.lanes), prod(shape) // n * self.lanes


class Regression:
    """One regression of a group of channels that share it, or of one."""

    def __init__(self, features: list[int], forget: int, ridge: int, least: int) -> None:
        self.features, self.forget, self.ridge, self.least = features, forget, ridge, least
        n = len(features)
        self.sums = [[0] * (n + 1) for _ in range(n + 1)]
        self.weights = [0] * n

    def learn(self, seen: list[list[int]], drop: int, *, again: bool) -> None:
        """Take the features, the target last, of the channels; drop bits of each product."""
        n = len(self.features) + 1
        used = [[f[i] for i in (*self.features, -1)] for f in seen]
        for a in range(n):
            for b in range(n):
                new = sum(f[a] * f[b] >> drop for f in used)
                self.sums[a][b] += new - (self.sums[a][b] >> self.forget)
                assert abs(self.sums[a][b]) < 1 << 60
        if again:
            self.solve()

    def solve(self) -> None:
        """Solve for the weights."""
        f = len(self.features)
        m = [row[:] for row in self.sums]
        for a in range(f + 1):
            m[a][a] += (m[a][a] >> self.ridge) + (1 << self.least)
        e = [(length(m[a][a]) + 1) >> 1 for a in range(f + 1)]
        m = [[wrap(shift(m[a][b], 30 - e[a] - e[b])) for b in range(f + 1)] for a in range(f + 1)]
        lower: list[dict[int, int]] = []
        for k in range(f):
            column = [m[a][k] for a in range(f + 1)]
            pivot = max(m[k][k], 1 << 8)
            share = {a: wrap(column[a] << 30) // pivot for a in range(k + 1, f + 1)}
            for a in range(k + 1, f + 1):
                for b in range(k + 1, f + 1):
                    m[a][b] = wrap(m[a][b] - (wrap(share[a] * column[b]) >> 30))
            lower.append(share)
        w = [lower[k][f] for k in range(f)]
        for k in reversed(range(f)):
            parts = (wrap((lower[k][j] >> 8) * (w[j] >> 8)) >> 14 for j in range(k + 1, f))
            w[k] = wrap(w[k] - sum(parts))
        for k in range(f):
            u = clip(e[f] - e[k] - 6, -62, 24)
            bound = shift(1 << 34, min(-u, 28))
            self.weights[k] = clip(shift(clip(w[k], -bound, bound), u), -(1 << 34), 1 << 34)

    def predict(self, features: list[int]) -> int:
        total = sum(w * features[i] for w, i in zip(self.weights, self.features, strict=True))
        assert abs(total) < 1 << 63
        return total >> 24


def put(x: int, s: int) -> int:
    s = clip(s, -38, 24)
    bound = 1 << (24 - s)
    return shift(clip(x, -bound, bound), s)


class Channel:
    """What the predictor knows of one channel."""

    def __init__(self, level: int, rank: int, activity: int, reach: int, middle: int) -> None:
        self.p = [64 * level] * 5
        self.usual = (3 * (1 << activity) >> 2) << 4
        self.again, self.last, self.activity = 1024, rank, activity
        self.fine = min(reach, 26)
        self.coarse, self.fold = reach - self.fine, max(self.fine - 1, 0)
        self.centre = 64 * (level + shift(middle, reach - 5))

    def x(self, y: int) -> int:
        most = 2 << self.fine
        return clip((y - self.centre) >> (6 + self.coarse), -most, most)

    def square(self, y: int) -> int:
        return (self.x(y) ** 2 << 6 >> self.fold) << self.coarse

    def cube(self, y: int) -> int:
        return ((self.x(y) ** 2 >> self.fold) * self.x(y) << 6 >> self.fold) << self.coarse


def product(one: Channel, y: int, other: Channel, z: int) -> int:
    return (one.x(y) * other.x(z) << 6 >> other.fold) << one.coarse


class Predictor:
    """The predictor of all channels."""

    def __init__(self, scheme: Scheme, levels: list[int], ranks: list[int]) -> None:
        self.scheme, self.n = scheme, 0
        parts = zip(levels, ranks, scheme.activity, scheme.reach, scheme.middle, strict=True)
        self.channels = [Channel(*part) for part in parts]
        p, bent = scheme.p, 4 + 2 * scheme.p
        kinds: list[tuple[list[int], int, int, int, bool]] = [([*range(4)], 6, 6, 26, False)]
        if scheme.related:
            kinds.append(([*range(bent)], 6, 6, 26, False))
            if not scheme.curved:
                kinds.append(([*range(bent)], 3, 6, 26, True))
        if scheme.curved:
            chosen = [0, 4, 5, 4 + p, 5 + p, *range(bent, bent + 5)]
            kinds.append((chosen, 9, 20, 19, False))
        self.count = bent + (5 if scheme.curved else 0)
        # for each kind: groups of channels with one regression each
        self.regressions = []
        for *recipe, shared in kinds:
            each = [[i] for i in range(len(levels))]
            groups = scheme.rounds if shared else each
            made = [(group, Regression(*recipe)) for group in groups]
            by_channel = {i: r for group, r in made for i in group}
            self.regressions.append((made, by_channel, 8 if shared else 0))
        for c in self.channels:
            c.fast = [c.usual] * (3 + len(kinds))
            c.slow = [c.usual] * (3 + len(kinds))

    def begin(self) -> None:
        for c in self.channels:
            c.v = length(c.usual >> 4)
            c.straight = 2 * c.p[0] - c.p[1]

    def turn(self, i: int) -> int:
        return self.now[i] - self.channels[i].straight

    def look(self, i: int) -> list[int]:
        """Features of channel i, whose parents are in `now`."""
        c, p = self.channels[i], self.scheme.p
        s, steps, f = 18 - c.v, c.p, [0] * (self.count + 1)
        for order in range(4):
            steps = [a - b for a, b in pairwise(steps)]
            f[order] = put(steps[0], s)
        who = self.scheme.parents[i]
        for j, at in enumerate(who):
            if at < 0:
                continue
            parent = self.channels[at]
            t, y, old = s + c.activity - parent.activity, self.now[at], parent.p[0]
            f[4 + j] = put(old - parent.p[1], t)
            f[4 + p + j] = put(self.turn(at), t)
            if self.scheme.curved and j < 2:
                f[4 + 2 * p + j] = put(parent.square(y) - parent.square(old), t)
                f[6 + 2 * p + j] = put(parent.cube(y) - parent.cube(old), t)
            if self.scheme.curved and j == 1:
                first = self.channels[who[0]]
                bend = product(first, self.now[who[0]], parent, y)
                bend -= product(first, first.p[0], parent, old)
                f[8 + 2 * p] = put(bend, s + c.activity - first.activity)
        return f

    def law(self, i: int) -> tuple[int, int]:
        """Mean and scale of channel i."""
        c = self.channels[i]
        c.features = self.look(i)
        c.guess, most = [c.p[0], c.straight], (1 << 50) >> max(c.v - 18, 0)
        for _, by_channel, _ in self.regressions:
            g = clip(by_channel[i].predict(c.features), -most, most)
            c.guess.append(c.straight + shift(g, c.v - 18))
        error = [a + b for a, b in zip(c.fast, c.slow, strict=True)]
        low = min(error[:-1])
        q = [((low << 8) // max(e, 1)) ** 2 for e in error[:-1]]
        share = [(x << 8) // max(sum(q), 1) for x in q]
        blend = sum(a * (g - c.straight) for a, g in zip(share, c.guess, strict=True)) >> 8
        c.guess.append(c.straight + blend)
        best = error.index(min(error))
        return c.guess[best], max((5 * c.fast[best] + 7 * c.slow[best]) >> 8, 1)

    def end(self, ranks: list[int]) -> None:
        """Learn from a frame."""
        self.n += 1
        jumps = []
        for i, c in enumerate(self.channels):
            jumps.append(abs(self.turn(i)) > c.usual << 2)
            c.features[-1] = put(self.turn(i), 18 - c.v)
            if jumps[-1]:
                c.features = [0] * len(c.features)
        for place, (made, _, drop) in enumerate(self.regressions):
            again = self.n < 16 or (self.n + place) % 2 == 0
            for group, regression in made:
                seen = [self.channels[i].features for i in group]
                regression.learn(seen, drop, again=again)
        z = min(3, length(self.n) + 1)
        for i, c in enumerate(self.channels):
            y, turn = self.now[i], self.turn(i)
            for x, guess in enumerate(c.guess):
                e = min(abs(y - guess), 1 << 50) << 4
                c.fast[x] += (min(e, 4 * c.fast[x] + (1 << 14)) - c.fast[x]) >> 1
                c.slow[x] += (min(e, 4 * c.slow[x] + (1 << 14)) - c.slow[x]) >> z
            c.usual = max(c.usual + ((min(abs(turn) << 4, c.usual << 4) - c.usual) >> 3), 256)
            same = 1 << 16 if ranks[i] == c.last else 0
            c.again = clip(c.again + ((same - c.again) >> 4), 128, 64512)
            c.last = ranks[i]
            c.p = [y, *(old + (turn if jumps[i] else 0) for old in c.p[:4])]

    def frame(self, stack: Bits) -> list[int]:
        """Pop the ranks of a frame."""
        self.begin()
        self.now: dict[int, int] = {}
        ranks = [0] * len(self.channels)
        for group in self.scheme.rounds:
            laws = [self.law(i) for i in group]
            known = [(self.channels[i].last, self.channels[i].again) for i in group]
            popped = pop_group(stack, self.scheme.alphabet, laws, known)
            for i, rank in zip(group, popped, strict=True):
                ranks[i], self.now[i] = rank, 64 * self.scheme.alphabet.level(rank)
        self.end(ranks)
        return ranks


def pop_group(
    stack: Bits, alphabet: Any, laws: list[tuple[int, int]], known: list[tuple[int, int]]
) -> list[int]:
    """Ranks of a group."""
    cells, symbols = [], []
    for (mean, scale), (last, again) in zip(laws, known, strict=True):
        c = clip((mean + 32) >> 6, -R, R)
        k = max(length((scale - 1) // 256), alphabet.grain(c))
        m = (clip(mean - 64 * c, -32, 32) << 10 >> k) + ((1 << 15) >> k if k else 0)
        w = max(scale << 10 >> k, 1)
        points = [((((2 * j - 65) << 15) - m) << 16) // w for j in range(1, 65)]
        row = frequencies([distribution(1, x) for x in points])
        row = [f - (f * again >> 16) for f in row]
        h = alphabet.level(last) - c
        if k == 0 and abs(h) < 32:
            at = alphabet.level(last)
            if wrap(alphabet.first(at + 1) - alphabet.first(at)) == 1:
                row[h + 32] = 1
        symbols.append(stack.table([*row, (1 << 16) - sum(row)]))
        cells.append((c, k))
    excess = iter(stack.long(sum(s in {0, 64} for s in symbols)))
    begins, sizes, skips = [], [], []
    for s, (c, k), (last, _) in zip(symbols, cells, known, strict=True):
        if s == 65:
            begins, sizes, skips = [*begins, 0], [*sizes, 1], [*skips, None]
            continue
        h = s - 32
        h += -next(excess) if s == 0 else next(excess) if s == 64 else 0
        assert abs(h) <= (2 * R >> k) + 32
        low = c + (h << k) - ((1 << k) >> 1)
        begin = alphabet.first(clip(low, -R, R + 1))
        size = (alphabet.first(clip(low + (1 << k), -R, R + 1)) - begin) % (1 << 64)
        skip = (last - begin) % (1 << 64)
        inside = skip < size
        assert size - inside > 0
        begins.append(begin)
        sizes.append(size - inside)
        skips.append(skip if inside else 1 << 64)
    ranks = []
    parts = zip(stack.wide(sizes), begins, sizes, skips, known, strict=True)
    for w, begin, size, skip, (last, _) in parts:
        assert w < size
        ranks.append(last if skip is None else wrap(begin + w + (w >= skip)))
    return ranks


def arrays(
    payload: bytes, shape: tuple[int, ...], dtype: np.dtype[Any], state: Any
) -> tuple[bytes, Any]:
    """Method 1."""
    z = int.from_bytes(payload[:4], "little")
    assert len(payload) >= 4 + z
    scheme, predictor = state if not z else (Scheme(payload[4 : 4 + z], shape, dtype), None)
    assert payload[-1] or len(payload) == 4 + z
    stack = Bits(payload[4 + z :])
    steps, count = scheme.matrix(shape)
    assert count == len(scheme.kinds)
    alphabet, live = scheme.alphabet, len(scheme.order)
    phases = [0] * steps
    if isinstance(alphabet, Lattice) and live:
        phases = [stack.uniform(alphabet.b) for _ in range(steps)]
    c = prod(shape) // shape[scheme.axis]
    made = np.zeros((steps * scheme.lanes, c, dtype.itemsize), np.uint8)
    for t in range(steps):
        if not live:
            ranks = []
        elif predictor is None:
            laws = [(0, 1 << max(scheme.start - 1, 0) << 6)] * live
            ranks = pop_group(stack, alphabet, laws, [(0, 128)] * live)
            predictor = Predictor(scheme, [alphabet.level(r) for r in ranks], ranks)
        else:
            ranks = predictor.frame(stack)
        keys = dict(zip(scheme.order, (alphabet.value(r, phases[t]) for r in ranks), strict=True))
        for i, (kind, detail) in enumerate(zip(scheme.kinds, scheme.details, strict=True)):
            if kind:
                keys[i] = detail if kind == 1 else keys[detail] if kind == 2 else -1 - keys[detail]
            lane, j = divmod(i, c)
            made[lane * steps + t, j] = [*stored(keys[i], dtype)]
    assert stack.empty
    n = shape[scheme.axis]
    others = [size for axis, size in enumerate(shape) if axis != scheme.axis]
    rows = made[:n].reshape(n, *others, dtype.itemsize)
    return np.moveaxis(rows, 0, scheme.axis).tobytes(), (scheme, predictor)


def floor(payload: bytes, size: int, width: int) -> bytes:
    """Method 0."""
    way, packed = payload[0], payload[1:]
    if way == 0:
        return packed
    if way == 1:
        inflate: Any = zlib.decompressobj(-15)
    else:
        dictionary = min(max(size, 1 << 12), 1 << 26)
        filters: list[dict[str, int]] = [{"id": lzma.FILTER_LZMA2, "dict_size": dictionary}]
        if way == 4:
            filters.insert(0, {"id": lzma.FILTER_DELTA, "dist": width})
        inflate = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
    assert way <= 4
    made = inflate.decompress(packed)
    assert inflate.eof
    assert not inflate.unused_data
    return made


def opened(data: bytes) -> tuple[dict[Any, Any], list[bytes]]:
    """HEAD and the bodies of a file's chunks."""
    assert data[:8] == bytes.fromhex("89 56 44 53 0D 0A 1A 0A")
    assert data[8] >> 4 == 1
    head, bodies, at, crc = {}, [], 9, zlib.crc32(data[:9])
    while at < len(data):
        size, begin = varint(data, at + 1)
        end = begin + size
        crc = zlib.crc32(data[at:end], crc)
        assert data[end : end + 4] == crc.to_bytes(4, "little")
        if data[at] == ord("H"):
            head = msgpack.unpackb(data[begin:end], strict_map_key=False)
        elif data[at] == ord("C"):
            bodies.append(data[begin:end])
        at = end + 4
    assert len(bodies) == head.get(6, 1)
    return head, bodies


def decode(data: bytes, values: int = 1 << 20, met: set[Any] | None = None) -> np.ndarray[Any, Any]:
    """The array in a file; `values` is the most that a chunk holds, `met` gathers what occurs."""
    head, bodies = opened(data)
    assert head[0] == "lossless"
    assert 5 not in head
    shape, full = tuple(head[1]), np.dtype(NAMES[head.get(2, 0)])
    dtype = np.dtype("u1") if full.kind == "b" else full.newbyteorder("<")
    frames, each = shape[0], prod(shape[1:])
    n = -(-frames // max(1, values // each))
    assert n == len(bodies)
    state, parts = None, []
    for i, body in enumerate(bodies):
        part = ((i + 1) * frames // n - i * frames // n, *shape[1:])
        size = prod(part) * dtype.itemsize
        assert body[0] in {0, 1}
        if body[0] == 0:
            raw = floor(body[5:], size, dtype.itemsize)
            seen: set[Any] = {("floor", body[5])}
        else:
            raw, state = arrays(body[5:], part, dtype, state)
            seen = facts(state[0])
        assert len(raw) == size
        assert zlib.crc32(raw).to_bytes(4, "little") == body[1:5]
        parts.append(raw)
        if met is not None:
            met |= seen
    found = np.frombuffer(b"".join(parts), dtype).reshape(shape)
    return found.view(full) if full.kind == "b" else found.astype(full)


def facts(scheme: Scheme) -> set[Any]:
    """What of the page a description uses."""
    met: set[Any] = {type(scheme.alphabet).__name__, *(("kind", kind) for kind in scheme.kinds)}
    if isinstance(scheme.alphabet, Listed):
        met.add(("listed", type(scheme.alphabet.other).__name__))
    flags = {"curved": scheme.curved, "related": scheme.related, "axis": scheme.axis > 0}
    flags |= {"lanes": scheme.lanes > 1, "grid": scheme.p == 4, "rounds": len(scheme.rounds) > 1}
    return met | {name for name, flag in flags.items() if flag}
