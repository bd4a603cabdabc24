"""A decoder of clips of sprites, written from docs/format/sprites.md alone; slow and plain."""

from __future__ import annotations

import math
from itertools import accumulate
from typing import Any

import numpy as np

from tests.docs.lossless_page.bitsback.coder import Stack
from tests.docs.lossless_page.bitsback.layers import Ints, Layers, silu
from tests.docs.lossless_page.bitsback.observation import mended
from tests.docs.lossless_page.bitsback.texture import Texture
from tests.docs.page_decoder import clip, frequencies
from tests.docs.page_frames import e

UNIT = 1 << 20
LEVELS = (2, 3, 4, 6, 8, 12, 16, 256)
LIKELY = {"wall": range(1, 5)}
GOES_ON = {"beyond": (1, 20), "at wall": (1, 8), "free": (1, 80)}


class Networks:
    """The layers of a checkpoint, and its sizes."""

    def __init__(self, settings: dict[str, Any], weights: dict[str, Any]) -> None:
        layers = Layers(weights)
        self.cell: int = settings["net"]["cell"]
        self.sizes = weights["sizes"].tolist()
        self.layers = {
            name: [layers.linear(f"{name}.{i}") for i in range(3)]
            for name in ("fine", "coarse", "smooth")
        }

    def run(self, name: str, x: list[int]) -> list[int]:
        """Outputs of three layers."""
        first, second, third = self.layers[name]
        return third(silu(second(silu(first(np.array([x]))))))[0].tolist()


def of_body(stream: bytes, networks: Networks, size: tuple[int, int, int]) -> Ints:
    """The frames of a body of the codec `sprites`."""
    stack = Stack(stream)
    frames = frames_of(stack, networks, size, LEVELS[stack.table([8192] * 8)], set())
    assert stack.empty
    return frames


def of_payload(stream: bytes, networks: Networks, size: tuple[int, ...], met: set[Any]) -> bytes:
    """The values of a chunk of method 5."""
    stack = Stack(stream)
    frames = mended(stack, frames_of(stack, networks, size, 256, met), met)
    assert stack.empty
    return frames.astype(np.uint8).tobytes()


def frames_of(
    stack: Stack, networks: Networks, size: tuple[int, ...], levels: int, met: set[Any]
) -> Ints:
    """Pop a clip and draw it."""
    count = stack.table([8192, 49152, 4096, 4096]) + 1
    a = stack.table([49152, *[2048] * 8])
    learned = levels != 256 or stack.bit(64512)
    met |= {("sprites", count, bool(learned))}
    texture, looks = Texture(), []
    for _ in range(count):
        s = stack.table(networks.sizes)
        shape = (s // networks.cell + 1, s % networks.cell + 1)
        if s == networks.cell**2:
            shape = (stack.uniform(size[1]) + 1, stack.uniform(size[2]) + 1)
        popped = look(stack, networks, shape, levels) if learned else texture.pop(stack, shape, met)
        looks.append(popped)
    objects = [Mover(stack, networks, one, size[1:3], a, met) for one in looks]
    moves = Moves(1 << a)
    corners = [[one.last for one in objects]]
    corners += [[one.step(stack, moves) for one in objects] for _ in range(1, size[0])]
    return drawn([edged(one, networks, levels) for one in looks], corners, size, a, levels != 256)


def look(stack: Stack, networks: Networks, shape: tuple[int, int], levels: int) -> Ints:
    """The pixels of a look under the network."""
    h, w = shape
    known = np.zeros((h + 18, w + 14), np.int64)
    for r in range(h):
        for c in range(w):
            x = inputs(known, r, c, h, w) + [UNIT * (levels == one) for one in LEVELS]
            scores = networks.run("fine" if levels == 256 else "coarse", x)
            first = 0 if levels == 256 else sum(one for one in LEVELS if one < levels)
            known[r + 18, c + 7] = grey(stack.table(shares(scores[first : first + levels])), levels)
    return known[18:, 7:-7]


def grey(k: int, levels: int) -> int:
    """The grey of a level."""
    return (510 * k + levels - 1) // (2 * (levels - 1))


def inputs(known: Ints, r: int, c: int, h: int, w: int) -> list[int]:
    """All activations but those of the levels."""
    i, j = r + 18, c + 7
    near = [(UNIT * g + 127) // 255 for g in known[i - 6 : i + 1, c : c + 15].ravel()[:97].tolist()]
    far = [
        UNIT * int(known[i - 18 + 3 * m : i - 15 + 3 * m, c + 3 * n : c + 3 * n + 3].sum()) // 2295
        for m in range(4)
        for n in range(5)
    ]
    counts = [int((known == v).sum()) for v in range(250, 256)]
    tones = [UNIT * n // max(sum(counts), 1) for n in counts] + [min(sum(counts), 64) << 14]
    beside = [known[i, j - 1], known[i - 1, j], known[i - 1, j - 1], known[i - 1, j + 1]]
    same = [UNIT * int(g == v) for g in beside for v in (0, 252, 253, 254, 255)]
    place = [n << 15 for n in (r, c, h - 1 - r, w - 1 - c, h, w)]
    ink = [known[:, 7].any(), known[:, 6 + w].any(), known[i].any()]
    return near + far + tones + same + place + [UNIT * int(one) for one in ink]


def shares(scores: list[int]) -> list[int]:
    """The row of some scores."""
    weights = [math.floor(2.0**22 * e((max(scores) - s) * 2.0**-20)) for s in scores]
    sums = list(accumulate(weights))
    return frequencies([(total << 30) // sums[-1] for total in sums[:-1]])


class Moves:
    """The counts of all kinds."""

    def __init__(self, parts: int) -> None:
        self.parts = parts
        self.kept = {kind: list(counts) for kind, counts in GOES_ON.items()}
        self.counts: dict[str, list[int]] = {}

    def goes_on(self, stack: Stack, kind: str) -> bool:
        """Whether a coordinate is as guessed."""
        if kind not in self.kept:
            return False
        counts = self.kept[kind]
        bit = stack.bit(clip(65536 * counts[1] // sum(counts), 16, 65520))
        counts[bit] += 2
        return bool(bit)

    def move(self, stack: Stack, kind: str) -> int:
        """Another move, in parts."""
        likely = LIKELY.get(kind, range(-4, 5))
        new = [64 if m in likely else 1 for m in range(-15, 16)] + [1]
        counts = self.counts.setdefault(kind, new)
        sums = list(accumulate(counts))
        k = stack.table(frequencies([(part << 30) // sums[-1] for part in sums[:-1]]))
        counts[k] += 32
        if k == 31:
            return stack.uniform(1 << 21) - (1 << 20)
        return (k - 15) * self.parts + stack.uniform(self.parts)


class Mover:
    """One sprite and its walls."""

    def __init__(
        self, stack: Stack, networks: Networks, one: Ints, size: Any, a: int, met: set[Any]
    ) -> None:
        self.most = [size[axis] - one.shape[axis] << a for axis in (0, 1)]
        self.walls = []
        for axis in (0, 1):
            mass = one.sum(axis=1 - axis).tolist()
            total = max(sum(mass), 1)
            moment = sum(m * (2 * i + 1) for i, m in enumerate(mass))
            low = max((networks.cell * total - moment) // (2 * total) + 1, 0) << a
            high = low + (max(size[axis] - networks.cell, 0) << a)
            if stack.bit(64512):
                off = stack.table([2048, 61440, 2048]) - 1 << a
                low, high = low + off, high + off
            else:
                met |= {"any walls"}
                low = stack.uniform(self.most[axis] + 1)
                high = stack.uniform(self.most[axis] + 1)
            self.walls.append((low, high))
        self.last = tuple(low + stack.uniform(high - low + 1) for low, high in self.walls)
        self.speed: tuple[int, int] | None = None
        self.stopped = [0, 0]

    def step(self, stack: Stack, moves: Moves) -> tuple[int, int]:
        """The next corner."""
        speed = self.speed or (0, 0)
        guess = [self.last[axis] + speed[axis] for axis in (0, 1)]
        found, stopped = [], [0, 0]
        for axis, (low, high) in enumerate(self.walls):
            passed = (guess[axis] > high) - (guess[axis] < low)
            kind, turn = self.kind(axis, passed)
            held = min(max(guess[axis], low), high)
            goes_on = moves.goes_on(stack, kind)
            found.append(held if goes_on else self.last[axis] + turn * moves.move(stack, kind))
            if kind == "beyond" and found[axis] == held:
                stopped[axis] = passed
            assert 0 <= found[axis] <= self.most[axis]
        self.speed = (found[0] - self.last[0], found[1] - self.last[1])
        self.last, self.stopped = (found[0], found[1]), stopped
        return self.last

    def kind(self, axis: int, passed: int) -> tuple[str, int]:
        """The kind of an axis, and its turn."""
        side = (self.last[axis] == self.walls[axis][1]) - (self.last[axis] == self.walls[axis][0])
        rows = (
            (self.speed is None, "first", 1),
            (self.stopped[axis], "wall", -self.stopped[axis]),
            (self.stopped[1 - axis], "other wall", 1),
            (passed, "beyond", 1),
            (side, "at wall", -side),
            (True, "free", 1),
        )
        return next((kind, turn) for holds, kind, turn in rows if holds)


def edged(one: Ints, networks: Networks, levels: int) -> Ints:
    """A look as it is drawn."""
    if levels == 256:
        return one
    padded = np.pad(one, 5)
    made = np.zeros((one.shape[0] + 4, one.shape[1] + 4), np.int64)
    for r, c in np.ndindex(made.shape):
        seen = padded[r : r + 7, c : c + 7].ravel().tolist()
        x = [(UNIT * g + 127) // 255 for g in seen] + [UNIT * (levels == n) for n in LEVELS[:-1]]
        y = networks.run("smooth", x)[0]
        made[r, c] = clip(math.floor(y * (255 / UNIT) + 0.5), 0, 255) if any(seen) else 0
    return made


def drawn(looks: list[Ints], corners: Any, size: tuple[int, ...], a: int, edge: bool) -> Ints:  # noqa: FBT001
    """The frames of all looks at all corners."""
    p, rim = 1 << a, 2 * edge
    frames = np.zeros(size[:3], np.int64)
    for t, places in enumerate(corners):
        for one, (y, x) in zip(looks, places, strict=True):
            v, u = y % p, x % p
            for (r, c), g in np.ndenumerate(one):
                top, left = (y >> a) + r - rim, (x >> a) + c - rim
                parts = ((0, 0, (p - v) * (p - u)), (1, 0, v * (p - u)), (0, 1, (p - v) * u))
                for down, right, share in (*parts, (1, 1, v * u)):
                    i, j = top + down, left + right
                    if 0 <= i < size[1] and 0 <= j < size[2]:
                        frames[t, i, j] += share * int(g)
    return np.minimum((frames + p * p // 2) >> 2 * a, 255)
