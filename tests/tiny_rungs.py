"""A network for blocks of 4 x 4 x 4 pixels and one for rungs, both untrained, and video."""

from __future__ import annotations

from contextlib import contextmanager

import numpy as np
import pytest

from tests import tiny_sketch
from vdsc.codecs.field.surroundings import INPUTS
from vdsc.model import store
from vdsc.model.store import FIELD
from vdsc.train.checkpoint_folder import write_folder

BLOCKS = (4, 4, 4)


def arrays(seed=0):
    """Tensors of the checkpoint: small weights that say most latents are 0."""
    rungs = {f"rung.{name}": layer for name, layer in _layers(seed + 1, INPUTS + 1).items()}
    return _layers(seed, INPUTS) | rungs


def _layers(seed, inputs):
    rng = np.random.default_rng(seed)
    shapes = {"first": (inputs + 1, 5), "second": (6, 4), "third": (5, 3)}
    made = {name: rng.integers(-300, 300, shape) for name, shape in shapes.items()}
    made["third"][-1] = (-6000, -3000, 0)
    return {name: layer.astype("i2") for name, layer in made.items()}


def matrices(tensors, start=""):
    """The three matrices of a network, of whole numbers without bounds."""
    return [tensors[start + name].astype(object) for name in ("first", "second", "third")]


def write_rungs(folder, seed=0, **changed):
    """Write the checkpoint; `changed` replaces tensors, or leaves those out that are None."""
    net = {"blocks": list(BLOCKS), "pixels": True}
    settings = {"name": folder.name, "kind": FIELD, "net": net, "card": {}}
    tensors = {k: v for k, v in (arrays(seed) | changed).items() if v is not None}
    write_folder(folder, settings, tensors, {})


def grains(rows, columns, channels=3, seed=0):
    """Pixels (rows, columns, channels) of uint8: grains of several sizes."""
    rng = np.random.default_rng(seed)
    total = np.zeros((rows, columns, channels))
    for size in (1, 3, 8):
        some = rng.normal(size=(rows // size + 2, columns // size + 2, channels))
        total += size * np.kron(some, np.ones((size, size, 1)))[:rows, :columns]
    return np.clip(total * 8 + 120, 0, 255).astype("u1")


def film(frames=19, rows=37, columns=23, channels=3):
    """Video (frames, rows, columns, channels) of uint8: grains that move, and a little noise."""
    wide = grains(rows, columns + frames, channels).astype(int)
    noise = np.random.default_rng(1).integers(-2, 3, (frames, rows, columns, channels))
    made = np.stack([wide[:, i : i + columns] for i in range(frames)]) + noise
    return np.clip(made, 0, 255).astype("u1")


@contextmanager
def only_models(folder):
    """The only checkpoints there are: a network for video with rungs, `tiny`, and a sketch."""
    write_rungs(folder / "tiny")
    tiny_sketch.write_sketch(folder / "sketch")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VDSC_MODELS", str(folder))
        patch.setattr(store, "folders", lambda: [folder])
        yield folder
