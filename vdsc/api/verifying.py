"""Decodes a file while it is made, knowing its header and its chunks and nothing else."""

from __future__ import annotations

import queue
import threading
from collections import deque
from typing import Self

import numpy as np

from vdsc.codecs.base import Codec, Coded, Decoder
from vdsc.container import Header
from vdsc.core.instants import Instants
from vdsc.core.types import Values
from vdsc.errors import VdscError

WAITING = 2
"""Chunks that may wait to be decoded."""

_FAULT = "a chunk did not decode to its values; please report this input as a bug"


class Verifier:
    """Compares what chunks decode to with what their encoder says, on a thread of its own.

    The thread is a daemon, so that an interrupted program need not wait for it.
    """

    def __init__(self, codec: Codec, *, wanted: bool) -> None:
        self._codec, self._wanted = codec, wanted
        self._chunks: queue.Queue[Coded | None] = queue.Queue(WAITING)
        self._thread: threading.Thread | None = None
        self._fault: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread = None

    def begin(self, header: Header) -> None:
        """Start to decode a file with this header."""
        if self._wanted:
            decoded = self._codec.decoder(header), Instants(header.outline, own=True)
            self._thread = threading.Thread(target=self._run, args=decoded, daemon=True)
            self._thread.start()

    def add(self, coded: Coded) -> None:
        """Take the next chunk; raises VdscError if an earlier one did not decode."""
        self._pass_on(coded)

    def end(self) -> None:
        """Wait for the last chunk; raises VdscError if one did not decode."""
        self._pass_on(None)
        if self._thread is not None:
            self._thread.join()
        self._check()

    def _pass_on(self, coded: Coded | None) -> None:
        while self._thread is not None:
            self._check()
            try:
                self._chunks.put(coded, timeout=0.1)
            except queue.Full:
                continue
            break

    def _check(self) -> None:
        if self._fault is not None:
            raise VdscError(_FAULT) from self._fault

    def _run(self, decoder: Decoder, wanted: Instants) -> None:
        try:
            comparison = _Comparison()
            while (coded := self._chunks.get()) is not None:
                comparison.expect(coded.decoded)
                for frames in decoder.decode(coded.body, wanted):
                    comparison.meet(frames)
            comparison.end()
        except BaseException as fault:
            self._fault = fault
            while self._chunks.get() is not None:  # the encoder must not wait for ever
                pass


class _Comparison:
    """Two streams of frames that must be the same, bit for bit."""

    def __init__(self) -> None:
        self._expected: deque[Values] = deque()

    def expect(self, frames: Values) -> None:
        if len(frames):
            self._expected.append(frames)

    def meet(self, frames: Values) -> None:
        while len(frames):
            if not self._expected:
                raise VdscError(_FAULT)
            first = self._expected.popleft()
            count = min(len(first), len(frames))
            if plain(first[:count]) != plain(frames[:count]):
                raise VdscError(_FAULT)
            if count < len(first):
                self._expected.appendleft(first[count:])
            frames = frames[count:]

    def end(self) -> None:
        if self._expected:
            raise VdscError(_FAULT)


def plain(values: Values) -> bytes:
    """Bytes of an array in C order, little-endian, whatever its own order."""
    little = values.dtype.newbyteorder("<")
    return np.ascontiguousarray(values).astype(little, copy=False).tobytes()
