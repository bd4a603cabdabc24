"""What a file says of itself, read from its bytes by the format's pages alone; no code of vdsc."""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from tests.docs.bounded_page import read_followers, read_grid, read_patches
from tests.docs.field_rungs_page import KnotGrid
from tests.docs.lossless_page.bitsback.payload import told
from tests.docs.lossless_page.container import NAMES, opened
from tests.docs.page_decoder import Stack, read_pose, varint
from tests.docs.page_pose import listed

METHODS = ("floor", "arrays", "bitsback", "video", "recast", "sprites", "fronts")
WHOLE = {"sprites": "looks and places", "solids": "voxels", "packed": "values, packed"}
"""What all bytes of a body are for, of codecs that do not say more."""

BITS = {"values": "latents, values", "times": "latents, times", "initial": "initial bits"}


@dataclass
class Said:
    """What a file says.

    span: times of the first and the last frame. budget: bytes by purpose. chunks: of each its
    bytes, frames, knots and method. shared: knots that two windows have. kl_bits: of drawn knot
    times, None for others.
    """

    span: tuple[float, float]

    budget: Counter[str] = field(default_factory=Counter)
    chunks: list[tuple[int, int | None, int | None, str]] = field(default_factory=list)
    shared: int = 0
    kl_bits: float | None = None
    params: dict[str, int] = field(default_factory=dict)


def said(data: bytes) -> Said:
    """All that a file says."""
    head, bodies = opened(data)
    params = {key: value for key, value in head.items() if isinstance(key, str)}
    found = Said(span_of(data, head), params=params)
    found.budget["checksums"] = 4 * records(data)
    rest = len(data) - found.budget["checksums"] - sum(map(len, bodies))
    found.budget["header"] = rest
    if head[0] in {"knots", "vdsde"}:
        add_knots(found, head, bodies)
    for body in bodies if head[0] == "lossless" else ():
        add_exact(found, head, body)
    if head[0] == "linear":
        add_linear(found, head, bodies)
    if head[0] == "gaps":
        found.budget["gaps"] = 0
        sizes = [len(body) for body in bodies]
        for i, body in enumerate(bodies):
            size, at = varint(body, 0)
            found.budget["gaps"] += at + size
            bodies[i] = body[at + size :]
        head = {**head, 0: ("linear", "bounded")[head.pop("G") - 1]}
        add = add_linear if head[0] == "linear" else add_bounded
        add(found, head, bodies)
        found.chunks = [(n, *one[1:]) for n, one in zip(sizes, found.chunks, strict=True)]
    elif head[0] == "bounded":
        add_bounded(found, head, bodies)
    if head[0] == "field":
        add_field(found, head, bodies)
    if head[0] in WHOLE:
        found.budget[WHOLE[head[0]]] = sum(map(len, bodies))
        found.chunks = [(len(body), None, None, head[0]) for body in bodies]
    return found


def span_of(data: bytes, head: dict[Any, Any]) -> tuple[float, float]:
    """Seconds at the first and the last frame."""
    times, frames = listed(data, head[1][0]), head[1][0]
    if times is not None:
        return times[0], times[-1]
    top, bottom = head[3] if isinstance(head[3], list) else (head[3], 1)
    start = float(head.get(4, 0))
    return start, start + (frames - 1.0) * bottom / top


def records(data: bytes) -> int:
    """How many records a file has."""
    at, count = 9, 0
    while at < len(data):
        size, begin = varint(data, at + 1)
        at, count = begin + size + 4, count + 1
    return count


def add_knots(found: Said, head: dict[Any, Any], bodies: list[bytes]) -> None:
    """Chunks of knots: their frames, knots, knot times, pose and values."""
    pose, frames, old, told_bits = None, head[1][0], head[0] == "vdsde", 0
    drawn = ("r" if old else "d") in head
    for i, body in enumerate(bodies):
        at, fresh, count = 0, i == 0, frames
        if old:
            steps = frames - 1
            count = (i + 1) * steps // len(bodies) - i * steps // len(bodies) + 1
        elif len(bodies) > 1:
            span, at = varint(body, 0)
            count, fresh = span // 2, bool(span % 2)
        knots, at = varint(body, at)
        times, at = varint(body, at)
        found.budget["header"] += at
        if "u" in head and not old:
            ramps, begin = head["u"].bit_count(), at
            pose, at = read_pose(body, at, ramps, head[1][-1], None if fresh else pose)
            found.budget["pose"] += at - begin
        found.budget["knot times"] += times
        found.budget["knot values"] += len(body) - at - times
        found.chunks.append((len(body), count, knots, ""))
        found.shared += not fresh
        told_bits += (knots - 1) * body[at] if drawn else 0
    found.kl_bits = told_bits / 16 if drawn else None


def add_field(found: Said, head: dict[Any, Any], bodies: list[bytes]) -> None:
    """Chunks of fields: their networks, whole or the last layer, and what is left; knots."""
    frames, n = head[1][0], len(bodies)
    for i, body in enumerate(bodies):
        spent, alone = 1, body[0] == 3 and "k" not in head
        if body[0] == 1:
            first, second = body[1], body[2]
            spent = 3 + 24 * first + (first + 1) * second + 3 * (second + 1) + 3
        elif body[0] == 2:
            spent = 3 + 3 * (body[1] + 1)
        elif alone:
            found.budget["base alone"] += len(body)
            spent = len(body)
        found.budget["network"] += 0 if alone else spent
        found.budget["latents"] += len(body) - spent
        count = (i + 1) * frames // n - i * frames // n
        knots = len(KnotGrid(Stack(body[spent:]), count).knots) if "k" in head else None
        found.chunks.append((len(body), None, knots, ""))


def add_linear(found: Said, head: dict[Any, Any], bodies: list[bytes]) -> None:
    """Chunks of the linear codec: their frames, and the bytes of turns where there are any."""
    steps, n = head[1][0] - 1, len(bodies)
    for i, body in enumerate(bodies):
        at = 0
        if "t" in head:
            count, at = varint(body, 0)
            for _ in range(3 * count):
                at = varint(body, at)[1]
            found.budget["turns"] += at
        found.budget["knots and coefficients"] += len(body) - at
        frames = (i + 1) * steps // n - i * steps // n + 1
        found.chunks.append((len(body), frames, None, ""))


def add_bounded(found: Said, head: dict[Any, Any], bodies: list[bytes]) -> None:
    """Chunks of the bounded codec: grid and patches, corrections, and what is wrapped."""
    dtype, (_, *frame) = np.dtype(NAMES[head.get(2, 0)]), head[1]
    wrapped = []
    for i, body in enumerate(bodies):
        at = 0 if i else read_grid(body, prod(frame), dtype.newbyteorder("<"))[0]
        at = read_followers(body, at, 0 if i else head.get("F", 0))[0]
        at = read_patches(body, at, dtype.newbyteorder("<"))[1]
        size, at = varint(body, at)
        found.budget["steps and patches"] += at
        if "W" not in head:
            found.budget["corrections"] += len(body) - at - size
        wrapped.append(body[at : at + size])
    if "B" in head:
        add_linear(found, {k: v for k, v in head.items() if k != "B"}, wrapped)
    for body in wrapped if "W" in head else ():
        add_exact(found, head, body)
    if "B" not in head and "W" not in head:
        found.chunks = [(0, None, None, "")] * len(bodies)
    found.chunks = [(len(body), *one[1:]) for body, one in zip(bodies, found.chunks, strict=True)]


def narrowing(payload: bytes, width: int) -> tuple[int, str]:
    """Where the method stands in a payload of `recast`, and the type of what is coded."""
    if payload[0] < 4:
        _, number, _, channel = struct.unpack_from("<BBHB", payload)
        return 5 + (int(NAMES[number][-1]) if channel else 0), NAMES[number]
    size, at = varint(payload, 2)
    count, at = varint(payload, at + size)
    for _ in range(count):
        _, at = varint(payload, at)
    return at + count * width, f"<i{payload[1]}"


def add_exact(found: Said, head: dict[Any, Any], body: bytes) -> None:
    """A chunk of a lossless file: its method, and where its bytes went."""
    method, payload, narrowed = METHODS[body[0]], body[5:], ""
    found.budget["checksums of values"] += 5
    if method == "recast":
        at, name = narrowing(payload, int(NAMES[head.get(2, 0)][-1]))
        narrowed = {"f": "float", "u": "uint", "i": "int"}[name[-2]]
        narrowed = f"{narrowed}{8 * int(name[-1])}, "
        method, payload = METHODS[payload[at]], payload[at + 1 :]
        found.budget["header"] += at + 1
    if method != "bitsback":
        found.budget[f"values, {method}"] += len(payload)
        found.chunks.append((len(body), None, None, narrowed + method))
        return
    bill, stack = told(payload)
    found.budget["header"] += len(payload) - len(stack)
    spent = {purpose: (bill[name] + 4) // 8 for name, purpose in BITS.items()}
    found.budget.update(spent)
    found.budget["observations"] += len(stack) - sum(spent.values())
    found.chunks.append((len(body), None, bill["knots"], narrowed + method))
