"""The sketch of the codec `field` as docs/format/field.md says it, in plain Python; slow."""

from __future__ import annotations

from itertools import product

import numpy as np

from tests.docs.page_decoder import distribution, frequencies

EIGHTHS = (65536, 71468, 77936, 84990, 92682, 101070, 110218, 120194)


def sketched(stack, tensors, shape, sizes, array):
    """The values (*shape, 3) that a sketch adds; array: from latents to an array of integers."""
    whole = {name: part.astype(object) for name, part in tensors.items() if name != "blocks"}
    k = stack.uniform(256)
    z = ((k - 112) << 10) // 24
    told = [z, z * z >> 10, 1 << 10]
    grid = tuple(-(-n // size) for n, size in zip(shape, sizes, strict=True))
    tiers = [grid]
    while f"{len(tiers)}.step.0.inner" in whole:
        tiers.append(tuple(-(-n // 2) for n in tiers[-1]))
    held = {place: [v >> 2 for v in whole["start"]] for place in places(tiers[-1])}
    for t in reversed(range(len(tiers))):
        if f"{t}.down" in whole:
            held = finer(held, whole[f"{t}.down"], tiers[t])
        steps = sum(name.startswith(f"{t}.step.") for name in whole) // 2
        groups = sum(name.startswith(f"{t}.law.") for name in whole)
        for i in range(steps):
            if (g := i - steps + groups) >= 0:
                scales = {p: layer(x, whole[f"{t}.law.{g}"]) for p, x in held.items()}
                found = numbers(stack, [o for p in held for o in scales[p]])
                back = whole[f"{t}.back.{g}"]
                count = len(back) - 1
                for j, (p, x) in enumerate(held.items()):
                    more = layer([n << 10 for n in found[j * count : (j + 1) * count]], back)
                    held[p] = added(x, more)
            held = stepped(held, told, whole[f"{t}.step.{i}.inner"], whole[f"{t}.step.{i}.outer"])
    spread = whole["spread"]
    latents = []
    for x in held.values():
        made = np.array([*x, 1 << 10], object) @ whole["out"]
        both = zip(made, spread, strict=True)
        latents.append([((int(v) >> 8) * s + (1 << 9)) >> 10 for v, s in both])
    return array(np.array(latents, dtype=np.int64), shape, sizes).reshape(*shape, 3)


def places(shape):
    """All places of a tier in C order."""
    return product(*map(range, shape))


def layer(x, weights):
    """Numbers of a layer."""
    return [int(v) >> 12 for v in np.array([*x, 1 << 10], object) @ weights]


def added(x, more):
    """Numbers and more of them."""
    return [min(max(a + b, -(1 << 20)), 1 << 20) for a, b in zip(x, more, strict=True)]


def stepped(held, told, inner, outer):
    """What all places have after a step."""
    made = {}
    for place, own in held.items():
        e = len(own) // 8
        x = own[: 2 * e]
        for i, (axis, way) in enumerate((axis, way) for axis in range(3) for way in (-1, 1)):
            there = tuple(n + way * (a == axis) for a, n in enumerate(place))
            x = x + held.get(there, [0] * len(own))[(2 + i) * e : (3 + i) * e]
        y = np.array([*x, *told], object) @ inner
        y = [min(max(int(v) >> 12, 0), 1 << 20) for v in y]
        made[place] = added(own, layer(y, outer))
    return made


def finer(held, down, shape):
    """What the places of the next tier have at first."""
    made = {}
    for place in places(shape):
        found = layer(held[tuple(n // 2 for n in place)], down)
        count = len(found) // 8
        part = sum((n % 2) << (2 - a) for a, n in enumerate(place))
        made[place] = found[part * count : (part + 1) * count]
    return made


def numbers(stack, scales):
    """Numbers of a group by the outputs that tell their scales."""
    which = [min(max((o * 8 + (1 << 9)) >> 10, -48), 56) for o in scales]
    sizes = [stack.table(frequencies([within(i, 0)])) for i in which]
    some = [j for j, size in enumerate(sizes) if size]
    for j in some:
        none = within(which[j], 0)
        rest = max((1 << 30) - none, 1)
        inside = [((within(which[j], n) - none) << 30) // rest for n in range(1, 63)]
        sizes[j] += stack.table(frequencies(inside))
    for j in some:
        sizes[j] *= -1 if stack.uniform(2) else 1
    return sizes


def within(i, most):
    """The chance of a size of at most so much, Q30."""
    up, scale = i // 8, EIGHTHS[i % 8]
    edge = (2 * most + 1) << 31
    x = edge // (scale << up) if up >= 0 else (edge << -up) // scale
    return 2 * distribution(1, x) - (1 << 30)
