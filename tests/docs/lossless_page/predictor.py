"""Features, regressions and experts of method 1."""

# ruff: noqa: D102 -- the page says what its words mean

from __future__ import annotations

from itertools import pairwise
from math import isqrt

from tests.docs.lossless_page.bits import length, shift, wrap
from tests.docs.lossless_page.mixture import Law, learned, shares
from tests.docs.lossless_page.scheme import Scheme
from tests.docs.page_decoder import clip


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
            c.scores = [0] * (3 + len(kinds))

    def begin(self) -> None:
        for c in self.channels:
            c.v = length(c.usual >> 4)
            c.straight = 2 * c.p[0] - c.p[1]
        if self.scheme.mixed:
            scores = [c.scores for c in self.channels]
            means = [sum(s) // len(self.channels) for s in zip(*scores, strict=True)]
            for c in self.channels:
                c.share = shares(c.scores, means)

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

    def law(self, i: int) -> list[Law]:
        """Mean, scale and share of each expert of channel i, or of the best one."""
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
        scale = [max((5 * a + 7 * b) >> 8, 1) for a, b in zip(c.fast, c.slow, strict=True)]
        if not self.scheme.mixed:
            best = error.index(min(error))
            return [(c.guess[best], scale[best], 1 << 16)]
        c.plain = scale[-1]
        scale = [max(one * self.stir(i) >> 8, 1) for one in scale]
        c.laws = list(zip(c.guess, scale, c.share, strict=True))
        return c.laws

    def stir(self, i: int) -> int:
        """Factor of the scales of channel i, in 256ths."""
        ratios = []
        for at in self.scheme.parents[i]:
            if at >= 0:
                parent = self.channels[at]
                off = min(abs(self.now[at] - parent.guess[-1]), 1 << 40)
                ratios.append(min((5 * off << 8) // (7 * parent.plain), 16 << 8))
        return isqrt((sum(ratios) + 256) // (len(ratios) + 1) << 8)

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
        if self.scheme.mixed:
            for i, c in enumerate(self.channels):
                c.scores = learned(c.scores, c.laws, self.now[i] >> 6)
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
