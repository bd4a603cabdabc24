"""Method 3: the payload of a chunk, and what passes to the next."""

from __future__ import annotations

from copy import deepcopy
from hashlib import sha256
from typing import Any

import numpy as np

from tests.docs.lossless_page.bits import Bits
from tests.docs.lossless_page.video.colours import Lists, every_level, palette
from tests.docs.lossless_page.video.law import Law
from tests.docs.lossless_page.video.network import Network, told
from tests.docs.lossless_page.video.past import Blocks, Layers
from tests.docs.lossless_page.video.related import expected, told_more
from tests.docs.lossless_page.video.sight import Sight, pixels
from tests.docs.lossless_page.video.tables import Ints

Weights = dict[str, Any]
SETS = {0: "colour", 1: "palette", 2: "layers", 3: "palette", 8: "related"}


class Film:
    """All that passes from frame to frame, and from chunk to chunk."""

    def __init__(self, kind: int, size: tuple[int, int], weights: Weights) -> None:
        self.kind, self.channels = kind, 1 if kind == 2 else 3
        shape = (*size, self.channels)
        self.past = Layers(shape) if kind == 2 else Blocks(shape)
        self.order = [0] if kind == 2 else [1, 0, 2]
        self.networks = [Network(weights, f"{SETS[kind]}.{i}", self.channels) for i in range(5)]
        self.passes = [pixels(*size, i) for i in range(5)]
        self.same = [1, 1]
        self.lists: list[Lists] = [every_level()] * self.channels

    def frame(self, stack: Bits, met: set[Any]) -> Ints:
        """The next frame (H, W, C)."""
        planes = self.past.planes(stack, met)
        p = 65534 * self.same[1] // sum(self.same) + 1
        same = stack.table([65536 - p, p])
        self.same[same] += 1
        made = planes[0].copy()
        met.add("same" if same else "new")
        for number in range(0 if same else 5):
            at = self.passes[number]
            size = 256 if self.kind == 8 else 2048
            for begin in range(0, len(at), size):
                self._part(stack, made, planes, at[begin : begin + size], number, met)
            met |= {"parts"} if len(at) > size else set()
        self.past.keep(made)
        return made

    def _part(
        self, stack: Bits, made: Ints, planes: list[Ints], at: Ints, number: int, met: set[Any]
    ) -> None:
        """Pixels of a pass, all channels."""
        seen, network = Sight(made, planes, at, number), self.networks[number]
        network.look(seen.features)
        values = np.zeros((len(at), self.channels), int)
        which, slopes = np.zeros(len(at), int), []
        for i, channel in enumerate(self.order):
            lists = self.lists[i]
            before, base = self.order[:i], seen.base[:, channel, None]
            knows, centre = told(values, seen, before), 16 * base.repeat(3, axis=1)
            if before and self.kind == 8:
                offsets = expected(seen, values, before, channel)
                knows = np.concatenate([knows, told_more(offsets)], 1)
                centre = np.concatenate([centre, 16 * base + offsets], 1)
            law = Law(network.outputs(knows), centre, lists, which, seen.copies[..., channel])
            cell = law.pop(stack, met)
            slopes.append(law.slopes(cell))
            values[:, channel], which = lists.value[which, cell], lists.next[which, cell]
        network.learn(slopes, *((1, 2) if self.kind == 8 else (2, 4)))
        made[at[:, 0], at[:, 1]] = values


def begun(
    payload: bytes, shape: tuple[int, ...], weights: Weights, film: Film | None, met: set[Any]
) -> tuple[Film, bytes]:
    """The film before a chunk, and the chunk's stack."""
    on, kind = payload[0] & 4, payload[0] & ~4
    assert f"{SETS[kind]}.0.trunk0" in weights
    assert (kind in {2, 3}) == (shape[3] == 1)
    met |= {("film", kind), "on" if on else "anew"}
    z = int.from_bytes(payload[1:5], "little")
    assert len(payload) >= 5 + z
    assert not on or (film is not None and film.kind == kind)
    film = deepcopy(film) if on and film else Film(kind, shape[1:3], weights)
    if z:
        assert kind in {1, 3}
        film.lists = palette(payload[5 : 5 + z])
    assert on or z or kind in {0, 2, 8}
    met |= {"palette"} if z else {"same palette"} if kind in {1, 3} else set()
    return film, payload[5 + z :]


def video(
    payload: bytes,
    shape: tuple[int, ...],
    weights: Weights,
    film: Film | None,
    met: set[Any],
) -> tuple[bytes, Film]:
    """The values of a chunk (n, ...), and what passes on."""
    one, planar = upright(shape[1:])
    film, rest = begun(payload, (shape[0], *one), weights, film, met)
    stack = Bits(rest)
    assert not rest.endswith(b"\0")
    frames = np.stack([film.frame(stack, met) for _ in range(shape[0])])[..., : one[2]]
    assert stack.empty
    turned = np.moveaxis(frames, 3, 1) if planar else frames
    met |= {"planar"} if planar else set()
    return turned.astype("u1").tobytes(), film


def checked(weights: Weights, digest: bytes) -> Weights:
    """The tensors of a checkpoint, if they have its digest."""
    hasher = sha256(b'{"kind": "video"}')
    for name in sorted(weights):
        tensor = weights[name].astype("<i4")
        hasher.update(f"{name} {tensor.dtype.str} {tensor.shape}".encode() + tensor.tobytes())
    assert hasher.digest()[: len(digest)] == digest
    return weights


def upright(frame: tuple[int, ...]) -> tuple[tuple[int, ...], bool]:
    """(H, W, C), and whether channels come first."""
    planar = len(frame) == 3 and frame[0] in {1, 3} and frame[2] not in {1, 3}
    made = (*frame[1:], frame[0]) if planar else frame if len(frame) == 3 else (*frame, 1)
    assert len(made) == 3
    assert made[2] in {1, 3}
    assert min(made[:2]) >= 8
    assert made[0] * made[1] <= 1 << 24
    return made, planar
