"""A sketch of blocks of 2 x 4 x 4 pixels that nothing was trained for, and video for it."""

from __future__ import annotations

import torch

from tests.tiny_tiles import pictures
from vdsc.model.sketch_nets import SketchNets, SketchSizes
from vdsc.model.store import SKETCH
from vdsc.train.checkpoint_folder import write_folder
from vdsc.train.sketch.frozen_sketch import drawing, seeing

SIZES = SketchSizes(blocks=(2, 4, 4), wide=8, groups=((2, 3), (4,)), steps=(1, 2), seeing=(1, 1))
PRICES = [40, 160]


def nets(seed=0):
    """Networks of which every layer says something, with usual sizes."""
    torch.manual_seed(seed)
    made = SketchNets(SIZES).requires_grad_(requires_grad=False)
    made.start += torch.randn(made.start.shape)
    for tier in made.tiers:
        for law in tier.laws:
            law.weight += torch.randn(law.weight.shape) / 3
            law.bias += 3
        for choose in tier.choosing:
            choose[2].weight *= 3
    made.usual += torch.rand(made.usual.shape) * 40
    return made


def arrays(seed=0):
    """Tensors of the checkpoint."""
    made = nets(seed)
    return drawing(made, made.usual)


def write_sketch(folder, seed=0, **changed):
    """Write the checkpoint; `changed` replaces tensors."""
    net = {"blocks": list(SIZES.blocks), "prices": PRICES}
    settings = {"name": folder.name, "kind": SKETCH, "net": net, "card": {}}
    write_folder(folder, settings, arrays(seed) | changed, {}, seeing(nets(seed)))


def film(frames=5, rows=11, columns=14):
    """Smooth colour video (frames, rows, columns, 3) uint8."""
    return pictures(frames, rows, columns)
