"""The networks behind one line: numpy in, numpy out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vdsc.core.types import Floats
from vdsc.errors import InvalidInput
from vdsc.model import curve, knot_search, polish, refine
from vdsc.model import network_frames as frame_kinds
from vdsc.model import sprite_matching as track
from vdsc.model.frame_decoder import LinearDecoder, SpriteDecoder
from vdsc.model.knot_wish import KnotWish
from vdsc.model.latent_sde import LatentSDE
from vdsc.model.motion_process import MotionProcess, motion_of, stands_still
from vdsc.model.net_config import NetConfig
from vdsc.model.price import Curvature, Price, Weights
from vdsc.model.store import Checkpoint
from vdsc.model.tpp import gap_cdf

REACH = 64  # the most frames between two polished knots
FAINTEST = 1e-5
"""Share of the mean curvature that every direction has at least."""

BATCH = 256  # frames synthesised at once, so that memory does not grow with the length


@dataclass(frozen=True, slots=True)
class Inference:
    """What the networks say of one window: its frames, their path, and the hidden states.

    x (T, ...) network units, times (T,) seconds from the window's start, path (T, D) the
    posterior's mean at the frames, hidden (T, H).
    """

    x: Tensor
    times: Floats
    path: Floats
    hidden: Tensor


class PathModel:
    """One checkpoint, ready to run.

    frames --infer--> Inference --place--> knots --fit--> z at the knots
    frames <-----------synthesise---------- z at the knots
    """

    def __init__(
        self,
        net: LatentSDE,
        frames: frame_kinds.Frames,
        device: str = "cpu",
        motion: MotionProcess | None = None,
    ) -> None:
        self.device = torch.device(device)
        self.net = net.to(self.device).eval().requires_grad_(requires_grad=False)
        self.net.knots.cpu()  # it is asked for one gap after another, which no GPU is quick at
        self.frames, self.motion = frames, motion
        self.config = net.config

    @classmethod
    def load(cls, checkpoint: Checkpoint, device: str = "auto") -> PathModel:
        """Build the networks of a checkpoint on `device` ("auto": CUDA where there is one)."""
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        if device == "cuda" and not torch.cuda.is_available():
            raise InvalidInput("there is no CUDA device here; use --device cpu")
        arrays, settings = checkpoint.tensors[0], checkpoint.settings
        with checkpoint.building():
            net = LatentSDE(NetConfig.from_dict(settings["net"]))
            net.load_state_dict({k: torch.from_numpy(v) for k, v in arrays.items()})
            frames = frame_kinds.build(settings["frames"])
            motion = MotionProcess.of(checkpoint.process)
        return cls(net, frames, device, motion)

    @property
    def spline(self) -> bool:
        """Whether the path between knots is a cubic spline, not a bridge."""
        return self.config.interpolation == "spline"

    def infer(self, x: NDArray[np.float32], times: Floats) -> Inference:
        """Hidden states and the posterior's mean path, equations (10)-(13).

        x (T, ...) network units at times (T,) seconds. The SDE is solved on the checkpoint's own
        ticks; the spline through the hidden states carries frames at other times onto them.
        """
        tick = 1.0 / self.config.fps
        times = times - times[0]
        frames = torch.from_numpy(x).to(self.device)
        with torch.no_grad():
            hidden = self.net.encoder(frames.unsqueeze(0))
            count = max(1, int(np.ceil(times[-1] / tick - 1e-6)) + 1)
            grid = np.arange(count, dtype=np.float64) * tick
            if count == len(times) and np.allclose(grid, times, atol=tick * 1e-3):
                path = self._path(hidden, tick)
                return Inference(frames, times, self._tracked(frames, path), hidden[0])
            onto = curve.spline_matrix(times, np.minimum(grid, times[-1]))
            back = curve.line_matrix(grid, times)
            path = back @ self._path(self._tensor(onto) @ hidden, tick)
        return Inference(frames, times, self._tracked(frames, path), hidden[0])

    def _tracked(self, frames: Tensor, path: Floats) -> Floats:
        """The path itself, or for sprites the one that matching them to the frames gives."""
        if not isinstance(self.net.decoder, SpriteDecoder):
            return path
        return track.track(self.net.decoder, frames, self._tensor(path)).cpu().double().numpy()

    def _path(self, hidden: Tensor, tick: float) -> Floats:
        return self.net.infer(hidden, tick, None)[0].cpu().double().numpy()

    def _tensor(self, values: Floats) -> Tensor:
        return torch.as_tensor(values, dtype=torch.float32, device=self.device)

    def place(
        self, seen: Inference, density: float, seed: int = 0, cell: Floats | None = None
    ) -> NDArray[np.int64]:
        """Frame numbers of the knots, first and last frame included, equations (19)-(20).

        Seed 0 takes the median of each gap; any other seed draws a sample. A process that reads
        motion goes by the width of the cells (D,), not by the density, and takes medians together.
        """
        count = len(seen.times)
        if count < 3:
            return np.arange(count)
        share = torch.full((count,), 0.5)
        if seed:
            share = torch.rand(count, generator=torch.Generator().manual_seed(seed))
        tick = seen.times[-1] / (count - 1)
        if self.motion is not None and cell is not None:
            if stands_still(seen.x, seen.path, seen.times, cell):
                return np.array([0, count - 1])
            motion = motion_of(seen.path, cell, tick)
            if not seed:
                return self.motion.steady(motion, tick)
            with torch.no_grad():
                return np.array(self.motion.walk(motion, tick, share))
        with torch.no_grad():
            knots = np.array(self.net.knots.walk(seen.hidden.cpu(), tick, density, share))
        if self.config.interpolation == "spline":
            return knots
        return polish.polish(seen.path, knots, min(count - 1, REACH))

    def search(self, seen: Inference, wish: KnotWish) -> NDArray[np.int64]:
        """Frame numbers of the knots that frames and bits ask for, both ends included."""
        if len(seen.times) < 3:
            return np.arange(len(seen.times))
        return knot_search.search(self.net, seen, wish)

    def readings(self, seen: Inference) -> Floats:
        """Latents (T, D) of each frame by itself, as the encoder reads them off it linearly."""
        skip = self.net.encoder.skip
        assert skip is not None
        with torch.no_grad():
            read: Floats = skip(seen.x).cpu().double().numpy()
        return read

    def usual(self, seen: Inference, density: float) -> float:
        """Knots per frame that the process's prior has at a density, at most 1."""
        tick = seen.times[-1] / max(1, len(seen.times) - 1)
        rate = float(self.net.knots.rate(torch.tensor(density)))
        return float(min(1.0, rate * tick))

    def gaps(
        self, seen: Inference, density: float, longest: int, cell: Floats | None = None
    ) -> Floats:
        """Probabilities (T, longest) of the gaps 1..longest frames after a knot at each frame.

        What `place` draws from, equations (19)-(20): a gap is rounded to whole frames, at least
        one; the last one stands for all that are longer.
        """
        process, count = self.net.knots, len(seen.times)
        tick = seen.times[-1] / (count - 1)
        if self.motion is not None and cell is not None:
            with torch.no_grad():
                motion = motion_of(seen.path, cell, tick)
                return self.motion.chances(motion, tick, longest).double().numpy()
        ends = (torch.arange(1, longest, dtype=torch.float64) + 0.5) * tick
        with torch.no_grad():
            hidden = seen.hidden.cpu()
            mu, scale = process.law(hidden, torch.full((count,), density))
            below = gap_cdf(ends, mu.double()[:, None], scale.double()[:, None], process.limit)
        ones = np.ones((count, 1))
        return np.diff(below.numpy(), axis=1, prepend=0 * ones, append=ones)

    def fit(
        self,
        seen: Inference,
        knots: NDArray[np.int64],
        first: Floats | None = None,
        price: Price | None = None,
        steps: int = refine.STEPS,
        weights: Weights | None = None,
    ) -> Floats:
        """Knot values (M, D) whose synthesis is closest to the frames, at a price.

        The posterior's path starts the search: for a linear decoder behind a spline least squares,
        then gradient descent on error and bits where a price is given. `first` (D,) fixes the first
        knot, the last one of the window before. steps: of the descent. weights: how much errors
        count in least squares.
        """
        if isinstance(self.net.decoder, LinearDecoder) and self.spline:
            start = refine.least_squares(self.net, seen, knots, first, weights)
        else:
            start = seen.path[knots]
        if price is None or not steps:
            return start
        return refine.descend(self.net, seen, knots, start, first, price, steps)

    def curvature(
        self, seen: Inference, knots: NDArray[np.int64], weights: Weights | None = None
    ) -> Curvature | None:
        """How the squared error of frames grows as values of knots (M,) are off; None if bent.

        The network beside a linear decoder is left out, as it is small.
        """
        if not (isinstance(self.net.decoder, LinearDecoder) and self.spline):
            return None
        spline = curve.spline_matrix(seen.times[knots], seen.times)
        weight = self.net.decoder.linear.weight.double().cpu().numpy()
        if weights is not None:
            spline = np.sqrt(weights.frames)[:, None] * spline
            weight = np.sqrt(weights.channels)[:, None] * weight
        return Curvature(_positive(spline.T @ spline), _positive(weight.T @ weight))

    def weights(self, seen: Inference, knots: NDArray[np.int64], values: Floats) -> Weights | None:
        """How much squared errors are to count to be absolute ones, as knots (M, D) decode now.

        None for a normal observation model, whose errors are squared.
        """
        if self.config.noise != "laplace":
            return None
        return Weights.of(self._off(seen, knots, values).abs().double().cpu().numpy(), refine.SHARP)

    def distortion(self, seen: Inference, knots: NDArray[np.int64], values: Floats) -> float:
        """Mean error of what knots (M,) with values (M, D) decode to, in network units.

        Absolute for a Laplace observation model, squared for a normal one.
        """
        error = self._off(seen, knots, values)
        each = error.abs() if self.config.noise == "laplace" else error.square()
        return float(each.mean())

    def _off(self, seen: Inference, knots: NDArray[np.int64], values: Floats) -> Tensor:
        """What knots (M,) with values (M, D) decode to, less the frames (T, ...)."""
        with torch.no_grad():
            path = refine.path_at(self.net, seen.times[knots], self._tensor(values), seen.times)
            off: Tensor = self.net.decoder(path) - seen.x
        return off

    def synthesise(
        self, knot_times: Floats, values: Floats, times: Floats
    ) -> Iterator[NDArray[np.generic]]:
        """Frames at `times` (Q,) seconds within the knots' span, equation (21), in batches."""
        for begin in range(0, len(times), BATCH):
            yield self._synthesise(knot_times, values, times[begin : begin + BATCH])

    def _synthesise(self, knot_times: Floats, values: Floats, times: Floats) -> NDArray[np.generic]:
        with torch.no_grad():
            path = refine.path_at(self.net, knot_times, self._tensor(values), times)
            frames = self.net.decoder(path).cpu().numpy()
        return self.frames.from_network(frames)


def _positive(form: Floats) -> Floats:
    """A form (N, N) made positive definite: directions that nothing depends on cost a little."""
    lifted: Floats = form + FAINTEST * float(np.diagonal(form).mean()) * np.eye(len(form))
    return lifted
