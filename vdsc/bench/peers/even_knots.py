"""As many knots as a file would have, evenly spaced: what placing them is measured against."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from vdsc.bench.peers import ours
from vdsc.bench.peers.peer import Peer, Setting, Values
from vdsc.codecs.knots import placing

NAME = "vdsc, even knots"


@contextmanager
def evenly() -> Iterator[None]:
    """Every window that is encoded here gets as many knots as it would, evenly spaced."""
    usual: Callable[..., NDArray[np.int64]] = placing.choose

    def even(*arguments: Any) -> NDArray[np.int64]:
        knots = usual(*arguments)
        return np.unique(np.rint(np.linspace(0, knots[-1], len(knots))).astype(np.int64))

    with patch.object(placing, "choose", even):
        yield


def peer(model: str, fps: float | None, qualities: tuple[int, ...]) -> Peer:
    """The codec with even knots, as many as its learned ones, and values fitted as dearly."""

    def encode(values: Values, setting: Setting) -> bytes:
        with evenly():
            return ours.encode(model, fps, "learned", values, setting)

    settings = tuple((float(quality),) for quality in qualities)
    note = f"checkpoint {model}, as many knots in each window, whole .vds file"
    return Peer(NAME, ("quality",), settings, encode, ours.decode, note)
