"""From a source to a lossless .vds file and back, chunk after chunk."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from vdsc.api import clocks, models
from vdsc.api.counted import Counted
from vdsc.api.report import Report
from vdsc.codecs import lossless
from vdsc.codecs.methods import coders
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
    """Write a lossless .vds file of a source; `verify` decodes each chunk as it is made.

    Raises VdscError.
    """
    began, counted = time.perf_counter(), Counted(stream)
    paths = models.fitting(source.shape, source.dtype)
    native = PACE if paths is None else models.ticks(paths)
    outline = clocks.dated(source.shape, source.dtype, native=native, fps=fps, times=times)
    methods = coders(paths, models.for_video())
    coder, checker = lossless.Coder(outline, methods), lossless.Coder(outline, methods)
    writer: Writer | None = None
    for begin, end in lossless.spans(outline):
        values = source.read(begin, end)
        body = coder.encode(values)
        if writer is None:
            writer = Writer(cast("BinaryIO", counted), _header(outline, coder.checkpoint))
        if verify:
            _check(checker, body, values)
        writer.chunk(body)
        if progress:
            progress(end, outline.frames)
    assert writer is not None
    writer.close()
    return Report.exact(outline, counted.count, time.perf_counter() - began, verified=verify)


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
