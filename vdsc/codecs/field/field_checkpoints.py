"""Which checkpoint's context network serves an array, and that network."""

from __future__ import annotations

import numpy as np

from vdsc.codecs.field.context_network import OUTPUTS, ContextNetwork
from vdsc.codecs.field.pyramid import Shape
from vdsc.codecs.field.surroundings import INPUTS
from vdsc.container import Header
from vdsc.core.types import Floats, Ints
from vdsc.errors import CorruptFile, InvalidInput, ModelMissing
from vdsc.model import store
from vdsc.model.store import Checkpoint

LAYERS = ("first", "second", "third")
LARGEST = 1 << 15


def pick(dtype: np.dtype[np.generic], waves: int, name: str) -> Checkpoint | None:
    """The checkpoint of that name, or for "" the first that fits; raises InvalidInput.

    waves: along how many axes blocks have several samples.
    """
    if name:
        found = store.by_name(name)
        if not fits(found, dtype, waves):
            raise InvalidInput(
                f"model {name} takes {words(found)}; give another --model, or leave it out"
            )
        return found
    return next((one for one in store.installed() if fits(one, dtype, waves)), None)


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


def blocks(checkpoint: Checkpoint | None) -> list[int]:
    """Samples of a block along the axes of a checkpoint; [] without one."""
    return [] if checkpoint is None else list(checkpoint.settings["net"]["blocks"])


def of_file(header: Header, blocks: Shape) -> ContextNetwork:
    """The network of the checkpoint that a file names; raises CorruptFile or ModelMissing."""
    assert header.model is not None
    found = store.by_digest(header.model.name, header.model.digest)
    if not fits(found, header.outline.dtype, sum(n > 1 for n in blocks)):
        said = f"model {found.name} takes {words(found)}, not this file"
        raise CorruptFile(f"{said}; the file is damaged")
    return network_of(found)


def network_of(checkpoint: Checkpoint) -> ContextNetwork:
    """The network of a checkpoint, kept for the next file; raises ModelMissing."""
    with checkpoint.building():
        return checkpoint.once("context network", lambda: _network(checkpoint))


def _network(checkpoint: Checkpoint) -> ContextNetwork:
    weights, _ = checkpoint.tensors
    layers: list[Floats] = []
    rows = INPUTS
    for name in LAYERS:
        layer: Ints = weights[name]
        if layer.dtype != np.int16 or layer.ndim != 2 or len(layer) != rows + 1:
            raise ModelMissing(f"{checkpoint.name}: {name} is no layer; install it again")
        rows = layer.shape[1]
        layers.append(layer.astype(np.float64))
    if rows != OUTPUTS:
        raise ModelMissing(f"{checkpoint.name}: {name} has {rows} outputs; install it again")
    return ContextNetwork((layers[0], layers[1], layers[2]))
