"""A coordinate network of 16 x 16 tiles that nothing was trained for, and pictures for it."""

from __future__ import annotations

import numpy as np

from vdsc.model.store import IMPLICIT
from vdsc.train.checkpoint_folder import write_folder

SIDE, LATENTS, BLOCKS = 16, 9, 6
GATES, RANK = 4, 2


def arrays(seed=0, side=SIDE):
    """Tensors of a checkpoint without gates."""
    rng = np.random.default_rng(seed)
    pairs = np.array([(i, j) for i in range(3) for j in range(3) if i + j], dtype=np.int16)
    angles = np.outer(np.arange(3), np.arange(side) + 0.5) * np.pi / side
    made = {"waves": np.rint(np.cos(angles) * 2**14).astype(np.int16), "pairs": pairs}
    shapes = [(6, 4), (5, 4), (4 + len(pairs) + 1, 3)]
    for i, shape in enumerate(shapes):
        some = LATENTS if i == 2 else 4
        made[f"layer.{i}"] = rng.integers(-3000, 3000, shape).astype(np.int16)
        made[f"turn.{i}"] = rng.integers(-90, 90, (some, *shape)).astype(np.int8)
    made["places"] = np.array([8, 7, 7], dtype=np.int16)
    return made | blocks(rng, LATENTS)


def blocks(rng, latents):
    """Tensors of blocks that move so many latents."""
    rows = [rng.permutation(latents)[: 2 + i % 3] for i in range(BLOCKS)]
    places = np.array([[*row, *[-1] * (4 - len(row))] for row in rows], dtype=np.int16)
    return {"blocks": places, "scales": rng.integers(2000, 7000, (BLOCKS, 4)).astype(np.int16)}


def gated_arrays(seed=0, turned=LATENTS - GATES):
    """Tensors of a checkpoint, all but the middle layer of which have gates; `turned` may be 0."""
    rng, made = np.random.default_rng(seed + 100), arrays(seed)
    for i in range(3):
        made[f"turn.{i}"] = made[f"turn.{i}"][:turned]
        if i == 1:
            continue
        rows, columns = made[f"layer.{i}"].shape
        made[f"left.{i}"] = rng.integers(-5000, 5000, (rows, RANK)).astype(np.int16)
        made[f"right.{i}"] = rng.integers(-5000, 5000, (RANK, columns)).astype(np.int16)
        made[f"left_turn.{i}"] = rng.integers(-90, 90, (GATES, rows, RANK)).astype(np.int8)
        made[f"right_turn.{i}"] = rng.integers(-90, 90, (GATES, RANK, columns)).astype(np.int8)
    made["gate_places"] = np.array([[7, 8], [0, 0], [8, 6]], dtype=np.int16)
    made["bounds"] = np.array([-4096, 14000], dtype=np.int32)
    return made | blocks(rng, turned + GATES)


def write_tiles(folder, **changed):
    """Write the checkpoint; `changed` replaces tensors."""
    settings = {"name": folder.name, "kind": IMPLICIT, "net": {"side": SIDE}, "card": {}}
    write_folder(folder, settings, arrays() | changed, {})


def pictures(frames=2, rows=20, columns=35, seed=0):
    """Smooth colour pictures (frames, rows, columns, 3) uint8."""
    rng = np.random.default_rng(seed)
    t, y, x = np.meshgrid(*(np.arange(n) for n in (frames, rows, columns)), indexing="ij")
    waves = [np.sin(x / (5 + c) + t) + np.cos(y / (6 - c) - c) for c in range(3)]
    made = 128 + 45 * np.stack(waves, axis=-1) + rng.normal(0, 4, (frames, rows, columns, 3))
    return np.clip(np.rint(made), 0, 255).astype(np.uint8)
