"""Measure the knot times of files: relative entropy coding, the prior code, bits-back, the KL.

    OMP_NUM_THREADS=1 VDSC_DATA=... python -m benchmarks.grid [part ...]     parts: see PARTS

Writes benchmarks/grid.json, part by part. Bits are those that a stack grows by, and for relative
entropy coding the byte before it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import vdsc
from benchmarks.rec import say, warm
from vdsc.api import clocks
from vdsc.bench import clips as data
from vdsc.bench.metrics import wrapped
from vdsc.bench.peers.bitsback_alone import OURS, VIEWS, model
from vdsc.bench.runner import run_parts
from vdsc.codecs.knots import checkpoints, placing
from vdsc.codecs.knots.coding import Coding
from vdsc.codecs.knots.drawn_times import DrawnTimes
from vdsc.codecs.knots.encoder import KnotEncoder
from vdsc.codecs.knots.params import KnotParams
from vdsc.codecs.knots.settings import KnotSettings
from vdsc.codecs.lossless.bitsback.latent_plan import LatentPlan
from vdsc.codecs.lossless.bitsback.posterior_codes import PosteriorGaps
from vdsc.codecs.lossless.bitsback.window import Window
from vdsc.core.sequence import Clock, Outline
from vdsc.entropy import BitStack
from vdsc.entropy import frequencies as tables
from vdsc.io.source import array_source

OUT = Path(__file__).with_suffix(".json")
CLIPS: dict[str, Callable[[], list[data.Clip]]] = {
    "cmu": lambda: data.motion("val"),
    "digits": lambda: data.moving_digits(12),
}
QUALITIES = (5, 25, 50, 75, 95)
SEEDS = 4
Line = dict[str, Any]


class CheckpointClips:
    """A checkpoint, its clips, and what its networks say of each window."""

    def __init__(self, name: str) -> None:
        self.name, self.clips = name, CLIPS[name]()
        self.encoders = [self._encoder(clip) for clip in self.clips]
        self.views = [_views(*pair) for pair in zip(self.encoders, self.clips, strict=True)]
        first = self.encoders[0]
        self.networks, self.tables = first.networks, first.tables
        self.fps = checkpoints.ticks(first.checkpoint)

    def _encoder(self, clip: data.Clip) -> KnotEncoder:
        """What encodes a clip, dated by the checkpoint's own rate."""
        shape, dtype = clip.values.shape, clip.values.dtype
        native = checkpoints.ticks(checkpoints.pick(shape, dtype, self.name))
        outline = clocks.dated(shape, dtype, native=native, fps=None, times=None)
        settings = KnotSettings(model=self.name, device="cpu")
        return KnotEncoder(array_source(clip.values), outline, settings)

    def times(self, views: list[tuple[int, Any]], request: KnotSettings) -> Line:
        """Bits of all knot times of a clip, without its values."""
        way, stack, coding = request.grid, warm(), None
        found: Line = {"knots": 0, "kl": 0.0, "bits": 0.0, "encode_ms": 0.0, "decode_ms": 0.0}
        for begin, view in views:
            start = time.process_time()
            if coding is None:
                outline = Outline((len(view.times), 1), np.dtype("<f4"), Clock(self.fps))
                plain = KnotParams(self.tables.row(request.quality))
                bare = Coding(self.tables, self.fps, outline, plain)
                params, _ = placing.opening(self.networks, bare, view, request, way)
                coding = Coding(self.tables, self.fps, outline, params)
                found["bits"] += 40 if params.rate is not None else 0
            grid, before = placing.place(self.networks, coding, view, request, begin), stack.bits
            head = coding.push_times(stack, grid.knots, grid.draw)
            found["encode_ms"] += 1e3 * (time.process_time() - start)
            found["bits"] += stack.bits - before + 8 * len(head)
            found["knots"] += len(grid.knots)
            found["kl"] += grid.draw.kl if grid.draw else 0.0
            stream, span = head + stack.to_bytes(), len(view.times) - 1
            start = time.process_time()
            back, _ = coding.pop_times(stream, span, begin)
            found["decode_ms"] += 1e3 * (time.process_time() - start)
            assert (back == grid.knots).all()
        return found

    def error(self, clip: data.Clip, file: bytes) -> float:
        """Mean angular error in degrees, or the mean squared error of pixels."""
        frames = vdsc.decompress(file).values.astype(float)
        if self.name == "cmu":
            return float(np.abs(wrapped(frames - clip.values))[:, 3:].mean())
        return float(np.square((frames - clip.values) / 255).mean())


def _views(encoder: KnotEncoder, clip: data.Clip) -> list[tuple[int, Any]]:
    """The first frame of each window of a clip, and what the networks say of it."""
    found, networks = [], encoder.networks
    for (begin, end), fresh in encoder.parts:
        frames = clip.values[begin:end].reshape(-1, *networks.config.frame)
        times = encoder.outline.clock.seconds(begin, end)
        if encoder.poser is None:
            x = networks.frames.to_network(frames)
        else:
            x = encoder.poser.take(frames, times, fresh=fresh).x
        found.append((begin, networks.infer(x, times - times[0])))
    return found


def times() -> list[Line]:
    """Bits of the knot times of a clip under each code, and the KL."""
    lines = []
    for domain in map(CheckpointClips, CLIPS):
        for quality in QUALITIES:
            said = KnotSettings(quality=quality, effort=0)
            prior = [domain.times(v, said) for v in domain.views]
            rec = [
                domain.times(views, KnotSettings(quality=quality, seed=SEEDS * i + k, grid="rec"))
                for i, views in enumerate(domain.views)
                for k in range(SEEDS)
            ]
            lines.append({"model": domain.name, "quality": quality, **rows(prior, rec)})
            say(lines[-1])
    return lines


def rows(prior: list[Line], rec: list[Line]) -> Line:
    """Means over clips, and over seeds."""
    mean = {key: float(np.mean([one[key] for one in rec])) for key in rec[0]}
    goal = 1.2 * mean["kl"] + 16
    own = {f"prior_{key}": float(np.mean([one[key] for one in prior])) for key in ("knots", "bits")}
    return {**own, **mean, "goal": goal, "clips": len(prior), "draws": len(rec)}


def speed() -> list[Line]:
    """Time of the knot times of clips of 100 frames: the least of six, averaged over clips."""
    domain, lines = CheckpointClips("digits"), []
    for quality in QUALITIES:
        request, least = KnotSettings(quality=quality, grid="rec"), []
        for views in domain.views[:4]:
            runs = [domain.times(views, request) for _ in range(6)]
            least.append([min(run[key] for run in runs) for key in ("encode_ms", "decode_ms")])
        lines.append(dict(zip(("encode_ms", "decode_ms"), np.mean(least, 0).tolist(), strict=True)))
        lines[-1]["quality"] = quality
        say(lines[-1])
    return lines


def files() -> list[Line]:
    """Whole files and their errors under each code; seconds to encode a clip."""
    lines = []
    for domain in map(CheckpointClips, CLIPS):
        for quality in QUALITIES:
            line: Line = {"model": domain.name, "quality": quality}
            for grid in ("prior", "rec", "auto"):
                start = time.process_time()
                made = [
                    vdsc.compress(c.values, fps=c.fps, codec="knots", model=domain.name,
                                  quality=quality, grid=grid, device="cpu")
                    for c in domain.clips
                ]  # fmt: skip
                line[f"{grid}_s"] = (time.process_time() - start) / len(made)
                line[f"{grid}_bytes"] = float(np.mean([len(file) for file in made]))
                pairs = zip(domain.clips, made, strict=True)
                line[f"{grid}_error"] = float(np.mean([domain.error(*pair) for pair in pairs]))
                if grid == "auto":
                    kinds = [facts.code for file in made if (facts := vdsc.info(file).grid)]
                    line["auto_rec"] = kinds.count("rec")
            lines.append(line)
            say(line)
    return lines


def lossless() -> list[Line]:
    """Knot times of lossless clips under the Poisson prior: three codes of one posterior."""
    twin, lines, rng = model("digits"), [], np.random.default_rng(1)
    clips = [VIEWS[OURS].units(clip.values) for clip in CLIPS["digits"]()]
    for density in (-128, 0, 128, 255):
        window, found = Window(twin, LatentPlan(density, frozen=False)), []
        for x in clips:
            state = twin.twin.see(x)
            full = BitStack.from_bytes(rng.bytes(1 << 15) + b"\1")
            found.append(three(window, state, full))
        mean = {key: float(np.mean([one[key] for one in found])) for key in found[0]}
        lines.append({"density": density, "clips": len(clips), **mean})
        say(lines[-1])
    return lines


def three(window: Window, state: Any, full: BitStack) -> Line:
    """Prior code of a sample and of the mode, bits-back on a full and on an empty stack, REC."""
    assert window.times is not None
    gaps = PosteriorGaps(window.model.twin, state, window.plan.density or 0)
    latents = {"full": gaps.pop(full), "empty": gaps.pop(BitStack())}
    span = len(state.hidden) - 1
    cost = {k: window.times.bits(knots, span) for k, knots in latents.items()}
    law = np.stack([row(window, hidden) for hidden in state.hidden[:-1]])
    drawn = DrawnTimes(window.times.row)
    bits, grown = [], warm()
    for seed in range(SEEDS):
        before = grown.bits
        drawn.push(grown, DrawnTimes(window.times.row, seed).draw(law, 0))
        bits.append(grown.bits - before + 8)
    return {
        "kl": drawn.weigh(law).kl[0],
        "rec": float(np.mean(bits)),
        "bitsback_full": cost["full"] - gaps.bits(latents["full"]),
        "bitsback_empty": cost["empty"],
        "prior_sample": cost["full"],
        "knots": len(latents["full"]),
    }


def row(window: Window, hidden: Any) -> Any:
    """(longest,) the posterior's law of the gap after a knot with this hidden state."""
    assert window.times is not None
    below = window.model.twin.gaps.below(hidden, window.plan.density or 0)
    share = tables.share(below).astype(float)
    return np.pad(share, (0, window.times.max_gap - share.size))


PARTS = {part.__name__: part for part in (times, speed, lossless, files)}


if __name__ == "__main__":
    run_parts(PARTS, OUT)
