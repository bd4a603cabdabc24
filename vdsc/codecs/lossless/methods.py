"""The methods of the lossless codec, one class each, behind one interface."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vdsc.codecs.lossless import floor
from vdsc.codecs.lossless.arrays import array_stream as arrays
from vdsc.codecs.lossless.bitsback.bitsback_method import BitsBack
from vdsc.codecs.lossless.fronts_method import Fronts
from vdsc.codecs.lossless.sprites_method import SpriteFilms
from vdsc.codecs.lossless.video.video_method import Video
from vdsc.core.sequence import Outline
from vdsc.model.store import BITSBACK, PATHS, SPRITES, VIDEO, Checkpoint

Values = NDArray[Any]
Shape = tuple[int, ...]


class Method(Protocol):
    """One way of coding a chunk; a state goes from one of its chunks to its next."""

    name: str

    @property
    def checkpoint(self) -> Checkpoint | None:
        """What the method cannot do without."""
        ...

    def start(self, outline: Outline) -> Any:
        """State before the first chunk; None if such values are not for this method."""
        ...

    def encode(self, values: Values, state: Any) -> tuple[bytes, Any]:
        """Payload of values (n, ...) in little-endian order, and the state after them.

        Raises InvalidInput where the method does not take such values.
        """
        ...

    def decode(
        self, payload: bytes, shape: Shape, dtype: np.dtype[Any], state: Any
    ) -> tuple[Values, Any]:
        """Values of this shape and type, and the state after them; raises CorruptFile."""
        ...


class Floor:
    """General compressors on the bytes: what no chunk may be larger than."""

    name = "floor"
    checkpoint = None

    def start(self, outline: Outline) -> Any:
        """Nothing to remember."""
        return ()

    def encode(self, values: Values, state: Any) -> tuple[bytes, Any]:
        """See `Method`."""
        return floor.encode(values), state

    def decode(
        self, payload: bytes, shape: Shape, dtype: np.dtype[Any], state: Any
    ) -> tuple[Values, Any]:
        """See `Method`."""
        size = math.prod(shape) * dtype.itemsize
        raw = floor.decode(payload, size, dtype.itemsize, frames=shape[0])
        return np.frombuffer(raw, dtype).reshape(shape), state


class Arrays:
    """Adaptive prediction along time and between channels, in integers."""

    name = "arrays"
    checkpoint = None

    def __init__(self, memlimit: int | None = None) -> None:
        self._memlimit = memlimit

    def start(self, outline: Outline) -> Any:
        """No chunk yet."""
        return ()

    def encode(self, values: Values, state: Any) -> tuple[bytes, Any]:
        """See `Method`."""
        return arrays.encode(_numbers(values), state or None, memlimit=self._memlimit)

    def decode(
        self, payload: bytes, shape: Shape, dtype: np.dtype[Any], state: Any
    ) -> tuple[Values, Any]:
        """See `Method`."""
        numbers, state = arrays.decode(
            payload, shape, _numeric(dtype), state or None, memlimit=self._memlimit
        )
        return numbers.view(dtype), state


def coders(*checkpoints: Checkpoint | None, memlimit: int | None = None) -> tuple[Method, ...]:
    """The methods without a checkpoint, and that of each checkpoint.

    With a limit on memory they raise LimitExceeded for a chunk that takes more to decode, when it
    is encoded, too.
    """
    learned = [_LEARNED[c.kind](c, memlimit) for c in checkpoints if c]
    return (Floor(), Arrays(memlimit), *learned, Fronts(memlimit))


_LEARNED: dict[str, Callable[[Checkpoint, int | None], Method]] = {
    PATHS: BitsBack,
    BITSBACK: BitsBack,
    VIDEO: Video,
    SPRITES: SpriteFilms,
}


def _numbers(values: Values) -> Values:
    """Booleans as the bytes that they are."""
    return values.view(_numeric(values.dtype))


def _numeric(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype(np.uint8) if dtype.kind == "b" else dtype
