"""Method 1, `arrays`."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tests.docs.lossless_page.alphabets import Lattice, Listed, stored
from tests.docs.lossless_page.bits import Bits, R, length, wrap
from tests.docs.lossless_page.mixture import Law, leading, mixed
from tests.docs.lossless_page.predictor import Predictor
from tests.docs.lossless_page.scheme import Scheme
from tests.docs.page_decoder import clip, frequencies


def pop_frame(predictor: Predictor, stack: Bits) -> list[int]:
    """Pop the ranks of a frame."""
    predictor.begin()
    predictor.now = {}
    ranks = [0] * len(predictor.channels)
    for group in predictor.scheme.rounds:
        laws = [predictor.law(i) for i in group]
        known = [(predictor.channels[i].last, predictor.channels[i].again) for i in group]
        popped = pop_group(stack, predictor.scheme.alphabet, laws, known)
        for i, rank in zip(group, popped, strict=True):
            ranks[i], predictor.now[i] = rank, 64 * predictor.scheme.alphabet.level(rank)
    predictor.end(ranks)
    return ranks


def pop_group(
    stack: Bits, alphabet: Any, laws: list[list[Law]], known: list[tuple[int, int]]
) -> list[int]:
    """Ranks of a group."""
    cells, symbols = [], []
    for law, (last, again) in zip(laws, known, strict=True):
        mean, scale, _ = leading(law)
        c = clip((mean + 32) >> 6, -R, R)
        k = max(length((scale - 1) // 256), alphabet.grain(c))
        edges = [(2 * j - 65) << 15 for j in range(1, 65)]
        row = frequencies([x >> 16 for x in mixed(law, c, k, edges)])
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
            laws = [[(0, 1 << max(scheme.start - 1, 0) << 6, 1 << 16)]] * live
            ranks = pop_group(stack, alphabet, laws, [(0, 128)] * live)
            predictor = Predictor(scheme, [alphabet.level(r) for r in ranks], ranks)
        else:
            ranks = pop_frame(predictor, stack)
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


def facts(scheme: Scheme) -> set[Any]:
    """What of the page a description uses."""
    met: set[Any] = {type(scheme.alphabet).__name__, *(("kind", kind) for kind in scheme.kinds)}
    if isinstance(scheme.alphabet, Listed):
        met.add(("listed", type(scheme.alphabet.other).__name__))
    flags = {"curved": scheme.curved, "related": scheme.related, "axis": scheme.axis > 0}
    flags |= {
        "mixed": bool(scheme.mixed),
        "lanes": scheme.lanes > 1,
        "grid": scheme.p == 4,
        "rounds": len(scheme.rounds) > 1,
    }
    return met | {name for name, flag in flags.items() if flag}
