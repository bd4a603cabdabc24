"""A second decoder of `lossless` files, written from docs/format.md alone.

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
from tests.docs.lossless_page.video.payload import Weights, checked, video


def decode(
    data: bytes,
    values: int = 1 << 20,
    met: set[Any] | None = None,
    models: Path | None = None,
) -> np.ndarray[Any, Any]:
    """The array in a file.

    `values` is the most that a chunk holds, `met` gathers what occurs, `models` has model folders.
    """
    head, bodies = opened(data)
    assert head[0] == "lossless"
    shape, full = tuple(head[1]), np.dtype(NAMES[head.get(2, 0)])
    dtype = np.dtype("u1") if full.kind == "b" else full.newbyteorder("<")
    frames, each = shape[0], prod(shape[1:])
    n = -(-frames // max(1, values // each))
    assert n == len(bodies)
    model = None if 5 not in head else opened_model(head[5], models)
    state, film, parts = None, None, []
    for i, body in enumerate(bodies):
        part = ((i + 1) * frames // n - i * frames // n, *shape[1:])
        size = prod(part) * dtype.itemsize
        seen: set[Any] = {("method", body[0])}
        if body[0] == 0:
            raw = floor(body[5:], size, dtype.itemsize)
            seen |= {("floor", body[5])}
        elif body[0] == 1:
            raw, state = arrays(body[5:], part, dtype, state)
            seen |= facts(state[0])
        elif body[0] == 2:
            assert isinstance(model, Model)
            raw = bitsback(body[5:], part, model, seen)
        else:
            assert body[0] == 3
            assert isinstance(model, dict)
            raw, film = video(body[5:], part, model, film, seen)
        assert len(raw) == size
        assert zlib.crc32(raw).to_bytes(4, "little") == body[1:5]
        parts.append(raw)
        if met is not None:
            met |= seen
    found = np.frombuffer(b"".join(parts), dtype).reshape(shape)
    return found.view(full) if full.kind == "b" else found.astype(full)


def opened_model(name: bytes, models: Path | None) -> Model | Weights:
    """The checkpoint that HEAD names, by the name of its folder."""
    assert models is not None
    folder = models / name[6:].decode()
    settings = json.loads((folder / "model.json").read_text())
    assert bytes.fromhex(settings["digest"]) == name[:6]
    if settings.get("kind") == "video":
        return checked(load_file(folder / "weights.safetensors"), name[:6])
    tables = load_file(folder / "tables.safetensors")
    plain = {name: table.tolist() for name, table in tables.items()}
    return Model(settings, load_file(folder / "weights.safetensors"), plain)
