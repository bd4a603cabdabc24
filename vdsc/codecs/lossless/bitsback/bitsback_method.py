"""Bits-back as one method of the lossless codec, for the images of a sprite checkpoint."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.lossless import footprint
from vdsc.codecs.lossless.bitsback.bill import StoredBill, split
from vdsc.codecs.lossless.bitsback.file import decode, encode
from vdsc.codecs.lossless.bitsback.latent_plan import LatentPlan
from vdsc.codecs.lossless.bitsback.model import Model
from vdsc.codecs.lossless.bitsback.observation.logistic_mixture import Logistics
from vdsc.codecs.lossless.bitsback.observation.sprites import Layers
from vdsc.codecs.model_tables import Tables
from vdsc.core.sequence import Outline
from vdsc.errors import CorruptFile
from vdsc.model.store import Checkpoint

FITTED = Logistics(narrow=1, wide=30000, weight=80)
"""The paper's law around a synthesised pixel, fitted on four clips of training digits."""

Values = NDArray[Any]


class BitsBack:
    """Codes chunks of uint8 frames (n, H, W, 1) or (n, H, W) of the checkpoint's own size.

    Its tensors are read, and their hash checked, when the first such chunk comes.
    """

    name = "bitsback"

    def __init__(self, checkpoint: Checkpoint, memlimit: int | None = None) -> None:
        self.checkpoint, self._settings = checkpoint, checkpoint.settings
        self._memlimit = memlimit
        self._longest = int(checkpoint.settings["chunk"])

    @property
    def _model(self) -> Model:
        """The checkpoint's networks, kept for the next file."""
        return self.checkpoint.once("bits-back", self._built)

    def _built(self) -> Model:
        weights, tables = self.checkpoint.tensors
        with self.checkpoint.building():
            frozen = Tables.from_arrays(tables, weights).transition
            return Model(self._settings["net"], weights, frozen)

    def start(self, outline: Outline) -> Any:
        """Nothing to remember; None for frames of another kind than the checkpoint's."""
        frame = tuple(self._settings["net"]["frame"])
        sprites = self._settings["net"]["decoder"] == "sprites" and frame[2:] == (1,)
        fits = outline.shape[1:] in {frame, frame[:2]} and np.dtype(outline.dtype) == np.uint8
        return () if sprites and fits else None

    def encode(self, values: Values, state: Any) -> tuple[bytes, Any]:
        """Payload of values (n, H, W, 1) or (n, H, W), and the state after them."""
        footprint.check(footprint.bitsback(values.shape), self._memlimit)
        plan, frame = LatentPlan(), tuple(self._settings["net"]["frame"])
        x = values.reshape(len(values), *frame)
        stack, bills = encode(self._model, Layers(FITTED), x, plan, self._longest)
        return StoredBill.of(plan, bills).to_bytes() + stack, state

    def decode(
        self, payload: bytes, shape: tuple[int, ...], dtype: np.dtype[Any], state: Any
    ) -> tuple[Values, Any]:
        """Values of this shape and type, and the state after them; raises CorruptFile."""
        footprint.check(footprint.bitsback(shape), self._memlimit)
        stored, stack = split(payload)
        x, knots = decode(self._model, Layers(FITTED), stack, shape[0], stored.plan, self._longest)
        if knots != stored.knots:
            raise CorruptFile("a chunk has not the knots that it names; the file is damaged")
        return x.reshape(shape).astype(dtype), state
