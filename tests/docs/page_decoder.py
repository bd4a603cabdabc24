"""A second decoder of `vdsde` and `knots` integers, written from docs/format.md alone.

Python integers only, slow and plain on purpose. It shares no code with vdsc, so where the two
agree the page is complete.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import accumulate, pairwise
from types import SimpleNamespace
from typing import Any

ONE = 1 << 16


def clip(x: int, low: int, high: int) -> int:
    return min(max(x, low), high)


class Stack:
    """The stack: words, and a state of up to 64 bits."""

    def __init__(self, stream: bytes) -> None:
        padded = stream + bytes(-len(stream) % 4)
        self.words = [int.from_bytes(padded[i : i + 4], "little") for i in range(0, len(padded), 4)]
        self.state = 0
        self.refill()

    def refill(self) -> None:
        """Bring the state above 2^32 while words are left."""
        while self.state < 1 << 32 and self.words:
            self.state = self.state << 32 | self.words.pop()

    def take(self, left: list[int]) -> int:
        """Pop the symbol whose bounds hold the state's low digits."""
        r = self.state % (1 << 24)
        k = bisect_right(left, r) - 1
        self.state = (self.state >> 24) * (left[k + 1] - left[k]) + r - left[k]
        self.refill()
        return k

    def table(self, row: list[int]) -> int:
        """Pop a table symbol."""
        if len(row) == 1:
            return 0
        free, sums = (1 << 24) - len(row), accumulate(row, initial=0)
        left = [(rounded(free * total) >> 16) + k for k, total in enumerate(sums)]
        return self.take([*left[:-1], 1 << 24])

    def uniform(self, n: int) -> int:
        """Pop a uniform symbol of n values."""
        if n == 1:
            return 0
        return self.take([*(k * ((1 << 24) // n) for k in range(n)), 1 << 24])

    def gamma(self, longest: int = 24) -> int:
        """Pop a gamma number."""
        zeros = 0
        while not self.uniform(2):
            zeros += 1
            assert zeros <= longest
        number = 1
        for _ in range(zeros):
            number = 2 * number + self.uniform(2)
        return number - 1

    @property
    def empty(self) -> bool:
        """Whether nothing is left."""
        return not self.state and not self.words


def rounded(x: int) -> int:
    """R: 24 significant bits, ties to even."""
    n = max(0, x.bit_length() - 24)
    quotient, rest = x >> n, x & ((1 << n) - 1)
    half = (1 << n) >> 1
    return quotient + (n > 0 and (rest > half or (rest == half and quotient & 1))) << n


@cache
def small(n: int, d: int) -> int:
    """E(n, d)."""
    term = total = 1 << 96
    m = 1
    while term:
        term = term * n // (d * m)
        total, m = total + term, m + 1
    return (1 << 192) // total


@cache
def areas() -> list[int]:
    h, s, t = [1 << 96], small(1, 1 << 19), small(1, 1 << 18)
    for _ in range(4096):
        h.append(h[-1] * s >> 96)
        s = s * t >> 96
    return [h[2 * i] + 4 * h[2 * i + 1] + h[2 * i + 2] for i in range(2048)]


@cache
def law_table(law: int) -> list[int]:
    if law == 0:
        total = sum(areas())
        sums = accumulate(areas(), initial=0)
        return [(1 << 29) + ((part << 29) + total // 2) // total for part in sums]
    e, made = 1 << 96, []
    for _ in range(6144):
        whole = (1 << 96) + e
        made.append(((1 << 126) + whole // 2) // whole)
        e = e * small(1, 256) >> 96
    return [*made, 1 << 30]


def distribution(law: int, x: int) -> int:
    table = law_table(law)
    n = len(table) - 1
    size = min(abs(x), 256 * n)
    i, f = size >> 8, size & 255
    upper = table[i] if i == n else table[i] + ((table[i + 1] - table[i]) * f >> 8)
    return (1 << 30) - upper if x < 0 else upper


def frequencies(rising: list[int]) -> list[int]:
    size = len(rising) + 1
    cum = [j + (f * (ONE - size) >> 30) for j, f in enumerate(rising, start=1)]
    return [b - a for a, b in zip([0, *cum], [*cum, ONE], strict=True)]


@cache
def compander(cap: int) -> list[int]:
    first = areas()[0]
    slices = [(max(a * cap, first) << 32) // (first * cap) for a in [*areas(), *[0] * 1151]]
    u, nodes, i, v = [*accumulate(slices, initial=0)], [], 0, 0
    while v < u[-1]:
        while u[i + 1] <= v:
            i += 1
        nodes.append(256 * i + 256 * (v - u[i]) // (u[i + 1] - u[i]))
        if nodes[-1] >= 12 * ONE:
            break
        v += 1 << 30
    return nodes


class Grid:
    """The cells of one dimension."""

    longest, reach, most = 24, 12 * ONE, 1 << 62

    def __init__(self, step: int, cap: int) -> None:
        self.step, self.nodes = step, compander(cap)
        self.n = len(self.nodes) - 1
        self.limit = 0
        while (2 * self.limit + 1) * step < 128 * self.n:
            self.limit += 1
        self.edges = [self.edge(q) for q in range(-self.limit, self.limit + 1)]

    def bend(self, y: int) -> int:
        """C(y)."""
        size = min(abs(y), 128 * self.n)
        i, f = size >> 7, size & 127
        z = self.nodes[i]
        if i < self.n:
            z += (self.nodes[i + 1] - z) * f >> 7
        return -z if y < 0 else z

    def edge(self, q: int) -> int:
        """Lower edge of cell q."""
        return self.bend((2 * clip(q, -self.limit, self.limit + 1) - 1) * self.step)

    def value(self, q: int) -> int:
        """Middle of cell q."""
        return self.edge(q) + self.edge(q + 1) >> 1

    def width(self, q: int) -> int:
        """Width of cell q."""
        return self.edge(q + 1) - self.edge(q)

    def snap(self, z: int) -> int:
        """The cell that holds z."""
        return max(bisect_right(self.edges, z) - 1, 0) - self.limit


class OpenGrid(Grid):
    """The cells of one dimension in a file of `knots`, which do not end."""

    longest, reach, most = 48, 1 << 46, (1 << 21) - 1

    def __init__(self, step: int, cap: int) -> None:
        self.cap = cap
        super().__init__(step, cap)
        self.limit = self.snap(1 << 47)

    def edge(self, q: int) -> int:
        """Lower edge of cell q."""
        y, end = abs(2 * q - 1) * self.step, 128 * self.n
        if y < end:
            return self.bend((2 * q - 1) * self.step)
        far = self.nodes[self.n] + (self.cap * (y - end) >> 1)
        return far if q > 0 else -far

    def snap(self, z: int) -> int:
        """The cell that holds z."""
        low, high = -(1 << 60), 1 << 60
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.edge(middle) <= z else (low, middle)
        return low


def gap_row(counts: list[int] | None, rate: int | None, longest: int = 1024) -> list[int]:
    """The row of a histogram's counts, or of the Poisson code at a rate."""
    if rate is None:
        assert counts is not None
        sums = [*accumulate(counts)]
        return frequencies([(part << 30) // sums[-1] for part in sums[:-1]])
    s = [small(rate, ONE)]
    while len(s) < longest:
        s.append(s[-1] * s[0] >> 96)
    one = 1 << 96
    return frequencies([((one - x) << 30) // (one - s[-1]) for x in s[:-1]])


def pop_times(stack: Stack, row: list[int], end: int) -> list[int]:
    times = [0]
    while times[-1] < end:
        rest = row[: end - times[-1]]
        rest = [*rest[:-1], ONE - sum(rest[:-1])]
        times.append(times[-1] + stack.table(rest) + 1)
    return times


MASK = (1 << 64) - 1


def word(seed: int, number: int, stream: int, place: int) -> int:
    """A word of the noise."""
    x0, x1, x2, x3 = place // 4, stream, 0, 0
    k0, k1 = seed, number
    for _ in range(10):
        a, c = 0xD2E7470EE14C6C93 * x0, 0xCA5A826395121157 * x2
        x0, x1, x2, x3 = (c >> 64) ^ x1 ^ k0, c & MASK, (a >> 64) ^ x3 ^ k1, a & MASK
        k0, k1 = k0 + 0x9E3779B97F4A7C15 & MASK, k1 + 0xBB67AE8584CAA73B & MASK
    return (x0, x1, x2, x3)[place % 4]


def power(x: int) -> int:
    """P(x)."""
    root = 1 << 32
    while (root + 1) ** 16 <= 1 << (512 + x % 16):
        step = 1
        while (root + 2 * step) ** 16 <= 1 << (512 + x % 16):
            step *= 2
        root += step
    return root >> -(x // 16)


@cache
def octaves(e: int) -> list[int]:
    """The row of the octave of an index."""
    left, f = ONE, []
    for o in range(22):
        x = 16 * o - e
        stop = 1 << 15
        if o == 0:
            stop = power(-e) >> 16
        elif x < 0:
            stop = (power(x) << 16) // ((1 << 32) + power(x))
        f.append(clip(left * clip(stop, 1, ONE - 2) >> 16, 1, left - 22 + o))
        left -= f[-1]
    return [*f, left]


def draw_times(
    stack: Stack, row: list[int], end: int, rate: int, seed: int, first: int
) -> list[int]:
    """Knots of a window whose times were drawn."""
    times, b, bounds = [0], 0, [*accumulate(row)]
    pace = sum(k * f for k, f in enumerate(row, start=1))
    while times[-1] < end:
        left = end - times[-1]
        ahead = min(left, 1 + (left << 16) // pace)
        blocks = -(-ahead // max(160 // rate, 1))
        c = -(-ahead // blocks)
        count, e = (c if blocks > 1 else min(left, 2 * c)), c * rate
        if left == 1:
            count, e = 1, 0
        o = stack.table(octaves(e))
        n = stack.uniform(1 << o) + (1 << o)
        assert n <= 1 << 22
        for j in range(1, count + 1):
            if times[-1] < end:
                v = word(seed, (first % (1 << 32) << 32) + b, j, n - 1) >> 48
                times.append(min(times[-1] + bisect_right(bounds, v) + 1, end))
        b += 1
    return times


def hyp(a: int, b: int) -> int:
    x = max(a, b) + (min(a, b) >> 1)
    return x + (a * a + b * b) // x >> 1


def pop_group(
    stack: Stack, grids: list[Grid], means: list[int], scales: list[int], law: int
) -> list[int]:
    """The cells of one group."""
    wide = (8, 4)[law]
    shifts, centres, found = [], [], []
    for grid, mean, scale in zip(grids, means, scales, strict=True):
        c, k = grid.snap(mean), 0
        while (grid.width(c) << k) * wide < scale:
            k += 1
        low = c - (32 << k) - ((1 << k) >> 1)
        edges = [grid.edge(low + (j << k)) for j in range(1, 65)]
        row = frequencies([distribution(law, ((e - mean) << 16) // scale) for e in edges])
        found.append(stack.table(row) - 32)
        shifts.append(k)
        centres.append(c)
    for i, h in enumerate(found):
        if abs(h) == 32:
            found[i] = h + stack.gamma(grids[i].longest) * (1 if h > 0 else -1)
    lows = [stack.uniform(1 << k) for k in shifts]
    cells = [
        c + (h << k) + low - ((1 << k) >> 1)
        for c, h, k, low in zip(centres, found, shifts, lows, strict=True)
    ]
    assert all(abs(q) <= grid.limit for q, grid in zip(cells, grids, strict=True))
    return cells


class Path:
    """The knots of a file, popped one after the other; `tables` holds nested lists."""

    def __init__(
        self, tables: dict[str, Any], steps: list[int], cap: int, cells: type[Grid] = Grid
    ) -> None:
        self.t, self.grids = tables, [cells(step, cap) for step in steps]
        self.law = tables["law"][0]
        self.local = [d for d, still in enumerate(tables["is_global"]) if not still]
        self.cells: list[int] | None = None
        self.lag = 0

    def values(self) -> list[int]:
        """Values of the last knot."""
        assert self.cells is not None
        return [grid.value(q) for grid, q in zip(self.grids, self.cells, strict=True)]

    def stand(self) -> None:
        """Go on as after a first knot with these values."""
        self.lag, self.before = 0, self.values()
        self.spread = [52290] * len(self.grids)

    def first(self, stack: Stack) -> list[int]:
        """Pop the first knot of a file, or of a fresh window."""
        self.lag, zero = 0, [0] * len(self.grids)
        self.cells = pop_group(stack, self.grids, zero, self.t["sigma0"], self.law)
        self.spread, self.before = [52290] * len(self.grids), self.values()
        return self.cells

    def later(self, stack: Stack, lag: int, lag_next: int = 0) -> list[int]:
        """Pop a knot, block after block; the next one's lag only matters to a learned law."""
        assert self.cells is not None
        t, last, size = self.t, self.values(), len(self.grids)
        r = min(lag, len(t["rho"])) - 1
        c = t["lag_class"][r]
        slope = [0] * size
        if self.lag:
            slope = [
                clip((z1 - z2) * lag // self.lag, -24 * ONE, 24 * ONE)
                for z1, z2 in zip(last, self.before, strict=True)
            ]
        residual, spread, cells = [0] * size, [0] * size, list(self.cells)
        for block in sorted({t["blocks"][d] for d in self.local}):
            dims = [d for d in self.local if t["blocks"][d] == block]
            earlier = [d for d in self.local if t["blocks"][d] < block]
            means, bases, scales = [], [], []
            for d in dims:
                mean = t["rho"][r][d] * last[d] >> 16
                if "weights" in t:
                    x = [clip(z, -g.most, g.most) for z, g in zip(last, self.grids, strict=True)]
                    x += [*slope, *residual]
                    pairs = zip(t["weights"][c][d], x, strict=True)
                    mean += sum(a * b for a, b in pairs) >> 16
                means.append(clip(mean, -self.grids[d].reach, self.grids[d].reach))
                width = self.grids[d].width(self.cells[d])
                bases.append(
                    hyp(t["sigma"][r][d], abs(t["rho"][r][d]) * width * t["blur"][0] >> 32)
                )
                scales.append(self.scale(d, c, bases[-1], spread, earlier))
            grids = [self.grids[d] for d in dims]
            popped = pop_group(stack, grids, means, scales, self.law)
            for d, q, mean, base in zip(dims, popped, means, bases, strict=True):
                cells[d] = q
                grid, away = self.grids[d], self.grids[d].value(q) - mean
                residual[d] = clip(away, -grid.most, grid.most)
                unit = base + (grid.step >> 3)
                spread[d] = min((abs(away) << 16) // unit, 16 * ONE)
        self.cells, self.before, self.lag, self.spread = cells, last, lag, spread
        return cells

    def scale(self, d: int, c: int, base: int, spread: list[int], earlier: list[int]) -> int:
        """Scale of dimension d at lag class c."""
        if "activity_gain" not in self.t:
            return min(base, 256 * ONE)
        w0, w1, w2 = self.t["activity_weights"]
        b = sum(self.spread[i] for i in self.local) // len(self.local)
        total, parts = self.spread[d] * w0 + b * w1, w0 + w1
        if earlier:
            total += sum(spread[i] for i in earlier) // len(earlier) * w2
            parts += w2
        bucket = sum(edge <= total // parts for edge in self.t["activity_edges"])
        return clip(base * self.t["activity_gain"][c][bucket] >> 16, 1, 256 * ONE)


def varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 128:
            return value, at


def signed(data: bytes, at: int) -> tuple[int, int]:
    """A signed varint."""
    value, at = varint(data, at)
    return (-(value + 1) // 2 if value & 1 else value // 2), at


def read_pose(
    body: bytes, at: int, ramps: int, channels: int, past: SimpleNamespace | None
) -> tuple[SimpleNamespace, int]:
    """The pose of a window, and where it ends."""
    start: list[int] = [] if past is None else past.end
    for _ in range(ramps if past is None else 0):
        anchor, at = signed(body, at)
        start.append(anchor)
    end = []
    for anchor in start:
        rise, at = signed(body, at)
        end.append(anchor + rise)
    before = [0] * channels
    if past is not None:
        before = list(past.before)
        for _, channel, change in past.turns:
            before[channel] += change
    count, at = varint(body, at)
    turns, frame = [], 0
    for _ in range(count):
        step, at = varint(body, at)
        channel, at = varint(body, at)
        change, at = signed(body, at)
        frame += step
        turns.append([frame, channel, change])
    return SimpleNamespace(start=start, end=end, turns=turns, before=before), at


@dataclass
class Window:
    """A window: its first frame and its frames, its knots, their cells and values, its pose."""

    first: int
    frames: int
    knots: list[int]
    cells: list[list[int]]
    values: list[list[int]]
    pose: SimpleNamespace | None = None


def decode(  # noqa: C901, PLR0912 - the page says it in one go, too
    tables: dict[str, Any],
    params: dict[str, int],
    bodies: list[bytes],
    *,
    chunk: int,
    frames: int,
    ticks_per_frame: Fraction,
    channels: int | None = None,
    listed: list[float] | None = None,
    law: Callable[[list[int]], Any] | None = None,
) -> list[Window]:
    """Every window of a file of `vdsde` or, where `channels` says how many, of `knots`.

    Where frame times are listed, `ticks_per_frame` is of one second. law: makes the path of knots
    under a learned law, given the steps of the grid.
    """
    drawn = ("r" if channels is None else "d") in params
    row_of_curve = params["r" if drawn and channels is None else "q"] - 1
    coarse, _, histogram = tables["curve"][row_of_curve]
    steps = [clip(step * coarse >> 8, 1 << 6, 1 << 17) for step in tables["steps"]]
    grids = Grid if channels is None else OpenGrid
    path = law(steps) if law else Path(tables, steps, tables["cap"][0], grids)
    row = gap_row([1] if "a" in params else tables["gaps"][histogram], None)
    if "p" in params and "a" not in params:
        row = gap_row(None, params["p"], max(1024, params.get("w", 0)))
    found: list[Window] = []
    if channels is None:
        assert len(bodies) == max(1, -(-(frames - 1) // (chunk - 1)))
    end = 0
    for i, body in enumerate(bodies, start=1):
        at, fresh, first = 0, not found, end
        if channels is None:
            end = i * (frames - 1) // len(bodies)
        elif len(bodies) == 1:
            end = frames - 1
        else:
            span, at = varint(body, 0)
            fresh = bool(span & 1)
            first = end + (fresh and bool(found))
            end = first + span // 2 - 1
            assert end - first < params.get("w", chunk)
        count, at = varint(body, at)
        _, at = varint(body, at)
        pose = None
        if "u" in params and channels is not None:
            past = None if fresh else found[-1].pose
            pose, at = read_pose(body, at, params["u"].bit_count(), channels, past)
        stack = Stack(body[at + drawn :])
        held = count == 1 and end > first and channels is not None
        if held:
            times, stack = [0], Stack(body[at:])
        elif drawn:
            times = draw_times(stack, row, end - first, body[at], params.get("s", 0), first)
        else:
            times = pop_times(stack, row, end - first)
        assert len(times) == count
        cells = [path.first(stack) if fresh or path.cells is None else path.cells]
        values = [path.values()]
        if listed is None:
            ticks = [int((2 * k * ticks_per_frame + 1) // 2) for k in times]
        else:
            ticks = [round(listed[first + k] * float(ticks_per_frame)) for k in times]
        lags = [clip(tick - before, 1, 1 << 20) for before, tick in pairwise(ticks)]
        for lag, after in zip(lags, [*lags[1:], 0], strict=False):
            cells.append(path.later(stack, lag, after))
            values.append(path.values())
        assert stack.empty
        if held:
            times, cells, values = [0, end - first], cells * 2, values * 2
            path.stand()
        found.append(Window(first, end - first + 1, times, cells, values, pose))
    assert end == frames - 1
    return found
