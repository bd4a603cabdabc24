"""From trained networks to a checkpoint folder: paths, tables, quality curve, card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from vdsc.codecs.knots.coding import price
from vdsc.codecs.model_tables import Tables
from vdsc.codecs.windows import windows
from vdsc.core.types import Floats, Ints
from vdsc.entropy import RenewalGaps
from vdsc.model.float_law import FloatLaw
from vdsc.model.latent_sde import LatentSDE
from vdsc.model.motion_process import MotionProcess
from vdsc.model.network_frames import build
from vdsc.model.path_model import Inference, PathModel
from vdsc.quant import ValueGrid
from vdsc.train import fit_tables as tables_fit
from vdsc.train.checkpoint_folder import write_folder
from vdsc.train.densities import usual_width
from vdsc.train.searched_curve import searched, with_curve
from vdsc.twin.knot_law import PREFIX, KnotLaw
from vdsc.twin.law_coder import LearnedTables
from vdsc.twin.mixed_cells import SHARES, WIDTHS, Mixture

DENSITIES = tuple(i / 4 for i in range(-2, 9))
"""Knot densities that are tried: training covers [0, 1], others are extrapolated."""
COARSE = tuple(2 ** (3 * i / 4) for i in range(-3, 4))
"""Cell widths that are tried, as factors on what is usual at a density."""
SEARCHED = tuple(i / 4 for i in range(-2, 13))
"""Knot densities whose cells have their knots searched."""

SOME = 2
"""Of the sequences, every second one has its knots searched."""

MEASURED = 6
"""How many sequences are coded for each point of the quality curve."""


@dataclass(frozen=True, slots=True)
class CodedSequence:
    """One training sequence through the networks at one density: knots (M,) and values (M, D)."""

    seen: Inference
    knots: Ints
    z: Floats


def export(
    net: LatentSDE,
    frames: dict[str, Any],
    sequences: Sequence[NDArray[np.float32]],
    out: Path,
    *,
    name: str,
    chunk: int,
    cap: int,
    card: dict[str, Any],
    pose: dict[str, Any] | None = None,
    motion: MotionProcess | None = None,
) -> None:
    """Write the checkpoint folder `out`: its tables and curve are fitted on `sequences`.

    sequences: (T, ...) training data in network units, one frame a tick. cap: how much wider than
    the middle cell of the value grid the others may get; 1 gives uniform cells. pose: which
    channels are told apart from what the networks see.
    """
    model = PathModel(net, build(frames), motion=motion)
    parts = [x[begin:end] for x in sequences for begin, end in windows(len(x), chunk)]
    seen = [model.infer(x, np.arange(len(x)) / net.config.fps) for x in parts]
    traces = [[trace(model, s, d) for s in seen] for d in DENSITIES]
    made = fit_tables(net, seen, traces, cap)
    if made.learned is None or made.cap > 1:
        made = replace(made, curve=quality_curve(model, made, traces))
    else:
        widths = [usual_width(density) for density in SEARCHED]
        tried = [searched(model, made, seen[::SOME], width) for width in widths]
        longest = made.gaps.shape[1]
        gaps = np.stack([histogram(grids.knots, longest) for grids in tried])
        made = with_curve(made, tried, gaps)
    write(net, frames, made, out, name=name, chunk=chunk, pose=pose, card=card, motion=motion)


def trace(model: PathModel, seen: Inference, density: float) -> CodedSequence:
    """Knots and their values as an encoder would choose them."""
    cell = model.net.log_cell.exp().double().cpu().numpy() * usual_width(density)
    knots = model.place(seen, float(density), cell=cell)
    return CodedSequence(seen, knots, model.fit(seen, knots, None))


def fit_tables(
    net: LatentSDE,
    seen: Sequence[Inference],
    traces: Sequence[Sequence[CodedSequence]],
    cap: int,
    densities: Sequence[float] | None = None,
) -> Tables:
    """All tables but the curve; traces are those of DENSITIES unless others are given.

    Sparse grids are coarse ones: cells widen as density falls.
    """
    still = net.is_global.cpu().numpy()
    steps = np.clip(tables_fit.q16(net.log_cell.exp().double().cpu().numpy()), 1 << 7, 1 << 16)
    lags = max(1, round(net.config.limit * net.config.fps))
    paths = []
    for density, row in zip(densities or DENSITIES, traces, strict=True):
        wide = (steps * usual_width(density)).astype(np.int64)
        grid = ValueGrid(np.clip(wide, 1 << 6, 1 << 17), cap)
        for t in row:
            z = np.where(still, t.z.mean(0), t.z)
            paths.append(tables_fit.KnotPath(t.knots, z, grid.snap(tables_fit.q16(z)), grid))
    dense = [s.path for s in seen]
    transition = tables_fit.fit(dense, paths, lags, still, plain=net.law is not None)
    gaps = np.stack([histogram([t.knots for t in row], lags) for row in traces])
    made = Tables(transition, steps, cap, gaps, np.zeros((100, 3), np.int64))
    if net.law is None:
        return made
    law = {f"{PREFIX}.{k}": v.cpu().numpy() for k, v in net.law.state_dict().items()}
    return replace(made, learned=LearnedTables(KnotLaw(law), mixture(net.law), still))


def mixture(law: FloatLaw) -> Mixture:
    """The mixtures of a law in integers."""
    shares = np.rint(law.weights.detach().softmax(1).double().cpu().numpy() * (1 << SHARES)).astype(
        np.int64
    )
    shares[:, law.weights.shape[1] // 2] += (1 << SHARES) - shares.sum(1)
    widths = np.exp2(np.clip(law.widths.detach().double().cpu().numpy(), -5, 5))
    return Mixture(shares, np.rint(widths * (1 << WIDTHS)).astype(np.int64))


def histogram(grids: Iterable[Ints], longest: int) -> Ints:
    """Counts (longest,) of the gaps between knots, smoothed so that none is impossible."""
    gaps = np.concatenate([np.diff(knots) for knots in grids if len(knots) > 1])
    counts = np.bincount(np.minimum(gaps, longest), minlength=longest + 1)[1:].astype(float)
    near = np.convolve(counts, [0.05, 0.1, 0.7, 0.1, 0.05], mode="same")
    weights: Ints = np.rint(1000 * (near / near.sum() * 64 + 1 / longest)).astype(np.int64)
    return weights + 1


def quality_curve(
    model: PathModel, made: Tables, traces: Sequence[Sequence[CodedSequence]]
) -> Ints:
    """Curve (100, 3): the least error over densities at each of 100 sizes, evenly spaced in log.

    Between the coarsenesses that were tried at a density, bits and error are interpolated.
    """
    tried = []
    for g, (density, row) in enumerate(zip(DENSITIES, traces, strict=True)):
        some = row[:: max(1, len(row) // MEASURED)]
        coarse = [max(1, round(256 * factor * usual_width(density))) for factor in reversed(COARSE)]
        found = [measure(model, made, some, one, g) for one in coarse]
        tried.append(np.log([[*point, one] for point, one in zip(found, coarse, strict=True)]))
    return envelope(tried)


def envelope(tried: Sequence[Floats]) -> Ints:
    """Curve (100, 3) from logs of (bits, error, coarse) (N, 3), one array for each density."""
    ends = [points[:, 0] for points in tried]
    wanted = np.linspace(min(e.min() for e in ends), max(e.max() for e in ends), 100)
    errors = np.stack(
        [np.interp(wanted, p[:, 0], p[:, 1], left=np.inf, right=np.inf) for p in tried]
    )
    best = errors.argmin(0)
    coarse = [
        np.exp(np.interp(w, tried[g][:, 0], tried[g][:, 2]))
        for w, g in zip(wanted, best, strict=True)
    ]
    density = np.array(DENSITIES)[best]
    return np.stack([np.rint(coarse), np.rint(255 * density), best], axis=1).astype(np.int64)


def measure(
    model: PathModel, made: Tables, traces: Sequence[CodedSequence], coarse: int, histogram_row: int
) -> tuple[float, float]:
    """Ideal bits per frame of some traces, fitted as for a file at a coarseness (Q8), and error."""
    grid = ValueGrid(np.clip(made.steps * coarse >> 8, 1 << 6, 1 << 17), made.cap)
    coder, gaps = made.coder(grid), RenewalGaps(made.gaps[histogram_row])
    bits = error = frames = 0.0
    for t in traces:
        z = model.fit(t.seen, t.knots, None, price(made, grid, t.knots))
        cells = grid.snap(tables_fit.q16(np.where(made.transition.is_global, z[:1], z)))
        bits += coder.bits(cells, t.knots) + gaps.bits(t.knots, int(t.knots[-1]))
        error += model.distortion(t.seen, t.knots, grid.value(cells) / 65536) * len(t.seen.times)
        frames += len(t.seen.times)
    return bits / frames, error / frames


def write(
    net: LatentSDE,
    frames: dict[str, Any],
    made: Tables,
    out: Path,
    *,
    name: str,
    chunk: int,
    card: dict[str, Any],
    pose: dict[str, Any] | None = None,
    motion: MotionProcess | None = None,
) -> None:
    """Write the folder, complete or not at all."""
    weights = weights_of(net)
    settings: dict[str, Any] = {
        "name": name,
        "net": net.config.as_dict(),
        "frames": frames,
        "chunk": chunk,
        "card": card,
    }
    if pose:
        settings["pose"] = pose
    write_folder(out, settings, weights, made.to_arrays(), weights_of(motion))


def weights_of(network: nn.Module | None) -> dict[str, NDArray[np.float32]]:
    """The weights of a network by name, none of none."""
    named = {} if network is None else network.state_dict()
    return {name: part.detach().cpu().numpy() for name, part in named.items()}
