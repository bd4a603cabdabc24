"""From frames to a .vds file, window after window: memory does not grow with the length."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from vdsc.api import clocks, models
from vdsc.api.coded import Coded, Part
from vdsc.api.counted import Counted
from vdsc.api.fidelity import Fidelity
from vdsc.api.frames import Frames, held, paced, seen
from vdsc.api.report import Report
from vdsc.codecs.knots import window_code as vdsde
from vdsc.codecs.windows import divide, how_many
from vdsc.container import Header, ModelRef, Writer
from vdsc.core.sequence import Outline, Times
from vdsc.io.source import Source
from vdsc.model.store import Checkpoint

Progress = Callable[[int, int], None]
QUALITY = 75
GRID = "prior"


def encode(
    source: Source,
    stream: BinaryIO,
    *,
    fps: Fraction | None = None,
    times: Times | None = None,
    model: str | None = None,
    quality: int = QUALITY,
    knots: str = "learned",
    grid: str = GRID,
    device: str = "auto",
    seed: int = 0,
    progress: Progress | None = None,
) -> Report:
    """Write the .vds file of a source to a stream; raises VdscError."""
    began = time.perf_counter()
    request = vdsde.Request(quality=quality, knots=knots, seed=seed, grid=grid)
    checkpoint = models.pick(source, model)
    native = models.ticks(checkpoint)
    dtype = source.dtype.newbyteorder("<")
    outline = clocks.dated(source.shape, dtype, native=native, fps=fps, times=times)
    clocks.check_pace(outline, native)
    job = _Job(checkpoint, device, outline, request, stream)
    job.run(source, progress)
    return job.report(time.perf_counter() - began)


class _Job:
    """One file being written: what one window leaves to the next."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        device: str,
        outline: Outline,
        request: vdsde.Request,
        stream: BinaryIO,
    ) -> None:
        self.tables = vdsde.Tables.from_arrays(checkpoint.tensors[1])
        self.networks = models.networks(checkpoint, device)
        self.checkpoint, self.outline, self.request = checkpoint, outline, request
        self.stream, self.fidelity = Counted(stream), Fidelity.of(checkpoint.settings["frames"])
        self.chunks = how_many(outline.frames, checkpoint.settings["chunk"])
        self.coded: Coded | None = None
        self.writer: Writer | None = None
        self.last: NDArray[np.float32] | None = None
        self.knots = 0

    def run(self, source: Source, progress: Progress | None) -> None:
        """Encode every window."""
        for begin, end in divide(self.outline.frames, self.chunks):
            part = self._see(source.read(begin, end), begin)
            coded = self._code(part)
            self._count(coded, part)
            self._chunk(coded)
            if progress:
                progress(end, self.outline.frames)
        if self.writer is not None:
            self.writer.close()

    def _see(self, frames: Frames, begin: int) -> Part:
        """What the networks say of a window's frames, dated from its start."""
        seconds = self.outline.clock.seconds(begin, begin + len(frames))
        seconds = seconds - seconds[0]
        x = seen(self.networks, frames, begin, self.last)
        self.last = x[-1]
        ticks = float(models.ticks(self.checkpoint))
        paced_view = self.networks.infer(x, paced(seconds, ticks))
        return Part(begin, frames, paced_view, replace(paced_view, times=seconds))

    def _code(self, part: Part) -> Coded:
        """A window in the file's codes, which the first window chooses."""
        if self.coded is not None:
            coding, past = self.coded.coding, self.coded.past
            return Coded.of(part, self.networks, coding, self.request, past)
        best, *others = (self._open(part, way) for way in self.request.ways)
        for other in others:
            if other.smaller(best):
                best = other
        return best

    def _open(self, part: Part, way: str) -> Coded:
        """The first window in the codes that one way to code knot times asks for."""
        params = vdsde.opening(self.networks, self.tables, part.paced, self.request, way)
        ticks = models.ticks(self.checkpoint)
        coding = vdsde.Coding(self.tables, ticks, self.outline, params)
        return Coded.of(part, self.networks, coding, self.request, None)

    def _chunk(self, coded: Coded) -> None:
        """Write a window, after the header if it is the first."""
        if self.writer is None:
            ref = ModelRef(self.checkpoint.name, self.checkpoint.digest)
            params = coded.coding.params.to_header()
            header = Header(vdsde.ID, ref, self.outline, params, self.chunks)
            self.writer = Writer(cast("BinaryIO", self.stream), header)
        self.writer.chunk(coded.body)
        self.coded = coded

    def _count(self, coded: Coded, part: Part) -> None:
        """Count a window's knots and, as it will decode, its errors."""
        knots, frames, times = coded.grid.knots, part.frames, part.view.times
        self.knots += len(knots) - (part.begin > 0)
        drawn = self.networks.synthesise(times[knots], coded.values, times)
        out = np.concatenate([held(some, self.outline) for some in drawn])
        seam = part.begin + len(frames) < self.outline.frames  # shared with the next window
        self.fidelity.add(frames[: len(frames) - seam], out[: len(frames) - seam])

    def report(self, seconds: float) -> Report:
        """What has been achieved."""
        return Report(
            model=self.checkpoint.name,
            frames=self.outline.frames,
            raw_bytes=self.outline.raw_bytes,
            file_bytes=self.stream.count,
            bits_per_value=8 * self.stream.count / self.outline.values,
            psnr=self.fidelity.psnr,
            mean_error=self.fidelity.mean,
            max_error=self.fidelity.max,
            unit=self.fidelity.unit,
            knots=self.knots,
            seconds=seconds,
            grid="" if self.coded is None else self.coded.coding.params.grid,
        )
