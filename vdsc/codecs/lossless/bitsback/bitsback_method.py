"""Bits-back as one method of the lossless codec, for images of the size of a checkpoint's."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.lossless import footprint
from vdsc.codecs.lossless.bitsback.bill import StoredBill, split
from vdsc.codecs.lossless.bitsback.file import decode, encode
from vdsc.codecs.lossless.bitsback.latent_plan import LatentPlan
from vdsc.codecs.lossless.bitsback.model import Model, Observation
from vdsc.codecs.lossless.bitsback.observation.logistic_mixture import Logistics
from vdsc.codecs.lossless.bitsback.observation.pixel_mixture import PixelMixture
from vdsc.codecs.lossless.bitsback.observation.sprites import Layers
from vdsc.codecs.model_tables import Tables
from vdsc.core.sequence import Outline
from vdsc.entropy import TransitionTables
from vdsc.errors import CorruptFile
from vdsc.model.store import BITSBACK, Checkpoint

FITTED = Logistics(narrow=1, wide=30000, weight=80)
"""The paper's law around a synthesised pixel, fitted on four clips of training digits."""

LEARNED = LatentPlan(128, 0)
"""How the latents of networks that were trained for lossless files are coded."""

BARE = LatentPlan(latents=False)

Values = NDArray[Any]


class BitsBack:
    """Codes chunks of uint8 frames (n, H, W, C), or (n, H, W), of the checkpoint's own size.

    A checkpoint of paths must draw grey sprites; one of bits-back says the law of its pixels.
    Its tensors are read, and their hash checked, when the first such chunk comes.
    """

    name = "bitsback"

    def __init__(self, checkpoint: Checkpoint, memlimit: int | None = None) -> None:
        self.checkpoint, self._settings = checkpoint, checkpoint.settings
        self._memlimit, self._own = memlimit, checkpoint.kind == BITSBACK
        self._longest = int(checkpoint.settings["chunk"])

    @property
    def model(self) -> Model:
        """The checkpoint's networks, kept for the next file."""
        return self.checkpoint.once("bits-back", self._built)

    @property
    def view(self) -> Observation:
        """The law of the pixels."""
        return self.checkpoint.once("law of pixels", self._seen)

    def _built(self) -> Model:
        weights, tables = self.checkpoint.tensors
        with self.checkpoint.building():
            if self._own:
                frozen = TransitionTables.from_arrays(tables)
            else:
                frozen = Tables.from_arrays(tables, weights).transition
            return Model(self._settings["net"], weights, frozen)

    def _seen(self) -> Observation:
        if not self._own:
            return Layers(FITTED)
        with self.checkpoint.building():
            return PixelMixture.of(self.checkpoint.tensors[0])

    def start(self, outline: Outline) -> Any:
        """Nothing to remember; None for frames of another kind than the checkpoint's."""
        frame = tuple(self._settings["net"]["frame"])
        grey = frame[2:] == (1,)
        drawn = self._own or (self._settings["net"]["decoder"] == "sprites" and grey)
        own = {frame, frame[:2]} if grey else {frame}
        fits = outline.shape[1:] in own and np.dtype(outline.dtype) == np.uint8
        return () if drawn and fits else None

    def encode(self, values: Values, state: Any) -> tuple[bytes, Any]:
        """Payload of values (n, H, W, C) or (n, H, W), and the state after them.

        Where latents may not pay, the chunk is coded without them, too, and the smaller kept.
        """
        footprint.check(footprint.bitsback(values.shape), self._memlimit)
        x = values.reshape(len(values), *self._settings["net"]["frame"])
        plans = (LEARNED, BARE) if self._own else (LatentPlan(),)
        return min((self.payload(x, plan) for plan in plans), key=len), state

    def payload(self, x: Values, plan: LatentPlan) -> bytes:
        """Payload of frames (n, H, W, C) with their latents coded by a plan."""
        stack, bills = encode(self.model, self.view, x, plan, self._longest)
        return StoredBill.of(plan, bills).to_bytes() + stack

    def decode(
        self, payload: bytes, shape: tuple[int, ...], dtype: np.dtype[Any], state: Any
    ) -> tuple[Values, Any]:
        """Values of this shape and type, and the state after them; raises CorruptFile."""
        footprint.check(footprint.bitsback(shape), self._memlimit)
        stored, stack = split(payload)
        if not (stored.plan.latents or self._own):
            raise CorruptFile("a chunk of sprites says that it has no latents; the file is damaged")
        x, knots = decode(self.model, self.view, stack, shape[0], stored.plan, self._longest)
        if knots != stored.knots:
            raise CorruptFile("a chunk has not the knots that it names; the file is damaged")
        return x.reshape(shape).astype(dtype), state
