"""Which checkpoint's context network serves an array, and that network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.codecs.field.context_network import OUTPUTS, ContextNetwork
from vdsc.codecs.field.field_params import FieldParams
from vdsc.codecs.field.surroundings import INPUTS
from vdsc.container import Header
from vdsc.core.types import Floats, Ints
from vdsc.errors import CorruptFile, InvalidInput, ModelMissing
from vdsc.model import store
from vdsc.model.store import Checkpoint

LAYERS = ("first", "second", "third")
RUNG = "rung."
"""What the names of the layers of a network for foretold frames begin with."""

LARGEST = 1 << 15


def fitting(dtype: np.dtype[np.generic], waves: int, name: str) -> list[Checkpoint]:
    """The checkpoint of that name, or for "" all that fit; raises InvalidInput.

    waves: along how many axes blocks have several samples.
    """
    if name:
        found = store.by_name(name)
        if not fits(found, dtype, waves):
            raise InvalidInput(
                f"model {name} takes {words(found)}; give another --model, or leave it out"
            )
        return [found]
    return [one for one in store.installed() if fits(one, dtype, waves)]


def fits(checkpoint: Checkpoint, dtype: np.dtype[np.generic], waves: int) -> bool:
    """Whether a checkpoint's network was trained on values of this type along as many axes."""
    if checkpoint.kind != store.FIELD:
        return False
    net = checkpoint.settings["net"]
    return bool((dtype == np.uint8) == net["pixels"] and waves == len(net["blocks"]))


def words(checkpoint: Checkpoint) -> str:
    """What a checkpoint takes."""
    if checkpoint.kind != store.FIELD:
        return "no fields"
    net = checkpoint.settings["net"]
    return f"fields of {len(net['blocks'])} axes of {'uint8' if net['pixels'] else 'wider numbers'}"


def blocks(checkpoint: Checkpoint) -> list[int]:
    """Samples of a block along the axes of a checkpoint."""
    return list(checkpoint.settings["net"]["blocks"])


@dataclass(frozen=True, eq=False)
class FileNetworks:
    """The networks that a file means: of latents, and of foretold frames if it has these."""

    context: ContextNetwork
    rungs: ContextNetwork | None


def of_file(header: Header, params: FieldParams) -> FileNetworks:
    """The networks that a file means of the checkpoint it names.

    Raises CorruptFile or ModelMissing.
    """
    assert header.model is not None
    found = store.by_digest(header.model.name, header.model.digest)
    if not fits(found, header.outline.dtype, sum(n > 1 for n in params.blocks)):
        said = f"model {found.name} takes {words(found)}, not this file"
        raise CorruptFile(f"{said}; the file is damaged")
    rungs = rungs_of(found) if params.rungs else None
    if params.rungs and rungs is None:
        raise CorruptFile(f"model {found.name} has no network for rungs; the file is damaged")
    return FileNetworks(network_of(found), rungs)


def network_of(checkpoint: Checkpoint) -> ContextNetwork:
    """The network of a checkpoint, kept for the next file; raises ModelMissing."""
    with checkpoint.building():
        return checkpoint.once("context network", lambda: _network(checkpoint))


def rungs_of(checkpoint: Checkpoint) -> ContextNetwork | None:
    """The network of a checkpoint for foretold frames, kept, if it has one.

    Raises ModelMissing.
    """

    def build() -> ContextNetwork | None:
        there = RUNG + LAYERS[0] in checkpoint.tensors[0]
        return _network(checkpoint, RUNG, INPUTS + 1) if there else None

    with checkpoint.building():
        return checkpoint.once("network for rungs", build)


def _network(checkpoint: Checkpoint, start: str = "", inputs: int = INPUTS) -> ContextNetwork:
    weights, _ = checkpoint.tensors
    layers: list[Floats] = []
    rows = inputs
    for name in (start + one for one in LAYERS):
        layer: Ints = weights[name]
        if layer.dtype != np.int16 or layer.ndim != 2 or len(layer) != rows + 1:
            raise ModelMissing(f"{checkpoint.name}: {name} is no layer; install it again")
        rows = layer.shape[1]
        layers.append(layer.astype(np.float64))
    if rows != OUTPUTS:
        raise ModelMissing(f"{checkpoint.name}: {name} has {rows} outputs; install it again")
    return ContextNetwork((layers[0], layers[1], layers[2]), model=checkpoint.digest)
