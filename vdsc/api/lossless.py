"""From a source to a lossless .vds file and back, chunk after chunk."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from typing import BinaryIO, Self, cast

import numpy as np
from numpy.typing import NDArray

from vdsc.api import clocks, models
from vdsc.api.counted import Counted
from vdsc.api.report import Report
from vdsc.codecs.lossless import coder as lossless
from vdsc.codecs.lossless.methods import coders
from vdsc.container import Header, ModelRef, Reader, Writer
from vdsc.core.sequence import Outline, Times
from vdsc.errors import CorruptFile, VdscError
from vdsc.io.source import Source
from vdsc.model import store
from vdsc.model.store import Checkpoint

Frames = NDArray[np.generic]
Progress = Callable[[int, int], None]
PACE = Fraction(1)  # frames a second of a sequence that neither its owner nor a model dates


def encode_exactly(
    source: Source,
    stream: BinaryIO,
    *,
    fps: Fraction | None = None,
    times: Times | None = None,
    verify: bool = True,
    progress: Progress | None = None,
) -> Report:
    """Write a lossless .vds file of a source; `verify` decodes each chunk while another is made.

    Raises VdscError.
    """
    began, counted = time.perf_counter(), Counted(stream)
    paths = models.fitting(source.shape, source.dtype)
    native = PACE if paths is None else models.ticks(paths)
    outline = clocks.dated(source.shape, source.dtype, native=native, fps=fps, times=times)
    methods = coders(paths, models.for_video())
    coder = lossless.Coder(outline, methods)
    with _Verifier(lossless.Coder(outline, methods), wanted=verify) as verifier:
        writer: Writer | None = None
        for begin, end in lossless.spans(outline):
            values = source.read(begin, end)
            body = coder.encode(values)
            if writer is None:
                writer = Writer(cast("BinaryIO", counted), _header(outline, coder.checkpoint))
            writer.chunk(body)
            verifier.add(body, values)
            if progress:
                progress(end, outline.frames)
        verifier.settle()
    assert writer is not None
    writer.close()
    return Report.exact(outline, counted.count, time.perf_counter() - began, verified=verify)


class _Verifier:
    """Decodes each chunk, if that is wanted, while the next one is encoded."""

    def __init__(self, coder: lossless.Coder, *, wanted: bool) -> None:
        self._coder, self._wanted = coder, wanted
        self._beside = ThreadPoolExecutor(1)
        self._last: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._beside.shutdown()

    def add(self, body: bytes, values: Frames) -> None:
        """Begin to decode a chunk, once the one before has been; raises VdscError."""
        self.settle()
        if self._wanted:
            self._last = self._beside.submit(_check, self._coder, body, values)

    def settle(self) -> None:
        """Wait for the last chunk."""
        if self._last is not None:
            self._last.result()


def _header(outline: Outline, checkpoint: Checkpoint | None) -> Header:
    """The header of a file whose chunks are coded by a checkpoint or without one."""
    ref = None if checkpoint is None else ModelRef(checkpoint.name, checkpoint.digest)
    return Header(lossless.ID, ref, outline, {}, lossless.chunks(outline))


def _check(checker: lossless.Coder, body: bytes, values: Frames) -> None:
    """Decode a chunk that was just made; anything but its values is a fault of the codec."""
    try:
        right = lossless.plain(checker.decode(body, len(values))) == lossless.plain(values)
    except CorruptFile:
        right = False
    if not right:
        raise VdscError("a chunk did not decode to its values; please report this input as a bug")


def decode_exactly(reader: Reader) -> tuple[Outline, Iterator[Frames]]:
    """Outline and frames of a lossless file whose header has been read."""
    outline = reader.header.outline
    if reader.header.chunks != lossless.chunks(outline):
        raise CorruptFile(f"{reader.header.chunks} chunks cannot hold the file's frames")
    ref = reader.header.model
    checkpoint = None if ref is None else store.by_digest(ref.name, ref.digest)
    coder = lossless.Coder(outline, coders(checkpoint))
    return outline, _frames(reader, outline, coder)


def _frames(reader: Reader, outline: Outline, coder: lossless.Coder) -> Iterator[Frames]:
    for (begin, end), body in zip(lossless.spans(outline), reader.chunks(), strict=True):
        yield coder.decode(body, end - begin).astype(outline.dtype, copy=False)
