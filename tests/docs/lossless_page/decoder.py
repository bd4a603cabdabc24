"""A second decoder of `lossless` and `packed` files, written from docs/format.md alone.

Slow and plain on purpose. It shares no code with vdsc, so where the two agree the page is complete.
"""

from __future__ import annotations

import json
import zlib
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from tests.docs.lossless_page.arrays import arrays, facts
from tests.docs.lossless_page.bitsback.payload import Model, bitsback
from tests.docs.lossless_page.container import NAMES, opened
from tests.docs.lossless_page.floor import floor
from tests.docs.lossless_page.fronts import fronts
from tests.docs.lossless_page.packed import packed
from tests.docs.lossless_page.recast import Recast
from tests.docs.lossless_page.video.payload import Weights, checked, video
from tests.docs.sprites_page import Networks, of_payload


def decode(
    data: bytes,
    values: int = 1 << 20,
    met: set[Any] | None = None,
    models: Path | None = None,
) -> np.ndarray[Any, Any]:
    """The array in a file.

    `values` is the most that a chunk holds, `met` gathers what occurs, `models` has model folders.
    """
    head, bodies = opened(data) if models is None else opened(data, models)
    full = np.dtype(NAMES[head.get(2, 0)])
    shape, dtype = numbers(tuple(head[1]), full)
    head = head | {1: list(shape)}
    if head[0] == "packed":
        raw = packed(head, bodies, dtype)
        if met is not None:
            met |= {("packed", head.get("w", 0))}
    else:
        assert head[0] == "lossless"
        names = [(head[k][:size], head[k][size:]) for k, size in ((5, 6), (7, 16)) if k in head]
        model = opened_model(*names[0], models) if names else None
        raw = lossless(bodies, shape, dtype, values, model, set() if met is None else met)
    found = np.frombuffer(raw, dtype).reshape(shape)
    if full.kind == "V":
        found = np.where(found < 0, 2**15 - 1 - found.astype("i4"), found).astype("<u2")
    if full.kind == "c":
        return found.view(full.newbyteorder("<"))[..., 0].astype(full)
    return found.view(full) if full.kind in "bV" else found.astype(full)


def numbers(shape: tuple[int, ...], full: np.dtype[Any]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and type of the numbers that stand for values of a shape and type."""
    if full.kind == "c":
        return (*shape, 2), np.dtype(f"<f{full.itemsize // 2}")
    held = {"b": "u1", "M": "<i8", "m": "<i8", "V": "<i2"}
    return shape, np.dtype(held.get(full.kind, full.newbyteorder("<")))


def lossless(
    bodies: list[bytes],
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    values: int,
    model: Any,
    met: set[Any],
) -> bytes:
    """The bytes of all values, from the bodies of all chunks."""
    frames, n = shape[0], len(bodies)
    assert n == -(-frames // max(1, values // prod(shape[1:])))
    plain, narrow, key, parts = Methods(model, met), Methods(model, met), b"", []
    for i, body in enumerate(bodies):
        part = ((i + 1) * frames // n - i * frames // n, *shape[1:])
        met |= {("method", body[0])}
        if body[0] == 4:
            recast = Recast(body[5:], part, dtype)
            met |= {("recast", recast.way, recast.channel)}
            if recast.key != key:
                narrow, key = Methods(model, met), recast.key
            made = narrow.chunk(recast.method, recast.rest, recast.shape(part), recast.type)
            raw = recast.widened(made, part, dtype)
        else:
            raw = plain.chunk(body[0], body[5:], part, dtype)
        assert len(raw) == prod(part) * dtype.itemsize
        assert zlib.crc32(raw).to_bytes(4, "little") == body[1:5]
        parts.append(raw)
    return b"".join(parts)


class Methods:
    """Methods 0 to 3, 5 and 6, with what they pass on from chunk to chunk."""

    def __init__(self, model: Any, met: set[Any]) -> None:
        self.model, self.met = model, met
        self.state = self.film = self.board = None

    def chunk(
        self, method: int, payload: bytes, part: tuple[int, ...], dtype: np.dtype[Any]
    ) -> bytes:
        """The values' bytes of one chunk."""
        if method == 0:
            self.met |= {("floor", payload[0])}
            return floor(payload, prod(part) * dtype.itemsize, dtype.itemsize, part[0])
        if method == 1:
            raw, self.state = arrays(payload, part, dtype, self.state)
            self.met |= facts(self.state[0])
            return raw
        if method == 2:
            assert isinstance(self.model, Model)
            return bitsback(payload, part, self.model, self.met)
        if method == 5:
            assert isinstance(self.model, Networks)
            return of_payload(payload, self.model, part[:3], self.met)
        if method == 6:
            raw, self.board = fronts(payload, part, dtype, self.board)
            return raw
        assert method == 3
        assert isinstance(self.model, dict)
        raw, self.film = video(payload, part, self.model, self.film, self.met)
        return raw


def opened_model(digest: bytes, name: bytes, models: Path | None) -> Model | Weights | Networks:
    """The checkpoint that HEAD names, by the name of its folder."""
    assert models is not None
    folder = models / name.decode()
    settings = json.loads((folder / "model.json").read_text())
    assert bytes.fromhex(settings["digest"])[: len(digest)] == digest
    if settings.get("kind") == "video":
        return checked(load_file(folder / "weights.safetensors"), digest)
    if settings.get("kind") == "sprites":
        return Networks(settings, load_file(folder / "weights.safetensors"))
    tables = load_file(folder / "tables.safetensors")
    plain = {name: table.tolist() for name, table in tables.items()}
    return Model(settings, load_file(folder / "weights.safetensors"), plain)
