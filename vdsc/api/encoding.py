"""From frames to a .vds file, window after window: memory does not grow with the length."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from vdsc.api import clocks, models
from vdsc.api.counted import Counted
from vdsc.api.fidelity import Fidelity
from vdsc.api.frames import Frames, held, paced, seen
from vdsc.api.report import Report
from vdsc.codecs import vdsde
from vdsc.codecs.windows import divide, how_many
from vdsc.container import Header, ModelRef, Writer
from vdsc.core.sequence import Outline, Times
from vdsc.errors import InvalidInput
from vdsc.io.source import Source
from vdsc.model.store import Checkpoint

if TYPE_CHECKING:
    from vdsc.model.path_model import Inference

Progress = Callable[[int, int], None]
QUALITY = 75


def encode(
    source: Source,
    stream: BinaryIO,
    *,
    fps: Fraction | None = None,
    times: Times | None = None,
    model: str | None = None,
    quality: int = QUALITY,
    knots: str = "learned",
    device: str = "auto",
    seed: int = 0,
    progress: Progress | None = None,
) -> Report:
    """Write the .vds file of a source to a stream; raises VdscError."""
    began = time.perf_counter()
    request = vdsde.Request(quality=quality, knots=knots, seed=seed)
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
        self.past: vdsde.Past | None = None
        self.last: NDArray[np.float32] | None = None
        self.knots = 0

    def run(self, source: Source, progress: Progress | None) -> None:
        """Encode every window."""
        coding: vdsde.Coding | None = None
        for begin, end in divide(self.outline.frames, self.chunks):
            frames = source.read(begin, end)
            seconds = self.outline.clock.seconds(begin, end)
            view = self._see(frames, seconds - seconds[0], begin)
            if coding is None:
                knots = vdsde.choose(self.networks, self.tables, view, self.request)
                coding, writer = self._open(knots)
            else:
                longest = coding.times.max_gap
                knots = vdsde.choose(self.networks, self.tables, view, self.request, longest)
            view = replace(view, times=seconds - seconds[0])
            writer.chunk(self._code(coding, view, knots, frames, begin))
            if progress:
                progress(end, self.outline.frames)
        writer.close()

    def _open(self, knots: NDArray[np.int64]) -> tuple[vdsde.Coding, Writer]:
        """The codes and the file, once the first window's knots are known."""
        params = vdsde.file_params(self.tables, self.request, knots)
        coding = vdsde.Coding(self.tables, models.ticks(self.checkpoint), self.outline, params)
        ref = ModelRef(self.checkpoint.name, self.checkpoint.digest)
        header = Header(vdsde.ID, ref, self.outline, params, self.chunks)
        return coding, Writer(cast("BinaryIO", self.stream), header)

    def _see(self, frames: Frames, seconds: Times, begin: int) -> Inference:
        """What the networks say of a window's frames, dated from its start."""
        x = seen(self.networks, frames, begin, self.last)
        self.last = x[-1]
        return self.networks.infer(x, paced(seconds, float(models.ticks(self.checkpoint))))

    def _code(
        self,
        coding: vdsde.Coding,
        view: Inference,
        knots: NDArray[np.int64],
        frames: Frames,
        begin: int,
    ) -> bytes:
        """Body of a window, whose errors are counted as it will decode."""
        first = None if self.past is None else self.past.value
        z = self.networks.fit(view, knots, first, coding.price(knots, begin))
        if not np.isfinite(z).all():
            raise InvalidInput("the model cannot follow these values; train one on their kind")
        body, self.past, values = vdsde.push(coding, knots, z, begin, self.past)
        self.knots += len(knots) - (begin > 0)
        drawn = self.networks.synthesise(view.times[knots], values, view.times)
        out = np.concatenate([held(part, self.outline) for part in drawn])
        seam = begin + len(frames) < self.outline.frames  # its last frame is the next one's first
        self.fidelity.add(frames[: len(frames) - seam], out[: len(frames) - seam])
        return body

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
        )
