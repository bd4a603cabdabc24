"""Layers as a checkpoint has them: whole numbers of 2^-12."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.field.context_network import WEIGHT
from vdsc.codecs.field.field_checkpoints import LARGEST
from vdsc.core.types import Floats


def integers(layers: list[Floats]) -> list[NDArray[np.int16]]:
    """Layers as int16, Q12."""
    made = [np.rint(layer * (1 << WEIGHT)) for layer in layers]
    kept = [np.clip(layer, 1 - LARGEST, LARGEST - 1).astype(np.int16) for layer in made]
    return [np.ascontiguousarray(layer) for layer in kept]
